"""Handing over, the end, the wrap-up, what comes afterwards, and other ways out."""

from __future__ import annotations

import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import CaseState
from mentalverse_crisis.desk import Duty
from mentalverse_crisis.effects import (
    Finished,
    Invited,
    Notice,
    Paged,
    PagesCancelled,
    SupervisorsTold,
)
from mentalverse_crisis.errors import (
    CaseUnknown,
    NotAllowed,
    NotNow,
    ReasonRequired,
    StaleFence,
)
from mentalverse_crisis.events import (
    Dismissed,
    FollowUpDecision,
    FollowUpRecorded,
    GuestAdded,
    Joined,
    Outcome,
    PersonLeft,
    PersonLost,
    TransferAccepted,
    TransferAsked,
    TransferDeclined,
)
from support.desk_story import START_MS, Story, able

HOUR = 3_600
DAY = 24 * HOUR
FOLLOW_UP_SECONDS = {
    Band.A0: DAY,
    Band.A1: DAY,
    Band.A2: 3 * DAY,
    Band.A3: 7 * DAY,
    Band.A4: 7 * DAY,
}


def _talking(band: Band = Band.A2) -> Story:
    story = Story("ann")
    story.talks("ann", band)
    story.comes(able("bob"))
    return story


def _asks(story: Story, to: str = "bob") -> None:
    fence = story.case().fence
    story.does(TransferAsked(case="c", responder="ann", fence=fence, to=to))


def _agrees(story: Story, who: str = "bob") -> None:
    story.does(TransferAccepted(case="c", responder=who, device=f"{who}-phone"))


# --- warm ---


def test_a_warm_transfer_passes_the_hold_in_one_step() -> None:
    """Asked, agreed, let in by the person's device; the one who had it is a guest."""
    story = _talking()
    _asks(story)
    assert story.told("bob") == [Notice.TRANSFER_ASKED]
    _agrees(story)
    assert [one.responder for _, one in story.of(Invited)] == ["ann", "bob"]
    hold = story.case().hold
    assert hold is not None and hold.responder == "ann"
    _agrees(story)
    assert not story.last.effects
    story.does(Joined(case="c", responder="bob"))
    case = story.case()
    assert case.hold is not None
    assert (case.hold.responder, case.hold.fence) == ("bob", 2)
    assert case.hold.is_joined and case.guests == ("ann",)
    assert case.state is CaseState.ACTIVE
    story.speaks("ann")


def test_being_let_in_before_agreeing_passes_nothing() -> None:
    """Who was only asked is not the holder."""
    story = _talking()
    _asks(story)
    story.does(Joined(case="c", responder="bob"))
    assert story.case().hold is not None
    assert story.case().fence == 1


@pytest.mark.parametrize("has_agreed", [False, True])
def test_a_transfer_that_is_not_answered_leaves_everything(has_agreed: bool) -> None:
    """A minute to agree, a minute to arrive; both hear that it is over."""
    story = _talking()
    before = story.case()
    _asks(story)
    if has_agreed:
        story.at(30).beats()
        _agrees(story)
    until = 90 if has_agreed else 60
    story.at(45 if has_agreed else 30).beats()
    story.at(until - 0.001)
    assert story.case().transfer is not None
    story.beats()
    story.at(until)
    assert story.case().transfer is None
    assert story.case().hold is not None and story.case().fence == before.fence
    assert story.told("ann")[-1] is Notice.TRANSFER_OVER is story.told("bob")[-1]
    with pytest.raises(NotNow):
        _agrees(story)


def test_only_an_active_case_is_handed_over_and_to_one_at_a_time() -> None:
    """And only to who may take it now; never by who has it no more."""
    story = _talking()
    _asks(story)
    with pytest.raises(NotNow):
        _asks(story)
    story.does(TransferDeclined(case="c", responder="bob"))
    with pytest.raises(NotNow):
        _asks(story, to="ann")
    with pytest.raises(StaleFence):
        story.does(TransferAsked(case="c", responder="bob", fence=1, to="ann"))
    with pytest.raises(CaseUnknown):
        _asks(story, to="nobody")
    story.does(TransferDeclined(case="c", responder="bob"))
    assert not story.last.effects


# --- guests ---


def test_a_guest_does_not_release_the_holder() -> None:
    """Asking a supervisor in changes no hold; asking twice is once."""
    story = _talking()
    story.does(GuestAdded(case="c", responder="bob"))
    story.does(GuestAdded(case="c", responder="bob"))
    assert story.case().guests == ("bob",)
    assert story.case().fence == 1
    story.does(Joined(case="c", responder="bob"))
    assert not story.last.entries


# --- the end ---


