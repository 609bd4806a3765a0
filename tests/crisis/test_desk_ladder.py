"""Nobody waits in silence: the rungs, the pages, and what a page that was seen buys."""

from __future__ import annotations

import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.desk import Duty
from mentalverse_crisis.effects import Notice, Paged, PagesCancelled, PersonTold
from mentalverse_crisis.errors import NotNow
from mentalverse_crisis.events import DutyChanged, OnlineChanged, PageAcked, PersonLeft
from support.desk_story import Story, able

RUNGS = {
    Band.A0: (7.5, 15, 30, 45, 60),
    Band.A1: (15, 30, 60, 90, 120),
    Band.A2: (60, 120, 240, 360, 480),
    Band.A3: (300, 600, 1_200, 1_800, 2_400),
    Band.A4: (900, 1_800, 3_600, 5_400, 7_200),
}
TIERS = {
    2: ("tier_1",),
    3: ("tier_1", "tier_2", "supervisor"),
    4: ("tier_1", "tier_2", "supervisor", "clinical_lead"),
    5: ("tier_1", "tier_2", "supervisor", "clinical_lead"),
}


def _busy() -> Story:
    """Somebody who could take anything, is there, and answers nothing for two hours."""
    story = Story(able("ann", max_slots=1))
    story.opens(Band.A4, case="first")
    return story


@pytest.mark.parametrize("band", [Band.A0, Band.A1])
def test_the_rungs_fire_at_their_times(band: Band) -> None:
    """Level by level, as long as somebody is being asked all the time."""
    story = Story(*(f"r{number:02}" for number in range(12)))
    story.opens(band)
    levels = []
    for at in RUNGS[band]:
        levels.append(story.at(at - 0.001).case().escalation.level)
        levels.append(story.at(at).case().escalation.level)
    assert levels == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5]


@pytest.mark.parametrize("band", [Band.A2, Band.A3, Band.A4])
def test_the_rungs_of_the_lower_bands_fire_at_their_times(band: Band) -> None:
    """The same for those whose responder is busy: on duty, and without room."""
    story = _busy()
    story.accepts("ann", "first")
    story.speaks("ann", "first")
    story.opens(band)
    levels = []
    for at in RUNGS[band]:
        _keep_talking(story, at - 0.001)
        levels.append(story.case().escalation.level)
        story.at(at)
        levels.append(story.case().escalation.level)
    assert levels == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5]


def _keep_talking(story: Story, until: float) -> None:
    while story.seconds + 30 < until:
        story.at(story.seconds + 30).beats("first")
    story.at(until).beats("first")


def test_each_level_pages_those_of_the_lower_ones_too() -> None:
    """Tier 1, then with tier 2 and the supervisors, then with the clinical lead."""
    story = Story()
    story.opens(Band.A2)
    story.at(480)
    tiers = {one.level: one.tiers for _, one in story.of(Paged)}
    assert tiers == TIERS


def test_a_page_says_the_band_and_the_due_time_only() -> None:
    """No identity, no reason."""
    story = Story()
    story.opens(Band.A1)
    ((_, page),) = story.of(Paged)
    said = set(page.__struct_fields__)
    assert said == {"case", "level", "tiers", "band", "due_ms", "reason", "drill"}


def test_with_nobody_there_the_first_page_goes_out_at_once() -> None:
    """Nobody eligible: rung 2 does not wait for T."""
    story = Story()
    story.opens(Band.A4)
    assert story.paged() == [(0, 2)]


def test_an_a0_without_a_free_responder_is_paged_for_at_once() -> None:
    """Somebody who is busy is no reason to wait for an A0; for an A4 they are."""
    story = _busy()
    story.accepts("ann", "first")
    story.opens(Band.A4, case="low")
    assert not story.paged()
    story.opens(Band.A0, case="c")
    assert [level for _, level in story.paged()] == [2]


def test_a_page_is_repeated_every_t_until_somebody_has_seen_it() -> None:
    """At the last rung, too, and for as long as it takes."""
    story = Story()
    story.opens(Band.A0)
    story.at(120)
    assert story.paged() == [
        (0, 2),
        (15, 2),
        (30, 3),
        (45, 4),
        (60, 5),
        (75, 5),
        (90, 5),
        (105, 5),
        (120, 5),
    ]


