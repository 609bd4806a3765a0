"""A surge begins when people have nobody on the way to them, and does not flicker."""

from __future__ import annotations

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.desk import SurgeReason
from mentalverse_crisis.due import desk_due_ms
from mentalverse_crisis.effects import StandbyPaged, SurgeChanged
from mentalverse_crisis.events import BreachForecast, PersonLeft
from support.desk_story import Story, able


def changes(story: Story) -> list[tuple[bool, SurgeReason | None]]:
    return [(one.is_on, one.why) for one in story.every(SurgeChanged)]


def test_two_urgent_cases_with_nobody_begin_a_surge() -> None:
    """One does not, nor do any number of others; people on call stand by."""
    story = Story()
    story.opens(Band.A1, case="first")
    for number in range(3):
        story.opens(Band.A2, case=f"other {number}")
    assert changes(story) == []
    story.opens(Band.A0, case="second")
    assert changes(story) == [(True, SurgeReason.WAITING)]
    assert story.every(StandbyPaged) == [StandbyPaged(tiers=("tier_1",))]


def test_urgent_cases_that_somebody_is_asked_for_are_none_until_they_are_late() -> None:
    """Past T there should have been an answer."""
    story = Story(*(able(f"r{number}") for number in range(5)))
    story.opens(Band.A1, case="first")
    story.opens(Band.A1, case="second")
    assert changes(story) == []
    story.later(31)
    assert changes(story) == [(True, SurgeReason.WAITING)]


def test_drills_begin_no_surge() -> None:
    """Nobody is called in for a test."""
    story = Story()
    for number in range(3):
        story.opens(Band.A0, case=f"drill {number}", drill="drill")
    assert changes(story) == []


def test_a_forecast_begins_one_above_its_bound_alone() -> None:
    """10 % is not above 10 %."""
    story = Story()
    story.does(BreachForecast(percent=10))
    assert changes(story) == []
    story.does(BreachForecast(percent=11))
    assert changes(story) == [(True, SurgeReason.FORECAST)]


def test_a_surge_ends_after_ten_calm_minutes_without_a_break() -> None:
    """A forecast between the bounds is not calm, and begins the time anew."""
    story = Story()
    story.does(BreachForecast(percent=50))
    story.does(BreachForecast(percent=4))
    assert desk_due_ms(story.desk) == story.now_ms + 600_000
    story.later(599)
    story.does(BreachForecast(percent=5))
    assert desk_due_ms(story.desk) is None
    story.does(BreachForecast(percent=4))
    story.later(599)
    assert len(changes(story)) == 1
    story.later(1)
    assert changes(story)[1:] == [(False, None)]


def test_who_leaves_calms_a_surge_down() -> None:
    """It is over ten minutes after the last who had nobody."""
    story = Story()
    for name in ("first", "second"):
        story.opens(Band.A0, case=name)
    story.does(PersonLeft(case="first"))
    story.later(601)
    assert [is_on for is_on, _ in changes(story)] == [True, False]
