"""Guests who leave before the end, and whoever takes a follow-up."""

from __future__ import annotations

from typing import Any

import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import CaseState
from mentalverse_crisis.desk import Credential, Duty, Responder
from mentalverse_crisis.effects import Notice, PersonTold
from mentalverse_crisis.errors import NotAllowed, NotNow
from mentalverse_crisis.events import (
    DutyChanged,
    FollowUpDecision,
    FollowUpLeft,
    FollowUpRecorded,
    FollowUpTaken,
    GuestAdded,
    GuestLeft,
    Joined,
    Outcome,
    RosterChanged,
    TransferAccepted,
    TransferAsked,
)
from mentalverse_crisis.record import What
from support.desk_story import Story, able

# --- guests ---


def test_a_guest_leaves_before_the_end_and_everybody_hears() -> None:
    """The person, whose device removes them, and the holder; leaving twice is once."""
    story = Story("ann", able("eve", is_supervisor=True))
    story.talks("ann")
    story.does(GuestAdded(case="c", responder="eve"))
    story.does(GuestLeft(case="c", responder="eve"))
    assert story.case().guests == ()
    assert PersonTold(case="c", what=Notice.STEPPED_OUT) in story.last.effects
    for who in ("ann", "eve"):
        assert story.told(who)[-1] is Notice.STEPPED_OUT
    story.does(GuestLeft(case="c", responder="eve"))
    assert not story.last.effects and not story.last.entries


def test_who_has_the_case_does_not_just_leave() -> None:
    """Handed over, given back or ended: the person is never without anybody."""
    story = Story("ann")
    story.talks("ann")
    with pytest.raises(NotNow):
        story.does(GuestLeft(case="c", responder="ann"))


def test_who_has_handed_a_case_over_leaves_when_they_have_said_good_bye() -> None:
    """They were a guest since."""
    story = Story("ann", "bob")
    story.talks("ann")
    story.does(TransferAsked(case="c", responder="ann", fence=1, to="bob"))
    story.does(TransferAccepted(case="c", responder="bob", device="bob-phone"))
    story.does(Joined(case="c", responder="bob"))
    assert story.case().guests == ("ann",)
    story.does(GuestLeft(case="c", responder="ann"))
    held = story.case().hold
    assert held is not None and held.responder == "bob" and story.case().guests == ()


# --- follow-ups ---


def _due(*team: Responder | str, **fields: Any) -> Story:
    """ann has promised somebody a follow-up; the others are of the team, too."""
    story = Story("ann")
    story.talks("ann", Band.A1, **fields)
    story.ends("ann")
    story.wraps_up("ann", FollowUpDecision.YES)
    for one in team:
        story.does(RosterChanged(responder=able(one) if isinstance(one, str) else one))
    return story


def _takes(story: Story, who: str) -> None:
    story.does(FollowUpTaken(case="c", responder=who))


def _taken_by(story: Story) -> str:
    follow_up = story.case().follow_up
    return "" if follow_up is None else follow_up.taken_by


def test_one_of_the_team_takes_a_follow_up() -> None:
    """On duty or not; it is written down, the person's device hears of it, and what is
    due stays due."""
    story = _due("bob", "cat")
    before = story.case().follow_up
    _takes(story, "bob")
    assert _taken_by(story) == "bob"
    after = story.case().follow_up
    assert before is not None and after is not None
    assert (after.due_ms, after.attempts) == (before.due_ms, before.attempts)
    (entry,) = story.last.entries
    assert (entry.what, entry.responder) == (What.FOLLOW_UP_TAKER, "bob")
    assert PersonTold(case="c", what=Notice.FOLLOW_UP) in story.last.effects
    _takes(story, "bob")
    assert not story.last.effects and not story.last.entries
    with pytest.raises(NotNow):
        _takes(story, "cat")


def test_a_supervisor_may_take_a_follow_up_from_anybody() -> None:
    """Who had it hears of it."""
    story = _due("bob", able("eve", is_supervisor=True))
    _takes(story, "bob")
    _takes(story, "eve")
    assert _taken_by(story) == "eve"
    assert story.told("bob")[-1] is Notice.FOLLOW_UP


def test_who_steps_back_leaves_a_follow_up_to_anybody() -> None:
    """Their own one only."""
    story = _due("bob", "cat")
    _takes(story, "bob")
    story.does(FollowUpLeft(case="c", responder="cat"))
    assert _taken_by(story) == "bob"
    story.does(FollowUpLeft(case="c", responder="bob"))
    assert _taken_by(story) == ""
    _takes(story, "cat")
    assert _taken_by(story) == "cat"


def test_whoever_wrote_and_had_no_answer_stays() -> None:
    """The answer may come tomorrow; with the follow-up, everything of it is over."""
    story = _due("bob")
    _takes(story, "bob")

    def tries(outcome: Outcome) -> None:
        story.does(FollowUpRecorded(case="c", responder="bob", outcome=outcome))

    tries(Outcome.NO_ANSWER)
    assert _taken_by(story) == "bob"
    assert story.case().state is CaseState.FOLLOWING_UP
    tries(Outcome.REACHED)
    assert story.case().state is CaseState.CLOSED and _taken_by(story) == ""


@pytest.mark.parametrize(
    "who",
    [
        able("bob", avoids=frozenset({"p-c"})),
        able("bob", skills={"minors": 0}),
        able("bob", skills={"crisis": 0}),
        able("bob", languages=("es",)),
        able("bob", regions=("ES",)),
        able("bob", credential=Credential.REVOKED),
        able("bob", is_robot=True),
    ],
    ids=("known", "minors", "training", "language", "region", "credential", "robot"),
)
def test_nobody_takes_a_follow_up_who_may_not_talk_with_the_person(
    who: Responder,
) -> None:
    """The gates that protect the person hold afterwards, too."""
    story = _due(who, is_minor=True, language="de", region="AT")
    with pytest.raises(NotAllowed):
        _takes(story, "bob")


def test_a_follow_up_is_not_kept_by_somebody_who_may_do_nothing_any_more() -> None:
    """Whoever lost their role meant to; anybody else is free to."""
    story = _due("bob", "cat")
    _takes(story, "bob")
    gone = able("bob", credential=Credential.REVOKED)
    story.does(RosterChanged(responder=gone))
    _takes(story, "cat")
    assert _taken_by(story) == "cat"


def test_a_follow_up_that_is_not_due_is_nobodys_to_take() -> None:
    """Neither before the end nor after it."""
    story = Story("ann")
    story.talks("ann", Band.A1)
    with pytest.raises(NotNow):
        _takes(story, "ann")
    with pytest.raises(NotNow):
        story.does(FollowUpLeft(case="c", responder="ann"))


def test_the_end_of_a_duty_leaves_a_follow_up_taken() -> None:
    """It outlives a shift."""
    story = _due("bob")
    _takes(story, "bob")
    story.does(DutyChanged(responder="bob", duty=Duty.ON))
    story.does(DutyChanged(responder="bob", duty=Duty.OFF))
    assert _taken_by(story) == "bob"
