"""Many at the same moment: seats, hands, turns, and a connection that is replaced."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mentalverse_server.media.engines import Engines
from mentalverse_server.media.forwarder.probe import PICTURE, SOUND, Sending
from mentalverse_server.services.calls import parts
from mentalverse_server.store.tables_calls import call_seats
from mentalverse_signaling.errors import (
    BadRequest,
    CallFull,
    RoleRequired,
    SignalingError,
    StaleConnection,
)
from support.call_wire import Caller, call_wire, relay
from support.fake_sfu import FakeDriver

PARTICIPANTS, STAFF = 8, 2
"""Seats of a full circle."""
JOINS = 64


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> FakeDriver:
    """The engine of the servers of this test; it forwards nothing."""
    fake = FakeDriver()
    monkeypatch.setattr(parts, "make_engines", lambda *_: Engines([fake]))
    return fake


async def _comes(who: Caller) -> CallFull | StaleConnection | None:
    """Joins; nobody ever sees more seats taken than there are."""
    try:
        joined = await who.join()
    except (CallFull, StaleConnection) as refused:
        return refused
    assert joined.roster is not None
    _are_whole(joined.roster.members)
    return None


async def _come(*callers: Caller | None) -> list[SignalingError | None]:
    """Those of one socket, one after another."""
    return [await _comes(one) for one in callers if one is not None]


def _are_whole(members: Any) -> None:
    numbers = [one.seat_no for one in members]
    assert len(numbers) == len(set(numbers))
    assert len({one.member for one in members}) == len(members)
    assert sum(number <= PARTICIPANTS for number in numbers) <= PARTICIPANTS
    assert sum(number > PARTICIPANTS for number in numbers) <= STAFF


@pytest.mark.capability("S06")
async def test_sixty_four_joins_at_once_hold_the_ten_seats_of_a_full_circle(
    tmp_path: Path, database_url: str, driver: FakeDriver
) -> None:
    """Ten people with four sockets each, many of which join twice: nobody doubles."""
    driver.let_go()
    settings = {"database.url": database_url}
    async with call_wire(tmp_path, settings=settings) as wire:
        lead, helper = await wire.member("lead"), await wire.member("helper")
        people = [await wire.member(f"person-{n}") for n in range(PARTICIPANTS)]
        talk = await wire.talk("circle", lead, helper, *people, staff=(helper,))
        view = await wire.start(lead, talk)
        assert (view.topology, view.seats) == ("sfu", PARTICIPANTS + STAFF)
        lines = [lead, helper, *people]
        lines += [await wire.again(line) for line in lines for _ in range(3)]
        callers = [wire.caller(line, view) for line in lines]
        twice = [wire.caller(line, view) for line in lines[: JOINS - len(lines)]]
        pairs = itertools.zip_longest(callers, twice)
        answers = await asyncio.gather(*(_come(*pair) for pair in pairs))
        refused = [one for each in answers for one in each]
        assert len(refused) == JOINS
        assert not any(refused), "each finds its own seat, or takes it over"
        room = wire.api.server.calls.rooms.get(view.call)
        members = await _seen(room.call.seats, [*callers, *twice])
        assert len(members) == PARTICIPANTS + STAFF
        query = select(call_seats.c.account, call_seats.c.seat_no)
        rows = await wire.api.server.database.read(
            lambda connection: connection.execute(query).all()
        )
        assert {(m.member, m.seat_no) for m in members} == {tuple(row) for row in rows}


@pytest.mark.capability("S06")
async def test_sixty_four_joins_at_once_never_hold_more_seats_than_there_are(
    tmp_path: Path,
) -> None:
    """Eight people for three seats, with four sockets each that join twice."""
    async with call_wire(tmp_path) as wire:
        _, lead, others = await wire.circle("open_circle", people=8)
        lines = [one.line for one in others]
        lines += [await wire.again(one.line) for one in others for _ in range(3)]

        callers = [
            [Caller(line, lead.call, wire.id()) for _ in range(2)] for line in lines
        ]
        answers = await asyncio.gather(*(_come(*pair) for pair in callers))
        refused = [one for each in answers for one in each if one is not None]
        assert len(lines) * 2 == JOINS
        assert refused and all(isinstance(error, CallFull) for error in refused)
        members = (await lead.roster()).members
        _are_whole(members)
        assert sum(one.seat_no <= PARTICIPANTS for one in members) == 3


async def _seen(seats: Mapping[Any, Any], callers: list[Caller]) -> Any:
    """The roster as whoever has the first of these seats sees it."""
    held = {seat.conn_id for seat in seats.values()}
    there = next(one for one in callers if one.conn_id in held)
    members = (await there.roster()).members
    _are_whole(members)
    return members


async def test_who_is_replaced_is_out_of_the_engine_before_the_newer_one_sends(
    tmp_path: Path, driver: FakeDriver
) -> None:
    async with call_wire(tmp_path) as wire:
        _, lead, (one, *_) = await wire.circle("open_circle")
        await one.join()
        jsep = {"type": "offer", "sdp": await _sdp(), "e2ee": True}
        old = (await one.ask("feed.publish", label="main", jsep=jsep)).feed
        newer = Caller(await wire.again(one.line), one.call, wire.id())
        await newer.join()
        with pytest.raises(StaleConnection):
            await one.ask("feed.publish", label="main", jsep=jsep)
        sends = asyncio.create_task(newer.ask("feed.publish", label="main", jsep=jsep))
        await driver.has_begun(1)
        for _ in range(5):
            await lead.ask("call.beat")
        assert driver.done == [("publish", old)], "it waits for the engine to let go"
        driver.let_go()
        new = (await sends).feed
        assert new != old
        assert driver.done == [
            ("publish", old),
            ("kick", one.account),
            ("publish", new),
        ]


async def test_after_a_restart_feeds_are_sent_again_under_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine has not outlived the server, and everybody says so by sending."""
    monkeypatch.setattr(parts, "make_engines", lambda *_: Engines([FakeDriver()]))
    jsep = {"type": "offer", "sdp": await _sdp(), "e2ee": True}
    async with call_wire(tmp_path) as wire:
        _, lead, (one, *_) = await wire.circle("open_circle")
        await one.join()
        feed = (await one.ask("feed.publish", label="main", jsep=jsep)).feed
        clock = wire.clock
    async with call_wire(tmp_path, clock) as wire:
        for each in (lead, one):
            resumed = await each.resume(await wire.again(each.line))
            assert resumed.roster is not None and resumed.roster.feeds == ()
        again = await one.ask("feed.publish", label="main", jsep=jsep)
        assert again.feed == feed
        assert (await lead.told("feed.published"))["feed"]["feed"] == feed
        assert [each.feed for each in (await lead.roster()).feeds] == [feed]


