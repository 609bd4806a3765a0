"""What supervisors see: all that is open, and how well it goes, without names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from mentalverse_signaling.board_events import BoardSpan
from mentalverse_signaling.crisis_events import HelperRole
from mentalverse_signaling.errors import NotNow
from support.crisis_wire import Line, Wire, crisis_wire


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with crisis_wire(tmp_path) as running:
        yield running


async def test_the_board_shows_a_case_from_the_tap_to_the_follow_up(wire: Wire) -> None:
    """Who is asked, who is paged and since when, who has it, and what is left to do."""
    eve = await wire.supervisor("eve")
    assert (await eve.board()).cases == ()
    person = await wire.person()
    case = (await person.asks(band=1, language="en", region="US")).case
    board = await wire.until_board(eve, lambda board: board.cases)
    (waiting,) = board.cases
    # Nobody is there: those on call are paged at once.
    assert (waiting.status, waiting.asked, waiting.holder) == ("waiting", (), None)
    assert waiting.paging == ("tier_1",) and waiting.paged_at is not None
    assert waiting.next_rung_at is not None
    await eve.hears("desk.changed", "paged")
    await eve.call("page.ack", case=case)
    board = await wire.until_board(eve, lambda board: board.cases[0].acked_by)
    assert (board.cases[0].acked_by, board.cases[0].paging) == ("eve", ())

    ann = await wire.responder("ann")
    board = await wire.until_board(eve, lambda board: board.cases[0].asked)
    assert board.cases[0].asked == ("ann",)
    (shown,) = (one for one in board.responders if one.handle == "ann")
    assert (shown.is_online, shown.slots_used, shown.max_slots) == (True, 1, 2)
    assert (board.urgent_capacity_left, board.staff_present) == (0, 1)

    await ann.accepts(await ann.offered())
    await wire.talks(person, ann, case)
    board = await wire.until_board(eve, lambda board: board.cases[0].holder)
    assert (board.cases[0].holder, board.cases[0].status) == ("ann", "active")
    fence = (await ann.own(case)).fence
    await ann.call("case.end", case=case, fence=fence)
    over = {"case": case, "fence": fence, "outcome": "completed", "follow_up": "yes"}
    await ann.call("case.wrap_up", **over)
    board = await wire.until_board(eve, lambda board: board.follow_ups_due)
    assert board.cases == () and board.follow_ups_overdue == 0
    wire.clock.advance(25 * 3600)
    board = await wire.until_board(eve, lambda board: board.follow_ups_overdue)
    assert (board.follow_ups_due, board.follow_ups_overdue) == (1, 1)


async def test_a_supervisor_who_is_wanted_comes_in_visibly(wire: Wire) -> None:
    """The wish is on the board until one is there; the person sees who it is."""
    eve, ann = await wire.supervisor("eve"), await wire.responder("ann")
    await eve.board()
    person = await wire.person()
    case = (await person.asks()).case
    with pytest.raises(NotNow):
        await eve.call("case.join", case=case)
    await ann.accepts(await ann.offered())
    fence = (await ann.own(case)).fence
    await ann.call("case.escalate", case=case, fence=fence)
    await eve.hears("desk.changed", "supervisor_wanted")
    await wire.until_board(
        eve, lambda board: [one for one in board.cases if one.asks_for_supervisor]
    )

    (joined,) = (await eve.call("case.join", case=case)).cases
    assert joined.role is HelperRole.GUEST
    board = await wire.until_board(eve, lambda board: board.cases[0].guests)
    assert board.cases[0].guests == ("eve",)
    assert not board.cases[0].asks_for_supervisor
    await person.hears("case.changed", "guest")
    helpers = (await person.case()).helpers
    assert [(one.handle, one.role) for one in helpers] == [
        ("ann", HelperRole.HOLDER),
        ("eve", HelperRole.GUEST),
    ]


async def test_a_wish_for_a_supervisor_outlives_the_server(tmp_path: Path) -> None:
    """It is on the board of the next one, until a supervisor is there."""
    async with crisis_wire(tmp_path / "desk") as wire:
        eve, ann = await wire.supervisor("eve"), await wire.responder("ann")
        case = (await (await wire.person()).asks()).case
        await ann.accepts(await ann.offered())
        fence = (await ann.own(case)).fence
        await ann.call("case.escalate", case=case, fence=fence)
    async with crisis_wire(tmp_path / "desk", clock=wire.clock) as again:
        eve = await again.again(eve)
        assert (await eve.sees(case)).asks_for_supervisor
        await eve.call("case.join", case=case)
        board = await again.until_board(eve, lambda board: board.cases[0].guests)
        assert not board.cases[0].asks_for_supervisor


async def _answers(wire: Wire, ann: Line, after_seconds: float) -> None:
    """Somebody asks, is answered so much later, and it is summed up."""
    person = await wire.person()
    case = (await person.asks(band=3)).case
    offer = await ann.offered()
    wire.clock.advance(after_seconds)
    await ann.accepts(offer)
    await wire.talks(person, ann, case)
    own = await ann.own(case)
    await ann.call("case.end", case=case, fence=own.fence)
    await ann.call("case.wrap_up", case=case, fence=own.fence, outcome="completed")


def _of_band(span: BoardSpan, band: int) -> dict[str, object]:
    (found,) = (one for one in span.bands if one.band == band)
    return msgspec.structs.asdict(found)


async def test_the_figures_are_of_everybody_who_came(wire: Wire) -> None:
    """F3: who left counts against us, who waits and is not due is not judged; both
    spans go by the arrival, and percentiles by those who were answered."""
    eve, ann = await wire.supervisor("eve"), await wire.responder("ann")
    for seconds in (2, 4):
        await _answers(wire, ann, seconds)
    left = await wire.person()
    await left.asks(band=3)
    await left.call("case.leave")
    waits = await wire.person()
    await waits.asks(band=3)

    def has_all(board: object) -> bool:
        half_hour = board.spans[0]  # type: ignore[attr-defined]
        return _of_band(half_hour, 3)["arrivals"] == 4

    board = await wire.until_board(eve, has_all)
    for span in board.spans:
        figures = _of_band(span, 3)
        assert (figures["judged"], figures["answered_in_time"]) == (3, 2)
        assert (figures["excluded"], figures["objective_percent"]) == (1, 85)
        assert (figures["wait_p50_ms"], figures["wait_p99_ms"]) == (2_000, 4_000)
        assert _of_band(span, 0)["judged"] == 0
    assert board.staff_needed is None
    assert board.spans[0].since % 1_800_000 == 0
    assert board.canary_at is None and board.is_demo

    wire.clock.advance(1_800)
    half_hour, day = (await eve.board()).spans
    assert _of_band(half_hour, 3)["arrivals"] == 0
    # Who waited then is past due by now, and missed.
    assert _of_band(day, 3)["judged"] == 4


async def test_the_calculator_says_how_many_a_half_hour_needs(wire: Wire) -> None:
    """By those who came and how long they were talked with; never of too few."""
    eve, ann = await wire.supervisor("eve"), await wire.responder("ann")
    for _ in range(10):
        await _answers(wire, ann, 10)
    board = await wire.until_board(eve, lambda board: board.staff_needed is not None)
    assert board.staff_needed == 1


async def test_the_board_is_made_once_a_second_however_many_look(wire: Wire) -> None:
    """A dozen screens cost what one costs."""
    eve = await wire.supervisor("eve")
    first = await eve.board()
    await (await wire.person()).asks()
    assert await (await wire.again(eve)).board() == first
    wire.clock.advance(1)
    assert len((await eve.board()).cases) == 1
