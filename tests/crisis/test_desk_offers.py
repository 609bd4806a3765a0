"""Who is asked when, what becomes of an offer, and exactly one answer that wins."""

from __future__ import annotations

import msgspec
import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import CaseState, Channel, OfferEnd
from mentalverse_crisis.decide import decide
from mentalverse_crisis.desk import Credential, Desk, Duty, Responder
from mentalverse_crisis.effects import Notice, Offered, OfferOver, Refusal
from mentalverse_crisis.errors import AlreadyHeld, OfferExpired, OfferRescinded
from mentalverse_crisis.events import (
    CaseOpened,
    DutyChanged,
    FollowUpDecision,
    OfferAccepted,
    OfferDeclined,
    PersonLeft,
    TimePassed,
    TransferAsked,
)
from mentalverse_crisis.policy import DEFAULT, OfferStage
from mentalverse_crisis.routing import explain
from support.desk_story import Story, able

TEN = tuple(f"r{number}" for number in range(10))


def _made(story: Story) -> dict[float, int]:
    found: dict[float, int] = {}
    for at, _ in story.offered():
        found[at] = found.get(at, 0) + 1
    return found


@pytest.mark.parametrize(
    ("band", "until", "made"),
    [
        (Band.A0, 59, {0: 2, 10: 2, 20: 6}),
        (Band.A1, 59, {0: 1, 8: 1, 16: 2, 24: 4}),
        (Band.A2, 79, {0: 1, 20: 1, 40: 1, 60: 1}),
        (Band.A3, 119, {0: 1, 30: 1, 60: 1, 90: 1}),
        (Band.A4, 119, {0: 1, 30: 1, 60: 1, 90: 1}),
    ],
)
def test_a_case_is_offered_by_its_plan(
    band: Band, until: float, made: dict[float, int]
) -> None:
    """Second by second, to ten who are free and do not answer."""
    story = Story(*TEN)
    story.opens(band)
    story.at(until)
    assert _made(story) == made


def test_who_declines_is_followed_by_the_next_at_once() -> None:
    """A stage says how many are asked at a time, never how many in all."""
    story = Story("ann", "bob", "cat")
    story.opens(Band.A2)
    story.at(3).declines("ann")
    story.at(4).declines("bob")
    assert story.offered() == [(0, "ann"), (3, "bob"), (4, "cat")]


def test_who_declined_is_not_asked_again_for_a_minute() -> None:
    """Then they are: nobody is lost for good by one no."""
    story = Story("ann")
    story.opens(Band.A2)
    story.at(1).declines("ann")
    assert story.case().state is CaseState.WAITING
    story.at(60.999)
    assert story.offered() == [(0, "ann")]
    story.at(61)
    assert story.offered() == [(0, "ann"), (61, "ann")]


def test_a_second_no_to_the_same_offer_is_nothing() -> None:
    """A click that came twice."""
    story = Story("ann")
    story.opens(Band.A2)
    story.declines("ann")
    story.declines("ann")
    assert not story.last.entries


def _duty(story: Story) -> Duty:
    return story.desk.responders["ann"].duty


def test_two_offers_that_went_by_pause_and_say_so() -> None:
    """Who may not be there is not asked for ever; an answer in between counts."""
    story = Story("ann")
    story.opens(Band.A2)
    story.at(20)
    assert _duty(story) is Duty.ON
    story.at(100)
    assert _duty(story) is Duty.PAUSED
    assert story.told("ann") == [Notice.PAUSED]
    story.does(DutyChanged(responder="ann", duty=Duty.ON))
    story.at(141).declines("ann")
    story.at(221.5)
    assert _duty(story) is Duty.ON


def test_a_place_stays_whatever_becomes_of_offers() -> None:
    """I12: declined, expired or taken back, the deadlines are the old ones."""
    story = Story("ann", "bob")
    story.opens(Band.A2)
    before = story.case()
    story.declines("ann")
    story.at(20)
    after = story.case()
    assert after.enqueued_at_ms == before.enqueued_at_ms
    assert after.accept_due_ms == before.accept_due_ms


def test_one_answer_wins_and_the_others_hear_of_it() -> None:
    """In the same decision: hold, fence, and every other offer taken back."""
    story = Story("ann", "bob")
    story.opens(Band.A0)
    assert story.asked() == ("ann", "bob")
    story.accepts("bob")
    case = story.case()
    assert case.state is CaseState.ACCEPTED
    assert case.hold is not None and case.hold.responder == "bob"
    assert case.hold.fence == 1 == case.fence
    over = {one.responder: one.why for _, one in story.of(OfferOver)}
    assert over == {"bob": OfferEnd.ACCEPTED, "ann": OfferEnd.RESCINDED}
    with pytest.raises(AlreadyHeld):
        story.accepts("ann")


def test_the_same_yes_twice_is_one_yes() -> None:
    """An answer that is sent again changes nothing."""
    story = Story("ann")
    story.opens()
    story.accepts("ann")
    before = story.desk
    story.accepts("ann")
    assert story.desk == before


