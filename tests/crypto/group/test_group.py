"""What members of a group can do together."""

from dataclasses import replace

import pytest

from mentalverse_crypto import group
from mentalverse_crypto.ciphersuite import CipherSuite, generate_signature_key_pair
from mentalverse_crypto.commit import NewIdentity
from mentalverse_crypto.errors import (
    EpochTooNew,
    EpochTooOld,
    InvalidProposal,
    NoMatchingKeyPackage,
    NotActive,
    OwnMessage,
    ProposalsPending,
    UnknownProposal,
    UnknownPsk,
    WrongGroup,
)
from mentalverse_crypto.exporter import ExporterLabel
from mentalverse_crypto.extensions import (
    Extension,
    ExtensionType,
    RequiredCapabilities,
)
from mentalverse_crypto.leaf import CredentialType
from mentalverse_crypto.policy import Policy, unsafe_accept_any_credential
from mentalverse_crypto.proposals import (
    Add,
    GroupContextExtensions,
    PreSharedKey,
    ReInit,
    Remove,
)
from mentalverse_crypto.psk import ExternalPsk, PskStore
from support.deterministic import seeded_rng
from support.mls_group import NOW, Client, assert_agreement, client, commit, group_of

RNG = seeded_rng(7)


@pytest.fixture(params=list(CipherSuite), ids=lambda s: f"suite {s:#06x}")
def three(request: pytest.FixtureRequest) -> list[Client]:
    return group_of(3, RNG, request.param)


@pytest.mark.capability("C06")
def test_eight_members_talk_and_a_removed_one_is_left_out_of_the_next_epoch() -> None:
    members = group_of(8, RNG)
    for sender in members:
        message = sender.protect(b"hello")
        for receiver in members:
            if receiver is not sender:
                assert receiver.process(message).plaintext == b"hello"
    *kept, removed = members
    commit(kept[0], members[1:], Remove(7))
    message = kept[1].protect(b"among ourselves")
    assert kept[2].process(message).plaintext == b"among ourselves"
    with pytest.raises(EpochTooNew):
        removed.process(message)
    key = group.export(kept[0].state, ExporterLabel.MEDIA, b"", 32)
    assert group.export(removed.state, ExporterLabel.MEDIA, b"", 32) != key


def test_three_members_read_what_each_other_says(three: list[Client]) -> None:
    for sender in three:
        message = sender.protect(b"hello", b"seen by the server")
        for receiver in three:
            if receiver is sender:
                continue
            read = receiver.process(message)
            assert read.plaintext == b"hello"
            assert read.authenticated_data == b"seen by the server"
            assert read.sender is not None
            assert read.sender.credential == sender.credential
            assert read.sender_leaf == sender.state.own_leaf
            assert read.generation == 0


def test_every_member_exports_the_same_key(three: list[Client]) -> None:
    exported = {
        group.export(c.state, ExporterLabel.MEDIA, b"context", 32) for c in three
    }
    assert len(exported) == 1


def test_members_are_listed_by_leaf(three: list[Client]) -> None:
    listed = group.members(three[1].state)
    assert [m.leaf_index for m in listed] == [0, 1, 2]
    assert [m.credential for m in listed] == [c.credential for c in three]


def test_a_commit_names_who_was_added_removed_and_updated(three: list[Client]) -> None:
    a, b, c = three
    d = client("client 3", RNG, a.suite)
    b.process(update := c.propose_update())
    a.process(update)
    staged = a.stage(Remove(1), Add(d.key_package()))
    seen = c.process(staged.commit)
    assert [m.leaf_index for m in seen.removed] == [1]
    assert [m.credential for m in seen.added] == [d.credential]
    assert [m.leaf_index for m in seen.updated] == [2, 0]
    assert [m.credential for m in staged.added] == [d.credential]
    removed = b.process(staged.commit)
    assert removed.self_removed
    a.group_state = staged.state
    assert staged.welcome is not None
    d.join(staged.welcome)
    assert_agreement([a, c, d])


