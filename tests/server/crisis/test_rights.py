"""Who may do what at the desk, and with whose agreement, over the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mentalverse_signaling.errors import BadRequest, Forbidden, NotFound, NotNow
from mentalverse_signaling.roles import Role
from support.crisis_wire import Line, Talk, Wire, crisis_wire


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with crisis_wire(tmp_path) as running:
        yield running


async def _talking(wire: Wire, ann: Line, band: int = 1) -> tuple[Line, str, Talk]:
    """A person, and their case that ann has and answers."""
    person = await wire.person()
    case = (await person.asks(band=band)).case
    await ann.accepts(await ann.offered())
    return person, case, await wire.talks(person, ann, case)


async def _followed_up(wire: Wire, ann: Line) -> tuple[Line, str, Talk]:
    """A person with whom a follow-up was agreed on."""
    person, case, talk = await _talking(wire, ann)
    held = {"case": case, "fence": (await ann.own(case)).fence}
    await ann.call("case.end", **held)
    await ann.call("case.wrap_up", **held, outcome="completed", follow_up="yes")
    return person, case, talk


# --- being there ---


async def test_a_case_is_handed_to_whoever_has_just_begun(wire: Wire) -> None:
    """The call that begins a duty comes over a socket: nobody is offline after it."""
    ann = await wire.responder("ann")
    _, case, _ = await _talking(wire, ann)
    fence = (await ann.own(case)).fence
    bob = await wire.responder("bob")
    await ann.call("case.transfer", case=case, fence=fence, to=bob.account)
    assert (await bob.own(case)).role is None


async def test_who_begins_and_hangs_up_at_once_is_not_taken_to_be_there(
    wire: Wire,
) -> None:
    """Whichever of the two the desk hears of first."""
    eve = await wire.supervisor("eve")
    ann = await wire.responder("ann")
    await ann.hangs_up()
    await wire.until_board(eve, lambda board: board.staff_present == 0)


async def test_a_supervisor_lets_somebody_begin_before_their_rest_is_over(
    wire: Wire,
) -> None:
    """Somebody else, once; they hear of it and see that they may."""
    ann, bob = await wire.responder("ann"), await wire.responder("bob")
    eve = await wire.supervisor("eve")
    await ann.call("duty.end")
    with pytest.raises(NotNow):
        await ann.call("duty.start")
    for line in (ann, bob):
        with pytest.raises(Forbidden):
            await line.call("duty.allow", account=ann.account)
    with pytest.raises(NotNow):
        await eve.call("duty.allow", account=bob.account)
    with pytest.raises(NotFound):
        await eve.call("duty.allow", account=(await wire.member("kim")).account)
    await eve.call("duty.allow", account=ann.account)
    await ann.hears("desk.changed", "early_start")
    assert (await ann.desk()).may_start_early
    began = await ann.call("duty.start")
    assert (began.duty, began.may_start_early) == ("on", False)
    await ann.call("duty.end")
    with pytest.raises(NotNow):
        await ann.call("duty.start")


# --- giving back ---


async def test_an_urgent_case_goes_back_once_another_supervisor_agrees(
    wire: Wire,
) -> None:
    """The holder keeps it until then; supervisors see why it is to go, and not even a
    supervisor agrees with themselves."""
    ann = await wire.responder("ann", Role.SUPERVISOR)
    bob, eve = await wire.responder("bob"), await wire.supervisor("eve")
    await eve.board()
    person, case, _ = await _talking(wire, ann)
    held = {"case": case, "fence": (await ann.own(case)).fence}
    with pytest.raises(BadRequest):
        await ann.call("case.transfer", **held, reason=" ")
    view = await ann.call("case.transfer", **held, reason="ill")
    assert [one.return_asked for one in view.cases] == [True]
    await eve.hears("desk.changed", "return_wanted")
    wire.clock.advance(1)
    assert (await eve.sees(case)).return_reason == "ill"
    for nobody in (ann, bob):
        with pytest.raises(Forbidden):
            await nobody.call("case.agree_return", case=case)

    view = await ann.call("case.transfer", **held)
    assert [one.return_asked for one in view.cases] == [False]
    with pytest.raises(NotNow):
        await eve.call("case.agree_return", case=case)

    await ann.call("case.transfer", **held, reason="ill")
    board = await eve.call("case.agree_return", case=case)
    (left,) = (one for one in board.cases if one.case == case)
    assert (left.holder, left.return_reason) == (None, "")
    assert (await ann.desk()).cases == ()
    assert (await bob.offered()).case == case
    await person.hears("case.changed", "returned")


# --- guests ---


async def test_a_supervisor_comes_in_and_steps_out_again(wire: Wire) -> None:
    """The person's device is told whom to let in, and whom to remove."""
    ann, eve = await wire.responder("ann"), await wire.supervisor("eve")
    person, case, _ = await _talking(wire, ann)
    await eve.call("case.join", case=case)
    await person.hears("case.changed", "guest")
    assert [one.handle for one in (await person.case()).helpers] == ["ann", "eve"]
    view = await eve.call("case.step_out", case=case)
    assert view.cases == ()
    await person.hears("case.changed", "stepped_out")
    await ann.hears("desk.changed", "stepped_out")
    assert [one.handle for one in (await person.case()).helpers] == ["ann"]
    assert (await eve.call("case.step_out", case=case)).cases == ()
    with pytest.raises(NotNow):
        await ann.call("case.step_out", case=case)


# --- follow-ups ---


async def test_who_takes_a_follow_up_is_let_in_by_the_persons_device(
    wire: Wire,
) -> None:
    """They are named to it for as long as they mean to; then they are in."""
    ann, bob = await wire.responder("ann"), await wire.responder("bob")
    person, case, talk = await _followed_up(wire, ann)
    (due,) = (await bob.call("followup.take", case=case)).follow_ups
    assert (due.taken_by, due.is_mine, due.is_in) == ("bob", True, False)
    (seen,) = (await ann.call("followup.list")).follow_ups
    assert (seen.taken_by, seen.is_mine, seen.is_in) == ("bob", False, True)
    with pytest.raises(NotNow):
        await ann.call("followup.take", case=case)

    await person.hears("case.changed", "follow_up")
    assert [one.handle for one in (await person.case()).helpers] == ["bob"]
    await person.call("device.list", account=bob.account)
    await wire.lets_in(person, talk, bob)
    (due,) = (await bob.call("followup.list")).follow_ups
    assert due.is_in

    (left,) = (await bob.call("followup.take", case=case, take=False)).follow_ups
    assert (left.taken_by, left.is_mine) == (None, False)
    assert (await person.case()).helpers == ()


async def test_a_supervisor_may_take_a_follow_up_from_anybody(wire: Wire) -> None:
    """Somebody who cannot do it any more keeps nobody from it."""
    ann, eve = await wire.responder("ann"), await wire.supervisor("eve")
    person, case, _ = await _followed_up(wire, ann)
    await ann.call("followup.take", case=case)
    (taken,) = (await eve.call("followup.take", case=case)).follow_ups
    assert (taken.taken_by, taken.is_mine) == ("eve", True)
    await ann.hears("desk.changed", "changed")
    assert [one.handle for one in (await person.case()).helpers] == ["eve"]
    assert (await eve.call("followup.record", case=case, outcome="reached")) is not None
    assert (await person.case()).helpers == ()
