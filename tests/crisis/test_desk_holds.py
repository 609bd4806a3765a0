"""First words, silence, devices that are gone on either side, and the rescue."""

from __future__ import annotations

import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import CaseState
from mentalverse_crisis.effects import Notice, PersonTold, SupervisorsTold
from mentalverse_crisis.errors import NotNow, StaleFence
from mentalverse_crisis.events import (
    Ended,
    GuestAdded,
    Joined,
    PersonHere,
    PersonLeft,
    PersonLost,
    PersonSpoke,
    ResponderHere,
    ResponderLost,
    ResponderSpoke,
    ResponderTyping,
)
from mentalverse_crisis.record import What
from support.desk_story import START_MS, Story

GONE = ResponderLost(case="c", responder="ann", device="ann-phone")
SAID = PersonSpoke(case="c")


def _beating(story: Story, until: float) -> Story:
    """Both devices beat, as they do every 15 s."""
    while story.seconds + 15 < until:
        story.at(story.seconds + 15).beats()
    return story.at(until)


def _person_beating(story: Story, until: float) -> Story:
    while story.seconds + 15 < until:
        story.at(story.seconds + 15).does(PersonHere(case="c"))
    return story.at(until)


# --- first words ---


def test_a_case_without_first_words_goes_back_after_45_s() -> None:
    """In its place, without a sound for the person, to somebody else."""
    story = Story("ann", "bob")
    story.opens(Band.A2)
    before = story.case()
    story.accepts("ann")
    told = len(story.of(PersonTold))
    _beating(story, 44.999)
    assert story.case().state is CaseState.ACCEPTED
    story.at(45)
    case = story.case()
    assert case.hold is None and case.fence == 2
    assert case.enqueued_at_ms == before.enqueued_at_ms
    assert case.accept_due_ms == before.accept_due_ms
    assert story.asked() == ("bob",)
    assert len(story.of(PersonTold)) == told
    assert story.told("ann") == [Notice.RETURNED]


def test_first_words_stop_that_clock() -> None:
    """Only a person's do: being let in does not."""
    story = Story("ann")
    story.opens()
    story.accepts("ann")
    story.does(Joined(case="c", responder="ann"))
    assert story.case().state is CaseState.ACCEPTED
    story.at(44).speaks("ann")
    assert story.case().state is CaseState.ACTIVE
    _beating(story, 200)
    assert story.case().state is CaseState.ACTIVE


def test_a_guests_words_are_not_the_holders() -> None:
    """Who took the case has to speak; a guest may."""
    story = Story("ann")
    story.opens()
    story.accepts("ann")
    story.does(GuestAdded(case="c", responder="eve"))
    story.does(ResponderSpoke(case="c", responder="eve", fence=0))
    assert story.case().state is CaseState.ACCEPTED


def test_that_clock_stands_while_the_person_is_away() -> None:
    """30 s of it are left when they are back."""
    story = Story("ann")
    story.opens()
    story.accepts("ann")
    story.at(15).does(PersonLost(case="c"))
    for seconds in range(30, 300, 15):
        story.at(seconds).holder_beats()
    story.at(300).beats()
    assert story.case().state is CaseState.ACCEPTED
    story.at(315).beats()
    story.at(329.999)
    assert story.case().state is CaseState.ACCEPTED
    story.at(330)
    assert story.case().hold is None


# --- silence ---


@pytest.mark.parametrize(
    ("band", "seconds"),
    [(Band.A0, 60), (Band.A1, 90), (Band.A2, 180), (Band.A3, 300), (Band.A4, 600)],
)
def test_a_silence_nudges_and_then_alarms(band: Band, seconds: int) -> None:
    """Once the time nudges the holder, twice it tells the supervisors; then no more."""
    story = Story("ann")
    story.talks("ann", band)
    story.does(SAID)
    _beating(story, seconds - 0.001)
    assert Notice.NUDGE not in story.told("ann")
    story.at(seconds)
    assert story.told("ann")[-1] is Notice.NUDGE
    _beating(story, 2 * seconds - 0.001)
    alarm = SupervisorsTold(case="c", what=Notice.SILENCE_ALARM)
    assert alarm not in [one for _, one in story.effects]
    _beating(story, 2 * seconds)
    assert alarm in story.last.effects
    _beating(story, 4 * seconds)
    assert [one for _, one in story.effects].count(alarm) == 1
    assert story.case().state is CaseState.ACTIVE