def test_a_removed_member_reads_nothing_later_and_sends_nothing(
    three: list[Client],
) -> None:
    a, b, c = three
    late = a.protect(b"before the removal")
    commit(a, [b, c], Remove(2))
    assert c.process(late).plaintext == b"before the removal"
    with pytest.raises(EpochTooNew):
        c.process(a.protect(b"secret"))
    with pytest.raises(NotActive):
        c.protect(b"still here?")
    with pytest.raises(NotActive):
        c.stage()


def test_a_joiner_cannot_read_what_was_said_before(three: list[Client]) -> None:
    a, b, c = three
    before = a.protect(b"private")
    d = client("client 3", RNG, a.suite)
    commit(a, [b, c], Add(d.key_package()), joiners=[d])
    with pytest.raises(EpochTooOld):
        d.process(before)


def test_a_member_leaves_by_proposal_and_another_commits_it(
    three: list[Client],
) -> None:
    a, b, c = three
    c.group_state, leave = group.propose_remove(c.state, 2, rng=RNG)
    for other in (a, b):
        other.process(leave)
    assert commit(b, [a, c]).removed[0].leaf_index == 2
    assert_agreement([a, b])


def test_application_data_waits_until_proposals_are_committed(
    three: list[Client],
) -> None:
    a, b, c = three
    b.process(a.propose(Remove(2)))
    with pytest.raises(ProposalsPending):
        b.protect(b"too early")
    commit(b, [a])
    assert a.process(b.protect(b"in time")).plaintext == b"in time"


def test_one_who_cannot_commit_what_waits_may_still_speak(three: list[Client]) -> None:
    a, b, _ = three
    message = a.propose_update()
    b.process(message)
    assert b.read(a.protect(b"still here")).plaintext == b"still here"


def test_a_commit_needs_the_proposals_it_refers_to(three: list[Client]) -> None:
    a, b, c = three
    b.process(c.propose_update())
    with pytest.raises(UnknownProposal):
        a.process(b.stage().commit)


def test_pending_proposals_that_clash_give_one_valid_commit(
    three: list[Client],
) -> None:
    a, b, c = three
    messages = [c.propose_update(), b.propose(Remove(2)), b.propose(Remove(2))]
    for sender, message in zip((c, b, b), messages, strict=True):
        for receiver in three:
            if receiver is not sender:
                receiver.process(message)
    assert [m.leaf_index for m in commit(a, [b, c]).removed] == [2]
    assert_agreement([a, b])


def test_a_proposal_that_became_senseless_stops_no_commit(
    three: list[Client],
) -> None:
    a, b, c = three
    already_inside = Add(c.key_package())
    key_not_held = PreSharedKey(ExternalPsk(b"unknown", RNG(32)))
    for proposal in (already_inside, key_not_held):
        message = b.propose(proposal)
        for other in (a, c):
            other.process(message)
    assert commit(a, [b, c]).added == ()
    assert_agreement(three)


def test_only_so_many_proposals_wait() -> None:
    a, b = group_of(2, RNG, policy=Policy(max_pending_proposals=3))
    for _ in range(3):
        b.process(a.propose_update())
    with pytest.raises(InvalidProposal):
        b.process(a.propose_update())
    commit(b, [a])


def test_a_refused_commit_leaves_the_epoch_and_spends_a_generation(
    three: list[Client],
) -> None:
    a, b, c = three
    refused = a.stage()
    a.group_state = refused.refused
    assert a.state.epoch == b.state.epoch
    assert a.state.secret_tree.ratchets
    commit(b, [a, c])
    assert_agreement(three)


def test_an_update_by_reference_takes_effect_with_its_commit(
    three: list[Client],
) -> None:
    a, b, c = three
    message = b.propose_update()
    for other in (a, c):
        other.process(message)
    commit(a, [b, c])
    commit(c, [a, b])
    assert_agreement(three)
    assert not b.state.own_updates


