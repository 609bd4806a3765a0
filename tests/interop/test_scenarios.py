"""What members in Python and in JavaScript do together, each of them leading once.

The scenarios carry the names of those that MLS implementations run against each
other: welcome_join, external_join, commit, application, external_proposals, reinit,
branch; deep_random has a file of its own.
"""

from __future__ import annotations

import os

import pytest
from load_tests.mixed_members import NOW, REFUSALS, read
from load_tests.python_member import PythonMember

from mentalverse_crypto import group
from mentalverse_crypto.ciphersuite import CipherSuite, is_downgrade
from mentalverse_crypto.extensions import Extension, ExtensionType
from mentalverse_crypto.policy import unsafe_accept_any_credential
from mentalverse_crypto.proposals import (
    Add,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ReInit,
    Remove,
)
from mentalverse_crypto.psk import ResumptionPsk, ResumptionPSKUsage
from support.cast import SUITES, Cast, shared_psk
from support.mixed_group import MixedGroup

# --- welcome_join ---


@pytest.mark.parametrize("with_psk", [False, True])
@pytest.mark.parametrize("inline_tree", [False, True])
def test_welcome_join(cast: Cast, inline_tree: bool, with_psk: bool) -> None:
    of = cast.group(1)
    leader = of.members[0]
    joiners = [of.newcomer(cast.following), of.newcomer(cast.leading)]
    proposals: list[Proposal] = [Add(joiner.key_package()) for joiner in joiners]
    if with_psk:
        proposals.append(shared_psk())
    of.commit(leader, proposals, joiners, inline_tree=inline_tree)
    of.talk()


def test_a_welcome_follows_a_welcome_while_leaves_wait_unmerged(cast: Cast) -> None:
    of = cast.group(8)
    leader = of.members[0]
    for _ in range(2):
        of.remove(leader, *of.members[5:7])
        for language in (cast.leading, cast.following, cast.following):
            of.add(of.members[-1], of.newcomer(language))
    of.talk()


def test_who_comes_back_by_welcome_proves_that_it_was_there(cast: Cast) -> None:
    of = cast.group(4)
    leader, gone = of.members[0], of.members[1]
    usage = ResumptionPSKUsage.APPLICATION
    psk = ResumptionPsk(usage, of.group_id(), gone.epoch(), os.urandom(32))
    of.remove(leader, gone)
    again: list[Proposal] = [Add(gone.key_package()), PreSharedKey(psk)]
    of.commit(leader, again, [gone])
    of.talk()


# --- commit ---


def test_commit_without_proposals(cast: Cast) -> None:
    of = cast.group(5)
    for member in of.members:
        of.commit(member)
    of.talk()


@pytest.mark.parametrize("path", [False, True])
def test_commit_of_an_add_with_and_without_a_path(cast: Cast, path: bool) -> None:
    of = cast.group(3)
    joiner = of.newcomer(cast.following)
    of.commit(of.members[0], [Add(joiner.key_package())], [joiner], path=path)
    of.talk()


def test_commit_of_a_removal(cast: Cast) -> None:
    of = cast.group(5)
    of.remove(of.members[0], of.members[1], of.members[2])
    of.talk()


def test_commit_that_puts_another_in_the_place_of_who_is_removed(cast: Cast) -> None:
    of = cast.group(4)
    leader, gone = of.members[0], of.members[1]
    joiner = of.newcomer(cast.following)
    remove = Remove(leader.leaves()[gone.name])
    of.commit(leader, [remove, Add(joiner.key_package())], [joiner])
    assert joiner.leaves()[joiner.name] == 1
    of.talk()


def test_commit_of_updates_by_reference(cast: Cast) -> None:
    of = cast.group(4)
    of.propose(of.members[1], None)
    of.propose(of.members[2], None)
    of.commit(of.members[0])
    of.commit(of.members[1])
    of.talk()


def test_commit_of_adds_and_removals_by_reference(cast: Cast) -> None:
    of = cast.group(4)
    joiner = of.newcomer(cast.following)
    of.propose(of.members[0], Add(joiner.key_package()))
    of.propose(of.members[1], Remove(2))
    of.commit(of.members[3], joiners=[joiner])
    assert len(of.members) == 4
    of.talk()


def test_commit_after_a_member_asked_to_leave(cast: Cast) -> None:
    of = cast.group(4)
    leaving = of.members[2]
    of.propose(leaving, Remove(leaving.leaves()[leaving.name]))
    of.commit(of.members[0])
    assert leaving not in of.members


def test_commit_of_an_external_psk(cast: Cast) -> None:
    of = cast.group(3)
    of.commit(of.members[0], [shared_psk()], path=False)
    of.commit(of.members[1], [shared_psk()])
    of.talk()


def test_commit_of_a_resumption_psk(cast: Cast) -> None:
    of = cast.group(3)
    usage = ResumptionPSKUsage.APPLICATION
    psk = ResumptionPsk(usage, of.group_id(), of.members[0].epoch(), os.urandom(32))
    of.commit(of.members[1])
    of.commit(of.members[0], [PreSharedKey(psk)])
    of.talk()


@pytest.mark.parametrize("with_removal", [False, True])
def test_commit_of_group_context_extensions(cast: Cast, with_removal: bool) -> None:
    of = cast.group(4)
    leader = of.members[0]
    for terms in ((Extension(ExtensionType.MV_GROUP, b"terms"),), ()):
        proposals: list[Proposal] = [GroupContextExtensions(terms)]
        if with_removal:
            proposals.append(Remove(leader.leaves()[of.members[-1].name]))
        of.commit(leader, proposals)
    of.talk()