@pytest.mark.parametrize("is_accepted_only", [False, True])
def test_either_side_ends_a_conversation(is_accepted_only: bool) -> None:
    """The person without a word of argument, the holder under their fence."""
    for by_person in (False, True):
        story = Story("ann")
        story.opens(Band.A0)
        story.accepts("ann")
        if not is_accepted_only:
            story.speaks("ann")
        if by_person:
            story.does(PersonLeft(case="c"))
        else:
            story.ends("ann")
        case = story.case()
        assert case.state is CaseState.WRAP_UP
        assert case.outcome == (
            "ended_by_person" if by_person else "ended_by_responder"
        )
        story.ends("ann")
        story.does(PersonLeft(case="c"))
        assert story.case() == case


@pytest.mark.parametrize("band", [Band.A0, Band.A1, Band.A2])
def test_a_hard_case_is_not_closed_without_a_decision(band: Band) -> None:
    """Yes, declined or unsafe; it is the holder who says so, after the end."""
    story = _talking(band)
    with pytest.raises(NotNow):
        story.wraps_up("ann", FollowUpDecision.YES)
    story.ends("ann")
    with pytest.raises(ReasonRequired):
        story.wraps_up("ann", None)
    with pytest.raises(StaleFence):
        story.wraps_up("bob", FollowUpDecision.YES)
    story.wraps_up("ann", FollowUpDecision.YES)
    case = story.case()
    assert case.state is CaseState.FOLLOW_UP_DUE and case.follow_up is not None
    assert case.follow_up.due_ms == START_MS + FOLLOW_UP_SECONDS[band] * 1000


@pytest.mark.parametrize(
    "decided", [FollowUpDecision.DECLINED, FollowUpDecision.UNSAFE]
)
def test_no_follow_up_where_the_person_wants_none(decided: FollowUpDecision) -> None:
    """Declined, or unsafe by their own rule: no attempt is ever due."""
    story = _talking(Band.A0)
    story.ends("ann")
    story.wraps_up("ann", decided)
    assert story.case().state is CaseState.CLOSED
    assert Finished(case="c") in story.last.effects
    assert "c" not in story.desk.cases


@pytest.mark.parametrize("band", Band)
def test_a_summary_that_nobody_writes_drops_no_follow_up(band: Band) -> None:
    """After 10 min A0 to A2 are followed up all the same; the others are closed."""
    story = _talking(band)
    story.ends("ann")
    story.at(599.999)
    assert story.case().state is CaseState.WRAP_UP
    story.at(600)
    needs_one = band <= Band.A2
    expected = CaseState.FOLLOW_UP_DUE if needs_one else CaseState.CLOSED
    assert story.case().state is expected
    assert story.told("ann")[-1] is Notice.WRAP_UP_OVER
    assert story.case().hold is None


@pytest.mark.parametrize("band", Band)
def test_who_was_lost_is_followed_up_in_half_the_time(band: Band) -> None:
    """In every band, whether or not anybody writes the summary."""
    story = Story("ann")
    story.talks("ann", band)
    story.does(PersonLost(case="c"))
    for at in range(15, 1_500, 15):
        story.at(at)
        if story.case().state is not CaseState.ACTIVE:
            break
        story.holder_beats()
    ended_ms = story.now_ms
    story.at(story.seconds + 600)
    case = story.case()
    assert case.follow_up is not None
    half_ms = FOLLOW_UP_SECONDS[band] * 500
    assert case.follow_up.due_ms == ended_ms + 600_000 + half_ms


@pytest.mark.parametrize(
    ("band", "seconds"), [(Band.A0, 600), (Band.A1, 300), (Band.A2, 0)]
)
def test_a_hard_case_is_followed_by_a_rest(band: Band, seconds: int) -> None:
    """10 min after an A0, 5 after an A1; then they are asked again, by themselves."""
    story = Story("ann")
    story.talks("ann", band)
    story.ends("ann")
    story.wraps_up("ann", FollowUpDecision.DECLINED)
    story.opens(Band.A2, case="next")
    if seconds:
        story.at(seconds - 0.001)
        assert story.asked("next") == ()
    story.at(seconds)
    assert story.asked("next") == ("ann",)


# --- afterwards ---


def _followed_up() -> Story:
    story = _talking(Band.A0)
    story.ends("ann")
    story.wraps_up("ann", FollowUpDecision.YES)
    return story


def _tried(story: Story, outcome: Outcome) -> None:
    story.does(FollowUpRecorded(case="c", responder="bob", outcome=outcome))


@pytest.mark.parametrize("outcome", [Outcome.REACHED, Outcome.DECLINED, Outcome.UNSAFE])
def test_a_follow_up_ends_with_its_outcome(outcome: Outcome) -> None:
    """By anybody who has that duty: it outlives the shift of who promised it."""
    story = _followed_up()
    _tried(story, outcome)
    assert story.case().state is CaseState.CLOSED
    assert story.case().outcome == outcome.value
    with pytest.raises(CaseUnknown):
        _tried(story, outcome)


