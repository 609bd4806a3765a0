"""Every rule about update paths, confirmations and trees, broken once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mentalverse_crypto import commit as making
from mentalverse_crypto import group, hpke, treekem, validation
from mentalverse_crypto.ciphersuite import CipherSuite, generate_signature_key_pair
from mentalverse_crypto.commit import NewIdentity
from mentalverse_crypto.errors import (
    CredentialRejected,
    DecryptError,
    InvalidCommit,
    InvalidLeafNode,
    InvalidProposal,
    InvalidTree,
    MlsError,
    SignatureError,
)
from mentalverse_crypto.leaf import Credential, LeafNode, LeafNodeSource
from mentalverse_crypto.ratchet_tree import ParentNode, RatchetTree
from mentalverse_crypto.treekem import MadePath
from mentalverse_crypto.update_path import UpdatePath
from support.deterministic import seeded_rng
from support.mls_group import NOW, SUITE, Client, client

RNG = seeded_rng(63)
_SOMEBODY_ELSE = client("somebody else", RNG)

Paths = Callable[[UpdatePath], UpdatePath]


def _with_node(path: UpdatePath, index: int, **changes: Any) -> UpdatePath:
    nodes = list(path.nodes)
    nodes[index] = replace(nodes[index], **changes)
    return replace(path, nodes=tuple(nodes))


def _fresh_key() -> bytes:
    return hpke.generate_key_pair(SUITE, RNG).public


def _root_key(member: Client) -> bytes:
    return _parent(member.state.tree, 3).encryption_key


def _leaf_key(member: Client) -> bytes:
    leaf = member.state.tree.leaf(0)
    assert leaf is not None
    return leaf.encryption_key


def _sealed(path: UpdatePath) -> tuple[Any, ...]:
    return path.nodes[-1].encrypted_path_secret


Patch = pytest.MonkeyPatch


def _encrypting(patch: Patch, change: Paths) -> None:
    """Who makes a path changes it before it is signed."""
    honest = treekem.encrypt_path
    patch.setattr(treekem, "encrypt_path", lambda *args: change(honest(*args)))


def _lying_about_secrets(patch: Patch) -> None:
    """Who makes a path seals other secrets than its keys come from."""
    honest = treekem.encrypt_path

    def lie(suite: CipherSuite, made: MadePath, *rest: Any) -> UpdatePath:
        lies = {node: bytes(32) for node in made.secrets.path_secrets}
        secrets = replace(made.secrets, path_secrets=lies)
        return honest(suite, replace(made, secrets=secrets), *rest)

    patch.setattr(treekem, "encrypt_path", lie)


def _committing_to(patch: Patch, change: Callable[[LeafNode], LeafNode]) -> None:
    """Who commits changes its leaf before it is signed, and does not check it."""
    honest = making.committed_leaf
    patch.setattr(making, "committed_leaf", lambda *args: change(honest(*args)))
    patch.setattr(making, "check_path_leaf_12_4_2", lambda *args: None)


def _confirming(patch: Patch, tag: bytes) -> None:
    """Who commits confirms other secrets than it has."""
    honest = making.with_tag
    patch.setattr(
        making,
        "with_tag",
        lambda commit, begun: honest(commit, replace(begun, confirmation_tag=tag)),
    )


Careless = Callable[[Patch, Client], None]
COMMITS: dict[str, tuple[Careless, type[MlsError]]] = {
    "7.6 a node too few": (
        lambda m, a: _encrypting(m, lambda p: replace(p, nodes=p.nodes[:-1])),
        InvalidCommit,
    ),
    "7.6 a node too many": (
        lambda m, a: _encrypting(m, lambda p: replace(p, nodes=p.nodes * 2)),
        InvalidCommit,
    ),
    "7.6 a ciphertext too few": (
        lambda m, a: _encrypting(
            m, lambda p: _with_node(p, -1, encrypted_path_secret=())
        ),
        InvalidCommit,
    ),
    "7.6 a ciphertext too many": (
        lambda m, a: _encrypting(
            m, lambda p: _with_node(p, -1, encrypted_path_secret=_sealed(p) * 2)
        ),
        InvalidCommit,
    ),
    "7.6 a ciphertext for somebody else": (
        lambda m, a: _encrypting(
            m, lambda p: _with_node(p, 0, encrypted_path_secret=_sealed(p)[:1])
        ),
        DecryptError,
    ),
    "7.4 secrets that lead to other keys": (
        lambda m, a: _lying_about_secrets(m),
        InvalidCommit,
    ),
    "5.1.1 a key of small order": (
        lambda m, a: _encrypting(
            m, lambda p: _with_node(p, 0, encryption_key=bytes(32))
        ),
        InvalidCommit,
    ),
    "12.4.2 a key that the tree has already": (
        lambda m, a: _encrypting(
            m, lambda p: _with_node(p, -1, encryption_key=_root_key(a))
        ),
        InvalidCommit,
    ),
    "7.9 another key than its hash says": (
        lambda m, a: _encrypting(
            m, lambda p: _with_node(p, 0, encryption_key=_fresh_key())
        ),
        InvalidCommit,
    ),
    "7.9 another parent hash": (
        lambda m, a: _committing_to(
            m, lambda leaf: replace(leaf, parent_hash=bytes(32))
        ),
        InvalidCommit,
    ),
    "7.3 a broken leaf signature": (
        lambda m, a: _encrypting(
            m,
            lambda p: replace(p, leaf_node=replace(p.leaf_node, signature=bytes(64))),
        ),
        SignatureError,
    ),
    "7.3 a leaf made for an update": (
        lambda m, a: _committing_to(
            m, lambda leaf: replace(leaf, leaf_node_source=LeafNodeSource.UPDATE)
        ),
        InvalidLeafNode,
    ),
    "7.3 the encryption key that the leaf had": (
        lambda m, a: _committing_to(
            m, lambda leaf: replace(leaf, encryption_key=_leaf_key(a))
        ),
        InvalidProposal,
    ),
    "5.3.1 another client": (
        lambda m, a: _committing_to(
            m, lambda leaf: replace(leaf, credential=_SOMEBODY_ELSE.credential)
        ),
        InvalidProposal,
    ),
    "8.1 a confirmation of other secrets": (
        lambda m, a: _confirming(m, bytes(32)),
        SignatureError,
    ),
}


@pytest.mark.parametrize("broken", COMMITS)
def test_a_commit_is_refused_for(
    broken: str, members: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, *_ = members
    make_careless, error = COMMITS[broken]
    with monkeypatch.context() as patch:
        make_careless(patch, a)
        staged = a.stage()
    with pytest.raises(error):
        b.process(staged.commit)


def test_nobody_commits_to_an_identity_that_the_others_refuse(
    members: list[Client],
) -> None:
    a = members[0]
    other = NewIdentity(_SOMEBODY_ELSE.credential, generate_signature_key_pair(RNG))
    with pytest.raises(InvalidProposal):
        a.stage(identity=other)
    own = NewIdentity(a.credential, generate_signature_key_pair(RNG))
    for identity in (own, None):
        with pytest.raises(CredentialRejected):
            group.stage_commit(
                a.state,
                identity=identity,
                validate_credential=_nobody,
                now=NOW,
                rng=RNG,
            )
    members[1].process(a.stage(identity=own).commit)


def _nobody(credential: Credential, signature_key: bytes) -> None:
    raise CredentialRejected("not known")


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
