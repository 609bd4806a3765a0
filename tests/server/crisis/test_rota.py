"""The rota of a real server: planned by supervisors, looked at by the team."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mentalverse_crisis.cover import HOUR_MS
from mentalverse_server.crisis import roster
from mentalverse_server.roster import erase, revoke
from mentalverse_signaling.errors import BadRequest, Forbidden, NotFound
from mentalverse_signaling.roles import Role
from mentalverse_signaling.rota_events import MAX_ROTA_DAYS, Rota
from support.crisis_wire import Line, Wire, crisis_wire

DAY_MS = 24 * HOUR_MS


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with crisis_wire(tmp_path) as running:
        yield running


async def _next_hour_ms(line: Line) -> int:
    now_ms = (await line.call("rota.list", starts_at=0, ends_at=1)).now
    return int(now_ms - now_ms % HOUR_MS + HOUR_MS)


def _shift(
    number: int, account: str, start_ms: int, hours: float = 1
) -> dict[str, Any]:
    return {
        "shift": f"{number:032x}",
        "account": account,
        "starts_at": start_ms,
        "ends_at": start_ms + round(hours * HOUR_MS),
    }


async def _planned(
    line: Line, start_ms: int, *shifts: dict[str, Any], hours: int = 2, **more: Any
) -> Rota:
    span = {"starts_at": start_ms, "ends_at": start_ms + hours * HOUR_MS}
    rota = await line.call("rota.change", plan=list(shifts), **span, **more)
    assert isinstance(rota, Rota)
    return rota


def _counts(rota: Rota) -> list[tuple[str, int, int]]:
    return [(one.language, one.people, one.urgent_people) for one in rota.hours]


async def test_a_shift_is_seen_by_the_team_and_counted(wire: Wire) -> None:
    """By hour and language; once planned it is the same for all who look."""
    eve, ann = await wire.supervisor("eve"), await wire.member("ann", Role.RESPONDER)
    start = await _next_hour_ms(eve)
    rota = await _planned(eve, start, _shift(1, ann.account, start))
    assert rota.may_change and rota.is_whole
    (shown,) = rota.shifts
    assert (shown.handle, shown.is_mine) == ("ann", False)
    assert _counts(rota) == [("", 1, 1), ("", 0, 0)]
    assert [(one.handle, one.takes_urgent) for one in rota.members] == [
        ("ann", True),
        ("eve", True),
    ]
    seen = await ann.call("rota.list", starts_at=start, ends_at=start + 2 * HOUR_MS)
    assert (seen.may_change, seen.hours) == (False, rota.hours)
    assert seen.shifts[0].is_mine


async def test_languages_and_skills_are_those_of_the_roster(wire: Wire) -> None:
    """What the operator says of somebody counts from then on."""
    eve, ann = await wire.supervisor("eve"), await wire.member("ann", Role.RESPONDER)
    start = await _next_hour_ms(eve)
    await _planned(eve, start, _shift(1, ann.account, start))
    changes = roster.Changes(skills={"crisis": 0}, languages=("es",))
    roster.change(wire.api.server.config, "ann", changes)
    rota = await eve.call("rota.list", starts_at=start, ends_at=start + 1)
    assert _counts(rota) == [("", 0, 0), ("es", 1, 0)]


async def test_changes_are_idempotent_and_all_or_nothing(wire: Wire) -> None:
    """The same id is the same shift, whoever sends it, however often; a change of
    which one part cannot be leaves everything as it was."""
    eve, ann = await wire.supervisor("eve"), await wire.member("ann", Role.RESPONDER)
    start = await _next_hour_ms(eve)
    first = _shift(1, ann.account, start)
    once = await _planned(eve, start, first)
    assert await _planned(eve, start, first) == once
    moved = await _planned(eve, start, _shift(1, eve.account, start + HOUR_MS))
    assert [(one.handle, one.starts_at) for one in moved.shifts] == [
        ("eve", start + HOUR_MS)
    ]
    nobody = await wire.member("mia", Role.MENTEE)
    with pytest.raises(NotFound):
        await _planned(
            eve,
            start,
            _shift(2, ann.account, start),
            _shift(3, nobody.account, start),
            remove=[moved.shifts[0].shift],
        )
    assert (await _planned(eve, start)).shifts == moved.shifts
    for _ in range(2):
        gone = await _planned(eve, start, remove=[moved.shifts[0].shift])
        assert gone.shifts == ()


async def test_only_supervisors_change_and_only_the_team_looks(wire: Wire) -> None:
    eve, ann = await wire.supervisor("eve"), await wire.member("ann", Role.RESPONDER)
    mia, person = await wire.member("mia", Role.MENTEE), await wire.person()
    start = await _next_hour_ms(eve)
    with pytest.raises(Forbidden):
        await _planned(ann, start, _shift(1, ann.account, start))
    for outsider in (mia, person):
        with pytest.raises(Forbidden):
            await outsider.call("rota.list", starts_at=start, ends_at=start + 1)


async def test_what_cannot_be_planned_is_a_bad_request(wire: Wire) -> None:
    """Backwards, too long, long ago or far ahead, twice, and spans of no use."""
    eve = await wire.supervisor("eve")
    start = await _next_hour_ms(eve)
    for shift in (
        _shift(1, eve.account, start, hours=0),
        _shift(1, eve.account, start, hours=-1),
        _shift(1, eve.account, start, hours=24.5),
        _shift(1, eve.account, start + 401 * DAY_MS),
        _shift(1, eve.account, start - (MAX_ROTA_DAYS + 1) * DAY_MS),
    ):
        with pytest.raises(BadRequest):
            await _planned(eve, start, shift)
    one = _shift(1, eve.account, start)
    with pytest.raises(BadRequest):
        await _planned(eve, start, one, one)
    with pytest.raises(BadRequest):
        await _planned(eve, start, one, remove=[one["shift"]])
    for hours in (0, -1, MAX_ROTA_DAYS * 24 + 1):
        with pytest.raises(BadRequest):
            await _planned(eve, start, hours=hours)
    assert (await _planned(eve, start)).shifts == ()


async def test_who_left_is_planned_no_more(wire: Wire) -> None:
    """Whose role was taken counts for nobody and can be taken back; whose account is
    deleted is gone with all shifts."""
    eve = await wire.supervisor("eve")
    ann, bob = (
        await wire.member("ann", Role.RESPONDER),
        await wire.member("bob", Role.RESPONDER),
    )
    start = await _next_hour_ms(eve)
    await _planned(
        eve, start, _shift(1, ann.account, start), _shift(2, bob.account, start)
    )
    revoke(wire.api.server.config, "ann", Role.RESPONDER)
    erase(wire.api.server.config, "bob")
    rota = await eve.call("rota.list", starts_at=start, ends_at=start + HOUR_MS)
    assert [one.handle for one in rota.shifts] == ["ann"]
    assert _counts(rota) == [("", 0, 0)]
    assert [one.handle for one in rota.members] == ["eve"]
    assert (await _planned(eve, start, remove=[rota.shifts[0].shift])).shifts == ()


async def test_what_is_over_for_long_is_forgotten(wire: Wire) -> None:
    """A month can be looked at and copied; nobody keeps for ever who was there when."""
    eve = await wire.supervisor("eve")
    start = await _next_hour_ms(eve)
    await _planned(eve, start, _shift(1, eve.account, start))
    crisis = wire.api.server.crisis
    assert crisis is not None
    wire.clock.advance(MAX_ROTA_DAYS * 86_400)
    await crisis.shifts.forget()
    assert (await _planned(eve, start)).shifts
    wire.clock.advance(3 * 3_600)
    await crisis.shifts.forget()
    assert (await _planned(eve, start)).shifts == ()