async def _sdp() -> str:
    return await Sending(SOUND, PICTURE).offer()


def _told(who: Caller, *events: str) -> list[Any]:
    """What a client was told of these, in the order in which it came."""
    said = [packet["data"] for packet in who.line.socket.pushed]
    return [fact for event, fact in said if event in events]


@pytest.mark.capability("S07")
async def test_hands_and_turns_are_the_same_for_everybody(tmp_path: Path) -> None:
    """Asked for at the same moment: one order, on every client and in the roster."""
    async with call_wire(tmp_path) as wire:
        _, lead, people = await wire.circle("open_circle")
        for one in people:
            await one.join()
        everybody = [lead, *people]
        places = await asyncio.gather(*(one.ask("hand.raise") for one in people))
        assert sorted(place.place for place in places) == [1, 2, 3]
        hands = (await lead.roster()).hands
        order = [one.account for one in people]
        assert [hands[place.place - 1] for place in places] == order

        piece = await lead.ask("piece.start", order=order)
        for _ in order:
            # All at once, as if nobody knew of the others: it passes once.
            await asyncio.gather(
                *(_passes(one, piece.turn) for one in (lead, *people)),
            )
            roster = await lead.roster()
            if roster.piece is None:
                break
            assert roster.piece.position == piece.position + 1
            piece = roster.piece
        assert (await lead.roster()).piece is None

        told = []
        for one in everybody:
            await one.told("piece.stopped")
            raised = [fact["member"] for fact in _told(one, "hand.raised")]
            assert raised == list(hands)
            assert (await one.roster()).hands == hands
            turns = _told(one, "piece.started", "piece.passed")
            told.append([(f["piece"]["turn"], f["piece"]["holder"]) for f in turns])
        assert [holder for _, holder in told[0]] == order
        assert all(one == told[0] for one in told)


async def _passes(who: Caller, turn: int) -> None:
    try:
        await who.ask("piece.pass", turn=turn)
    except SignalingError:  # not theirs, or over
        return


@pytest.mark.capability("S07")
async def test_who_leads_asks_one_person_aside_and_nobody_else_hears_of_it(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        rung: list[Any] = []
        _, lead, (one, other, _) = await wire.circle("open_circle")
        wire.api.server.calls.opening.ring = lambda *told: rung.append(told)
        await one.join()
        await other.join()
        aside = await wire.talk("side", lead.line, one.line)
        direct = await wire.talk("direct", lead.line, other.line)
        asked = {"member": one.account, "conversation": aside.id}
        with pytest.raises(RoleRequired):
            await one.ask("side.open", **{**asked, "member": lead.account})
        with pytest.raises(BadRequest):
            await lead.ask("side.open", **{**asked, "conversation": direct.id})
        with pytest.raises(BadRequest):
            await lead.ask("side.open", **{**asked, "member": other.account})

        opened = await lead.ask("side.open", **asked)
        again = await lead.ask("side.open", **asked)
        assert again.side == opened.side, "asked twice, it is the same call"
        for who in (lead, one):
            told = await who.told("side.opened")
            assert (told["side"], told["member"]) == (opened.side, lead.account)
        for who in (lead, one):
            joined = await Caller(who.line, opened.side, wire.id()).join()
            assert joined.roster is not None
            view = joined.roster.view
            assert (view.kind, view.topology, view.relay) == ("side", "p2p", True)
        await other.roster()
        assert _told(other, "side.opened") == []
        started = [fact["call"] for fact in _told(other, "call.started")]
        assert opened.side not in started
        assert len((await lead.roster()).members) == 3, "the circle goes on"
        assert rung == [], "who is in a call is not woken"