def test_a_page_that_was_seen_buys_one_t() -> None:
    """Then, if the case still waits, the next rung; whatever the clock says of it."""
    story = Story()
    story.opens(Band.A1)
    story.at(10).does(PageAcked(case="c", by="olga"))
    assert PagesCancelled(case="c") in story.last.effects
    story.at(39.999)
    assert story.paged() == [(0, 2)]
    story.at(40)
    assert story.paged() == [(0, 2), (40, 3)]
    assert story.case().escalation.acked_by == ""


def test_at_the_last_rung_a_page_that_was_seen_is_repeated_after_t() -> None:
    """There is no next rung; there is still somebody who waits."""
    story = Story()
    story.opens(Band.A0)
    story.at(60).does(PageAcked(case="c", by="olga"))
    story.at(74.999)
    assert story.paged()[-1] == (60, 5)
    story.at(75)
    assert story.paged()[-1] == (75, 5)


def test_who_sees_a_page_second_changes_nothing() -> None:
    """The name that stands is the first; the pause does not begin anew."""
    story = Story()
    story.opens(Band.A1)
    story.at(10).does(PageAcked(case="c", by="olga"))
    story.at(20).does(PageAcked(case="c", by="pavel"))
    assert story.case().escalation.acked_by == "olga"
    assert not story.last.entries


def test_a_case_that_pages_nobody_has_no_page_to_see() -> None:
    """Nobody takes care of a page that never went out."""
    story = Story("ann")
    story.opens(Band.A2)
    with pytest.raises(NotNow):
        story.does(PageAcked(case="c", by="olga"))


def test_the_first_rung_widens_a_wished_for_skill() -> None:
    """One level below is asked as well, and no gate is widened with it."""
    story = Story(able("bob", skills={"grief": 2}, max_slots=1))
    story.talks("bob", case="first")
    story.comes(able("ann", skills={"grief": 1}))
    story.comes(able("una", skills={"grief": 1}, avoids=frozenset({"p-c"})))
    story.opens(Band.A2, needs=("grief",))
    _keep_talking(story, 59.999)
    assert story.asked() == ()
    story.at(60)
    assert story.asked() == ("ann",)


def test_at_the_last_rung_the_person_hears_the_truth_once() -> None:
    """Nobody yet; a line outside, or a call back."""
    story = Story()
    story.opens(Band.A0)
    story.at(150)
    told = [(at, one) for at, one in story.of(PersonTold)]
    assert told == [(60, PersonTold(case="c", what=Notice.OUTSIDE_LINES))]


@pytest.mark.parametrize("how", ["accept", "leave"])
def test_the_pages_end_with_the_search(how: str) -> None:
    """In the same decision, and no page goes out afterwards."""
    story = Story()
    story.opens(Band.A1)
    story.comes(able("ann"))
    if how == "accept":
        story.accepts("ann")
    else:
        story.does(PersonLeft(case="c"))
    assert PagesCancelled(case="c") in story.last.effects
    pages = len(story.paged())
    if how == "accept":
        story.speaks("ann")
    for seconds in range(30, 600, 30):
        story.at(seconds)
        if how == "accept":
            story.beats()
    assert len(story.paged()) == pages


def test_a_raised_case_climbs_by_its_new_target() -> None:
    """And never down: what was paged for stays paged for."""
    story = Story()
    story.opens(Band.A4)
    story.at(60).raises(Band.A0)
    assert story.case().escalation.level == 2
    story.at(89.999)
    assert story.case().escalation.level == 2
    story.at(90)
    assert story.case().escalation.level == 3


def test_whoever_comes_is_asked_while_pages_go_out() -> None:
    """The ladder searches beside the desk, not instead of it."""
    story = Story("ann")
    story.does(DutyChanged(responder="ann", duty=Duty.PAUSED))
    story.opens(Band.A1)
    story.does(DutyChanged(responder="ann", duty=Duty.ON))
    assert story.asked() == ("ann",)


def test_who_is_offline_is_nobody_to_ask() -> None:
    """An offer that no device can show is none."""
    story = Story("ann")
    story.does(OnlineChanged(responder="ann", is_online=False))
    story.opens(Band.A3)
    assert story.paged() == [(0, 2)]
