"""Rules about update paths and confirmations, broken by who commits (§7.5, §12.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mentalverse_crypto import commit as making
from mentalverse_crypto import hpke, treekem, validation
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.errors import (
    DecryptError,
    InvalidCommit,
    InvalidLeafNode,
    InvalidProposal,
    MlsError,
    SignatureError,
)
from mentalverse_crypto.extensions import Extension
from mentalverse_crypto.leaf import LeafNode, LeafNodeSource
from mentalverse_crypto.treekem import MadePath
from mentalverse_crypto.update_path import UpdatePath
from support.broken.rule import Given, Message, Patch, Rule, Scene, Table
from support.careless import capabilities
from support.mls_group import SUITE

Culprits = Callable[[Patch, Scene], None]
"""What a culprit does instead of what it should."""


def _with_node(path: UpdatePath, index: int, **changes: Any) -> UpdatePath:
    nodes = list(path.nodes)
    nodes[index] = replace(nodes[index], **changes)
    return replace(path, nodes=tuple(nodes))


def _fresh_key(scene: Scene) -> bytes:
    return hpke.generate_key_pair(SUITE, scene.rng).public


def _root_key(scene: Scene) -> bytes:
    root = scene.culprit.state.tree.parent_node(3)
    assert root is not None
    return root.encryption_key


def _leaf_key(scene: Scene) -> bytes:
    leaf = scene.culprit.state.tree.leaf(0)
    assert leaf is not None
    return leaf.encryption_key


def _sealed(path: UpdatePath) -> tuple[Any, ...]:
    return path.nodes[-1].encrypted_path_secret


def _encrypting(change: Callable[[UpdatePath, Scene], UpdatePath]) -> Culprits:
    """Who makes a path changes it before it is signed."""
    honest = treekem.encrypt_path
    return lambda patch, scene: patch.setattr(
        treekem, "encrypt_path", lambda *args: change(honest(*args), scene)
    )


def _lying_about_secrets(patch: Patch, scene: Scene) -> None:
    """Who makes a path seals other secrets than its keys come from."""
    honest = treekem.encrypt_path

    def lie(suite: CipherSuite, made: MadePath, *rest: Any) -> UpdatePath:
        lies = {node: bytes(32) for node in made.secrets.path_secrets}
        secrets = replace(made.secrets, path_secrets=lies)
        return honest(suite, replace(made, secrets=secrets), *rest)

    patch.setattr(treekem, "encrypt_path", lie)


def _committing_to(change: Callable[[LeafNode, Scene], LeafNode]) -> Culprits:
    """Who commits changes its leaf before it is signed, and does not check it."""
    honest = making.committed_leaf

    def do(patch: Patch, scene: Scene) -> None:
        patch.setattr(
            making, "committed_leaf", lambda *args: change(honest(*args), scene)
        )
        patch.setattr(making, "check_path_leaf_12_4_2", lambda *args: None)
        patch.setattr(validation, "check_members_12_2", lambda *args: None)

    return do


def _confirming(tag: bytes) -> Culprits:
    """Who commits confirms other secrets than it has."""
    honest = making.with_tag
    return lambda patch, scene: patch.setattr(
        making,
        "with_tag",
        lambda commit, begun: honest(commit, replace(begun, confirmation_tag=tag)),
    )


def _commit(error: type[MlsError], do: Culprits) -> Rule:
    def make(scene: Scene, patch: Patch) -> list[Given]:
        with patch.context() as inner:
            do(inner, scene)
            return [Message(scene.culprit.stage().commit)]

    return Rule(error, make)


PATHS: Table = {
    "7.6 a node too few": _commit(
        InvalidCommit, _encrypting(lambda p, s: replace(p, nodes=p.nodes[:-1]))
    ),
    "7.6 a node too many": _commit(
        InvalidCommit, _encrypting(lambda p, s: replace(p, nodes=p.nodes * 2))
    ),
    "7.6 a ciphertext too few": _commit(
        InvalidCommit,
        _encrypting(lambda p, s: _with_node(p, -1, encrypted_path_secret=())),
    ),
    "7.6 a ciphertext too many": _commit(
        InvalidCommit,
        _encrypting(
            lambda p, s: _with_node(p, -1, encrypted_path_secret=_sealed(p) * 2)
        ),
    ),
    "7.6 a ciphertext for somebody else": _commit(
        DecryptError,
        _encrypting(
            lambda p, s: _with_node(p, 0, encrypted_path_secret=_sealed(p)[:1])
        ),
    ),
    "7.4 secrets that lead to other keys": _commit(InvalidCommit, _lying_about_secrets),
    "5.1.1 a key of small order": _commit(
        InvalidCommit,
        _encrypting(lambda p, s: _with_node(p, 0, encryption_key=bytes(32))),
    ),
    "12.4.2 a key that the tree has already": _commit(
        InvalidCommit,
        _encrypting(lambda p, s: _with_node(p, -1, encryption_key=_root_key(s))),
    ),
    "7.9 another key than its hash says": _commit(
        InvalidCommit,
        _encrypting(lambda p, s: _with_node(p, 0, encryption_key=_fresh_key(s))),
    ),
    "7.9 another parent hash": _commit(
        InvalidCommit,
        _committing_to(lambda leaf, s: replace(leaf, parent_hash=bytes(32))),
    ),
    "7.3 a broken leaf signature": _commit(
        SignatureError,
        _encrypting(
            lambda p, s: replace(p, leaf_node=replace(p.leaf_node, signature=bytes(64)))
        ),
    ),
    "7.3 a leaf made for an update": _commit(
        InvalidLeafNode,
        _committing_to(
            lambda leaf, s: replace(leaf, leaf_node_source=LeafNodeSource.UPDATE)
        ),
    ),
    "7.3 the encryption key that the leaf had": _commit(
        InvalidProposal,
        _committing_to(lambda leaf, s: replace(leaf, encryption_key=_leaf_key(s))),
    ),
    "5.3.1 another client": _commit(
        InvalidProposal,
        _committing_to(lambda leaf, s: replace(leaf, credential=s.stranger.credential)),
    ),
    "7.3 no support for the suite": _commit(
        InvalidLeafNode,
        _committing_to(lambda leaf, s: replace(leaf, **capabilities(cipher_suites=()))),
    ),
    "7.2 no support for its own credential": _commit(
        InvalidLeafNode,
        _committing_to(lambda leaf, s: replace(leaf, **capabilities(credentials=(2,)))),
    ),
    "7.3 an extension of its own it does not support": _commit(
        InvalidLeafNode,
        _committing_to(
            lambda leaf, s: replace(leaf, extensions=(Extension(0xF123, b""),))
        ),
    ),
    "8.1 a confirmation of other secrets": _commit(
        SignatureError, _confirming(bytes(32))
    ),
}
