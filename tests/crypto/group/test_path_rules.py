"""Every rule about update paths, confirmations and trees, broken once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mentalverse_crypto import (
    commit as making,
)
from mentalverse_crypto import (
    hpke,
    treekem,
    validation,
)
from mentalverse_crypto.ciphersuite import CipherSuite, generate_signature_key_pair
from mentalverse_crypto.errors import (
    DecryptError,
    InvalidCommit,
    InvalidLeafNode,
    InvalidProposal,
    InvalidTree,
    MlsError,
    SignatureError,
)
from mentalverse_crypto.leaf import (
    LeafNode,
    LeafNodeSource,
)
from mentalverse_crypto.ratchet_tree import ParentNode, RatchetTree
from mentalverse_crypto.treekem import MadePath
from mentalverse_crypto.update_path import UpdatePath
from support.deterministic import seeded_rng
from support.mls_group import SUITE, Client, client

RNG = seeded_rng(63)
_SOMEBODY_ELSE = client("somebody else", RNG)

Paths = Callable[[UpdatePath], UpdatePath]


def _with_node(path: UpdatePath, index: int, **changes: Any) -> UpdatePath:
    nodes = list(path.nodes)
    nodes[index] = replace(nodes[index], **changes)
    return replace(path, nodes=tuple(nodes))


def _sealed(path: UpdatePath) -> tuple[Any, ...]:
    return path.nodes[-1].encrypted_path_secret


PATHS: dict[str, tuple[Paths, type[MlsError]]] = {
    "7.6 a node too few": (lambda p: replace(p, nodes=p.nodes[:-1]), InvalidCommit),
    "7.6 a node too many": (lambda p: replace(p, nodes=p.nodes * 2), InvalidCommit),
    "7.6 a ciphertext too few": (
        lambda p: _with_node(p, -1, encrypted_path_secret=()),
        InvalidCommit,
    ),
    "7.6 a ciphertext too many": (
        lambda p: _with_node(p, -1, encrypted_path_secret=_sealed(p) * 2),
        InvalidCommit,
    ),
    "5.1.1 a key of small order": (
        lambda p: _with_node(p, 0, encryption_key=bytes(32)),
        InvalidCommit,
    ),
    "7.9 another key than its hash says": (
        lambda p: _with_node(
            p, 0, encryption_key=hpke.generate_key_pair(SUITE, RNG).public
        ),
        InvalidCommit,
    ),
    "7.6 a ciphertext for somebody else": (
        lambda p: _with_node(p, 0, encrypted_path_secret=_sealed(p)[:1]),
        DecryptError,
    ),
    "7.3 a broken leaf signature": (
        lambda p: replace(p, leaf_node=replace(p.leaf_node, signature=bytes(64))),
        SignatureError,
    ),
}


@pytest.mark.parametrize("broken", PATHS)
def test_a_path_is_refused_for(
    broken: str, members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, *_ = members
    change, error = PATHS[broken]
    encrypt = treekem.encrypt_path
    monkeypatch.setattr(treekem, "encrypt_path", lambda *args: change(encrypt(*args)))
    staged = a.stage()
    monkeypatch.undo()
    with pytest.raises(error):
        b.process(staged.commit)


CommitLeaves = Callable[[LeafNode], LeafNode]
COMMIT_LEAVES: dict[str, tuple[CommitLeaves, type[MlsError]]] = {
    "12.4.2 the wrong source": (
        lambda leaf: replace(leaf, leaf_node_source=LeafNodeSource.UPDATE),
        InvalidLeafNode,
    ),
    "7.9 another parent hash": (
        lambda leaf: replace(leaf, parent_hash=bytes(32)),
        InvalidCommit,
    ),
    "5.3.1 another client": (
        lambda leaf: replace(leaf, credential=_SOMEBODY_ELSE.credential),
        InvalidProposal,
    ),
}


@pytest.mark.parametrize("broken", COMMIT_LEAVES)
def test_a_committers_leaf_is_refused_for(
    broken: str, members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, *_ = members
    change, error = COMMIT_LEAVES[broken]
    honest = making.committed_leaf
    monkeypatch.setattr(making, "committed_leaf", lambda *args: change(honest(*args)))
    staged = a.stage()
    monkeypatch.undo()
    with pytest.raises(error):
        b.process(staged.commit)


def test_a_committer_changes_its_encryption_key(
    members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, *_ = members
    old = a.state.tree.leaf(0)
    assert old is not None
    honest = making.committed_leaf
    monkeypatch.setattr(
        making,
        "committed_leaf",
        lambda *args: replace(honest(*args), encryption_key=old.encryption_key),
    )
    staged = a.stage()
    monkeypatch.undo()
    with pytest.raises(InvalidProposal):
        b.process(staged.commit)


def test_a_path_repeats_no_key_of_the_tree(
    members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, *_ = members
    used = b.state.tree.parent_node(3)
    assert used is not None
    encrypt = treekem.encrypt_path

    def repeat(suite: CipherSuite, made: MadePath, *rest: Any) -> UpdatePath:
        return _with_node(
            encrypt(suite, made, *rest), -1, encryption_key=used.encryption_key
        )

    monkeypatch.setattr(treekem, "encrypt_path", repeat)
    staged = a.stage()
    monkeypatch.undo()
    with pytest.raises(InvalidCommit):
        b.process(staged.commit)


def test_a_path_secret_that_leads_elsewhere_is_refused(
    members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, *_ = members
    encrypt = treekem.encrypt_path

    def lie(suite: CipherSuite, made: MadePath, *rest: Any) -> UpdatePath:
        lies = {node: bytes(32) for node in made.secrets.path_secrets}
        secrets = replace(made.secrets, path_secrets=lies)
        return encrypt(suite, replace(made, secrets=secrets), *rest)

    monkeypatch.setattr(treekem, "encrypt_path", lie)
    staged = a.stage()
    monkeypatch.undo()
    with pytest.raises(InvalidCommit):
        b.process(staged.commit)


def test_a_confirmation_tag_of_other_secrets_is_refused(
    members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, *_ = members
    honest = making.with_tag
    monkeypatch.setattr(
        making,
        "with_tag",
        lambda commit, begun: honest(
            commit, replace(begun, confirmation_tag=bytes(32))
        ),
    )
    staged = a.stage()
    monkeypatch.undo()
    with pytest.raises(SignatureError):
        b.process(staged.commit)


def test_a_message_signed_by_another_key_is_refused(members: list[Client]) -> None:
    a, b, *_ = members
    keys = generate_signature_key_pair(RNG)
    a.group_state = replace(a.state, signature_key=keys)
    with pytest.raises(SignatureError):
        b.process(a.protect(b"forged"))
    with pytest.raises(SignatureError):
        b.process(a.stage().commit)


# --- trees ---


def _parent(tree: RatchetTree, index: int) -> ParentNode:
    node = tree.parent_node(index)
    assert node is not None
    return node


def _with_unmerged(tree: RatchetTree, index: int, *leaves: int) -> RatchetTree:
    node = replace(_parent(tree, index), unmerged_leaves=leaves)
    return tree.replace({index: node})


Trees = Callable[[RatchetTree], RatchetTree]
UNMERGED: dict[str, Trees] = {
    "7.1 out of order": lambda t: _with_unmerged(t, 3, 1, 0),
    "7.1 repeated": lambda t: _with_unmerged(t, 3, 1, 1),
    "12.4.3.1 outside the tree": lambda t: _with_unmerged(t, 3, 9),
    "12.4.3.1 not below": lambda t: _with_unmerged(t, 1, 2),
    "12.4.3.1 blank": lambda t: _with_unmerged(t.replace({4: None}), 3, 2),
    "12.4.3.1 merged further down": lambda t: _with_unmerged(t, 3, 1),
}


@pytest.mark.parametrize("broken", UNMERGED)
def test_unmerged_leaves_are_refused_when(broken: str, members: list[Client]) -> None:
    tree = UNMERGED[broken](members[0].state.tree)
    with pytest.raises(InvalidTree):
        validation.check_unmerged_leaves_12_4_3_1(tree)


def test_a_lower_node_may_hold_more_unmerged_leaves(members: list[Client]) -> None:
    tree = _with_unmerged(members[0].state.tree, 1, 0, 1)
    validation.check_unmerged_leaves_12_4_3_1(_with_unmerged(tree, 3, 1))


PARENTS: dict[str, Trees] = {
    "7.9.2 another key": lambda t: t.replace(
        {3: replace(_parent(t, 3), encryption_key=bytes(31) + b"\x09")}
    ),
    "7.9.2 another parent hash below": lambda t: t.replace(
        {1: replace(_parent(t, 1), parent_hash=bytes(32))}
    ),
    "7.9.2 a leaf that did not commit": lambda t: t.replace(
        {i: None for i in range(3)} | {4: t.nodes[4]}
    ),
    "7.9.2 its authenticating child gone": lambda t: t.replace({5: None, 1: None}),
}


@pytest.mark.parametrize("broken", PARENTS)
def test_a_parent_node_is_refused_for(broken: str, members: list[Client]) -> None:
    tree = members[0].state.tree
    validation.check_parent_hashes_7_9_2(tree)
    with pytest.raises(InvalidTree):
        validation.check_parent_hashes_7_9_2(PARENTS[broken](tree))


def test_a_tree_uses_no_key_twice(members: list[Client]) -> None:
    tree = members[0].state.tree
    leaf = tree.leaf(0)
    assert leaf is not None
    node = replace(_parent(tree, 3), encryption_key=leaf.encryption_key)
    with pytest.raises(InvalidTree):
        validation.check_unique_keys_12_4_3_1(tree.replace({3: node}))


def test_a_tree_holds_no_key_that_cannot_be_used(members: list[Client]) -> None:
    tree = members[0].state.tree
    node = replace(_parent(tree, 3), encryption_key=bytes(32))
    with pytest.raises(InvalidTree):
        validation.check_parent_keys_5_1_1(SUITE, tree.replace({3: node}))