def test_an_offer_is_over_at_its_end_to_the_millisecond() -> None:
    """By the desk's clock, whatever the responder's says."""
    story = Story("ann")
    story.opens(Band.A2)
    offer = story.offer("ann")
    yes = OfferAccepted(case="c", offer=offer, responder="ann", device="d")
    assert decide(story.desk, yes, story.now_ms + 19_999).cases["c"].hold
    with pytest.raises(OfferExpired):
        decide(story.desk, yes, story.now_ms + 20_000)


def test_an_offer_of_somebody_else_or_of_another_way_is_gone() -> None:
    """The wrong name, and a person who left."""
    story = Story("ann", "bob")
    story.opens(Band.A0)
    offer = story.offer("ann")
    stolen = OfferAccepted(case="c", offer=offer, responder="bob", device="d")
    with pytest.raises(OfferRescinded):
        story.does(stolen)
    story.does(PersonLeft(case="c"))
    with pytest.raises(OfferRescinded):
        story.accepts("ann")


def test_no_offer_waits_longer_than_a_minute() -> None:
    """Whatever a plan says."""
    story = Story("ann")
    promised = story.desk.policies[story.desk.policy]
    plan = msgspec.structs.replace(promised.bands["A4"].plan, answer_seconds=86_400)
    bands = {
        **promised.bands,
        "A4": msgspec.structs.replace(promised.bands["A4"], plan=plan),
    }
    story = Story("ann", policy=msgspec.structs.replace(promised, bands=bands))
    story.opens(Band.A4)
    ((_, offered),) = story.of(Offered)
    assert offered.expires_at_ms == story.now_ms + 60_000


def test_offers_that_ended_are_remembered_and_not_for_ever() -> None:
    """The last 32 say why they cannot be accepted; what waits is never dropped."""
    story = Story("ann")
    story.opens(Band.A4)
    for number in range(40):
        story.at(61 * number)
        story.declines("ann")
    assert len(story.case().offers) == 32
    with pytest.raises(OfferRescinded):
        story.does(OfferDeclined(case="c", offer="c.1", responder="ann"))


# --- who may ---

MAY_NOT = [
    (able("ann", duty=Duty.ON, skills={"crisis": 0}), Refusal.NOT_CRISIS_TRAINED),
    (able("ann", languages=("es",)), Refusal.LANGUAGE),
    (able("ann", regions=("AT",)), Refusal.REGION),
    (able("ann", credential=Credential.REVOKED), Refusal.CREDENTIAL),
    (able("ann", credential=Credential.UNKNOWN), Refusal.CREDENTIAL),
    (able("ann", skills={"minors": 0}), Refusal.NOT_FOR_MINORS),
    (able("ann", avoids=frozenset({"p-c"})), Refusal.CONFLICT),
    (able("ann", skills={"grief": 1}), Refusal.SKILL),
]


@pytest.mark.parametrize(("responder", "why"), MAY_NOT, ids=lambda one: str(one)[:40])
def test_a_gate_is_a_gate_and_is_explained(responder: Responder, why: Refusal) -> None:
    """Who may not take the case is not asked; whoever was asked reads why."""
    story = Story(able("bob", skills={"grief": 2}, regions=("DE",)))
    story.comes(responder)
    story.opens(Band.A1, language="de", region="DE", is_minor=True, needs=("grief",))
    assert story.asked() == ("bob",)
    ((_, offered),) = story.of(Offered)
    assert offered.passed_over == {"ann": why}


def test_a_supervisor_bridges_a_register_that_does_not_answer() -> None:
    """Unknown is not revoked: then supervisors are asked."""
    story = Story(able("eve", is_supervisor=True, credential=Credential.UNKNOWN))
    story.opens()
    assert story.asked() == ("eve",)


def test_why_everybody_would_or_would_not_be_asked_can_be_read() -> None:
    """At any moment, for a supervisor and an auditor."""
    story = Story("ann", able("bob", max_slots=1), "cat")
    story.opens(Band.A1)
    story.does(DutyChanged(responder="cat", duty=Duty.PAUSED))
    first = story.asked()[0]
    found = explain(story.desk, story.case(), story.now_ms)
    assert found[first] is Refusal.ALREADY_ASKED
    assert found["cat"] is Refusal.OFF_DUTY
    assert found["bob"] is None


def test_the_fifth_hard_case_is_the_last_of_a_duty() -> None:
    """The cap moves work to people on call, never to nobody."""
    story = Story("ann")
    warned = []
    for number in range(5):
        case = f"c{number}"
        story.talks("ann", Band.A1, case=case)
        warned.append(story.told("ann").count(Notice.SOFT_CAP))
        story.ends("ann", case)
        story.wraps_up("ann", FollowUpDecision.DECLINED, case)
        story.at(story.seconds + 300)
    assert warned == [0, 0, 1, 1, 1]
    story.opens(Band.A1, case="sixth")
    assert story.asked("sixth") == ()
    assert story.case("sixth").escalation.level == 2
    story.opens(Band.A2, case="other")
    assert story.asked("other") == ("ann",)


# --- slots ---