def test_an_answer_ends_a_silence() -> None:
    """And the next message begins another."""
    story = Story("ann")
    story.talks("ann", Band.A0)
    story.does(SAID)
    _beating(story, 50).speaks("ann")
    story.does(SAID)
    _beating(story, 109.999)
    assert story.told("ann") == []
    story.at(110)
    assert story.told("ann") == [Notice.NUDGE]


def test_more_messages_do_not_begin_a_silence_anew() -> None:
    """It counts from the first that nobody answered."""
    story = Story("ann")
    story.talks("ann", Band.A0)
    story.does(SAID)
    _beating(story, 59).does(SAID)
    story.at(60)
    assert story.told("ann") == [Notice.NUDGE]


def test_typing_puts_a_nudge_off_by_a_minute_in_all() -> None:
    """Who writes is not silent; who only ever writes is."""
    story = Story("ann")
    story.talks("ann", Band.A0)
    story.does(SAID)
    for seconds in range(10, 120, 10):
        story.at(seconds).beats()
        story.does(ResponderTyping(case="c", responder="ann"))
    story.at(119.999)
    assert story.told("ann") == []
    story.at(120)
    assert story.told("ann") == [Notice.NUDGE]


def test_typing_of_who_is_not_there_is_nothing() -> None:
    """And so is typing while nobody waits for an answer."""
    story = Story("ann", "bob")
    story.talks("ann", Band.A0)
    story.does(ResponderTyping(case="c", responder="ann"))
    story.does(SAID)
    story.does(ResponderTyping(case="c", responder="bob"))
    silence = story.case().silence
    assert silence is not None and silence.extended_ms == 0


def test_what_the_person_writes_while_waiting_is_no_silence() -> None:
    """Nobody is there to be silent."""
    story = Story()
    story.opens()
    story.does(SAID)
    assert story.case().silence is None


# --- a responder who is gone ---


@pytest.mark.parametrize(
    ("band", "seconds"),
    [(Band.A0, 20), (Band.A1, 20), (Band.A2, 60), (Band.A3, 60), (Band.A4, 60)],
)
def test_a_rescue_begins_when_the_grace_is_over(band: Band, seconds: int) -> None:
    """Within 20 s for A0 and A1; the old fence is refused from that moment."""
    story = Story("ann", "bob")
    story.talks("ann", band)
    story.does(GONE)
    assert PersonTold(case="c", what=Notice.RECONNECTING) in story.last.effects
    fence = story.case().fence
    _person_beating(story, seconds - 0.001)
    assert not story.case().is_rescue
    _person_beating(story, seconds)
    case = story.case()
    assert case.is_rescue and case.is_front and case.state is CaseState.ACTIVE
    assert story.asked() == ("bob",)
    target_ms = story.desk.policies[case.policy].accept_ms(band)
    assert case.accept_due_ms == START_MS + target_ms
    for late in (ResponderSpoke, Ended):
        with pytest.raises(StaleFence):
            story.does(late(case="c", responder="ann", fence=fence))
    story.accepts("bob")
    assert story.case().state is CaseState.ACTIVE
    assert story.case().fence == fence + 2
    assert story.told("ann")[-1] is Notice.HOLD_LOST


def test_a_responder_who_is_back_in_time_goes_on() -> None:
    """The person hears so; nobody else is asked."""
    story = Story("ann", "bob")
    story.talks("ann", Band.A0)
    story.does(GONE)
    story.does(GONE)
    story.at(19).holder_beats()
    assert PersonTold(case="c", what=Notice.RECONNECTED) in story.last.effects
    _beating(story, 60)
    assert not story.case().is_rescue
    assert [one.what for one in story.last.entries].count(What.GAP_STARTED) == 0


def test_a_responder_who_is_back_in_a_rescue_is_too_late() -> None:
    """Their beat changes nothing; as a guest they are welcome."""
    story = Story("ann", "bob")
    story.talks("ann", Band.A0)
    story.does(GONE)
    story.at(20).holder_beats()
    assert story.case().is_rescue
    story.accepts("bob")
    story.does(GuestAdded(case="c", responder="ann"))
    assert story.case().guests == ("ann",)


