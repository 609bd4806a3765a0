"""What the desk once did wrong, each with the case that showed it."""

from __future__ import annotations

import msgspec
import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import Case, CaseState, Hold
from mentalverse_crisis.desk import Credential, Duty, Responder
from mentalverse_crisis.effects import Notice, Paged, SupervisorsTold
from mentalverse_crisis.errors import MalformedPolicy, NotNow, ReasonRequired
from mentalverse_crisis.events import (
    BandLowered,
    DutyChanged,
    FollowUpDecision,
    GuestAdded,
    OnlineChanged,
    PersonLost,
    ResponderLost,
    ReturnAgreed,
    RosterChanged,
    StandingChanged,
    TimePassed,
    TransferAsked,
    TransferredCold,
)
from mentalverse_crisis.policy import DEFAULT, Policy, checked
from mentalverse_crisis.routing import Room
from support.desk_story import START_MS, Story, able, with_policy


def test_asking_again_while_a_talk_is_summed_up_leads_to_somebody() -> None:
    """It led to the case whose conversation was over, and nobody came."""
    story = Story("ann")
    story.talks("ann", Band.A1)
    story.ends("ann")
    story.opens(Band.A1, case="again", person="p-c")
    assert story.last.opened == "again"
    assert story.asked("again") == ("ann",)


def test_an_offer_goes_to_the_next_when_its_responder_goes() -> None:
    """It waited for its end; two such ends even made who was off duty pause."""
    story = Story("ann", "bob")
    story.opens(Band.A2)
    assert story.asked() == ("ann",)
    story.does(DutyChanged(responder="ann", duty=Duty.OFF))
    assert story.asked() == ("bob",)
    story.at(3_600)
    assert story.desk.responders["ann"].duty is Duty.OFF


def test_a_raised_case_is_offered_to_nobody_without_training() -> None:
    """Who was asked for an A2 could accept the A0 that it had become."""
    story = Story(able("ann", skills={"crisis": 0}))
    story.opens(Band.A2)
    story.comes(able("bob"))
    assert story.asked() == ("ann",)
    story.raises(Band.A0)
    assert story.asked() == ("bob",)


def test_an_offer_ends_with_the_credential() -> None:
    """Who may not do this work any more could still accept."""
    story = Story("ann")
    story.opens(Band.A2)
    revoked = msgspec.structs.replace(able("ann"), credential=Credential.REVOKED)
    story.does(RosterChanged(responder=revoked))
    assert story.asked() == ()


def test_a_standing_that_changes_leaves_all_else_as_it_was() -> None:
    """It was found out a moment ago; what an operator has set since then stays."""
    story = Story(able("ann", skills={"grief": 2}, max_slots=3))
    before = story.desk.responders["ann"]
    for is_supervisor in (True, False):
        story.does(
            StandingChanged(
                responder="ann",
                credential=Credential.UNKNOWN,
                is_supervisor=is_supervisor,
                skills_if_new={"crisis": 5},
            )
        )
        assert story.desk.responders["ann"] == msgspec.structs.replace(
            before, credential=Credential.UNKNOWN, is_supervisor=is_supervisor
        )


def test_who_was_not_known_joins_with_what_is_taken_of_newcomers() -> None:
    story = Story("ann")
    story.does(
        StandingChanged(
            responder="bob",
            credential=Credential.GOOD,
            is_supervisor=False,
            skills_if_new={"crisis": 3},
        )
    )
    assert story.desk.responders["bob"] == Responder(id="bob", skills={"crisis": 3})


def test_an_offer_ends_with_the_standing() -> None:
    story = Story("ann")
    story.opens(Band.A2)
    story.does(
        StandingChanged(
            responder="ann", credential=Credential.REVOKED, is_supervisor=False
        )
    )
    assert story.asked() == ()


def test_an_offer_outlives_a_short_way_offline() -> None:
    """Its time is short anyway, and a reconnect must not cost it."""
    story = Story("ann")
    story.opens(Band.A2)
    story.does(OnlineChanged(responder="ann", is_online=False))
    assert story.asked() == ("ann",)


def test_whoever_was_lost_is_not_just_closed() -> None:
    """An A4 that was lost could be closed without a word on a follow-up."""
    story = Story("ann")
    story.talks("ann", Band.A4)
    story.does(PersonLost(case="c"))
    for seconds in range(15, 300, 15):
        story.at(seconds).holder_beats()
    story.at(300)
    assert story.case().state is CaseState.WRAP_UP
    with pytest.raises(ReasonRequired):
        story.wraps_up("ann", None)
    story.wraps_up("ann", FollowUpDecision.YES)
    assert story.case().state is CaseState.FOLLOW_UP_DUE


def test_a_lowered_case_is_not_due_sooner() -> None:
    """A case that was raised late was overdue once it had been lowered."""
    story = Story("ann")
    story.does(DutyChanged(responder="ann", duty=Duty.PAUSED))
    story.opens(Band.A4)
    story.at(1_000).raises(Band.A2)
    story.does(BandLowered(case="c", band=Band.A3, actor="ann", reason="calmer"))
    assert story.case().accept_due_ms == START_MS + 1_120_000


@pytest.mark.parametrize(("band", "rest"), [(Band.A0, 600), (Band.A1, 300)])
def test_whoever_hands_over_a_hard_case_rests(band: Band, rest: int) -> None:
    """Only the end of a case was followed by a rest, not handing it over."""
    story = Story("ann")
    story.talks("ann", band)
    story.comes(able("eve", is_supervisor=True))
    fence = story.case().fence
    story.does(TransferredCold(case="c", responder="ann", fence=fence, reason="shift"))
    story.does(ReturnAgreed(case="c", supervisor="eve"))
    ann = story.desk.responders["ann"]
    assert ann.resting_until_ms == story.now_ms + rest * 1000
    assert story.asked() == ("eve",)


