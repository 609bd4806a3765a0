"""What a person sees of their case: honest, and nothing that could get worse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mentalverse_crisis.desk import CRISIS, Responder
from mentalverse_crisis.events import (
    Ended,
    OfferDeclined,
    ResponderLost,
    RosterChanged,
    TimePassed,
    TransferAccepted,
    TransferAsked,
    WrappedUp,
)
from mentalverse_crisis.events import FollowUpDecision as Wish
from mentalverse_crisis.policy import DEFAULT
from mentalverse_signaling.crisis_events import (
    CaseRaise,
    CaseStatus,
    CaseView,
    HelperRole,
)
from mentalverse_signaling.errors import NotFound
from support.asking import Asking, asking, shown
from support.hub import Device


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Asking]:
    async with asking(f"sqlite:///{tmp_path / 'server.db'}") as running:
        yield running


async def talking(desk: Asking) -> tuple[str, Device, Device]:
    """Somebody who asked, and a responder who has written."""
    ann, nia = await desk.hub.add_guest(), await desk.on_duty("nia")
    case = (await desk.open(ann)).case
    await desk.accept(case, nia)
    await desk.greet(case, nia)
    return case, ann, nia


def helpers(view: CaseView) -> list[tuple[str, HelperRole, bool]]:
    return [(h.handle, h.role, h.is_reconnecting) for h in view.helpers]


async def test_outside_lines_are_named_once_nobody_came(desk: Asking) -> None:
    """When the last rung has fired, it is said, and not before."""
    ann = await desk.hub.add_guest()
    assert not (await desk.open(ann, band=1)).outside_lines
    target_seconds = DEFAULT.bands["A1"].accept_seconds
    last = DEFAULT.ladder[-1]
    assert last.offers_outside
    desk.hub.clock.advance(target_seconds * last.at_percent / 100 - 1)
    await desk.desk.decide(TimePassed())
    assert not (await desk.mine(ann)).outside_lines
    desk.hub.clock.advance(1)
    await desk.desk.decide(TimePassed())
    assert (await desk.mine(ann)).outside_lines
    told = [push["what"] for push in ann.inbox.of("case.changed")]
    assert told[-1] == "outside_lines"


async def test_how_long_others_waited_is_told_from_ten_on(desk: Asking) -> None:
    """Of fewer, a number would say something about somebody, and nothing to anybody."""
    nia = await desk.on_duty("nia")
    for number in range(10):
        view = await desk.open(await desk.hub.add_guest())
        assert (view.wait_p50_ms, view.wait_p90_ms) == (None, None), number
        desk.hub.clock.advance(number + 1)
        await desk.accept(view.case, nia)
        await finish(desk, view.case, nia)
    desk.hub.clock.advance(31)
    view = await desk.open(await desk.hub.add_guest())
    assert (view.wait_p50_ms, view.wait_p90_ms) == (5_000, 9_000)
    raised = await desk.open(await desk.hub.add_guest(), band=0)
    assert raised.wait_p50_ms is None, "another band is another wait"


async def finish(desk: Asking, case: str, nia: Device) -> None:
    """A conversation from its first words to the summary."""
    await desk.greet(case, nia)
    fence = (await desk.stored(case)).fence
    await desk.desk.decide(Ended(case=case, responder=nia.account, fence=fence))
    await desk.desk.decide(
        WrappedUp(
            case=case,
            responder=nia.account,
            fence=fence,
            outcome="completed",
            follow_up=Wish.DECLINED,
        )
    )


async def test_a_page_that_comes_late_sees_that_it_is_over(desk: Asking) -> None:
    """Nobody is to be in the conversation any more, and nothing is kept."""
    case, ann, nia = await talking(desk)
    await finish(desk, case, nia)
    view = await desk.mine(ann)
    assert (view.case, view.status) == (case, CaseStatus.CLOSED)
    assert view.helpers == ()
    assert view.kept_until is None


async def test_another_case_is_the_newest_from_its_first_moment(desk: Asking) -> None:
    """Also if its tap is dated before the end of the one before."""
    case, ann, nia = await talking(desk)
    await finish(desk, case, nia)
    second = await desk.open(ann, tap_age_ms=60_000)
    assert second.case != case
    assert (await desk.mine(ann)).case == second.case


async def test_a_responder_who_is_gone_is_shown_as_coming_back(desk: Asking) -> None:
    """Still here, reconnecting: the person is not left to guess."""
    case, ann, nia = await talking(desk)
    await desk.desk.decide(
        ResponderLost(case=case, responder=nia.account, device=nia.id)
    )
    view = await desk.mine(ann)
    assert helpers(view) == [("nia", HelperRole.HOLDER, True)]
    told = [push["what"] for push in ann.inbox.of("case.changed")]
    assert told[-1] == "reconnecting"


async def test_who_is_asked_to_take_over_is_shown_once_they_agree(
    desk: Asking,
) -> None:
    """The person's device lets nobody in who has not said that they come."""
    case, ann, nia = await talking(desk)
    sue = await desk.on_duty("sue")
    fence = (await desk.stored(case)).fence
    await desk.desk.decide(
        TransferAsked(case=case, responder=nia.account, fence=fence, to=sue.account)
    )
    assert helpers(await desk.mine(ann)) == [("nia", HelperRole.HOLDER, False)]
    await desk.desk.decide(
        TransferAccepted(case=case, responder=sue.account, device=sue.id)
    )
    assert helpers(await desk.mine(ann)) == [
        ("nia", HelperRole.HOLDER, False),
        ("sue", HelperRole.SUCCESSOR, False),
    ]


async def test_who_has_a_case_or_is_asked_for_it_may_raise_it(desk: Asking) -> None:
    """And a supervisor may; somebody who was asked and could not come may no more."""
    ann, nia = await desk.hub.add_guest(), await desk.on_duty("nia")
    case = (await desk.open(ann)).case
    principal = nia.connection.principal
    assert shown(await desk.persons.raise_(principal, CaseRaise(case))).band == 1
    offer = desk.offers.made[-1].offer
    await desk.desk.decide(OfferDeclined(case=case, offer=offer, responder=nia.account))
    with pytest.raises(NotFound):
        await desk.persons.raise_(principal, CaseRaise(case))
    lead = await desk.hub.add_device("lead")
    who = Responder(id=lead.account, skills={CRISIS: 3}, is_supervisor=True)
    await desk.desk.decide(RosterChanged(responder=who))
    raised = await desk.persons.raise_(lead.connection.principal, CaseRaise(case))
    assert shown(raised).band == 0
