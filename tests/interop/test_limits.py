"""How much, how many and how long: both languages draw every line at the same place."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest
from load_tests.js_peer import JsError, JsPeer, octets
from load_tests.mixed_members import NOW, REFUSALS, Member, Staged, read
from load_tests.python_member import PythonMember

from mentalverse_crypto import validation
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.proposals import Add, PreSharedKey, Proposal
from mentalverse_crypto.psk import ExternalPsk, ResumptionPsk, ResumptionPSKUsage
from support.mixed_group import LANGUAGES, MixedGroup

SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519
DAY_SECONDS = 86_400
LARGEST_GROUP = 64
MOST_PENDING = 256
DAMAGED = 150


@pytest.fixture
def later(peer: JsPeer) -> Iterator[JsPeer]:
    """The peer, whose clock is set back afterwards."""
    yield peer
    _days_pass(peer, 0)


def _days_pass(peer: JsPeer, days: int) -> None:
    peer.call("now", seconds=int(NOW.timestamp()) + days * DAY_SECONDS)


# --- members ---


def _carelessly(leader: Member, proposal: Proposal) -> Staged:
    """A commit of somebody who does not look at who is in the group."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validation, "check_members_12_2", lambda *args: None)
        return leader.stage([proposal])


def test_a_group_has_sixty_four_members_at_the_most(peer: JsPeer) -> None:
    of = MixedGroup(["python", "javascript"], SUITE, peer)
    leader, follower = of.members
    rest = [of.newcomer("python") for _ in range(LARGEST_GROUP - 2)]
    staged = leader.stage([Add(each.key_package()) for each in rest])
    leader.settle(accepted=True)
    read(follower, staged.commit)
    one_more = of.newcomer("javascript")
    add = Add(one_more.key_package())
    for member in (leader, follower):
        with pytest.raises(REFUSALS):
            member.stage([add])
        with pytest.raises(REFUSALS):
            one_more.come_in(member.group_info())
    staged = _carelessly(leader, add)
    assert staged.welcome is not None
    with pytest.raises(JsError, match="too many members"):
        read(follower, staged.commit)
    with pytest.raises(JsError, match="too many members"):
        one_more.join(staged.welcome)


def test_a_client_is_in_a_group_once_however_it_comes_in(peer: JsPeer) -> None:
    of = MixedGroup(["python", "javascript"], SUITE, peer)
    leader, follower = of.members
    twin, newcomer = PythonMember(leader.name, SUITE), of.newcomer("javascript")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validation, "check_members_12_2", lambda *args: None)
        entered = twin.come_in(leader.group_info())
    with pytest.raises(JsError, match="twice"):
        read(follower, entered.commit)
    staged = _carelessly(leader, Add(twin.key_package()))
    with pytest.raises(JsError):
        read(follower, staged.commit)
    leader.settle(accepted=True)
    staged = _carelessly(leader, Add(newcomer.key_package()))
    assert staged.welcome is not None
    with pytest.raises(JsError, match="twice"):
        newcomer.join(staged.welcome)
    with pytest.raises(JsError, match="twice"):
        newcomer.come_in(leader.group_info())


# --- what waits ---


def test_no_more_than_256_proposals_wait_in_an_epoch(peer: JsPeer) -> None:
    of = MixedGroup(["python", "python", "javascript"], SUITE, peer)
    leader, *others = of.members

    def proposed() -> bytes:
        return leader.propose(PreSharedKey(ExternalPsk(b"shared", os.urandom(32))))

    for _ in range(MOST_PENDING):
        of.deliver(leader, proposed())
    message = proposed()
    for other in others:
        with pytest.raises(REFUSALS, match="too many proposals"):
            read(other, message)


@pytest.mark.parametrize("leading", LANGUAGES)
def test_both_languages_keep_the_same_unused_keys(peer: JsPeer, leading: str) -> None:
    """64 keys are kept for those that come late, from the newest back."""
    of = MixedGroup([leading, "python", "javascript"], SUITE, peer)
    leader, *others = of.members
    messages = [leader.protect(b"%d" % number) for number in range(100)]
    for other in others:
        assert read(other, messages[99]).plaintext == b"99"
        for number in range(35):
            with pytest.raises(REFUSALS):
                read(other, messages[number])
        for number in range(36, 99):
            assert read(other, messages[number]).plaintext == b"%d" % number


