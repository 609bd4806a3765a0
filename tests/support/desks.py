"""A small desk to decide on: who is there, and cases as far as a test needs them."""

from __future__ import annotations

from collections.abc import Sequence

from mentalverse_crisis.acuity import Band, BandSource
from mentalverse_crisis.case import Case
from mentalverse_crisis.decide import Decision, decide
from mentalverse_crisis.desk import CRISIS, Desk, Duty, Responder
from mentalverse_crisis.effects import Effect
from mentalverse_crisis.events import (
    CaseOpened,
    DutyChanged,
    Event,
    OfferAccepted,
    OnlineChanged,
    ResponderSpoke,
    RosterChanged,
    TimePassed,
)
from mentalverse_crisis.policy import DEFAULT
from mentalverse_crisis.record import Entry

START_MS = 1_700_000_000_000


class SmallDesk:
    """A desk and its time, to which things happen one after the other."""

    def __init__(self, *responders: Responder) -> None:
        self.desk = Desk(policies={DEFAULT.revision: DEFAULT}, policy=DEFAULT.revision)
        self.now_ms = START_MS
        self.entries: list[Entry] = []
        self.effects: list[Effect] = []
        for responder in responders:
            self.happen(RosterChanged(responder=responder))
            self.happen(OnlineChanged(responder=responder.id, is_online=True))
            self.happen(DutyChanged(responder=responder.id, duty=Duty.ON))

    def happen(self, event: Event) -> Decision:
        """Decide, and go on with what follows."""
        decision = decide(self.desk, event, self.now_ms)
        self.desk = decision.desk
        self.entries += decision.entries
        self.effects += decision.effects
        return decision

    def later(self, seconds: float) -> Decision:
        """Let time pass."""
        self.now_ms += round(seconds * 1000)
        return self.happen(TimePassed())

    def open(
        self, band: Band = Band.A2, person: str = "person", **more: object
    ) -> Case:
        """Somebody asks for help."""
        number = len(self.entries)
        opened = CaseOpened(
            case=f"c{number}",
            request=f"q{number}",
            person=person,
            band=band,
            source=BandSource.SELF,
            **more,  # type: ignore[arg-type]
        )
        return self.case(self.happen(opened).opened or "")

    def accept(self, case: Case, speaks: bool = True) -> Case:
        """Whoever was asked first takes it, and says something."""
        offer = self.case(case.id).pending[0]
        self.happen(
            OfferAccepted(
                case=case.id, offer=offer.id, responder=offer.responder, device="d"
            )
        )
        case = self.case(case.id)
        if speaks:
            self.happen(
                ResponderSpoke(
                    case=case.id, responder=offer.responder, fence=case.fence
                )
            )
        return self.case(case.id)

    def case(self, case: str) -> Case:
        """As it is now."""
        return self.desk.cases[case]

    def told(self, kind: type) -> Sequence[Effect]:
        """Everything of a kind that was to be done so far."""
        return [effect for effect in self.effects if isinstance(effect, kind)]


def trained(name: str, **more: object) -> Responder:
    """Somebody who may take everything but minors."""
    return Responder(id=name, skills={CRISIS: 3}, **more)  # type: ignore[arg-type]