def test_a_member_renews_its_signature_key_and_is_believed(
    three: list[Client],
) -> None:
    a, b, c = three
    identity = NewIdentity(a.credential, generate_signature_key_pair(RNG))
    commit(a, [b, c], identity=identity)
    assert_agreement(three)
    assert group.members(b.state)[0].signature_key == identity.signature_key.public
    assert b.process(a.protect(b"new key")).plaintext == b"new key"


def test_a_preshared_key_is_needed_to_follow_its_commit(three: list[Client]) -> None:
    a, b, c = three
    store = PskStore({b"id": b"shared secret"})
    proposal = PreSharedKey(ExternalPsk(b"id", RNG(32)))
    staged = a.stage(proposal, psks=store, path=False)
    for other in (b, c):
        with pytest.raises(UnknownPsk):
            other.process(staged.commit)
        other.process(staged.commit, psks=store)
    a.group_state = staged.state
    assert_agreement(three)


def test_extensions_change_only_with_a_path_and_for_all(three: list[Client]) -> None:
    a, b, c = three
    required = RequiredCapabilities(credential_types=(CredentialType.BASIC,))
    extensions = (
        Extension(ExtensionType.REQUIRED_CAPABILITIES, required.encode()),
        Extension(ExtensionType.MV_GROUP, b"circle"),
    )
    commit(a, [b, c], GroupContextExtensions(extensions), path=False)
    assert_agreement(three)
    assert c.state.group_context.extensions == extensions
    assert c.state.tree.leaf(0) != c.state.tree.leaf(1)


def test_a_reinit_ends_the_group(three: list[Client]) -> None:
    a, b, c = three
    commit(a, [b, c], ReInit(b"next", a.suite, ()))
    for member in three:
        with pytest.raises(NotActive):
            member.protect(b"too late")


def test_the_tree_may_travel_beside_the_welcome(three: list[Client]) -> None:
    a, b, c = three
    d = client("client 3", RNG, a.suite)
    staged = commit(a, [b, c], Add(d.key_package()), inline_tree=False)
    assert staged.welcome is not None
    d.join(staged.welcome, ratchet_tree=group.ratchet_tree(staged.state))
    assert_agreement([a, b, c, d])


def test_a_welcome_names_the_inviter_and_the_key_package_used(
    three: list[Client],
) -> None:
    a, b, c = three
    d = client("client 3", RNG, a.suite)
    d.key_package()
    used = d.key_package()
    staged = commit(b, [a, c], Add(used))
    assert staged.welcome is not None
    joined = group.join_welcome(
        staged.welcome, d.packages, unsafe_accept_any_credential, NOW
    )
    assert joined.inviter.leaf_index == 1
    assert joined.key_package_ref == used.ref()
    with pytest.raises(NoMatchingKeyPackage):
        a.join(staged.welcome)


def test_messages_of_other_groups_and_of_oneself_are_named(
    three: list[Client],
) -> None:
    a, b, _ = three
    message = a.protect(b"mine")
    with pytest.raises(OwnMessage):
        a.process(message)
    context = replace(b.state.group_context, group_id=b"another")
    b.group_state = replace(b.state, group_context=context)
    with pytest.raises(WrongGroup):
        b.process(message)


def test_a_member_alone_commits_and_welcomes(three: list[Client]) -> None:
    a, b, c = three
    commit(a, [b, c], Remove(1), Remove(2))
    commit(a, [])
    assert len(a.state.tree.nodes) == 1
    commit(a, [], Add(b.key_package()), joiners=[b])
    assert_agreement([a, b])


def test_no_secret_shows_in_a_repr(three: list[Client]) -> None:
    a, b, _ = three
    b.process(a.propose_update())
    staged = b.stage()
    secrets = b.state.secrets
    hidden = [getattr(secrets, name) for name in secrets.__slots__]
    hidden += [b.signature_key.private, *b.state.private_keys.values()]
    hidden += [p.init_private for p in b.packages]
    hidden += [r.secret for r in b.state.secret_tree.ratchets.values()]
    for shown in (b.state, staged.state, secrets, b.packages, b.state.secret_tree):
        text = repr(shown)
        for secret in filter(None, hidden):
            assert repr(secret) not in text
            assert secret.hex() not in text