def test_a_dead_device_is_gone_after_three_beats() -> None:
    """Nobody has to say so: the lease is part of the case."""
    story = Story("ann")
    story.talks("ann", Band.A0)
    _person_beating(story, 44.999)
    assert story.case().responder_gap is None
    story.at(45)
    assert story.case().responder_gap is not None


def test_another_device_of_the_holder_is_not_the_holds() -> None:
    """Its beat renews nothing, and its end is no loss."""
    story = Story("ann")
    story.talks("ann")
    before = story.case()
    story.does(ResponderHere(case="c", responder="ann", device="laptop"))
    story.does(ResponderLost(case="c", responder="ann", device="laptop"))
    assert story.case() == before


# --- a person who is gone ---


@pytest.mark.parametrize(
    ("band", "seconds"),
    [(Band.A0, 900), (Band.A1, 900), (Band.A2, 600), (Band.A3, 300), (Band.A4, 300)],
)
def test_a_person_is_waited_for(band: Band, seconds: int) -> None:
    """15, 10 or 5 min; then the talk ends as lost, an urgent one with a review."""
    story = Story("ann")
    story.talks("ann", band)
    story.does(PersonLost(case="c"))
    assert story.told("ann") == [Notice.PERSON_AWAY]
    for at in range(15, seconds, 15):
        story.at(at).holder_beats()
    story.at(seconds - 0.001)
    assert story.case().state is CaseState.ACTIVE
    story.at(seconds)
    case = story.case()
    assert case.state is CaseState.WRAP_UP and case.outcome == "lost_contact"
    review = SupervisorsTold(case="c", what=Notice.REVIEW)
    assert (review in story.last.effects) is (band <= Band.A1)


def test_a_person_who_is_back_goes_on() -> None:
    """The holder hears so; the next loss has a whole grace again."""
    story = Story("ann")
    story.talks("ann", Band.A3)
    story.does(PersonLost(case="c"))
    story.does(PersonLost(case="c"))
    for at in range(15, 290, 15):
        story.at(at).holder_beats()
    story.at(290).beats()
    assert story.told("ann") == [Notice.PERSON_AWAY, Notice.PERSON_BACK]
    assert story.case().person_gap is None


def test_a_persons_dead_device_is_gone_after_three_beats() -> None:
    """The same lease on both sides."""
    story = Story("ann")
    story.talks("ann")
    for at in (15, 30):
        story.at(at).holder_beats()
    story.at(44.999)
    assert story.case().person_gap is None
    story.at(45)
    assert story.case().person_gap is not None


def test_both_can_be_gone_at_once() -> None:
    """Each gap has its own time; a rescue still finds an owner, who waits."""
    story = Story("ann", "bob")
    story.opens(Band.A0)
    story.accepts("ann")
    story.does(PersonLost(case="c"))
    story.does(GONE)
    story.at(20).accepts("bob")
    case = story.case()
    assert case.state is CaseState.ACCEPTED and case.person_gap is not None
    assert case.hold is not None and case.hold.reply_since_ms is None


def test_a_page_that_closes_while_waiting_moves_nothing() -> None:
    """I20: quick exit is no event of a case."""
    story = Story("ann")
    story.opens(Band.A1)
    before = story.desk
    story.does(PersonLost(case="c"))
    story.does(PersonHere(case="c"))
    assert story.desk == before


def test_a_person_who_ends_a_rescue_is_let_go() -> None:
    """Nobody is asked any more for somebody who said good-bye."""
    story = Story("ann", "bob")
    story.talks("ann", Band.A1)
    story.does(GONE)
    story.at(20).does(PersonLeft(case="c"))
    assert story.case().state is CaseState.WRAP_UP
    assert story.asked() == ()


def test_nobody_acts_on_what_nobody_holds() -> None:
    """A case that waits has no holder, whatever fence is named."""
    story = Story("ann")
    story.opens()
    with pytest.raises(NotNow):
        story.speaks("ann")
    story.does(ResponderLost(case="c", responder="ann", device="d"))
    story.does(ResponderHere(case="c", responder="ann", device="d"))
    story.does(Joined(case="c", responder="ann"))
    with pytest.raises(NotNow):
        story.does(GuestAdded(case="c", responder="ann"))
    assert story.case().guests == ()
