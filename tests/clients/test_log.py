"""What a device believes of a log, rule by rule, on a log in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mentalverse_client import AlarmKind, NotProven, PeerChanged
from mentalverse_client.groups.room import Room
from mentalverse_client.log import log_watch
from mentalverse_client.log.alarms import BANNER, MAX_ALARMS
from mentalverse_client.store.heard_heads import HEARD, note_heard
from mentalverse_crypto.carried import LogHead
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.device_list import DeviceList, sign_next
from mentalverse_crypto.log_entry import account_entry, report_key_entry
from mentalverse_crypto.log_view import GOSSIP_INTERVAL, PROOF_DEADLINE, SplitKind
from mentalverse_crypto.transparency import SignedHead
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.errors import RateLimited
from support.clock import ManualClock
from support.devices import new_device
from support.log_server import Follower, LogServer, follower
from support.rooms import World, founded, invite
from support.transparency_log import LoggingService


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def server() -> LogServer:
    clock = ManualClock()
    return LogServer(clock, LoggingService(clock.now()))


@pytest.fixture
def ada(world: World, server: LogServer) -> Follower:
    made = follower(world, server, "ada")
    server.record(made.first_list)
    return made


@pytest.fixture
def ben(world: World, server: LogServer) -> Follower:
    made = follower(world, server, "ben")
    server.record(made.first_list)
    return made


def next_of(one: Follower, *, remove_all: bool = False) -> DeviceList:
    """The list that follows the newest one, signed by the account."""
    before = one.server.newest[one.account][0]
    listed = () if remove_all else before.devices
    fresh = new_device().listed(one.server.clock.now())
    return sign_next(one.device.profile.account_key, before, [*listed, fresh])


def in_a_message(head: SignedHead) -> LogHead:
    return LogHead(head.log_id, head.size, head.root, head.time_ms, head.signature)


def hears(one: Follower, head: SignedHead) -> bool:
    vault = one.device.profile.vault
    public = one.device.profile.identity.log_pub
    with vault.transaction() as write:
        return note_heard(vault, write, public, in_a_message(head))


def another_log(one: Follower, entries: int) -> LoggingService:
    """What the same log could have signed instead."""
    other = LoggingService(one.server.clock.now())
    assert other.public == one.server.service.public
    for _ in range(entries):
        other.record_account(new_device().first_list(one.server.clock.now()))
    return other


# --- device lists ---


async def test_a_list_in_the_log_is_asked_for_once(
    world: World, server: LogServer, ada: Follower, ben: Follower
) -> None:
    room = founded(world, ada.device, ConversationKind.CIRCLE)
    invite(world, room, ben.device)
    for _ in range(3):
        await ada.log.require_members(room)
    assert server.asked == ["device.list"]
    assert ada.device.profile.lists.get(ben.account) == ben.first_list


async def test_who_was_removed_from_a_list_is_not_written_to(
    world: World, server: LogServer, ada: Follower, ben: Follower
) -> None:
    room = founded(world, ada.device, ConversationKind.CIRCLE)
    invite(world, room, ben.device)
    await ada.log.require_members(room)
    server.record(next_of(ben, remove_all=True))
    await ada.log.checked_list(ben.account)
    with pytest.raises(NotProven, match="not on their signed list"):
        await ada.log.require_members(room)


async def test_a_list_that_is_older_than_the_known_one_is_refused(
    server: LogServer, ada: Follower, ben: Follower
) -> None:
    server.record(next_of(ben))
    await ada.log.checked_list(ben.account)
    server.newest[ben.account] = server.earlier[ben.account, 1]
    with pytest.raises(NotProven, match="older"):
        await ada.log.checked_list(ben.account)


async def test_two_lists_of_one_number_are_refused(
    server: LogServer, ada: Follower, ben: Follower
) -> None:
    other = next_of(ben)
    server.record(next_of(ben))
    await ada.log.checked_list(ben.account)
    server.record(other)
    with pytest.raises(NotProven, match="one number"):
        await ada.log.checked_list(ben.account)


async def test_a_list_that_another_entry_records_is_refused(
    server: LogServer, ada: Follower, ben: Follower
) -> None:
    shown, _ = server.newest[ben.account]
    server.newest[ben.account] = shown, server.newest[ada.account][1]
    with pytest.raises(NotProven):
        await ada.log.checked_list(ben.account)
    assert ada.device.profile.lists.get(ben.account) is None


async def test_a_key_that_was_claimed_must_be_the_one_that_signs(
    ada: Follower, ben: Follower
) -> None:
    with pytest.raises(PeerChanged):
        await ada.log.checked_list(ben.account, new_device().account_key.public)
    assert ada.kinds() == [AlarmKind.OTHER_KEY]


async def test_a_log_of_another_key_is_not_followed(
    world: World, server: LogServer, ben: Follower
) -> None:
    cleo = follower(world, server, "cleo")
    server.service = LoggingService(server.clock.now(), seed=71)
    server.record(ben.first_list)
    with pytest.raises(NotProven):
        await cleo.log.checked_list(ben.account)
    assert cleo.state.view.head is None


# --- one's own account ---


async def test_a_device_added_elsewhere_is_told_for_a_day(
    server: LogServer, ada: Follower
) -> None:
    server.record(next_of(ada))
    await ada.watch.look()
    assert ada.kinds() == [AlarmKind.NEW_DEVICE]
    server.clock.advance(BANNER.total_seconds())
    assert ada.kinds() == []


async def test_a_list_that_this_device_published_is_not_told(
    server: LogServer, ada: Follower
) -> None:
    published = next_of(ada)
    with ada.device.profile.vault.transaction() as write:
        ada.device.profile.lists.put(write, ada.account, published)
    server.record(published)
    await ada.watch.look()
    assert ada.kinds() == []


async def test_an_entry_that_the_account_did_not_sign_is_an_alarm(
    server: LogServer, ada: Follower
) -> None:
    await ada.watch.look()
    thief = replace(new_device(), account=ada.account)
    server.service.record_account(thief.first_list(server.clock.now()))
    await ada.watch.look()
    assert ada.kinds() == [AlarmKind.OWN_ACCOUNT]
    assert ada.told == 1


async def test_many_entries_in_ones_name_are_looked_into_only_so_far(
    server: LogServer, ada: Follower
) -> None:
    thief = replace(new_device(), account=ada.account)
    for _ in range(30):
        server.service.record_account(thief.first_list(server.clock.now()))
    await ada.watch.look()
    assert 1 <= len(ada.current()) <= 8


async def test_the_log_is_read_from_where_it_was_read_to(
    server: LogServer, ada: Follower
) -> None:
    for _ in range(7):
        server.record(new_device().first_list(server.clock.now()))
    await ada.watch.look()
    server.asked.clear()
    server.record(new_device().first_list(server.clock.now()))
    await ada.watch.look()
    assert server.asked.count("log.entries") == 1
    audit = await ada.watch.audit(lambda done, size: None)
    assert (audit.head.size, audit.own, audit.own_unknown) == (server.size, 1, 0)


async def test_entries_that_do_not_give_the_root_are_not_believed(
    server: LogServer, ada: Follower, ben: Follower
) -> None:
    true = server.service.entries[-1]
    lie = account_entry(true.seq, new_device().first_list(), server.clock.now())
    honest_head = server.head()
    server.service.entries[-1] = lie
    server.head = lambda: honest_head  # type: ignore[method-assign]
    with pytest.raises(NotProven):
        await ada.watch.look()
    server.service.entries[-1] = true
    await ada.watch.look()  # nothing of the lie was kept


async def test_the_newest_report_key_in_the_log_is_the_one(
    server: LogServer, ada: Follower
) -> None:
    suite = next(iter(CipherSuite))
    now = server.clock.now()
    for number, public in enumerate((b"old", b"new")):
        entry = report_key_entry(server.size, suite, public, number + 1, now)
        server.service.record(entry)
    assert not ada.watch.logged_report_key(suite, b"new")
    await ada.watch.look()
    assert ada.watch.logged_report_key(suite, b"new")
    assert not ada.watch.logged_report_key(suite, b"old")


async def test_a_second_list_of_a_used_number_is_an_alarm(
    server: LogServer, ada: Follower
) -> None:
    """Also if it is signed by the account's key: somebody else may have that."""
    lists = [next_of(ada), next_of(ada)]
    for each in lists:
        server.record(each)
        await ada.watch.look()
        server.newest[ada.account] = server.earlier[ada.account, 2]
    assert AlarmKind.OWN_ACCOUNT in ada.kinds()
    assert (await ada.watch.audit(lambda done, size: None)).own_unknown == 1


