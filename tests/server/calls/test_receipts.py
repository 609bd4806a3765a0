"""Receipts of attendance in a real server: who may sign what, and what counts then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mentalverse_crypto.ciphersuite import sign
from mentalverse_server.store.tables_attendance import call_counted, call_receipts
from mentalverse_signaling.attendance_text import receipt_octets
from mentalverse_signaling.call_events import CallRole
from mentalverse_signaling.errors import BadRequest, Forbidden, NotFound, NotNow
from mentalverse_signaling.session_events import SessionView
from support.call_wire import Caller, CallWire, call_wire, relay
from support.crisis_wire import Line, Talk

MARK, OTHER = b"\x01" * 32, b"\x02" * 32
HOUR = 3600


def _receipt(
    who: Caller,
    minutes: int,
    *marks: bytes,
    session: str | None = None,
    role: str = "participant",
) -> dict[str, Any]:
    marks = marks or (MARK,)
    octets = receipt_octets(
        who.call,  # type: ignore[arg-type]
        session,  # type: ignore[arg-type]
        (who.account, who.device),  # type: ignore[arg-type]
        CallRole(role),
        minutes,
        marks,
    )
    signature = sign(who.line.caller.device.device_key, octets)
    return {"role": role, "minutes": minutes, "marks": marks, "signature": signature}


async def _attest(who: Caller, minutes: int, *marks: bytes, **said: Any) -> None:
    await who.ask("attendance.attest", **_receipt(who, minutes, *marks, **said))


async def _rows(wire: CallWire, table: Any) -> list[Any]:
    read = wire.api.server.database.read
    return await read(lambda link: list(link.execute(select(table)).all()))


async def _tidy(wire: CallWire) -> None:
    await wire.api.server.calls.forget()


async def _counted(who: Caller) -> tuple[int, bool] | None:
    counted = (await who.ask("attendance.fetch")).counted
    return counted and (counted.minutes, counted.is_countersigned)


async def _meet(
    wire: CallWire, *, is_planned: bool = False
) -> tuple[Caller, Caller, str | None]:
    """Two who have been in a call for 8 minutes; planned were 5, if it was at all."""
    ada, ben = await wire.member("ada"), await wire.member("ben")
    talk = await wire.talk("direct", ada, ben)
    session = await _plan(wire, ada, talk) if is_planned else None
    view = await wire.start(ada, talk, session=session)
    one, other = wire.caller(ada, view), wire.caller(ben, view)
    for each in (one, other):
        await each.join()
    await _last(wire, one, other)
    return one, other, session


async def _plan(wire: CallWire, by: Line, talk: Talk) -> str:
    now_ms = round(wire.clock.now().timestamp() * 1000)
    planned: SessionView = await by.call(
        "session.plan",
        request=wire.id(),
        conversation=talk.id,
        kind="individual",
        starts_at=now_ms,
        minutes=5,
    )
    return planned.session


async def _last(wire: CallWire, *people: Caller, minutes: int = 8) -> None:
    """Minutes go by, with a beat of everybody now and then."""
    for _ in range(minutes * 60 // 6):
        wire.clock.advance(6)
        for each in people:
            await each.ask("call.beat")


@pytest.mark.capability("S01")
async def test_two_who_sign_settle_the_minutes(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        one, other, session = await _meet(wire, is_planned=True)
        await _attest(one, 7, session=session)
        await one.ask("call.leave")
        await other.ask("call.end")
        assert await _counted(one) is None
        await _attest(other, 8, OTHER, MARK, session=session)
        assert await _counted(one) == await _counted(other) == (7, True)
        await _attest(other, 8, OTHER, MARK, session=session)
        assert len(await _rows(wire, call_receipts)) == 2
        (first, second) = await _rows(wire, call_counted)
        assert {first.session, second.session} == {session}
        assert not first.in_review and not second.in_review


async def test_both_may_have_signed_before_the_call_is_over(tmp_path: Path) -> None:
    """Who comes back signs for more, and the end of the call settles it."""
    async with call_wire(tmp_path) as wire:
        one, other, _ = await _meet(wire)
        await _attest(one, 5)
        await _attest(one, 7)
        await _attest(one, 6)
        await _attest(other, 8)
        assert await _counted(one) is None
        await one.ask("call.end")
        assert await _counted(one) == await _counted(other) == (7, True)


async def test_without_the_other_the_leases_count_after_three_days(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        one, other, session = await _meet(wire, is_planned=True)
        await one.ask("call.end")
        await _attest(one, 8, session=session)
        await _attest(other, 8, OTHER, session=session)
        wire.clock.advance(72 * HOUR - 60)
        await _tidy(wire)
        assert await _rows(wire, call_counted) == []
        wire.clock.advance(61)
        with pytest.raises(NotNow):
            await _attest(other, 9, MARK, session=session)
        await _tidy(wire)
        await _tidy(wire)
        assert await _counted(one) == await _counted(other) == (5, False)


async def test_an_unplanned_call_without_receipts_leaves_nothing(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        one, _, _ = await _meet(wire)
        await one.ask("call.end")
        wire.clock.advance(73 * HOUR)
        await _tidy(wire)
        assert await _rows(wire, call_counted) == []


@pytest.mark.capability("S05")
async def test_in_a_circle_who_leads_countersigns(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        _, lead, (one, two, _) = await wire.circle("open_circle")
        assert lead.joined is not None
        for each in (one, two):
            await each.join()
        await _last(wire, lead, one, two, minutes=5)
        (session,) = (await lead.line.call("session.list")).sessions
        signed: dict[str, Any] = {"session": session.session}
        await lead.ask("call.end")
        await _attest(one, 5, **signed)
        await _attest(two, 5, **signed)
        assert await _counted(one) is None
        await _attest(lead, 4, role="facilitator", **signed)
        assert await _counted(lead) == await _counted(two) == (4, True)
        roles = {row.account: row.role for row in await _rows(wire, call_counted)}
        assert roles[lead.account] == "facilitator"


async def test_only_what_is_true_and_ones_own_is_taken(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        one, other, _ = await _meet(wire)
        stolen = _receipt(other, 50)
        for wrong in (
            stolen,
            {**_receipt(one, 50), "minutes": 51},
            {**_receipt(one, 50), "marks": (OTHER,)},
            _receipt(one, 50, session="5" * 32),
            _receipt(one, 50, role="facilitator"),
            _receipt(one, 50, MARK, MARK),
            _receipt(one, 4),
        ):
            with pytest.raises(BadRequest):
                await one.ask("attendance.attest", **wrong)
        eve = Caller(await wire.member("eve"), one.call, wire.id())
        with pytest.raises(NotFound):
            await _attest(eve, 50)
        assert await _rows(wire, call_receipts) == []


async def test_who_had_no_seat_signs_nothing(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        _, lead, (one, other, _) = await wire.circle("open_circle")
        await one.join()
        with pytest.raises(Forbidden):
            await _attest(other, 50)


@pytest.mark.parametrize("kind", ["crisis", "side"])
async def test_nothing_is_left_of_a_call_in_a_crisis(tmp_path: Path, kind: str) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        ada, ben = await wire.member("ada"), await wire.member("ben")
        talk = await wire.talk(kind, ada, ben)
        view = await wire.start(ada, talk)
        one = wire.caller(ada, view)
        await one.join()
        with pytest.raises(Forbidden):
            await _attest(one, 50)
        await one.ask("call.end")
        with pytest.raises(Forbidden):
            await _attest(one, 50)
        wire.clock.advance(73 * HOUR)
        await _tidy(wire)
        assert await _rows(wire, call_receipts) == []
        assert await _rows(wire, call_counted) == []


async def test_many_sessions_that_nobody_countersigns_go_to_review(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        ada, ben = await wire.member("ada"), await wire.member("ben")
        talk = await wire.talk("direct", ada, ben)
        for _ in range(4):
            session = await _plan(wire, ada, talk)
            view = await wire.start(ada, talk, session=session)
            one = wire.caller(ada, view)
            await one.join()
            await _last(wire, one, minutes=1)
            await one.ask("call.end")
            wire.clock.advance(60)
        wire.clock.advance(72 * HOUR)
        await _tidy(wire)
        rows = await _rows(wire, call_counted)
        assert [row.in_review for row in rows].count(True) == 1


async def test_receipts_go_with_their_call(tmp_path: Path) -> None:
    async with call_wire(tmp_path, settings={"calls.keep_days": 5}) as wire:
        one, other, _ = await _meet(wire)
        await one.ask("call.end")
        for each in (one, other):
            await _attest(each, 50)
        wire.clock.advance(4 * 24 * HOUR)
        await _tidy(wire)
        assert len(await _rows(wire, call_counted)) == 2
        wire.clock.advance(2 * 24 * HOUR)
        await _tidy(wire)
        assert await _rows(wire, call_receipts) == await _rows(wire, call_counted) == []
