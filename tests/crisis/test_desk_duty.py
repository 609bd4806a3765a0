"""Being there, taking a break, resting between two duties."""

from __future__ import annotations

import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.desk import Duty
from mentalverse_crisis.effects import EarlyStartTold
from mentalverse_crisis.errors import CaseUnknown, NotAllowed, NotNow
from mentalverse_crisis.events import (
    DutyChanged,
    EarlyStartAllowed,
    FollowUpDecision,
    OnlineChanged,
    RosterChanged,
    TransferAsked,
)
from support.desk_story import Story, able

HOUR = 3_600


def _is(story: Story, duty: Duty) -> None:
    story.does(DutyChanged(responder="ann", duty=duty))


def _allows(story: Story, who: str) -> None:
    story.does(EarlyStartAllowed(responder="ann", actor=who))


def test_between_two_duties_there_are_eight_hours() -> None:
    """To the moment; a break in the roster is a rest, too."""
    story = Story("ann")
    _is(story, Duty.OFF)
    for seconds in (0, 8 * HOUR - 0.001):
        story.at(seconds)
        for duty in (Duty.ON, Duty.PAUSED):
            with pytest.raises(NotNow):
                _is(story, duty)
    story.at(8 * HOUR)
    _is(story, Duty.ON)
    assert story.desk.responders["ann"].duty is Duty.ON


def test_a_supervisor_may_let_somebody_else_begin_sooner() -> None:
    """A supervisor, not just anybody, and nobody themselves; it is told."""
    story = Story(able("ann", is_supervisor=True), "bob")
    story.comes(able("eve", is_supervisor=True))
    _is(story, Duty.OFF)
    for nobody in ("ann", "bob", "nobody"):
        with pytest.raises(NotAllowed):
            _allows(story, nobody)
    with pytest.raises(NotNow):
        _is(story, Duty.ON)
    _allows(story, "eve")
    assert story.last.effects == (EarlyStartTold(responder="ann"),)
    _is(story, Duty.ON)


def test_an_early_start_is_for_one_duty_and_one_hour() -> None:
    """Both; and of somebody who is on duty there is nothing to allow."""
    story = Story("ann", able("eve", is_supervisor=True))
    with pytest.raises(NotNow):
        _allows(story, "eve")
    _is(story, Duty.OFF)
    _allows(story, "eve")
    _is(story, Duty.ON)
    _is(story, Duty.OFF)
    with pytest.raises(NotNow):
        _is(story, Duty.ON)
    _allows(story, "eve")
    story.later(HOUR)
    with pytest.raises(NotNow):
        _is(story, Duty.ON)
    _allows(story, "eve")
    story.later(HOUR - 0.001)
    _is(story, Duty.ON)


def test_an_early_start_outlives_what_a_roster_says() -> None:
    """What the desk knows of somebody is its own, also when their skills change."""
    story = Story("ann", able("eve", is_supervisor=True))
    _is(story, Duty.OFF)
    _allows(story, "eve")
    story.does(RosterChanged(responder=able("ann", languages=("es",))))
    _is(story, Duty.ON)


def test_who_begins_is_there_from_that_decision_on() -> None:
    """What a case is handed to them by does not wait for a second one; a break, or who
    says nothing of it, changes nothing."""
    story = Story("bob")
    story.talks("bob")
    story.does(RosterChanged(responder=able("ann")))
    began = DutyChanged(responder="ann", duty=Duty.ON, is_online=True)
    story.does(began)
    assert story.desk.responders["ann"].is_online
    story.does(TransferAsked(case="c", responder="bob", fence=1, to="ann"))
    _is(story, Duty.PAUSED)
    assert story.desk.responders["ann"].is_online
    story.does(OnlineChanged(responder="ann", is_online=False))
    _is(story, Duty.ON)
    assert not story.desk.responders["ann"].is_online
    story.does(began)
    assert story.desk.responders["ann"].is_online


def test_a_break_always_works() -> None:
    """With a person in their hands, too; and who is on a break is asked nothing."""
    story = Story("ann")
    story.talks("ann")
    _is(story, Duty.PAUSED)
    story.opens(Band.A2, case="next")
    assert story.asked("next") == ()
    _is(story, Duty.ON)
    assert story.asked("next") == ("ann",)


def test_nobody_goes_off_duty_with_a_person_in_their_hands() -> None:
    """Handed over or finished first, the summary, too."""
    story = Story("ann")
    story.talks("ann", Band.A0)
    with pytest.raises(NotNow):
        _is(story, Duty.OFF)
    story.ends("ann")
    with pytest.raises(NotNow):
        _is(story, Duty.OFF)
    story.wraps_up("ann", FollowUpDecision.DECLINED)
    _is(story, Duty.OFF)
    assert story.desk.responders["ann"].resting_until_ms == 0


def test_a_new_duty_counts_hard_cases_anew() -> None:
    """The caps are those of one duty."""
    story = Story("ann")
    story.talks("ann", Band.A1)
    story.ends("ann")
    story.wraps_up("ann", FollowUpDecision.DECLINED)
    assert story.desk.responders["ann"].urgent_today == 1
    _is(story, Duty.OFF)
    story.at(8 * HOUR)
    _is(story, Duty.ON)
    assert story.desk.responders["ann"].urgent_today == 0


def test_saying_the_same_duty_again_changes_nothing() -> None:
    """Nobody becomes idle longer or shorter by it."""
    story = Story("ann")
    before = story.desk
    story.at(60)
    _is(story, Duty.ON)
    assert story.desk == before


def test_a_roster_says_nothing_of_duties() -> None:
    """What is known of somebody changes, what they are doing does not."""
    story = Story("ann")
    story.does(RosterChanged(responder=able("ann", languages=("es",))))
    ann = story.desk.responders["ann"]
    assert (ann.duty, ann.is_online, ann.languages) == (Duty.ON, True, ("es",))


def test_nobody_of_that_name_is_there() -> None:
    """Who is not on the roster neither comes nor goes."""
    story = Story()
    with pytest.raises(CaseUnknown):
        story.does(OnlineChanged(responder="ann", is_online=True))
    with pytest.raises(CaseUnknown):
        _is(story, Duty.ON)
