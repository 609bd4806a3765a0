"""The same laws over lives that Hypothesis invents, and makes as short as it can.

An invented life (`support.desk_life`) is long and comes far; a broken law is told here
by the fewest steps that lead to it.
"""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from mentalverse_crisis.acuity import Band, BandSource
from mentalverse_crisis.case import Case, Channel, Offer
from mentalverse_crisis.desk import Credential, Duty
from mentalverse_crisis.due import desk_due_ms
from mentalverse_crisis.events import (
    BackUpCame,
    BandLowered,
    BandRaised,
    CaseOpened,
    DutyChanged,
    EarlyStartAllowed,
    Ended,
    FollowUpDecision,
    FollowUpLeft,
    FollowUpRecorded,
    FollowUpTaken,
    GuestAdded,
    GuestLeft,
    Joined,
    OfferAccepted,
    OfferDeclined,
    OnlineChanged,
    Outcome,
    PageAcked,
    PersonHere,
    PersonLeft,
    PersonLost,
    PersonReturned,
    PersonSpoke,
    ResponderHere,
    ResponderLost,
    ResponderSpoke,
    ResponderTyping,
    ReturnAgreed,
    ReturnWithdrawn,
    RosterChanged,
    StandingChanged,
    SupervisorWanted,
    TimePassed,
    TransferAccepted,
    TransferAsked,
    TransferDeclined,
    TransferredCold,
    WrappedUp,
)
from support.desk_life import Life
from support.desk_story import able

BANDS = st.sampled_from(Band)
AT = st.integers(min_value=0, max_value=7)
"""Which one of those there are."""
NAMES = ("ann", "bob", "cat")
WHO = st.sampled_from(NAMES)


