"""Having a case over the wire: handing it on, losing the line, and what comes after."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mentalverse_signaling.crisis_events import HelperRole
from mentalverse_signaling.errors import (
    BadRequest,
    NotFound,
    NotNow,
    StaleFence,
)
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


async def test_a_warm_transfer_passes_the_case_once_the_other_one_is_in(
    wire: Wire,
) -> None:
    """The one asked agrees, the person's device lets them in, and only then it is
    theirs; who had it stays as a guest and acts no more."""
    ann, bob = await wire.responder("ann"), await wire.responder("bob")
    person, case, talk = await _talking(wire, ann)
    fence = (await ann.own(case)).fence
    await ann.call("case.transfer", case=case, fence=fence, to=bob.account)
    asked = await bob.own(case)
    assert asked.role is None and (await ann.own(case)).transfer_to == "bob"

    await bob.call("case.transfer_answer", case=case, accept=True)
    assert (await bob.own(case)).role is HelperRole.SUCCESSOR
    assert (await ann.own(case)).role is HelperRole.HOLDER
    await wire.lets_in(person, talk, bob)
    has_it = await wire.until(bob, case, lambda one: one.role is HelperRole.HOLDER)
    assert has_it.fence > fence
    assert (await ann.own(case)).role is HelperRole.GUEST
    with pytest.raises(StaleFence):
        await ann.call("case.end", case=case, fence=fence)
    helpers = (await person.case()).helpers
    assert [one.handle for one in helpers] == ["bob", "ann"]


async def test_a_transfer_that_is_declined_leaves_everything_as_it_was(
    wire: Wire,
) -> None:
    """Nobody falls between two chairs; the case is off the other one's desk."""
    ann, bob = await wire.responder("ann"), await wire.responder("bob")
    _, case, _ = await _talking(wire, ann)
    fence = (await ann.own(case)).fence
    await ann.call("case.transfer", case=case, fence=fence, to=bob.account)
    view = await bob.call("case.transfer_answer", case=case, accept=False)
    assert view.cases == ()
    own = await ann.own(case)
    assert (own.role, own.fence, own.transfer_to) == (HelperRole.HOLDER, fence, None)
    with pytest.raises(NotNow):
        await bob.call("case.transfer_answer", case=case, accept=True)


async def test_who_loses_the_line_is_rescued_within_the_grace(wire: Wire) -> None:
    """The person hears it at once; 20 s later somebody else is asked, takes the case
    under a higher fence, and the one who comes back is refused."""
    ann, bob = await wire.responder("ann"), await wire.responder("bob")
    person, case, _ = await _talking(wire, ann)
    fence = (await ann.own(case)).fence
    await ann.hangs_up()
    await person.hears("case.changed", "reconnecting")
    assert (await person.case()).helpers[0].is_reconnecting
    wire.clock.advance(19)
    await person.call("case.beat")
    assert (await bob.desk()).offers == ()
    wire.clock.advance(1)
    offer = await bob.offered()
    assert (offer.case, offer.is_rescue) == (case, True)

    back = await wire.again(ann)
    for event, more in (
        ("case.end", {}),
        ("case.escalate", {}),
        ("case.wrap_up", {"outcome": "completed"}),
    ):
        with pytest.raises((StaleFence, NotNow)) as refused:
            await back.call(event, case=case, fence=fence, **more)
        assert refused.value.code == (
            "not_now" if event == "case.wrap_up" else "stale_fence"
        )
    await bob.accepts(offer)
    assert (await bob.own(case)).fence > fence
    assert (await back.desk()).cases == ()
    with pytest.raises(StaleFence):
        await back.call("case.end", case=case, fence=fence)


async def test_who_is_back_in_time_goes_on(wire: Wire) -> None:
    """A short loss is told, ends with the new socket, and asks nobody else."""
    ann, bob = await wire.responder("ann"), await wire.responder("bob")
    person, case, _ = await _talking(wire, ann)
    fence = (await ann.own(case)).fence
    await ann.hangs_up()
    await person.hears("case.changed", "reconnecting")
    wire.clock.advance(10)
    back = await wire.again(ann)
    await person.hears("case.changed", "reconnected")
    wire.clock.advance(30)
    await back.call("duty.beat")
    await person.call("case.beat")
    own = await back.own(case)
    assert (own.role, own.fence) == (HelperRole.HOLDER, fence)
    assert own.responder_away_until is None
    assert (await bob.desk()).offers == ()


async def test_a_device_that_stops_to_beat_is_gone(wire: Wire) -> None:
    """Three beats, with its socket open: the lease is the desk's own."""
    ann, bob = await wire.responder("ann"), await wire.responder("bob")
    person, case, _ = await _talking(wire, ann)
    for _ in range(3):
        await wire.beats(person)
    await wire.until(ann, case, lambda one: one.responder_away_until is not None)
    wire.clock.advance(20)
    assert (await bob.offered()).is_rescue


async def test_a_person_who_is_gone_is_waited_for(wire: Wire) -> None:
    """The holder sees until when, and that they are back."""
    ann = await wire.responder("ann")
    person, case, _ = await _talking(wire, ann)
    await person.hangs_up()
    away = await wire.until(ann, case, lambda one: one.person_away_until is not None)
    assert away.role is HelperRole.HOLDER
    await wire.again(person)
    await wire.until(ann, case, lambda one: one.person_away_until is None)


async def test_a_conversation_ends_with_a_summary_and_a_follow_up(wire: Wire) -> None:
    """What was promised is on the list of the whole team until somebody has tried."""
    ann, bob = await wire.responder("ann"), await wire.responder("bob")
    person, case, talk = await _talking(wire, ann)
    fence = (await ann.own(case)).fence
    await ann.call("case.end", case=case, fence=fence)
    own = await ann.own(case)
    assert own.follow_up_required and own.wrap_up_until is not None
    over = {"case": case, "fence": fence, "outcome": "completed"}
    with pytest.raises(BadRequest):
        await ann.call("case.wrap_up", **over)
    view = await ann.call("case.wrap_up", **over, follow_up="yes")
    assert view.cases == () and view.follow_ups_due == 1
    assert view.resting_until is not None

    (due,) = (await bob.call("followup.list")).follow_ups
    assert (due.case, due.person) == (case, person.account)
    assert (due.attempts, due.conversation) == (0, talk.id)
    assert due.due_at - view.now == 24 * 3_600_000
    (tried,) = (
        await bob.call("followup.record", case=case, outcome="no_answer")
    ).follow_ups
    assert (tried.attempts, tried.status) == (1, "following_up")
    done = await bob.call("followup.record", case=case, outcome="reached")
    assert done.follow_ups == ()
    with pytest.raises(NotFound):
        await bob.call("followup.record", case=case, outcome="reached")


async def test_nobody_goes_home_with_somebody_in_their_hands(wire: Wire) -> None:
    """A break always works; the end of a duty waits, and the next one after a rest."""
    ann = await wire.responder("ann")
    _, case, _ = await _talking(wire, ann)
    assert (await ann.call("duty.pause")).duty == "paused"
    with pytest.raises(NotNow):
        await ann.call("duty.end")
    own = await ann.own(case)
    await ann.call("case.end", case=case, fence=own.fence)
    await ann.call(
        "case.wrap_up", case=case, fence=own.fence, outcome="x", follow_up="declined"
    )
    view = await ann.call("duty.end")
    assert view.duty == "off" and view.resting_until is not None
    with pytest.raises(NotNow):
        await ann.call("duty.start")
    assert (await ann.call("duty.pause")).duty == "off"
    wire.clock.advance(8 * 3600)
    assert (await ann.call("duty.start")).duty == "on"
