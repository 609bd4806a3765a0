"""What is planned, who may plan it, and what is left of a session afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mentalverse_server.store import outbox
from mentalverse_server.store.tables_calls import call_acts, call_attendance
from mentalverse_signaling.errors import (
    BadRequest,
    CallFull,
    Forbidden,
    NotFound,
    NotNow,
    RateLimited,
)
from support.call_wire import Caller, CallWire, call_wire
from support.crisis_wire import Line, Talk


def _now_ms(wire: CallWire) -> int:
    return round(wire.clock.now().timestamp() * 1000)


async def _plan(wire: CallWire, by: Line, talk: Talk, **fields: Any) -> Any:
    planned = {
        "request": wire.id(),
        "kind": "open_circle",
        "starts_at": _now_ms(wire),
        **fields,
    }
    return await by.call("session.plan", conversation=talk.id, **planned)


async def _circle(wire: CallWire) -> tuple[Line, Line, Talk]:
    lead, ben = await wire.member("lead"), await wire.member("ben")
    return lead, ben, await wire.talk("circle", lead, ben)


async def test_a_request_plans_once_and_everybody_is_told(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        lead, ben, talk = await _circle(wire)
        request = wire.id()
        view = await _plan(wire, lead, talk, request=request)
        assert await _plan(wire, lead, talk, request=request) == view
        told = await ben.told("session.changed")
        assert told["session"]["session"] == view.session
        listed = await ben.call("session.list")
        assert [one.session for one in listed.sessions] == [view.session]


async def test_who_leads_the_circle_plans_and_strangers_see_nothing(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        lead, ben, talk = await _circle(wire)
        eve = await wire.member("eve")
        view = await _plan(wire, lead, talk)
        with pytest.raises(Forbidden):
            await _plan(wire, ben, talk)
        with pytest.raises(NotFound):
            await _plan(wire, eve, talk)
        with pytest.raises(Forbidden):
            await ben.call("session.cancel", session=view.session)
        with pytest.raises(NotFound):
            await eve.call("session.change", session=view.session, minutes=30)
        assert (await eve.call("session.list")).sessions == ()


@pytest.mark.capability("S06")
async def test_seats_are_those_of_the_kind(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        lead, _, talk = await _circle(wire)
        for kind, capacity in (("peer_circle", 3), ("therapy_circle", 5)):
            with pytest.raises(BadRequest):
                await _plan(wire, lead, talk, kind=kind, capacity=capacity)
        view = await _plan(wire, lead, talk, kind="therapy_circle", capacity=6)
        assert (view.capacity, view.minutes, view.needs_screening) == (6, 90, True)


async def test_a_call_is_opened_near_its_time(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        lead, _, talk = await _circle(wire)
        later = _now_ms(wire) + 3_600_000
        view = await _plan(wire, lead, talk, starts_at=later)
        with pytest.raises(NotNow):
            await wire.start(lead, talk, session=view.session)
        moved = await lead.call(
            "session.change", session=view.session, starts_at=_now_ms(wire)
        )
        assert moved.status == "planned"
        call = await wire.start(lead, talk, session=view.session)
        (listed,) = (await lead.call("session.list")).sessions
        assert (listed.status, listed.call) == ("open", call.call)
        with pytest.raises(NotNow):
            await lead.call("session.cancel", session=view.session)


async def test_what_was_to_be_long_ago_stays_as_it_is(tmp_path: Path) -> None:
    """Half a day after its start: who kept what they planned is counted by it."""
    async with call_wire(tmp_path) as wire:
        lead, _, talk = await _circle(wire)
        late, later = [await _plan(wire, lead, talk) for _ in range(2)]
        wire.clock.advance(12 * 3_600)
        gone = await lead.call("session.cancel", session=late.session)
        assert gone.status == "cancelled"
        wire.clock.advance(0.001)
        with pytest.raises(NotNow):
            await lead.call("session.cancel", session=later.session)
        to_come = {"starts_at": _now_ms(wire) + 3_600_000}
        with pytest.raises(NotNow):
            await lead.call("session.change", session=later.session, **to_come)


async def test_only_who_fits_comes_in(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        lead, ben, talk = await _circle(wire)
        session = await _plan(wire, lead, talk, needs_screening=True)
        view = await wire.start(lead, talk, session=session.session)
        await wire.caller(lead, view).join()
        one = wire.caller(ben, view)
        with pytest.raises(Forbidden):
            await one.join()
        screen = {"conversation": talk.id, "member": ben.account, "fits": True}
        with pytest.raises(Forbidden):
            await ben.call("session.screen", **screen)
        await lead.call("session.screen", **screen)
        assert (await one.join()).seat is not None


async def test_a_third_of_the_staff_finds_no_seat(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        _, lead, (one, other, _) = await wire.circle("open_circle")
        await one.join()
        await other.join()
        await lead.ask("seat.set_role", member=one.account, role="co_facilitator")
        with pytest.raises(CallFull):
            await lead.ask("seat.set_role", member=other.account, role="observer")


@pytest.mark.capability("S01")
async def test_minutes_are_shown_to_those_whose_business_they_are(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        one, other = await wire.pair()
        wire.clock.advance(3)
        both = {one.account: 3, other.account: 3}
        for each in (one, other):
            view = await each.ask("attendance.fetch")
            assert not view.is_over and _minutes(view.attendance) == both
        await one.ask("call.end")
        view = await other.ask("attendance.fetch")
        assert view.is_over and _minutes(view.attendance) == both
        eve = Caller(await wire.member("eve"), one.call, wire.id())
        with pytest.raises(NotFound):
            await eve.ask("attendance.fetch")


@pytest.mark.capability("S05")
async def test_in_a_circle_minutes_of_others_are_for_who_leads(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        _, lead, (one, other, _) = await wire.circle("open_circle")
        await one.join()
        await other.join()
        wire.clock.advance(3)
        await one.ask("call.leave")
        await lead.ask("call.end")
        everybody = {lead.account: 3, one.account: 3, other.account: 3}
        for who, seen in ((lead, everybody), (one, {one.account: 3})):
            ended = await who.told("call.ended")
            told = {a["member"]: a["attended_seconds"] for a in ended["attendance"]}
            assert told == seen
            view = await who.ask("attendance.fetch")
            assert _minutes(view.attendance) == seen


def _minutes(attendance: Any) -> dict[str, int]:
    return {one.member: one.attended_seconds for one in attendance}


@pytest.mark.capability("S05")
async def test_attendance_and_acts_are_kept(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        _, lead, (one, *_) = await wire.circle("open_circle")
        await one.join()
        wire.clock.advance(3)
        await one.ask("call.leave")
        await lead.ask("room.lock")
        await lead.ask("call.end")
        ended = await lead.told("call.ended")
        attended = {a["member"]: a["attended_seconds"] for a in ended["attendance"]}
        assert attended == {lead.account: 3, one.account: 3}
        database = wire.api.server.database
        rows = await database.read(
            lambda connection: connection.execute(select(call_attendance)).all()
        )
        assert {row.account for row in rows} == {lead.account, one.account}
        acts = await database.read(
            lambda connection: connection.execute(select(call_acts.c.act)).scalars()
        )
        assert {"locked", "ended"} <= set(acts)


async def test_checks_are_six_a_minute_and_keep_codes_alone(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        ada = await wire.member("ada")
        assert not (await ada.call("call.check")).is_sfu_up
        for _ in range(5):
            await ada.call("check.record", result="good", codes=["rtt_high"])
        with pytest.raises(RateLimited):
            await ada.call("call.check")


async def test_what_is_planned_moved_or_called_off_is_told_outside(
    tmp_path: Path,
) -> None:
    """In the transaction that does it: once, and not for what changes nothing."""
    async with call_wire(tmp_path) as wire:
        lead, ben, talk = await _circle(wire)
        request, hour_ms = wire.id(), 3_600_000
        starts_at = _now_ms(wire) + hour_ms
        view = await _plan(wire, lead, talk, request=request, starts_at=starts_at)
        await _plan(wire, lead, talk, request=request, starts_at=starts_at)
        with pytest.raises(Forbidden):
            await _plan(wire, ben, talk)
        session = view.session
        await lead.call("session.change", session=session, media="audio")
        later = starts_at + 2 * hour_ms
        await lead.call("session.change", session=session, starts_at=later)
        for _ in range(2):
            await lead.call("session.cancel", session=session)
        database = wire.api.server.database
        stored = await database.read(outbox.after, 0, 100)
        events = [it for it in stored if it.type.startswith("session.")]
        about = await database.read(outbox.subjects_of, events[0].seq)

    assert [event.type for event in events] == [
        "session.scheduled",
        "session.rescheduled",
        "session.cancelled",
    ]
    assert {event.key for event in events} == {f"session:{session}"}
    assert [event.data["start"] for event in events] == [starts_at, later, later]
    assert [event.data["notice_min"] for event in events] == [60, 60, 180]
    assert {event.data["by"] for event in events} == {"facilitator"}
    assert set(about) == {lead.account, ben.account}
