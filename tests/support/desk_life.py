"""The life of a crisis desk, invented from a seed: the same seed, the same life.

python -m support.desk_life SEED      tells it, event by event, up to a broken law
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from mentalverse_crisis.acuity import Band, BandSource
from mentalverse_crisis.case import Case, CaseState, Channel
from mentalverse_crisis.decide import Decision, decide
from mentalverse_crisis.desk import CRISIS, MINORS, PROFESSIONAL, Desk, Duty, Responder
from mentalverse_crisis.due import desk_due_ms
from mentalverse_crisis.errors import CrisisError
from mentalverse_crisis.events import (
    BackUpCame,
    BandLowered,
    BandRaised,
    BreachForecast,
    CaseOpened,
    Dismissed,
    DutyChanged,
    EarlyStartAllowed,
    Ended,
    Event,
    FollowUpDecision,
    FollowUpLeft,
    FollowUpRecorded,
    FollowUpTaken,
    GuestAdded,
    GuestLeft,
    Joined,
    LocationSealed,
    LocationTaken,
    OfferAccepted,
    OfferDeclined,
    OnlineChanged,
    Outcome,
    OverrideConfirmed,
    OverrideCosigned,
    OverrideOpened,
    OverrideReleasedAlone,
    OverrideReviewed,
    OverrideWithdrawn,
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
    SupervisorWanted,
    TimePassed,
    TransferAccepted,
    TransferAsked,
    TransferDeclined,
    TransferredCold,
    WrappedUp,
)
from mentalverse_crisis.override import LegalBasis
from mentalverse_crisis.policy import DEFAULT

from .desk_history import History
from .desk_laws import check

START_MS = 1_700_000_000_000
EVENTS = 60
LEAD = "zz-lead"
"""Comes at the end, too, and only lets others begin again."""
PRO = "r1"
"""The professional of every life."""
RESCUER = "zz-rescuer"
"""Comes at the end, may take everything, and keeps accepting."""


def empty_desk() -> Desk:
    """Nobody there, nothing open."""
    return Desk(policies={DEFAULT.revision: DEFAULT}, policy=DEFAULT.revision)


@dataclass
class Life:
    """One life: what happens next is drawn, what follows is decided."""

    seed: int
    told: Callable[[str], None] = lambda _: None
    desk: Desk = field(default_factory=empty_desk)
    now_ms: int = START_MS
    opened: int = 0
    overrides: int = 0
    refused: int = 0

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.history = History()

    def run(self) -> None:
        """Live it to its end, where everybody who asked has been helped."""
        is_well_staffed = self.random.random() < 0.3
        for number in range(self.random.randint(2, 6)):
            self._arrives(f"r{number}", able=is_well_staffed)
        for _ in range(EVENTS):
            self._time()
            self.happen(self._draw())
        self.serve_everybody()

    def happen(self, event: Event) -> Decision | None:
        """Decide, and hold the decision against the laws."""
        before = self.desk
        try:
            decision = decide(before, event, self.now_ms)
        except CrisisError as refused:
            self.history.refused(before, event, refused, self.now_ms)
            self.refused += 1
            self.told(f"{self.now_ms - START_MS:>10} {event} -> {refused.code}")
            return None
        self.told(f"{self.now_ms - START_MS:>10} {event}")
        assert decide(before, event, self.now_ms) == decision, "I13: chosen by chance"
        check(before, event, decision, self.now_ms)
        self.history.decided(before, event, decision, self.now_ms)
        self.desk = decision.desk
        return decision

    def serve_everybody(self) -> None:
        """I11: somebody who keeps accepting serves every case that is still open."""
        self.happen(RosterChanged(responder=Responder(id=LEAD, is_supervisor=True)))
        self._arrives(RESCUER, able=True)
        for _ in range(2_000):
            seeking = [case for case in self.desk.cases.values() if case.seeks]
            if not seeking:
                return
            offered = [
                (case, offer)
                for case in seeking
                for offer in case.pending
                if offer.responder == RESCUER
            ]
            if offered:
                self._serve(*offered[0])
            else:
                self._next_moment()
        raise AssertionError(f"I11: {[case.id for case in seeking]} are never served")

    def _serve(self, case: Case, offer: object) -> None:
        offer_id = getattr(offer, "id", "")
        self.happen(
            OfferAccepted(case=case.id, offer=offer_id, responder=RESCUER, device="d")
        )
        held = self.desk.cases[case.id]
        self.happen(ResponderSpoke(case=case.id, responder=RESCUER, fence=held.fence))
        self.happen(Ended(case=case.id, responder=RESCUER, fence=held.fence))
        self.happen(
            WrappedUp(
                case=case.id,
                responder=RESCUER,
                fence=held.fence,
                outcome="completed",
                follow_up=FollowUpDecision.DECLINED,
            )
        )

    def _next_moment(self) -> None:
        due_ms = desk_due_ms(self.desk)
        self.now_ms = max(self.now_ms + 1, due_ms or 0)
        self.happen(TimePassed())
        # Nobody may have too many hard cases in one duty; a new one begins.
        self.happen(DutyChanged(responder=RESCUER, duty=Duty.OFF))
        self.happen(EarlyStartAllowed(responder=RESCUER, actor=LEAD))
        self.happen(DutyChanged(responder=RESCUER, duty=Duty.ON))

    def _time(self) -> None:
        draw = self.random.random()
        due_ms = desk_due_ms(self.desk)
        if draw < 0.2 and due_ms is not None:
            self.now_ms = max(self.now_ms, due_ms)
        elif draw < 0.9:
            self.now_ms += self.random.choice((0, 1, 500, 900, 3_000, 11_000, 31_000))
        elif draw < 0.94:
            self.now_ms += self.random.randint(0, 3_600_000)

    def _arrives(self, name: str, able: bool = False) -> None:
        draw = self.random
        skills = {CRISIS: draw.randint(0, 3), MINORS: draw.randint(0, 1)}
        skills |= {"grief": draw.randint(0, 3)}
        skills |= {PROFESSIONAL: int(name == PRO)}
        responder = Responder(
            id=name,
            is_supervisor=able or draw.random() < 0.3,
            skills={CRISIS: 5, MINORS: 5, "grief": 5} if able else skills,
            languages=() if able else draw.choice(((), ("en",), ("en", "es"))),
            max_slots=draw.randint(1, 3),
            takes_overflow=draw.random() < 0.3,
        )
        self.happen(RosterChanged(responder=responder))
        self.happen(OnlineChanged(responder=name, is_online=True))
        self.happen(DutyChanged(responder=name, duty=Duty.ON))

    # --- what may happen ---

    def _draw(self) -> Event:
        case = self._some_case()
        if case is None or self.random.random() < 0.15:
            return self.random.choice((self._open, self._roster))()
        if self.random.random() < 0.06:
            return self._of_the_whole(case)
        offered = [one for one in self.desk.cases.values() if one.pending]
        if offered and self.random.random() < 0.4:
            return self._answer(self.random.choice(offered))
        due = [one for one in self.desk.cases.values() if one.follow_up is not None]
        if due and self.random.random() < 0.2:
            return self._cares(self.random.choice(due))
        held = [one for one in self.desk.cases.values() if one.hold is not None]
        if held and self.random.random() < 0.6:
            return self._likely(self.random.choice(held))
        return self._of(case)

    def _likely(self, case: Case) -> Event:
        """What the state of the case is made for, so that a life comes further."""
        draw, hold, transfer = self.random, case.hold, case.transfer
        if transfer is not None:
            whoever = {"case": case.id, "responder": transfer.to}
            agreed = TransferAccepted(**whoever, device="d")
            return draw.choice((agreed, TransferDeclined(**whoever), Joined(**whoever)))
        if hold is None:
            return TimePassed()
        own = {"case": case.id, "responder": hold.responder}
        if case.silence is not None and draw.random() < 0.5:
            return ResponderTyping(**own)
        if case.supervisor_wanted_at_ms is not None and draw.random() < 0.4:
            return BackUpCame(case=case.id, responder=PRO)
        other = draw.choice(sorted(self.desk.responders))
        return draw.choice(
            (
                ResponderSpoke(**own, fence=hold.fence),
                ResponderHere(**own, device=hold.device),
                PersonHere(case=case.id),
                PersonSpoke(case=case.id),
                TransferAsked(**own, fence=hold.fence, to=other),
                self._returns(case, other),
                self._comes_in(case, other),
                GuestLeft(case=case.id, responder=draw.choice((other, *case.guests))),
            )
        )

    def _comes_in(self, case: Case, other: str) -> Event:
        """Somebody comes in beside the holder, or the holder asks for back-up."""
        if case.supervisor_wanted_at_ms is not None:
            return BackUpCame(case=case.id, responder=other)
        if case.band.is_urgent:
            hold = case.held()
            own = {"case": case.id, "responder": hold.responder}
            return SupervisorWanted(**own, fence=hold.fence)
        return GuestAdded(case=case.id, responder=other)

    def _returns(self, case: Case, other: str) -> Event:
        """What comes of the wish to give a case back, or the wish itself."""
        hold = case.held()
        own: dict[str, Any] = {
            "case": case.id,
            "responder": hold.responder,
            "fence": hold.fence,
        }
        if not case.return_reason:
            return TransferredCold(**own, reason=self.random.choice(("ill", "")))
        agreed = ReturnAgreed(case=case.id, supervisor=other)
        return self.random.choice((agreed, agreed, ReturnWithdrawn(**own)))

    def _cares(self, case: Case) -> Event:
        """Somebody takes a follow-up, or steps back from it."""
        name = self.random.choice(sorted(self.desk.responders))
        kind = self.random.choice((FollowUpTaken, FollowUpTaken, FollowUpLeft))
        event: Event = kind(case=case.id, responder=name)
        return event

    def _some_case(self) -> Case | None:
        cases = sorted(self.desk.cases)
        return self.desk.cases[self.random.choice(cases)] if cases else None

    def _open(self) -> Event:
        self.opened += 1
        draw = self.random
        return CaseOpened(
            case=f"c{self.opened}",
            request=f"q{draw.choice((self.opened, self.opened, 1))}",
            person=f"p{draw.randint(1, 12)}",
            tap_age_ms=draw.choice((0, 900, 90_000)),
            band=Band(draw.randint(0, 4)),
            source=BandSource.SELF,
            language=draw.choice(("", "en", "es", "de")),
            needs=draw.choice(((), (), ("grief",))),
            channel=draw.choice((Channel.TEXT, Channel.TEXT, Channel.VOICE)),
            is_minor=draw.random() < 0.1,
            is_clustered=draw.random() < 0.1,
        )

    def _roster(self) -> Event:
        name = self.random.choice(sorted(self.desk.responders))
        if self.random.random() < 0.1:
            actor = self.random.choice(sorted(self.desk.responders))
            return EarlyStartAllowed(responder=name, actor=actor)
        if self.random.random() < 0.4:
            return OnlineChanged(responder=name, is_online=self.random.random() < 0.7)
        duty = self.random.choice((Duty.ON, Duty.ON, Duty.PAUSED, Duty.OFF))
        is_online = self.random.choice((None, True))
        return DutyChanged(responder=name, duty=duty, is_online=is_online)

    def _of_the_whole(self, case: Case) -> Event:
        """Overrides, a sealed location, and the forecast that begins a surge."""
        draw = self.random
        actor = draw.choice(sorted(self.desk.responders))
        known = sorted(self.desk.overrides)
        if known and draw.random() < 0.2:
            one = self.desk.overrides[draw.choice(known)]
            return OverrideReleasedAlone(
                override=one.id, actor=one.opened_by, reason="nobody answers"
            )
        if known and draw.random() < 0.7:
            step = draw.choice(
                (
                    OverrideCosigned,
                    OverrideConfirmed,
                    OverrideReviewed,
                    OverrideWithdrawn,
                    LocationTaken,
                )
            )
            return step(override=draw.choice(known), actor=actor)
        self.overrides += 1
        opened = OverrideOpened(
            override=f"o{self.overrides}",
            case=case.id,
            actor=actor,
            basis=LegalBasis.VITAL_INTERESTS,
            statement_hash="aa",
            released_hash="bb",
            to="ambulance",
            person_informed=True,
        )
        forecast = BreachForecast(percent=draw.choice((0, 4, 7, 50)))
        return draw.choice((opened, LocationSealed(case=case.id), forecast))

    def _answer(self, case: Case) -> Event:
        offer = self.random.choice(case.offers)
        if self.random.random() < 0.7:
            return OfferAccepted(
                case=case.id, offer=offer.id, responder=offer.responder, device="d"
            )
        return OfferDeclined(case=case.id, offer=offer.id, responder=offer.responder)

    def _of(self, case: Case) -> Event:
        draw = self.random
        holder = "r0" if case.hold is None else case.hold.responder
        device = "d" if case.hold is None else case.hold.device
        fence = case.fence - (draw.random() < 0.1)
        name = draw.choice(sorted(self.desk.responders))

        def mine(kind: Any, **more: Any) -> Event:
            event: Event = kind(case=case.id, responder=holder, fence=fence, **more)
            return event

        def at(kind: Any) -> Event:
            event: Event = kind(case=case.id, responder=holder, device=device)
            return event

        choices: list[Callable[[], Event]] = [
            TimePassed,
            lambda: mine(ResponderSpoke),
            lambda: mine(ResponderSpoke),
            lambda: PersonSpoke(case=case.id),
            lambda: ResponderTyping(case=case.id, responder=holder),
            lambda: Joined(case=case.id, responder=draw.choice((holder, name))),
            lambda: at(ResponderLost),
            lambda: at(ResponderHere),
            lambda: PersonLost(case=case.id),
            lambda: PersonHere(case=case.id),
            lambda: PersonLeft(case=case.id),
            lambda: PersonReturned(case=case.id),
            lambda: PageAcked(case=case.id, by=name),
            lambda: BandRaised(
                case=case.id,
                band=Band(draw.randint(0, 4)),
                source=BandSource.SELF,
            ),
            lambda: BandLowered(
                case=case.id,
                band=Band(draw.randint(0, 4)),
                actor=name,
                reason=draw.choice(("calmer", "")),
            ),
            lambda: mine(Ended),
            lambda: mine(
                WrappedUp,
                outcome="completed",
                follow_up=draw.choice((None, *FollowUpDecision)),
            ),
            lambda: mine(TransferAsked, to=name),
            lambda: TransferAccepted(case=case.id, responder=name, device="d"),
            lambda: TransferDeclined(case=case.id, responder=name),
            lambda: mine(TransferredCold, reason="shift ends"),
            lambda: GuestAdded(case=case.id, responder=name),
            lambda: GuestLeft(case=case.id, responder=name),
            lambda: FollowUpRecorded(
                case=case.id, responder=name, outcome=draw.choice(list(Outcome))
            ),
            lambda: Dismissed(
                case=case.id,
                state=draw.choice(
                    (CaseState.MERGED, CaseState.REDIRECTED, CaseState.VOID)
                ),
                actor=name,
                second=draw.choice(("", "somebody")),
            ),
        ]
        return draw.choice(choices)()


if __name__ == "__main__":
    Life(int(sys.argv[1]), told=print).run()