def test_commit_that_was_refused_costs_its_generation(cast: Cast) -> None:
    of = cast.group(3)
    leader, other, third = of.members
    refused = leader.stage().commit
    leader.settle(accepted=False)
    proposal = leader.propose(None)
    reader = next(m for m in (other, third) if isinstance(m, PythonMember))
    assert _generation(reader, proposal) == 1
    of.deliver(leader, proposal)
    of.commit(other)
    with pytest.raises(REFUSALS):
        read(third, refused)


def _generation(reader: PythonMember, message: bytes) -> int | None:
    accept = unsafe_accept_any_credential
    return group.process(reader.state, message, accept, NOW).generation


def test_commit_stays_readable_after_storing(cast: Cast) -> None:
    of = cast.group(4)
    of.propose(of.members[1], None)
    for member in of.members:
        member.store_and_restore()
    of.commit(of.members[0])
    for member in of.members:
        member.store_and_restore()
    of.commit(of.members[1])
    of.talk()


# --- application ---


def test_application_messages_are_read_in_any_order_and_once(cast: Cast) -> None:
    of = cast.group(2)
    leader, follower = of.members
    messages = [leader.protect(bytes([n])) for n in range(40)]
    for number in reversed(range(40)):
        assert read(follower, messages[number]).plaintext == bytes([number])
    for message in messages:
        with pytest.raises(REFUSALS):
            read(follower, message)


def test_application_messages_of_two_earlier_epochs_are_read(cast: Cast) -> None:
    of = cast.group(2)
    leader, follower = of.members
    late = [leader.protect(b"0")]
    for number in range(1, 3):
        of.commit(follower)
        late.append(leader.protect(b"%d" % number))
    for number in reversed(range(3)):
        assert read(follower, late[number]).plaintext == b"%d" % number
    too_late = leader.protect(b"gone")
    for _ in range(3):
        of.commit(follower)
    with pytest.raises(REFUSALS):
        read(follower, too_late)


@pytest.mark.parametrize("length", [0, 187, 188, 189, 445, 32_000])
def test_application_messages_have_the_length_of_their_bucket(
    cast: Cast, length: int
) -> None:
    of = cast.group(2)
    lengths = set()
    for sender, receiver in (of.members, of.members[::-1]):
        message = sender.protect(bytes(length))
        assert read(receiver, message).plaintext == bytes(length)
        lengths.add(len(message))
    assert len(lengths) == 1


def test_exported_keys_are_equal(cast: Cast) -> None:
    of = cast.group(3)
    keys = {m.export("MentalVerse media v1", b"call", 48) for m in of.members}
    assert len(keys) == 1
    assert {len(key) for key in keys} == {48}


# --- reinit ---


@pytest.mark.parametrize("target", SUITES)
def test_reinit(cast: Cast, target: str) -> None:
    of = cast.group(4)
    suite = CipherSuite(SUITES[target])
    terms = (Extension(ExtensionType.MV_GROUP, b"next"),)
    reinit = ReInit(os.urandom(16), suite, terms)
    if is_downgrade(cast.suite, suite):
        for member in of.members:
            with pytest.raises(REFUSALS):
                member.stage([reinit])
        return
    of.commit(of.members[0], [reinit])
    with pytest.raises(REFUSALS):
        of.members[1].stage()
    founder, *others = of.members[1], of.members[0], *of.members[2:]
    packages = [member.key_package(suite) for member in others]
    staged = founder.begin_reinitialised(reinit, packages)
    assert staged.welcome is not None
    for member in others:
        member.continue_in(staged.welcome)
    of.settle_members(founder, of.members)
    of.talk()
    of.commit(others[0])


def test_reinit_without_a_member_is_refused(cast: Cast) -> None:
    of = cast.group(3)
    reinit = ReInit(os.urandom(16), cast.suite, ())
    of.commit(of.members[0], [reinit])
    founder, joiner, _left_out = of.members
    with pytest.raises(REFUSALS):
        staged = founder.begin_reinitialised(reinit, [joiner.key_package()])
        assert staged.welcome is not None
        joiner.continue_in(staged.welcome)


def test_a_group_that_continues_nothing_is_refused(cast: Cast) -> None:
    of = cast.group(2)
    joiner = of.members[1]
    other = MixedGroup([cast.leading], cast.suite, cast.peer)
    founder = other.members[0]
    staged = founder.stage([Add(joiner.key_package())])
    assert staged.welcome is not None
    with pytest.raises(REFUSALS):
        joiner.continue_in(staged.welcome)


# --- branch ---


def test_branch(cast: Cast) -> None:
    of = cast.group(5)
    founder, *others = of.members[0], *of.members[2:4]
    group_id = os.urandom(16)
    staged = founder.begin_branch(group_id, [m.key_package() for m in others])
    assert staged.welcome is not None
    for member in others:
        member.continue_in(staged.welcome)
    of.settle_members(founder, of.members)
    assert len(of.members) == 3
    of.talk()
    of.commit(others[0])


def test_branch_with_a_stranger_is_refused(cast: Cast) -> None:
    of = cast.group(3)
    founder, member, _ = of.members
    packages = [member.key_package(), of.newcomer(cast.following).key_package()]
    with pytest.raises(REFUSALS):
        staged = founder.begin_branch(os.urandom(16), packages)
        assert staged.welcome is not None
        member.continue_in(staged.welcome)