def test_whoever_rests_is_no_reserve() -> None:
    """Four on duty, and the room that was kept free was that of one at rest."""
    story = Story(*(able(name, max_slots=1) for name in ("ann", "bob", "cat", "dan")))
    story.talks("ann", Band.A0)
    story.ends("ann")
    story.wraps_up("ann", FollowUpDecision.DECLINED)
    for number in range(3):
        story.opens(Band.A2, case=f"low-{number}")
    asked = [story.asked(f"low-{number}") for number in range(3)]
    assert asked == [("bob",), ("cat",), ()]


def test_a_raise_shortens_the_grace_of_a_gap() -> None:
    """An A2 whose responder was gone waited a minute, also once it was an A0."""
    story = Story("ann", "bob")
    story.talks("ann", Band.A2)
    story.does(ResponderLost(case="c", responder="ann", device="ann-phone"))
    story.at(5).raises(Band.A0)
    story.at(19.9)
    assert not story.case().is_rescue
    story.at(20)
    assert story.case().is_rescue
    assert story.asked() == ("bob",)


def test_a_guest_can_be_asked_to_take_the_case() -> None:
    """A colleague who was in the conversation already was the one not to be asked."""
    story = Story("ann")
    story.talks("ann", Band.A2)
    story.comes(able("bob"))
    story.does(GuestAdded(case="c", responder="bob"))
    fence = story.case().fence
    story.does(TransferredCold(case="c", responder="ann", fence=fence, reason="shift"))
    assert story.asked() == ("bob",)


def test_a_guest_without_room_is_not_handed_the_case() -> None:
    """Being in a conversation does not make room for it."""
    story = Story("ann")
    story.talks("ann", Band.A2)
    story.comes(able("bob", max_slots=1))
    story.does(DutyChanged(responder="ann", duty=Duty.PAUSED))
    story.opens(Band.A2, case="other")
    story.accepts("bob", "other")
    story.does(GuestAdded(case="c", responder="bob"))
    fence = story.case().fence
    with pytest.raises(NotNow):
        story.does(TransferAsked(case="c", responder="ann", fence=fence, to="bob"))


def _with_target(seconds: int) -> Policy:
    promised = msgspec.structs.replace(DEFAULT.bands["A2"], accept_seconds=seconds)
    return with_policy(bands={**DEFAULT.bands, "A2": promised})


@pytest.mark.parametrize(
    "policy",
    [
        with_policy(
            ladder=tuple(
                msgspec.structs.replace(rung, pages=()) for rung in DEFAULT.ladder
            )
        ),
        with_policy(follow_up_spacing_seconds=0),
        _with_target(0),
    ],
)
def test_a_policy_that_the_desk_cannot_follow_is_refused(policy: Policy) -> None:
    """Without a page an opening failed; without time the ladder climbed for ever."""
    with pytest.raises(MalformedPolicy):
        checked(policy)


def _held(case: str, responder: str) -> Case:
    return Case(
        id=case,
        request=case,
        person=case,
        policy=DEFAULT.revision,
        tapped_at_ms=0,
        enqueued_at_ms=0,
        accept_due_ms=0,
        seeking_since_ms=0,
        state=CaseState.ACTIVE,
        hold=Hold(responder, "d", 1, accepted_at_ms=0, lease_until_ms=0),
    )


def test_two_halves_are_no_room_for_an_a0() -> None:
    """An A0 takes two slots of one responder; the reserve was one slot of anybody's."""
    team = {
        name: msgspec.structs.replace(able(name), duty=Duty.ON, is_online=True)
        for name in ("ann", "bob", "cat", "dan")
    }
    cases = [_held(f"c-{name}", name) for name in ("ann", "bob", "cat")]
    room = Room(team.values(), cases, DEFAULT)
    low = msgspec.structs.replace(cases[0], id="low", hold=None)
    assert room.keeps_reserve(team["ann"], low)
    assert not room.keeps_reserve(team["dan"], low)


def test_a_raise_while_somebody_has_the_case_counts_for_them() -> None:
    """It is as hard as one that was an A0 from the start."""
    story = Story("ann")
    story.talks("ann", Band.A2)
    story.raises(Band.A0)
    assert story.desk.responders["ann"].urgent_today == 1


def test_who_slept_is_paged_once_for_all_rungs() -> None:
    """After a standstill of the desk, tier 1 was paged for each rung that was due."""
    story = Story("ann")
    story.opens(Band.A2)
    story.now_ms += 600_000
    story.does(TimePassed())
    pages = [one for one in story.last.effects if isinstance(one, Paged)]
    assert [page.level for page in pages] == [5]


def test_who_comes_to_the_rescue_and_says_nothing_is_noticed() -> None:
    """A person whose talk was cut off could wait for words with nobody hearing of it,
    if they did not write first."""
    story = Story("ann", "bob")
    story.talks("ann", Band.A1)
    story.does(ResponderLost(case="c", responder="ann", device="ann-phone"))
    story.later(DEFAULT.band(Band.A1).responder_grace_seconds)
    story.accepts("bob")
    since = story.seconds
    while story.seconds < since + 2 * DEFAULT.band(Band.A1).silence_seconds:
        story.later(15)
        story.beats()
    assert Notice.NUDGE in story.told("bob")
    alarms = [one.what for one in story.every(SupervisorsTold)]
    assert alarms[-1] is Notice.SILENCE_ALARM
