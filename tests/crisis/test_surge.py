"""A surge begins when people have nobody on the way to them, and does not flicker."""

from __future__ import annotations

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.desk import SurgeReason
from mentalverse_crisis.due import desk_due_ms
from mentalverse_crisis.effects import StandbyPaged, SurgeChanged
from mentalverse_crisis.events import BreachForecast, PersonLeft
from support.desks import SmallDesk, trained


def changes(desk: SmallDesk) -> list[tuple[bool, SurgeReason | None]]:
    told = [one for one in desk.effects if isinstance(one, SurgeChanged)]
    return [(one.is_on, one.why) for one in told]


def test_two_urgent_cases_with_nobody_begin_a_surge() -> None:
    """One does not, nor do any number of others; people on call stand by."""
    desk = SmallDesk()
    desk.open(Band.A1, person="first")
    for number in range(3):
        desk.open(Band.A2, person=f"other {number}")
    assert changes(desk) == []
    desk.open(Band.A0, person="second")
    assert changes(desk) == [(True, SurgeReason.WAITING)]
    assert desk.told(StandbyPaged) == [StandbyPaged(tiers=("tier_1",))]


def test_urgent_cases_that_somebody_is_asked_for_are_none_until_they_are_late() -> None:
    """Past T there should have been an answer."""
    desk = SmallDesk(*(trained(f"r{number}") for number in range(5)))
    desk.open(Band.A1, person="first")
    desk.open(Band.A1, person="second")
    assert changes(desk) == []
    desk.later(31)
    assert changes(desk) == [(True, SurgeReason.WAITING)]


def test_drills_begin_no_surge() -> None:
    """Nobody is called in for a test."""
    desk = SmallDesk()
    for number in range(3):
        desk.open(Band.A0, person=f"drill {number}", drill="drill")
    assert changes(desk) == []


def test_a_forecast_begins_one_above_its_bound_alone() -> None:
    """10 % is not above 10 %."""
    desk = SmallDesk()
    desk.happen(BreachForecast(percent=10))
    assert changes(desk) == []
    desk.happen(BreachForecast(percent=11))
    assert changes(desk) == [(True, SurgeReason.FORECAST)]


def test_a_surge_ends_after_ten_calm_minutes_without_a_break() -> None:
    """A forecast between the bounds is not calm, and begins the time anew."""
    desk = SmallDesk()
    desk.happen(BreachForecast(percent=50))
    desk.happen(BreachForecast(percent=4))
    assert desk_due_ms(desk.desk) == desk.now_ms + 600_000
    desk.later(599)
    desk.happen(BreachForecast(percent=5))
    assert desk_due_ms(desk.desk) is None
    desk.happen(BreachForecast(percent=4))
    desk.later(599)
    assert len(changes(desk)) == 1
    desk.later(1)
    assert changes(desk)[1:] == [(False, None)]


def test_who_leaves_calms_a_surge_down() -> None:
    """It is over ten minutes after the last who had nobody."""
    desk = SmallDesk()
    cases = [desk.open(Band.A0, person=name) for name in ("first", "second")]
    desk.happen(PersonLeft(case=cases[0].id))
    desk.later(600)
    assert [is_on for is_on, _ in changes(desk)] == [True, False]
