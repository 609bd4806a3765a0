"""Rules about Updates, broken by who proposes one for its own leaf (§7.3, §12.1.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mentalverse_crypto import hpke
from mentalverse_crypto.ciphersuite import Rng
from mentalverse_crypto.errors import (
    InvalidLeafNode,
    InvalidProposal,
    MlsError,
    SignatureError,
)
from mentalverse_crypto.extensions import Extension
from mentalverse_crypto.leaf import LeafNode, LeafNodeSource
from mentalverse_crypto.proposals import Update
from support.broken.rule import Given, Message, Patch, Rule, Scene, Table
from support.careless import capabilities, careless
from support.mls_group import SUITE

Leaves = Callable[[LeafNode, Scene], LeafNode]


def fresh(leaf: LeafNode, rng: Rng) -> LeafNode:
    """The leaf with another encryption key, not signed anew."""
    return replace(leaf, encryption_key=hpke.generate_key_pair(SUITE, rng).public)


def _update(
    error: type[MlsError],
    change: Leaves,
    group_id: bytes = b"group",
    place: int = 0,
) -> Rule:
    """The culprit's leaf, changed and signed for a place."""

    def make(scene: Scene, patch: Patch) -> list[Given]:
        culprit = scene.culprit
        old = culprit.state.tree.leaf(0)
        assert old is not None
        base = replace(old, leaf_node_source=LeafNodeSource.UPDATE, parent_hash=b"")
        leaf = change(base, scene).sign(culprit.signature_key, group_id, place)
        with careless(patch):
            return [Message(culprit.propose(Update(leaf)))]

    return Rule(error, make)


def _renewed(leaf: LeafNode, scene: Scene) -> LeafNode:
    return fresh(leaf, scene.rng)


UPDATES: Table = {
    "7.3 an unchanged key": _update(InvalidProposal, lambda leaf, s: leaf),
    "5.3.1 another client": _update(
        InvalidProposal,
        lambda leaf, s: replace(_renewed(leaf, s), credential=s.stranger.credential),
    ),
    "7.3 the wrong source": _update(
        InvalidLeafNode,
        lambda leaf, s: replace(
            _renewed(leaf, s), leaf_node_source=LeafNodeSource.COMMIT
        ),
    ),
    "7.3 an extension of its own it does not support": _update(
        InvalidLeafNode,
        lambda leaf, s: replace(
            _renewed(leaf, s), extensions=(Extension(0xF123, b""),)
        ),
    ),
    "7.3 lost capabilities": _update(
        InvalidLeafNode,
        lambda leaf, s: replace(_renewed(leaf, s), **capabilities(cipher_suites=())),
    ),
}

MISPLACED: Table = {
    "7.2 group": _update(SignatureError, _renewed, group_id=b"other"),
    "7.2 leaf": _update(SignatureError, _renewed, place=2),
}