def test_nobody_is_unreachable_before_three_attempts() -> None:
    """Three to five, a day apart; the fifth is the last."""
    story = _followed_up()
    with pytest.raises(ReasonRequired):
        _tried(story, Outcome.UNREACHABLE)
    for attempt in (1, 2, 3, 4):
        _tried(story, Outcome.NO_ANSWER)
        follow_up = story.case().follow_up
        assert story.case().state is CaseState.FOLLOWING_UP
        assert follow_up is not None and follow_up.attempts == attempt
        assert follow_up.due_ms == story.now_ms + DAY * 1000
        if attempt < 3:
            with pytest.raises(ReasonRequired):
                _tried(story, Outcome.UNREACHABLE)
    _tried(story, Outcome.NO_ANSWER)
    assert story.case().state is CaseState.CLOSED
    assert story.case().outcome == "unreachable"


def test_after_three_attempts_somebody_may_count_as_unreachable() -> None:
    """Said by who tried, and not before."""
    story = _followed_up()
    for _ in range(3):
        _tried(story, Outcome.NO_ANSWER)
    _tried(story, Outcome.UNREACHABLE)
    assert story.case().outcome == "unreachable"


def test_an_overdue_follow_up_is_told_and_then_paged_for() -> None:
    """Supervisors at its time, the clinical lead a day later and every day after."""
    story = _followed_up()
    story.at(DAY - 0.001)
    overdue = SupervisorsTold(case="c", what=Notice.FOLLOW_UP_OVERDUE)
    assert overdue not in [one for _, one in story.effects]
    story.at(4 * DAY)
    assert [at for at, one in story.effects if one == overdue] == [
        day * DAY for day in (1, 2, 3, 4)
    ]
    paged = [(at, one.tiers) for at, one in story.of(Paged)]
    assert paged == [(day * DAY, ("clinical_lead",)) for day in (2, 3, 4)]


def test_no_follow_up_is_recorded_where_none_is_due() -> None:
    """A conversation that goes on is no attempt."""
    story = _talking()
    with pytest.raises(NotNow):
        _tried(story, Outcome.REACHED)


# --- other ways out ---


def _dismiss(story: Story, state: CaseState, second: str = "") -> None:
    story.does(Dismissed(case="c", state=state, actor="ann", second=second, into="x"))


@pytest.mark.parametrize("band", Band)
def test_a_hard_case_is_void_only_if_two_say_so(band: Band) -> None:
    """Two, and not the same one twice; A3 and A4 need one."""
    story = Story("ann")
    story.opens(band)
    if band <= Band.A2:
        for second in ("", "ann"):
            with pytest.raises(NotAllowed):
                _dismiss(story, CaseState.VOID, second)
    _dismiss(story, CaseState.VOID, "bob" if band <= Band.A2 else "")
    assert story.case().state is CaseState.VOID
    assert PagesCancelled(case="c") in story.last.effects
    assert not story.case().pending


@pytest.mark.parametrize("state", [CaseState.MERGED, CaseState.REDIRECTED])
def test_a_case_can_go_elsewhere_from_any_open_state(state: CaseState) -> None:
    """Waiting, held, in its wrap-up, or waiting for a follow-up."""
    for until in ("waiting", "active", "wrap_up", "follow_up_due"):
        story = Story() if until == "waiting" else Story("ann")
        story.opens(Band.A2)
        if until != "waiting":
            story.accepts("ann")
            story.speaks("ann")
        if until in ("wrap_up", "follow_up_due"):
            story.ends("ann")
        if until == "follow_up_due":
            story.wraps_up("ann", FollowUpDecision.YES)
        assert story.case().state.value == until
        _dismiss(story, state)
        assert story.case().state is state and story.case().hold is None


def test_a_case_is_dismissed_to_where_there_is() -> None:
    """Neither closed by hand, nor after its person has left."""
    story = Story()
    story.opens(Band.A0)
    with pytest.raises(NotNow):
        _dismiss(story, CaseState.CLOSED)
    story.does(PersonLeft(case="c"))
    with pytest.raises(NotNow):
        _dismiss(story, CaseState.MERGED)
    assert story.case().state is CaseState.ABANDONED


def test_a_holder_who_is_gone_from_the_roster_ends_nothing_badly() -> None:
    """An operator may delete a responder who holds a case: it goes its way."""
    story = _talking(Band.A1)
    story.ends("ann")
    kept = {"bob": story.desk.responders["bob"]}
    story.desk = type(story.desk)(
        story.desk.policies, story.desk.policy, story.desk.cases, kept
    )
    story.at(600)
    assert story.case().state is CaseState.FOLLOW_UP_DUE
    assert story.desk.responders["bob"].duty is Duty.ON
