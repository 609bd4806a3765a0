"""Asking for help: one's own case, found by nobody else, and never refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mentalverse_crisis.case import CaseState
from mentalverse_crisis.events import GuestAdded, TimePassed
from mentalverse_server.crisis.departures import Departures
from mentalverse_server.services.erasure import erase
from mentalverse_server.store.writer import WriterLane
from mentalverse_signaling.crisis_events import (
    CaseRaise,
    CaseStatus,
    HelperRole,
)
from mentalverse_signaling.errors import NotFound, NotNow
from support.asking import Asking, asking, shown


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Asking]:
    async with asking(f"sqlite:///{tmp_path / 'server.db'}") as running:
        yield running


async def test_the_same_request_opens_the_same_case(desk: Asking) -> None:
    """Whoever repeats a tap, or taps again, has one case."""
    guest = await desk.hub.add_guest()
    first = await desk.open(guest, "a" * 32)
    again = await desk.open(guest, "a" * 32)
    another = await desk.open(guest, "b" * 32)
    assert first.case == again.case == another.case
    assert first.status is CaseStatus.WAITING


async def test_nobody_opens_or_finds_a_case_by_somebody_elses_request(
    desk: Asking,
) -> None:
    """A request belongs to who sent it, also when another one sends the same."""
    ann, ben = await desk.hub.add_guest(), await desk.hub.add_guest()
    first = await desk.open(ann, "a" * 32)
    other = await desk.open(ben, "a" * 32)
    assert first.case != other.case
    assert (await desk.mine(ben)).case == other.case
    eve = await desk.hub.add_guest()
    assert (await desk.persons.mine(eve.connection.principal)).case is None


async def test_nobody_raises_a_case_that_is_none_of_theirs(desk: Asking) -> None:
    """A case of somebody else is as unknown as one that does not exist."""
    ann, eve = await desk.hub.add_guest(), await desk.hub.add_guest()
    case = (await desk.open(ann)).case
    for unknown in (case, desk.hub.id()):
        with pytest.raises(NotFound):
            await desk.persons.raise_(eve.connection.principal, CaseRaise(unknown, 0))
    assert (await desk.mine(ann)).band == 2


async def test_raising_without_a_band_is_one_higher_and_never_lower(
    desk: Asking,
) -> None:
    """It is getting worse means more urgent, whatever is said with it."""
    ann = await desk.hub.add_guest()
    await desk.open(ann)
    principal = ann.connection.principal
    assert shown(await desk.persons.raise_(principal, CaseRaise())).band == 1
    assert shown(await desk.persons.raise_(principal, CaseRaise(band=4))).band == 1
    assert shown(await desk.persons.raise_(principal, CaseRaise(band=0))).band == 0
    assert shown(await desk.persons.raise_(principal, CaseRaise())).band == 0


async def test_an_urgent_place_is_kept_for_who_leaves(desk: Asking) -> None:
    """Leaving twice is leaving once, and the place is there until it is not kept."""
    ann = await desk.hub.add_guest()
    opened = await desk.open(ann, band=1)
    principal = ann.connection.principal
    left = shown(await desk.persons.leave(principal))
    assert left.status is CaseStatus.ABANDONED
    assert left.kept_until is not None
    assert shown(await desk.persons.leave(principal)) == left

    back = shown(await desk.persons.resume(principal))
    assert (back.case, back.status) == (opened.case, CaseStatus.WAITING)
    assert back.opened_at == opened.opened_at

    await desk.persons.leave(principal)
    desk.hub.clock.advance(3600)
    await desk.desk.decide(TimePassed())
    with pytest.raises(NotNow):
        await desk.persons.resume(principal)
    assert (await desk.mine(ann)).kept_until is None


async def test_who_is_to_be_in_the_conversation_is_told_by_name(desk: Asking) -> None:
    """The holder first, then who was asked in; nobody, once it is over."""
    ann = await desk.hub.add_guest()
    nia, sue = await desk.on_duty("nia"), await desk.hub.add_device("sue")
    case = (await desk.open(ann)).case
    await desk.accept(case, nia)
    view = await desk.mine(ann)
    assert view.status is CaseStatus.ACCEPTED
    assert [(h.handle, h.role) for h in view.helpers] == [("nia", HelperRole.HOLDER)]
    await desk.desk.decide(GuestAdded(case=case, responder=sue.account))
    view = await desk.mine(ann)
    assert [h.handle for h in view.helpers] == ["nia", "sue"]
    assert [push["what"] for push in ann.inbox.of("case.changed")] == [
        "opened",
        "accepted",
        "guest",
    ]


async def test_a_beat_changes_nothing_for_who_has_no_case(desk: Asking) -> None:
    """A page that beats a little longer than its case is no fault of the person."""
    ann = await desk.hub.add_guest()
    before = desk.desk.counters.decisions
    await desk.persons.beat(ann.connection.principal)
    assert desk.desk.counters.decisions == before


async def test_many_from_one_address_are_clustered_and_none_is_refused(
    desk: Asking,
) -> None:
    """A school is one address: from the sixth on they are told apart, and are open."""
    clustered = []
    for _ in range(8):
        view = await desk.open(await desk.hub.add_guest(), "c" * 32)
        clustered.append((await desk.stored(view.case)).is_clustered)
    assert clustered == [False] * 5 + [True] * 3


async def test_who_deletes_their_account_has_left(desk: Asking) -> None:
    """Nobody is called to somebody whom nobody can meet."""
    departures = Departures(desk.desk, desk.hub.database)
    desk.hub.also.append(departures.on_committed)
    await departures.start()
    ann = await desk.hub.add_guest()
    case = (await desk.open(ann)).case
    await desk.hub.writer.run(
        lambda transaction: erase(transaction, ann.account), lane=WriterLane.OTHER
    )
    try:
        await desk.until(case, lambda c: c.state is CaseState.ABANDONED)
    finally:
        await departures.close()