def test_an_a0_counts_two_and_a_call_counts_everything() -> None:
    """Text 2, an A0 2 of them, a voice conversation all."""
    story = Story(able("ann", max_slots=2))
    story.opens(Band.A2, case="one")
    story.opens(Band.A2, case="two")
    story.opens(Band.A2, case="three")
    asked = [story.asked(case) for case in ("one", "two", "three")]
    assert asked == [("ann",), ("ann",), ()]
    story = Story(able("ann", max_slots=2))
    story.opens(Band.A0)
    story.opens(Band.A2, case="other")
    assert story.asked("other") == ()
    story = Story(able("ann", max_slots=2))
    story.opens(Band.A2, channel=Channel.VOICE)
    story.opens(Band.A2, case="other")
    assert story.asked("other") == ()


def test_overflow_is_one_more_a0_by_consent() -> None:
    """Text only, and never beside a call."""
    story = Story(able("ann", max_slots=2, takes_overflow=True))
    story.talks("ann", Band.A2, case="one")
    story.talks("ann", Band.A2, case="two")
    story.opens(Band.A1, case="low")
    assert story.asked("low") == ()
    story.opens(Band.A0)
    assert story.asked() == ("ann",)
    story.opens(Band.A0, case="more")
    assert story.asked("more") == ()


def test_an_a0_takes_over_what_waits_and_never_what_is_held() -> None:
    """The offer of the lower band goes; its person keeps their place."""
    story = Story(able("ann", max_slots=1))
    story.opens(Band.A3, case="low")
    assert story.asked("low") == ("ann",)
    story.opens(Band.A0)
    assert story.asked() == ("ann",)
    assert story.case("low").state is CaseState.WAITING
    story.accepts("ann")
    story.opens(Band.A0, case="next")
    assert story.asked("next") == ()
    assert story.case().state is CaseState.ACCEPTED


def test_an_offer_is_not_taken_over_for_nothing() -> None:
    """If the room that it leaves is not enough, it stays where it is."""
    story = Story(able("ann", max_slots=2))
    story.talks("ann", Band.A2, case="held")
    story.opens(Band.A3, case="low")
    story.opens(Band.A0)
    assert story.asked("low") == ("ann",)
    assert story.asked() == ()


def test_who_is_asked_to_take_over_keeps_room_for_it() -> None:
    """A transfer that waits for its answer counts like an offer."""
    story = Story("ann")
    story.talks("ann")
    story.does(DutyChanged(responder="ann", duty=Duty.PAUSED))
    story.comes(able("bob", max_slots=1))
    story.does(TransferAsked(case="c", responder="ann", fence=1, to="bob"))
    story.opens(Band.A2, case="next")
    assert story.asked("next") == ()


def test_an_a1_takes_one_of_two_offers_of_an_a0() -> None:
    """A case that asks two can do without one of them."""
    story = Story(able("ann", max_slots=1), able("bob", max_slots=1))
    story.opens(Band.A0)
    assert len(story.asked()) == 2
    story.opens(Band.A1, case="next")
    assert len(story.asked()) == 1 == len(story.asked("next"))


def test_whoever_is_gone_from_the_roster_is_asked_nothing_more() -> None:
    """An operator may delete a responder whose offer waits, or who holds a case."""
    story = Story("ann", "bob")
    story.opens(Band.A2)
    others = {"bob": story.desk.responders["bob"]}
    without = msgspec.structs.replace(story.desk, responders=others)
    assert _pending(decide(without, TimePassed(), story.now_ms).desk) == ["bob"]
    late = decide(without, TimePassed(), story.now_ms + 20_000)
    assert _pending(late.desk) == ["bob"]


def test_who_is_gone_from_the_roster_still_takes_up_nobodys_room() -> None:
    """Their late no is heard, and the case of who held it is still somebody's."""
    story = Story("ann", "bob")
    story.opens(Band.A2)
    offer = story.offer("ann")
    without = {"bob": story.desk.responders["bob"]}
    no = OfferDeclined(case="c", offer=offer, responder="ann")
    alone = msgspec.structs.replace(story.desk, responders=without)
    assert _pending(decide(alone, no, story.now_ms).desk) == ["bob"]
    story.accepts("ann")
    alone = msgspec.structs.replace(story.desk, responders=without)
    asks = CaseOpened(case="next", request="q", person="p")
    after = decide(alone, asks, story.now_ms).desk.cases
    assert [one.responder for one in after["next"].pending] == ["bob"]
    assert after["c"].hold is not None


def test_a_plan_that_asks_several_leaves_the_reserve() -> None:
    """Each further offer is held against what is kept free for A0 and A1."""
    promised = DEFAULT.bands["A2"]
    stages = (OfferStage(at_seconds=0, pending=4),)
    plan = msgspec.structs.replace(promised.plan, stages=stages)
    bands = {**DEFAULT.bands, "A2": msgspec.structs.replace(promised, plan=plan)}
    four = (able(name, max_slots=1) for name in ("ann", "bob", "cat", "dan"))
    story = Story(*four, policy=msgspec.structs.replace(DEFAULT, bands=bands))
    story.opens(Band.A2)
    assert story.asked() == ("ann", "bob", "cat")


def _pending(desk: Desk) -> list[str]:
    return [one.responder for one in desk.cases["c"].pending]
