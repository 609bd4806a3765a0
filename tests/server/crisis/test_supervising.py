"""Drills and the log of the desk: what only supervisors ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from mentalverse_crisis.audit import PERSONAL, Row, verify
from mentalverse_signaling.errors import Forbidden, NotNow
from mentalverse_signaling.supervisor_events import AuditRows
from support.crisis_wire import Line, Wire, crisis_wire


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with crisis_wire(tmp_path) as running:
        yield running


async def _log(line: Line, **fields: object) -> AuditRows:
    answer = await line.call("audit.list", **fields)
    assert isinstance(answer, AuditRows)
    return answer


@pytest.mark.capability("X11")
async def test_a_drill_is_asked_for_and_answered_like_help(wire: Wire) -> None:
    """Whoever is on duty is offered it, marked; the caller is its person."""
    sue, ann = await wire.supervisor("sue"), await wire.responder("ann")
    begun = await sue.call("drill.start", request="d" * 32, band=1)
    offer = await ann.offered()
    assert (offer.case, offer.band, offer.drill) == (begun.case.case, 1, True)
    await ann.accepts(offer)
    seen = await sue.case()
    assert (seen.case, seen.drill) == (offer.case, True)
    assert [one.handle for one in seen.helpers] == ["ann"]
    assert (await ann.own(offer.case)).drill
    assert (await sue.sees(offer.case)).drill


async def test_the_same_drill_asked_for_twice_is_one(wire: Wire) -> None:
    """An answer that was lost is asked for again."""
    sue = await wire.supervisor("sue")
    first = await sue.call("drill.start", request="d" * 32, band=2)
    again = await sue.call("drill.start", request="d" * 32, band=2)
    assert first.case.case == again.case.case
    assert len((await sue.board()).cases) == 1


async def test_who_needs_help_is_given_no_exercise(wire: Wire) -> None:
    """Nobody's own request becomes a drill, nor waits beside one."""
    sue = await wire.supervisor("sue")
    await sue.asks(3)
    with pytest.raises(NotNow):
        await sue.call("drill.start", request="d" * 32, band=0)


async def test_drills_and_the_log_are_for_supervisors(wire: Wire) -> None:
    """A responder is refused both, and nothing is opened."""
    ann, sue = await wire.responder("ann"), await wire.supervisor("sue")
    for call in ("audit.list", "drill.start"):
        fields = {"request": "d" * 32, "band": 0} if call == "drill.start" else {}
        with pytest.raises(Forbidden):
            await ann.call(call, **fields)
    assert (await sue.board()).cases == ()


async def test_the_log_comes_in_pages_that_verify(wire: Wire) -> None:
    """From the first row to the head, without anything that names somebody."""
    sue, ann = await wire.supervisor("sue"), await wire.responder("ann")
    person = await wire.person()
    await person.asks(0)
    await ann.accepts(await ann.offered())
    await person.call("case.leave")
    rows: list[Row] = []
    while True:
        after = {"after": rows[-1].seq} if rows else {}
        page = await _log(sue, limit=2, **after)
        if not page.rows:
            break
        assert len(page.rows) <= 2
        rows += [msgspec.json.decode(one, type=Row) for one in page.rows]
    assert len(rows) == page.total >= 4
    assert page.head is not None
    assert verify(rows, page.head) is None
    assert not any(getattr(row, name) for row in rows for name in PERSONAL)


async def test_a_log_of_nothing_has_no_head(wire: Wire) -> None:
    sue = await wire.supervisor("sue")
    assert await _log(sue) == AuditRows(rows=(), total=0, head=None)
