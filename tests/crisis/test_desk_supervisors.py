"""A supervisor is wanted, and comes in."""

from __future__ import annotations

import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import CaseState
from mentalverse_crisis.desk import Duty
from mentalverse_crisis.effects import Notice, PersonTold, SupervisorsTold
from mentalverse_crisis.errors import NotNow, StaleFence
from mentalverse_crisis.events import (
    DutyChanged,
    GuestAdded,
    Joined,
    OnlineChanged,
    SupervisorWanted,
    TransferAccepted,
    TransferAsked,
)
from mentalverse_crisis.routing import Room
from support.desk_story import Story, able

WANTED = SupervisorWanted(case="c", responder="ann", fence=1)


def _talking(band: Band = Band.A2) -> Story:
    story = Story("ann", "bob", able("eve", is_supervisor=True))
    story.talks("ann", band)
    return story


def test_a_wish_for_a_supervisor_lasts_until_one_is_there() -> None:
    """Supervisors hear of it once; a colleague who comes in is none."""
    story = _talking()
    story.does(WANTED)
    assert story.last.effects == (
        SupervisorsTold(case="c", what=Notice.SUPERVISOR_WANTED),
    )
    story.later(5).does(WANTED)
    assert not story.last.effects and not story.last.entries
    assert story.case().supervisor_wanted_at_ms == story.now_ms - 5_000
    story.does(GuestAdded(case="c", responder="bob"))
    assert story.case().supervisor_wanted_at_ms is not None
    story.does(GuestAdded(case="c", responder="eve"))
    case = story.case()
    assert case.supervisor_wanted_at_ms is None
    assert case.hold is not None and case.hold.responder == "ann"
    story.does(WANTED)
    assert not story.last.entries


def test_a_supervisor_who_takes_over_is_there() -> None:
    """What was wanted has come, by another way."""
    story = _talking()
    story.does(WANTED)
    story.does(TransferAsked(case="c", responder="ann", fence=1, to="eve"))
    story.does(TransferAccepted(case="c", responder="eve", device="eve-phone"))
    assert story.case().supervisor_wanted_at_ms is not None
    story.does(Joined(case="c", responder="eve"))
    assert story.case().supervisor_wanted_at_ms is None


def test_the_wish_ends_with_the_conversation() -> None:
    """Nobody looks for what is over, and nobody comes in then."""
    story = _talking()
    story.does(WANTED)
    story.ends("ann")
    assert story.case().state is CaseState.WRAP_UP
    assert story.case().supervisor_wanted_at_ms is None
    for event in (WANTED, GuestAdded(case="c", responder="eve")):
        with pytest.raises(NotNow):
            story.does(event)


def test_only_the_holder_wants_a_supervisor() -> None:
    """Under the fence of their own hold."""
    story = _talking()
    for responder, fence in (("bob", 1), ("ann", 0), ("ann", 2)):
        with pytest.raises(StaleFence):
            story.does(SupervisorWanted(case="c", responder=responder, fence=fence))


def test_everybody_in_the_conversation_hears_who_comes_in() -> None:
    """The person, whose device adds them, and the holder."""
    story = _talking()
    told = len(story.every(PersonTold))
    story.does(GuestAdded(case="c", responder="eve"))
    assert story.every(PersonTold)[told:] == [PersonTold(case="c", what=Notice.GUEST)]
    assert story.told("ann")[-1] is Notice.GUEST


def test_urgent_capacity_left_counts_whole_a0_of_people_who_are_there() -> None:
    """Two slots of one responder; nobody offline, paused, at rest or untrained."""
    story = Story("ann", able("bob", max_slots=4), able("kim", skills={"crisis": 0}))

    def left() -> int:
        desk = story.desk
        policy = desk.policies[desk.policy]
        return Room(desk.responders.values(), desk.cases.values(), policy).urgent_left()

    assert left() == 3
    story.opens(Band.A2)
    assert left() == 2
    story.does(OnlineChanged(responder="bob", is_online=False))
    assert story.asked() == ("ann",) and left() == 0
    story.declines("ann")
    assert left() == 1
    story.does(DutyChanged(responder="ann", duty=Duty.PAUSED))
    assert left() == 0
