"""Asking for help, raising and lowering a band, leaving the queue and coming back."""

from __future__ import annotations

import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import CaseState
from mentalverse_crisis.decide import decide
from mentalverse_crisis.desk import Duty
from mentalverse_crisis.errors import CaseUnknown, NotAllowed, NotNow, ReasonRequired
from mentalverse_crisis.events import (
    BandLowered,
    DutyChanged,
    PersonLeft,
    PersonReturned,
)
from mentalverse_crisis.record import What
from support.desk_story import START_MS, Story, able

T_SECONDS = {Band.A0: 15, Band.A1: 30, Band.A2: 120, Band.A3: 600, Band.A4: 1_800}
LEFT = PersonLeft(case="c")
BACK = PersonReturned(case="c")


@pytest.mark.parametrize("band", Band)
def test_a_case_is_due_from_the_tap(band: Band) -> None:
    """The clock starts at the tap, not at its arrival."""
    story = Story()
    story.opens(band, tap_age_ms=2_500)
    case = story.case()
    assert case.state is CaseState.WAITING
    assert case.enqueued_at_ms == START_MS - 2_500
    assert case.accept_due_ms == START_MS - 2_500 + T_SECONDS[band] * 1000


@pytest.mark.parametrize(("age_ms", "counted_ms"), [(90_000, 60_000), (-5, 0)])
def test_a_tap_is_dated_back_by_a_minute_at_most(age_ms: int, counted_ms: int) -> None:
    """A wrong clock of a device gains no place, and loses none."""
    story = Story()
    story.opens(tap_age_ms=age_ms)
    assert story.case().tapped_at_ms == START_MS - counted_ms


def test_what_the_server_kept_counts_whole() -> None:
    """Ten minutes in the spool are no claim of a client: they count from the tap."""
    story = Story()
    story.opens(tap_age_ms=90_000, kept_ms=600_000)
    case = story.case()
    assert case.tapped_at_ms == START_MS - 660_000
    assert case.accept_due_ms == START_MS - 660_000 + T_SECONDS[Band.A2] * 1000


def test_the_same_tap_opens_the_same_case() -> None:
    """A request that is sent again after a lost answer is the same request."""
    story = Story()
    story.opens()
    story.opens(case="again", request="q-c", person="somebody")
    assert story.last.opened == "c"
    assert set(story.desk.cases) == {"c"}


@pytest.mark.parametrize("is_held", [False, True])
def test_who_has_an_open_case_gets_that_one(is_held: bool) -> None:
    """Limits coalesce; the more urgent band of the two counts."""
    story = Story("ann") if is_held else Story()
    story.opens(Band.A3)
    if is_held:
        story.accepts("ann")
    story.opens(Band.A1, case="again", person="p-c")
    assert story.last.opened == "c"
    assert story.case().band is Band.A1
    assert set(story.desk.cases) == {"c"}


def test_a_tap_that_is_sent_again_after_leaving_does_not_bring_back() -> None:
    """A late copy of an old request is no wish to come back."""
    story = Story()
    story.opens(Band.A0)
    story.does(LEFT)
    story.opens(Band.A0)
    assert story.case().state is CaseState.ABANDONED


def test_a_raise_keeps_what_was_promised_or_betters_it() -> None:
    """The due time is the earlier of the old one and T from the raise."""
    story = Story()
    story.opens(Band.A4)
    story.at(1_750).raises(Band.A2)
    assert story.case().accept_due_ms == START_MS + 1_800_000
    story.raises(Band.A0)
    assert story.case().accept_due_ms == START_MS + 1_765_000


def test_a_raise_that_raises_nothing_changes_nothing() -> None:
    """Saying it twice, or saying less, is no event."""
    story = Story()
    story.opens(Band.A1)
    before = story.case()
    story.raises(Band.A1)
    story.raises(Band.A3)
    assert story.desk.cases["c"] == before
    assert not story.last.entries


def test_a_holder_hears_of_another_band() -> None:
    """Who talks with the person knows what the person says of it."""
    story = Story("ann")
    story.talks("ann")
    story.raises(Band.A1)
    assert [one.value for one in story.told("ann")] == ["band_changed"]


def _lowered(story: Story, actor: str = "ann", reason: str = "calmer") -> None:
    story.does(BandLowered(case="c", band=Band.A3, actor=actor, reason=reason))


def test_a_band_is_lowered_by_the_trained_who_say_why() -> None:
    """The place stays, the new promise counts from the tap, and it is written down."""
    story = Story(able("ann", max_slots=1), able("una", skills={"crisis": 0}))
    story.opens(Band.A2)
    with pytest.raises(NotAllowed):
        _lowered(story, actor="una")
    with pytest.raises(ReasonRequired):
        _lowered(story, reason="  ")
    _lowered(story)
    assert story.case().accept_due_ms == START_MS + 600_000
    assert story.last.entries[-1].reason == "calmer"