class DeskMachine(RuleBasedStateMachine):
    """Anything that can happen to a desk, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life(0)
        self.opened = 0

    @initialize(slots=st.integers(1, 2), trained=st.integers(0, 3))
    def somebody_is_there(self, slots: int, trained: int) -> None:
        for number, name in enumerate(NAMES):
            skills = {
                "crisis": 3 if number < trained else 0,
                "professional": number // 2,
            }
            one = able(name, skills=skills, max_slots=slots, is_supervisor=number == 0)
            self.life.happen(RosterChanged(responder=one))
            self.life.happen(OnlineChanged(responder=name, is_online=True))
            self.life.happen(DutyChanged(responder=name, duty=Duty.ON))

    # --- time and people ---

    @rule(
        who=WHO,
        credential=st.sampled_from(Credential),
        is_supervisor=st.booleans(),
    )
    def a_standing_changes(
        self, who: str, credential: Credential, is_supervisor: bool
    ) -> None:
        standing = StandingChanged(
            responder=who, credential=credential, is_supervisor=is_supervisor
        )
        self.life.happen(standing)

    @rule()
    def the_next_moment_comes(self) -> None:
        due_ms = desk_due_ms(self.life.desk)
        self.life.now_ms = max(self.life.now_ms, due_ms or 0)
        self.life.happen(TimePassed())

    @rule(seconds=st.sampled_from((1, 5, 20, 60, 900)))
    def time_passes(self, seconds: int) -> None:
        self.life.now_ms += seconds * 1000
        self.life.happen(TimePassed())

    @rule(who=WHO, duty=st.sampled_from(Duty), is_online=st.booleans())
    def somebody_comes_or_goes(self, who: str, duty: Duty, is_online: bool) -> None:
        self.life.happen(OnlineChanged(responder=who, is_online=is_online))
        self.life.happen(DutyChanged(responder=who, duty=duty))

    @rule(who=WHO, by=WHO)
    def somebody_is_let_begin_early(self, who: str, by: str) -> None:
        self.life.happen(EarlyStartAllowed(responder=who, actor=by))

    @rule(band=BANDS, is_voice=st.booleans(), person=AT)
    def somebody_asks_for_help(self, band: Band, is_voice: bool, person: int) -> None:
        self.opened += 1
        self.life.happen(
            CaseOpened(
                case=f"c{self.opened}",
                request=f"q{self.opened}",
                person=f"p{person}",
                band=band,
                source=BandSource.SELF,
                channel=Channel.VOICE if is_voice else Channel.TEXT,
            )
        )

    @rule(band=BANDS, person=AT)
    def a_talk_begins(self, band: Band, person: int) -> None:
        """Asked, answered and spoken to in one step: what follows is deep in a case."""
        self.somebody_asks_for_help(band, False, person)
        for case in list(self.life.desk.cases.values()):
            for offer in case.pending[:1]:
                own = {"case": case.id, "responder": offer.responder}
                self.life.happen(OfferAccepted(**own, offer=offer.id, device="d"))
                fence = self.life.desk.cases[case.id].fence
                self.life.happen(ResponderSpoke(**own, fence=fence))

    # --- a case ---

    def _case(self, at: int) -> Case:
        cases = sorted(self.life.desk.cases)
        return self.life.desk.cases[cases[at % len(cases)]]

    def _is_there_one(self) -> bool:
        return bool(self.life.desk.cases)

    def _offers(self) -> list[tuple[Case, Offer]]:
        cases = self.life.desk.cases.values()
        return [(case, offer) for case in cases for offer in case.offers]

    @precondition(lambda self: self._offers())
    @rule(at=AT, says_yes=st.booleans())
    def an_offer_is_answered(self, at: int, says_yes: bool) -> None:
        offers = self._offers()
        case, offer = offers[-1 - at % len(offers)]
        answer: dict[str, str] = {
            "case": case.id,
            "offer": offer.id,
            "responder": offer.responder,
        }
        if says_yes:
            self.life.happen(OfferAccepted(**answer, device="d"))
        else:
            self.life.happen(OfferDeclined(**answer))

    @precondition(_is_there_one)
    @rule(
        at=AT,
        what=st.sampled_from(
            (PersonHere, PersonLost, PersonSpoke, PersonLeft, PersonReturned)
        ),
    )
    def the_person_does_something(self, at: int, what: Any) -> None:
        self.life.happen(what(case=self._case(at).id))

    @precondition(_is_there_one)
    @rule(at=AT, band=BANDS, who=WHO, is_raise=st.booleans())
    def a_band_is_set(self, at: int, band: Band, who: str, is_raise: bool) -> None:
        case = self._case(at).id
        if is_raise:
            event = BandRaised(case=case, band=band, source=BandSource.SELF)
            self.life.happen(event)
        else:
            lowered = BandLowered(case=case, band=band, actor=who, reason="calmer")
            self.life.happen(lowered)

    @precondition(_is_there_one)
    @rule(
        at=AT,
        what=st.sampled_from(
            (
                Joined,
                ResponderTyping,
                SupervisorWanted,
                ResponderHere,
                ResponderLost,
                ResponderSpoke,
                Ended,
            )
        ),
        is_stale=st.booleans(),
    )
    def the_holder_does_something(self, at: int, what: Any, is_stale: bool) -> None:
        case = self._case(at)
        who = NAMES[0] if case.hold is None else case.hold.responder
        fields: dict[str, Any] = {"case": case.id, "responder": who}
        if what in (ResponderHere, ResponderLost):
            fields["device"] = "d"
        if what in (ResponderSpoke, Ended, SupervisorWanted):
            fields["fence"] = case.fence - is_stale
        self.life.happen(what(**fields))

    @precondition(_is_there_one)
    @rule(at=AT, beats=st.integers(1, 8))
    def a_talk_goes_on(self, at: int, beats: int) -> None:
        """Both devices beat, and nobody says anything."""
        case = self._case(at)
        for _ in range(beats if case.hold is not None else 0):
            self.life.now_ms += 15_000
            self.life.happen(PersonHere(case=case.id))
            holder = NAMES[0] if case.hold is None else case.hold.responder
            here = ResponderHere(case=case.id, responder=holder, device="d")
            self.life.happen(here)

    @precondition(_is_there_one)
    @rule(at=AT, decided=st.sampled_from((None, *FollowUpDecision)))
    def a_talk_is_summed_up(self, at: int, decided: FollowUpDecision | None) -> None:
        case = self._case(at)
        who = NAMES[0] if case.hold is None else case.hold.responder
        self.life.happen(
            WrappedUp(
                case=case.id,
                responder=who,
                fence=case.fence,
                outcome="completed",
                follow_up=decided,
            )
        )

    @precondition(_is_there_one)
    @rule(at=AT, who=WHO, step=st.integers(0, 8))
    def a_case_is_handed_over(self, at: int, who: str, step: int) -> None:
        case = self._case(at)
        holder = NAMES[0] if case.hold is None else case.hold.responder
        own: dict[str, Any] = {
            "case": case.id,
            "responder": holder,
            "fence": case.fence,
        }
        self.life.happen(
            (
                TransferAsked(**own, to=who),
                TransferAccepted(case=case.id, responder=who, device="d"),
                TransferDeclined(case=case.id, responder=who),
                TransferredCold(**own, reason="shift"),
                ReturnAgreed(case=case.id, supervisor=who),
                ReturnWithdrawn(**own),
                GuestAdded(case=case.id, responder=who),
                GuestLeft(case=case.id, responder=who),
                BackUpCame(case=case.id, responder=who),
            )[step]
        )

    @precondition(_is_there_one)
    @rule(at=AT, who=WHO, is_taken=st.booleans())
    def a_follow_up_is_taken(self, at: int, who: str, is_taken: bool) -> None:
        kind = FollowUpTaken if is_taken else FollowUpLeft
        self.life.happen(kind(case=self._case(at).id, responder=who))

    @precondition(_is_there_one)
    @rule(at=AT, who=WHO, outcome=st.sampled_from((None, *Outcome)))
    def somebody_cares(self, at: int, who: str, outcome: Outcome | None) -> None:
        case = self._case(at).id
        if outcome is None:
            self.life.happen(PageAcked(case=case, by=who))
        else:
            tried = FollowUpRecorded(case=case, responder=who, outcome=outcome)
            self.life.happen(tried)

    def teardown(self) -> None:
        """I11: whatever has happened, everybody who waits is served in the end."""
        self.life.serve_everybody()


TestDesk = DeskMachine.TestCase
TestDesk.settings = settings(
    max_examples=250,
    stateful_step_count=40,
    derandomize=True,
    database=None,
    deadline=None,
)