@pytest.mark.parametrize(("skipped", "taken"), [(1_000, True), (1_001, False)])
def test_both_languages_follow_a_thousand_generations(
    peer: JsPeer, skipped: int, taken: bool
) -> None:
    of = MixedGroup(["python", "python", "javascript"], SUITE, peer)
    leader, *others = of.members
    for _ in range(skipped):
        leader.protect(b"lost")
    message = leader.protect(b"text")
    for other in others:
        if taken:
            assert read(other, message).plaintext == b"text"
        else:
            with pytest.raises(REFUSALS):
                read(other, message)


# --- time ---


def test_a_key_package_that_ran_out_is_not_added(later: JsPeer) -> None:
    of = MixedGroup(["javascript", "javascript"], SUITE, later)
    leader, follower = of.members
    package = of.newcomer("javascript").key_package()
    staged = leader.stage([Add(package)])
    _days_pass(later, 31)
    with pytest.raises(JsError):
        leader.stage([Add(package)])
    with pytest.raises(JsError):
        read(follower, staged.commit)


def test_a_newcomer_takes_leaves_that_ran_out(later: JsPeer) -> None:
    of = MixedGroup(["javascript", "javascript"], SUITE, later)
    _days_pass(later, 40)
    joiner = of.newcomer("javascript")
    _days_pass(later, 40)
    of.add(of.members[1], joiner)
    of.talk()


@pytest.mark.parametrize(("days", "readable"), [(6, True), (8, False)])
def test_an_earlier_epoch_is_kept_for_seven_days(
    later: JsPeer, days: int, readable: bool
) -> None:
    of = MixedGroup(["javascript", "javascript"], SUITE, later)
    leader, follower = of.members
    late = leader.protect(b"late")
    of.commit(follower)
    _days_pass(later, days)
    if readable:
        assert read(follower, late).plaintext == b"late"
    else:
        with pytest.raises(JsError) as refusal:
            read(follower, late)
        assert refusal.value.code != "internal"


def _resumption_psk(of: MixedGroup) -> PreSharedKey:
    """Of the epoch that the group is in."""
    usage, epoch = ResumptionPSKUsage.APPLICATION, of.members[0].epoch()
    return PreSharedKey(ResumptionPsk(usage, of.group_id(), epoch, os.urandom(32)))


@pytest.mark.parametrize(("days", "kept"), [(29, True), (31, False)])
def test_a_resumption_psk_is_kept_for_thirty_days(
    later: JsPeer, days: int, kept: bool
) -> None:
    of = MixedGroup(["javascript", "python"], SUITE, later)
    leader, follower = of.members
    psk = _resumption_psk(of)
    of.commit(follower)
    _days_pass(later, days)
    if kept:
        of.commit(leader, [psk])
    else:
        with pytest.raises(JsError):
            leader.stage([psk])


@pytest.mark.parametrize(("epochs", "kept"), [(32, True), (33, False)])
def test_the_resumption_psks_of_32_earlier_epochs_are_kept(
    peer: JsPeer, epochs: int, kept: bool
) -> None:
    of = MixedGroup(["python", "javascript"], SUITE, peer)
    psk = _resumption_psk(of)
    for _ in range(epochs):
        of.commit(of.members[0])
    for member in of.members:
        if kept:
            member.stage([psk])
        else:
            with pytest.raises(REFUSALS):
                member.stage([psk])


# --- what is stored ---


def test_a_proposal_that_waits_keeps_its_sender_in_storage(peer: JsPeer) -> None:
    """Also that of the first leaf, whose number is zero."""
    of = MixedGroup(["python", "python", "javascript"], SUITE, peer)
    of.propose(of.members[0], None)
    of.members[2].store_and_restore()
    of.commit(of.members[1])
    of.propose(of.members[0], None)
    of.members[2].store_and_restore()
    of.commit(of.members[2])


def test_a_stored_group_that_is_damaged_is_not_restored(peer: JsPeer) -> None:
    peer.call("client", client="ada", identity=b"ada")
    place = {"client": "ada", "group": "g"}
    peer.call("create", groupId=os.urandom(16), suite=int(SUITE), **place)
    whole, chance = octets(peer.call("serialise", **place)), random.Random(6)
    cuts = [whole[: chance.randrange(len(whole))] for _ in range(DAMAGED)]
    for stored in (b"", bytes(40), b"\x01" + os.urandom(40), whole + b"\0", *cuts):
        with pytest.raises(JsError) as refusal:
            peer.call("restore", stored=stored, **place)
        assert refusal.value.code == "malformed"
    for _ in range(DAMAGED):
        changed = bytearray(whole)
        changed[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        try:
            peer.call("restore", stored=bytes(changed), **place)
        except JsError as refusal:
            assert refusal.code == "malformed", refusal
