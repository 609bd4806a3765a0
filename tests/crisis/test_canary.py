"""Robots answer the desk's own canaries; nobody is asked or rung for one."""

from __future__ import annotations

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import CANARY, CaseState
from mentalverse_crisis.desk import Responder
from mentalverse_crisis.effects import Paged, Refusal
from mentalverse_crisis.routing import explain
from support.desk_story import Story, able


def robot() -> Responder:
    return able("robot", is_robot=True)


def test_a_canary_goes_to_the_robot_alone() -> None:
    """It takes nobody's slot, though somebody is free."""
    story = Story("ann", robot())
    story.opens(Band.A0, drill=CANARY)
    assert story.asked() == ("robot",)
    why = explain(story.desk, story.case(), story.now_ms)
    assert why["ann"] is Refusal.ROBOT
    story.accepts("robot")
    story.speaks("robot")
    assert story.case().state is CaseState.ACTIVE


def test_a_person_is_never_asked_of_a_robot() -> None:
    """Also where nobody else is there; a drill that people take part in neither."""
    story = Story(robot())
    for case, drill in (("real", ""), ("drill", "drill")):
        story.opens(Band.A0, case=case, drill=drill)
        assert story.case(case).state is CaseState.WAITING


def test_the_pages_of_a_canary_say_what_they_are() -> None:
    """So that whoever sends pages lets no telephone ring."""
    story = Story("ann")
    story.opens(Band.A0, drill=CANARY)
    (page,) = story.every(Paged)
    assert page.drill == CANARY


def test_a_robot_is_no_reserve() -> None:
    """What is kept free for A0 and A1 is a person."""
    people = [able(name, max_slots=1) for name in ("ann", "bob", "cat", "dan")]
    story = Story(*people, robot())
    for number in range(4):
        story.opens(Band.A2, case=f"low-{number}")
    asked = [story.asked(f"low-{number}") for number in range(4)]
    assert asked == [("ann",), ("bob",), ("cat",), ()]


def test_a_canary_may_begin_at_any_rung() -> None:
    """However late a policy has its first one; a person's tap is believed a while."""
    for drill, seconds in ((CANARY, 900), ("drill", 60), ("", 60)):
        story = Story("ann", robot())
        story.opens(drill=drill, tap_age_ms=900_000)
        case = story.case()
        assert story.now_ms - case.tapped_at_ms == seconds * 1000