def test_lowering_to_what_it_is_or_above_changes_nothing() -> None:
    """A lowering never raises, and one in a talk moves no due time."""
    story = Story("ann")
    story.opens(Band.A4)
    _lowered(story)
    assert story.case().band is Band.A4
    story.opens(Band.A1, case="d")
    story.accepts("ann", "d")
    due_ms = story.case("d").accept_due_ms
    story.does(BandLowered(case="d", band=Band.A2, actor="ann", reason="calmer"))
    assert story.case("d").accept_due_ms == due_ms


@pytest.mark.parametrize(
    ("band", "seconds", "outcome"),
    [
        (Band.A2, 5, "short"),
        (Band.A2, 5.001, "before_target"),
        (Band.A2, 120, "before_target"),
        (Band.A2, 120.001, "after_target"),
    ],
)
def test_leaving_is_told_apart_by_when(
    band: Band, seconds: float, outcome: str
) -> None:
    """Short, before the target, after it."""
    story = Story()
    story.opens(band)
    story.at(seconds).does(LEFT)
    assert story.case().outcome == outcome
    assert story.last.entries[-1].what is What.LEFT


@pytest.mark.parametrize("band", [Band.A0, Band.A1])
def test_an_urgent_place_is_kept_for_a_quarter_of_an_hour(band: Band) -> None:
    """Back within 900 s is back in the old place, with the old due time."""
    story = Story()
    story.opens(band)
    before = story.case()
    story.at(1).does(LEFT)
    story.at(901).does(BACK)
    case = story.case()
    assert case.state is CaseState.WAITING
    assert case.enqueued_at_ms == before.enqueued_at_ms
    assert case.accept_due_ms == before.accept_due_ms


def test_a_place_is_not_kept_longer() -> None:
    """A moment later asking anew is what works."""
    story = Story()
    story.opens(Band.A0)
    story.at(1).does(LEFT)
    story.at(901.001)
    with pytest.raises(CaseUnknown):
        story.does(BACK)
    story.opens(Band.A0, case="anew", person="p-c")
    assert story.last.opened == "anew"


def test_a_place_that_has_just_run_out_is_refused_as_such() -> None:
    """Also by a desk that nothing has woken since."""
    story = Story()
    story.opens(Band.A0)
    story.does(LEFT)
    with pytest.raises(NotNow):
        decide(story.desk, BACK, story.now_ms + 900_001)


@pytest.mark.parametrize(
    ("band", "seconds"), [(Band.A1, 600), (Band.A3, 599), (Band.A3, 601)]
)
def test_a_cluster_comes_after_the_others_of_its_band(band: Band, seconds: int) -> None:
    """An A0 or A1 strictly; the others as if due one target later, so they move."""
    story = Story()
    story.opens(band, case="many", is_clustered=True)
    story.at(seconds).opens(band, case="one")
    story.comes(able("ann", max_slots=1))
    is_moved_on = band is Band.A3 and seconds > 600
    assert story.asked("many" if is_moved_on else "one") == ("ann",)


def test_a_place_that_is_not_kept_is_gone_at_once() -> None:
    """An A2 that left may ask anew."""
    story = Story()
    story.opens(Band.A2)
    story.does(LEFT)
    with pytest.raises(CaseUnknown):
        story.does(BACK)


def test_a_new_tap_within_that_time_is_a_return() -> None:
    """Nobody has to know the words for coming back."""
    story = Story()
    story.opens(Band.A0)
    story.at(1).does(LEFT)
    story.at(60).opens(Band.A2, case="again", person="p-c")
    assert story.last.opened == "c"
    assert story.case().state is CaseState.WAITING
    assert story.case().band is Band.A0


def test_coming_back_without_having_left_is_nothing() -> None:
    """A reload says it, too."""
    story = Story()
    story.opens()
    story.does(BACK)
    assert not story.last.entries


def test_leaving_takes_the_offers_back() -> None:
    """Nobody accepts a case whose person has left."""
    story = Story("ann")
    story.opens(Band.A0)
    offer = story.offer("ann")
    story.does(LEFT)
    assert [one.ended.value for one in story.case().offers if one.ended] == [
        "rescinded"
    ]
    assert story.case().offers[-1].id == offer


def test_a_pause_of_everybody_does_not_refuse_a_request() -> None:
    """I8: a band never takes the way to help away, and neither does an empty desk."""
    story = Story("ann")
    story.does(DutyChanged(responder="ann", duty=Duty.PAUSED))
    for number, band in enumerate(Band):
        story.opens(band, case=f"c{number}")
        assert story.last.opened == f"c{number}"


def test_what_is_over_takes_no_band_and_no_return() -> None:
    """A closed case is no case any more."""
    story = Story()
    story.opens(Band.A1)
    story.does(LEFT)
    before = story.case()
    story.raises(Band.A0)
    assert story.desk.cases["c"] == before
    with pytest.raises(CaseUnknown):
        story.raises(Band.A0, case="never")


def test_nobody_of_that_name() -> None:
    """An actor who is not on the roster lowers nothing."""
    story = Story()
    story.opens()
    with pytest.raises(CaseUnknown):
        _lowered(story, actor="nobody")
    with pytest.raises(NotNow):
        story.wraps_up("nobody", None)