async def test_a_device_that_came_and_went_while_away_is_told(
    server: LogServer, ada: Follower
) -> None:
    """Whoever got hold of the account cannot come and go between two looks."""
    await ada.watch.look()
    before, passing = ada.first_list, next_of(ada)
    server.record(passing)
    server.record(sign_next(ada.device.profile.account_key, passing, before.devices))
    await ada.watch.look()
    assert ada.kinds() == [AlarmKind.NEW_DEVICE]
    known = ada.device.profile.lists.get(ada.account)
    assert known is not None
    assert known.devices == before.devices


async def test_a_server_that_is_always_asked_too_often_keeps_nobody_waiting(
    server: LogServer, ada: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reading of the log, for which a report waits, comes to an end."""
    monkeypatch.setattr(log_watch, "PAUSE_SECONDS", 0.0)
    for number in range(2):
        server.record(next_of(ada, remove_all=bool(number)))

    async def refuses(name: str, payload: Any, answer: type[Any]) -> Any:
        if name == "device.list":
            raise RateLimited
        return await server(name, payload, answer)

    ada.watch._call = refuses
    async with asyncio.timeout(60):
        with pytest.raises(RateLimited):
            await ada.watch.look()


# --- heads from others ---


async def test_a_head_that_the_log_did_not_sign_is_ignored(ada: Follower) -> None:
    head = replace(ada.server.head(), root=bytes(32))
    assert not hears(ada, head)
    assert ada.device.profile.vault.names(HEARD) == []


async def test_a_head_of_the_same_log_is_settled(
    server: LogServer, ada: Follower
) -> None:
    early = server.head()
    server.record(new_device().first_list(server.clock.now()))
    await ada.watch.look()
    late = server.service.head(server.clock.now())
    assert hears(ada, early)
    assert hears(ada, late)
    await ada.gossip.settle()
    assert ada.state.view.awaited == ()
    assert ada.kinds() == []
    assert ada.device.profile.vault.names(HEARD) == []


async def test_a_head_of_the_same_size_and_another_root_is_told_at_once(
    server: LogServer, ada: Follower
) -> None:
    await ada.watch.look()
    other = another_log(ada, server.size)
    assert hears(ada, other.head(server.clock.now()))
    await ada.gossip.settle()
    assert ada.kinds() == [AlarmKind.SPLIT_VIEW]


async def test_a_head_that_is_not_proven_within_a_day_is_told(
    server: LogServer, ada: Follower
) -> None:
    await ada.watch.look()
    other = another_log(ada, server.size + 5)
    assert hears(ada, other.head(server.clock.now()))
    await ada.gossip.settle()
    assert ada.kinds() == []
    server.clock.advance(PROOF_DEADLINE.total_seconds() - 1)
    await ada.gossip.settle()
    assert ada.kinds() == []
    server.clock.advance(1)
    await ada.gossip.settle()
    assert ada.kinds() == [AlarmKind.SPLIT_VIEW]
    split = ada.state.view.split
    assert split is not None
    assert split.kind is SplitKind.NO_PROOF


async def test_somebody_new_is_not_believed_once_the_logs_differ(
    server: LogServer, ada: Follower, ben: Follower
) -> None:
    await ada.watch.look()
    hears(ada, another_log(ada, server.size).head(server.clock.now()))
    await ada.gossip.settle()
    with pytest.raises(NotProven, match="different logs"):
        await ada.log.checked_list(ben.account)
    for alarm in ada.current():
        ada.alarms.acknowledge(alarm.id)
    await ada.log.checked_list(ben.account)


async def test_a_group_hears_of_a_head_at_most_once_an_hour(
    world: World, server: LogServer, ada: Follower
) -> None:
    room = founded(world, ada.device, ConversationKind.CIRCLE)
    assert not ada.gossip.pass_on(room)  # nothing is held yet
    await ada.watch.look()
    assert [ada.gossip.pass_on(room) for _ in range(3)] == [True, False, False]
    server.record(new_device().first_list(server.clock.now()))
    await ada.watch.look()
    assert not ada.gossip.pass_on(room)
    server.clock.advance(GOSSIP_INTERVAL.total_seconds())
    assert ada.gossip.pass_on(room)
    server.clock.advance(GOSSIP_INTERVAL.total_seconds())
    assert not ada.gossip.pass_on(room)  # it is the same head
    assert len(list(room.waiting())) == 2


async def test_a_head_is_stored_with_the_row_that_brought_it_and_is_no_message(
    world: World, ada: Follower, ben: Follower
) -> None:
    room = founded(world, ada.device, ConversationKind.CIRCLE)
    theirs = invite(world, room, ben.device)
    await ada.watch.look()
    assert ada.gossip.pass_on(room)
    position, entry = next(room.waiting())
    row = world.append(room.seal(position, entry).payload)
    applied = theirs.receive([row], from_log=False)
    assert (applied.history.arrived, len(applied.history.heads)) == ([], 1)
    assert len(ben.device.profile.vault.names(HEARD)) == 1
    assert _own_heads(room, world) == 0


def _own_heads(room: Room, world: World) -> int:
    world.read(room)
    return len(room._device.profile.vault.names(HEARD))


# --- alarms ---


def test_a_finding_is_told_once_until_it_was_seen_and_a_day_is_over(
    server: LogServer, ada: Follower
) -> None:
    for _ in range(3):
        ada.alarms.tell(AlarmKind.REFUSED, "somebody", "the same")
    assert (len(ada.current()), ada.told) == (1, 1)
    assert ada.alarms.acknowledge(ada.current()[0].id)
    ada.alarms.tell(AlarmKind.REFUSED, "somebody", "the same")
    assert ada.current() == []
    server.clock.advance(BANNER.total_seconds())
    ada.alarms.tell(AlarmKind.REFUSED, "somebody", "the same")
    assert len(ada.current()) == 1


@pytest.mark.parametrize("seen", [False, True])
def test_an_alarm_that_matters_is_told_however_many_there_were(
    ada: Follower, seen: bool
) -> None:
    """Neither strangers nor a long life use up the room for it."""
    for number in range(MAX_ALARMS):
        ada.alarms.tell(AlarmKind.REFUSED, detail=str(number))
        if seen:
            ada.alarms.acknowledge(ada.current()[-1].id)
    for kind in (AlarmKind.SPLIT_VIEW, AlarmKind.OWN_ACCOUNT):
        ada.alarms.tell(kind)
    for number in range(MAX_ALARMS):
        ada.alarms.tell(AlarmKind.REFUSED, detail=f"more {number}")
    assert {AlarmKind.SPLIT_VIEW, AlarmKind.OWN_ACCOUNT} <= set(ada.kinds())
    assert len(ada.alarms.every()) == MAX_ALARMS


@pytest.mark.parametrize("kind", AlarmKind)
def test_every_alarm_can_be_said(kind: AlarmKind, ada: Follower) -> None:
    ada.alarms.tell(kind, ada.account, "cause")
    (alarm,) = ada.current()
    text = alarm.text("ben")
    assert "{" not in text
    assert text.endswith((".", "evidence", ada.account[:8]))
