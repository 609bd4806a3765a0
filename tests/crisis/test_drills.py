"""A drill runs the whole ladder, and costs neither those who need help nor who answers.

Its person is a supervisor of the team; in the figures it is nowhere (`test_sla`).
"""

from __future__ import annotations

import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import DRILL, CaseState
from mentalverse_crisis.effects import Paged, Refusal
from mentalverse_crisis.errors import NotAllowed
from mentalverse_crisis.events import Ended, FollowUpDecision, GuestAdded, WrappedUp
from mentalverse_crisis.policy import DEFAULT
from mentalverse_crisis.routing import explain
from support.desk_story import Story, able

TARGET_SECONDS = {band: DEFAULT.accept_ms(band) / 1000 for band in Band}


def drill(story: Story, band: Band = Band.A0, **fields: str) -> None:
    story.opens(band, drill=DRILL, **{"case": "drill", "person": "sue"} | fields)


def test_it_climbs_every_rung_and_every_page_says_what_it_is() -> None:
    """As far as anybody who needs help would: that is what is to be tried."""
    story = Story()
    drill(story)
    story.at(5 * TARGET_SECONDS[Band.A0])
    pages = story.every(Paged)
    paged = {tier for page in pages for tier in page.tiers}
    assert paged == {tier for rung in DEFAULT.ladder for tier in rung.pages}
    assert {page.drill for page in pages} == {DRILL}
    assert story.desk.surge is None


def test_whoever_needs_help_goes_before_it() -> None:
    """Even the least urgent request, and even if the drill was there first."""
    story = Story()
    drill(story)
    story.later(1).opens(Band.A4, case="real")
    story.comes(able("ann", max_slots=1))
    assert story.asked("real") == ("ann",)


def test_it_takes_no_room_and_no_offer() -> None:
    """Whoever has a drill is asked for others as if they had nothing."""
    story = Story(able("ann", max_slots=2))
    drill(story)
    story.accepts("ann", "drill")
    story.opens(Band.A0, case="real")
    assert story.asked("real") == ("ann",)
    full = Story(able("ann", max_slots=1))
    full.opens(Band.A3, case="real")
    drill(full)
    assert full.asked("real") == ("ann",)
    assert full.asked("drill") == ()


def test_its_own_person_is_never_asked_to_answer() -> None:
    """Nor comes in as a supervisor; the same goes for who asks for help."""
    story = Story(able("sue", is_supervisor=True))
    drill(story)
    story.opens(Band.A2, case="own", person="sue")
    for case in ("drill", "own"):
        found = explain(story.desk, story.case(case), story.now_ms)
        assert found["sue"] is Refusal.CONFLICT
        with pytest.raises(NotAllowed):
            story.does(GuestAdded(case=case, responder="sue"))


def test_it_counts_as_no_hard_case_and_asks_for_no_rest() -> None:
    """Care is for what people carry home; this was an exercise."""
    story = Story("ann")
    drill(story)
    story.accepts("ann", "drill")
    story.speaks("ann", "drill")
    fence = story.case("drill").fence
    story.does(Ended(case="drill", responder="ann", fence=fence))
    story.does(
        WrappedUp(case="drill", responder="ann", fence=fence, outcome="completed")
    )
    ann = story.desk.responders["ann"]
    assert (ann.urgent_today, ann.resting_until_ms > story.now_ms) == (0, False)


@pytest.mark.parametrize("decision", [None, FollowUpDecision.YES])
def test_nobody_is_asked_afterwards_how_they_are(
    decision: FollowUpDecision | None,
) -> None:
    """It is over with its summary, also where one would have been needed."""
    story = Story("ann")
    drill(story)
    story.accepts("ann", "drill")
    story.speaks("ann", "drill")
    fence = story.case("drill").fence
    story.does(Ended(case="drill", responder="ann", fence=fence))
    summary = WrappedUp(
        case="drill",
        responder="ann",
        fence=fence,
        outcome="completed",
        follow_up=decision,
    )
    story.does(summary)
    assert story.case("drill").state is CaseState.CLOSED


@pytest.mark.parametrize("is_talking", [False, True])
def test_who_asks_for_help_is_in_no_exercise_any_more(*, is_talking: bool) -> None:
    """Their request is a case of its own, and real, from its first moment."""
    story = Story("ann", "bob")
    drill(story)
    if is_talking:
        story.accepts("ann", "drill")
        story.speaks("ann", "drill")
    story.opens(Band.A1, case="real", person="sue")
    assert story.last.opened == "real"
    assert story.case("real").drill == ""
    assert story.case("real").state is CaseState.OFFERED
    story.opens(Band.A1, case="again", request="q-drill", person="sue")
    assert story.last.opened == "drill"
    over = CaseState.WRAP_UP if is_talking else CaseState.ABANDONED
    assert story.desk.cases["drill"].state is over
