"""Paths, signatures and trees, beyond what the table of rules breaks."""

from dataclasses import replace

import pytest

from mentalverse_crypto import group, validation
from mentalverse_crypto.ciphersuite import generate_signature_key_pair
from mentalverse_crypto.commit import NewIdentity
from mentalverse_crypto.errors import (
    CredentialRejected,
    InvalidProposal,
    InvalidTree,
    SignatureError,
)
from mentalverse_crypto.leaf import Credential
from support.broken.trees import parent, with_unmerged
from support.deterministic import seeded_rng
from support.mls_group import NOW, SUITE, Client, client

RNG = seeded_rng(63)
_SOMEBODY_ELSE = client("somebody else", RNG)


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


def test_a_lower_node_may_hold_more_unmerged_leaves(members: list[Client]) -> None:
    tree = with_unmerged(members[0].state.tree, 1, 0, 1)
    validation.check_unmerged_leaves_12_4_3_1(with_unmerged(tree, 3, 1))


def test_a_tree_uses_no_key_twice(members: list[Client]) -> None:
    tree = members[0].state.tree
    leaf = tree.leaf(0)
    assert leaf is not None
    node = replace(parent(tree, 3), encryption_key=leaf.encryption_key)
    with pytest.raises(InvalidTree):
        validation.check_unique_keys_12_4_3_1(tree.replace({3: node}))


def test_a_tree_holds_no_key_that_cannot_be_used(members: list[Client]) -> None:
    tree = members[0].state.tree
    node = replace(parent(tree, 3), encryption_key=bytes(32))
    with pytest.raises(InvalidTree):
        validation.check_parent_keys_5_1_1(SUITE, tree.replace({3: node}))
