"""A crisis desk told in seconds: who is there, what happens when, what came of it."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from mentalverse_crisis.acuity import Band, BandSource
from mentalverse_crisis.case import Case
from mentalverse_crisis.decide import Decision, decide
from mentalverse_crisis.desk import CRISIS, MINORS, Desk, Duty, Responder
from mentalverse_crisis.due import desk_due_ms
from mentalverse_crisis.effects import Notice, Offered, Paged, ResponderTold
from mentalverse_crisis.events import (
    BandRaised,
    CaseOpened,
    DutyChanged,
    Ended,
    Event,
    FollowUpDecision,
    OfferAccepted,
    OfferDeclined,
    OnlineChanged,
    PersonHere,
    ResponderHere,
    ResponderSpoke,
    RosterChanged,
    TimePassed,
    WrappedUp,
)
from mentalverse_crisis.policy import DEFAULT, Policy

from .desk_history import History
from .desk_laws import check

START_MS = 1_700_000_000_000
_Kind = TypeVar("_Kind")


def able(name: str, **fields: Any) -> Responder:
    """Somebody trained for everything, with two slots."""
    skills = {CRISIS: 3, MINORS: 1, **fields.pop("skills", {})}
    return Responder(id=name, skills=skills, **fields)


class Story:
    """Events at times; every decision is held against the laws, too."""

    def __init__(self, *responders: Responder | str, policy: Policy = DEFAULT) -> None:
        self.desk = Desk(policies={policy.revision: policy}, policy=policy.revision)
        self.now_ms = START_MS
        self.last: Decision
        self.effects: list[tuple[float, Any]] = []
        self.history = History()
        for one in responders:
            self.comes(able(one) if isinstance(one, str) else one)

    def comes(self, responder: Responder) -> None:
        """Somebody is on the roster, online and on duty."""
        self.does(RosterChanged(responder=responder))
        self.does(OnlineChanged(responder=responder.id, is_online=True))
        self.does(DutyChanged(responder=responder.id, duty=Duty.ON))

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return (self.now_ms - START_MS) / 1000

    def at(self, seconds: float) -> Story:
        """Time passes moment by moment, as the server lets it, up to this one."""
        until_ms = START_MS + round(seconds * 1000)
        while (due_ms := desk_due_ms(self.desk)) is not None and due_ms < until_ms:
            self.now_ms = max(due_ms, self.now_ms)
            self.does(TimePassed())
        self.now_ms = until_ms
        self.does(TimePassed())
        return self

    def later(self, seconds: float) -> Story:
        """So much time passes from now on."""
        return self.at(self.seconds + seconds)

    def does(self, event: Event) -> Decision:
        """One event, now."""
        before = self.desk
        self.last = decide(before, event, self.now_ms)
        check(before, event, self.last, self.now_ms)
        self.history.decided(before, event, self.last, self.now_ms)
        self.desk = self.last.desk
        self.effects += [(self.seconds, one) for one in self.last.effects]
        return self.last

    def case(self, case: str = "c") -> Case:
        """How a case stands, also one that has just ended."""
        return self.last.cases.get(case) or self.desk.cases[case]

    # --- what happens often ---

    def opens(self, band: Band = Band.A2, case: str = "c", **fields: Any) -> Decision:
        """Somebody asks for help, and keeps their page open."""
        known: dict[str, Any] = {"request": f"q-{case}", "person": f"p-{case}"}
        event = CaseOpened(
            case=case, band=band, source=BandSource.SELF, **(known | fields)
        )
        return self.does(event)

    def raises(self, band: Band, case: str = "c") -> Decision:
        """The person says that it is worse."""
        return self.does(BandRaised(case=case, band=band, source=BandSource.SELF))

    def accepts(self, responder: str, case: str = "c") -> Decision:
        """The newest offer to this responder is accepted."""
        return self.does(
            OfferAccepted(
                case=case,
                offer=self.offer(responder, case),
                responder=responder,
                device=f"{responder}-phone",
            )
        )

    def declines(self, responder: str, case: str = "c") -> Decision:
        """The newest offer to this responder is declined."""
        offer = self.offer(responder, case)
        return self.does(OfferDeclined(case=case, offer=offer, responder=responder))

    def offer(self, responder: str, case: str = "c") -> str:
        """The id of the newest offer to this responder."""
        offers = self.case(case).offers
        return [one.id for one in offers if one.responder == responder][-1]

    def speaks(self, responder: str, case: str = "c") -> Decision:
        """The responder writes, under the present fence."""
        fence = self.case(case).fence
        return self.does(ResponderSpoke(case=case, responder=responder, fence=fence))

    def talks(self, responder: str, band: Band = Band.A2, **fields: Any) -> None:
        """A case that is active in the hands of this responder."""
        self.opens(band, **fields)
        case = fields.get("case", "c")
        self.accepts(responder, case)
        self.speaks(responder, case)

    def beats(self, case: str = "c") -> None:
        """Both devices are there."""
        self.does(PersonHere(case=case))
        self.holder_beats(case)

    def holder_beats(self, case: str = "c") -> Decision:
        """The holder's device is there."""
        hold = self.case(case).hold
        assert hold is not None
        return self.does(
            ResponderHere(case=case, responder=hold.responder, device=hold.device)
        )

    def ends(self, responder: str, case: str = "c") -> Decision:
        """The holder ends the conversation."""
        fence = self.case(case).fence
        return self.does(Ended(case=case, responder=responder, fence=fence))

    def wraps_up(
        self, responder: str, decided: FollowUpDecision | None, case: str = "c"
    ) -> Decision:
        """The holder sums up."""
        fence = self.case(case).fence
        event = WrappedUp(
            case=case,
            responder=responder,
            fence=fence,
            outcome="completed",
            follow_up=decided,
        )
        return self.does(event)

    # --- what came of it ---

    def asked(self, case: str = "c") -> tuple[str, ...]:
        """Whose answers the case waits for, in the order in which they were asked."""
        return tuple(one.responder for one in self.case(case).pending)

    def of(self, kind: type[_Kind]) -> list[tuple[float, _Kind]]:
        """Effects of a kind, with their seconds."""
        return [(at, one) for at, one in self.effects if isinstance(one, kind)]

    def every(self, kind: type[_Kind]) -> list[_Kind]:
        """Effects of a kind, in order."""
        return [one for _, one in self.of(kind)]

    def offered(self) -> list[tuple[float, str]]:
        """Who was asked, when."""
        return [(at, one.responder) for at, one in self.of(Offered)]

    def paged(self) -> list[tuple[float, int]]:
        """The levels that were paged for, and when."""
        return [(at, one.level) for at, one in self.of(Paged)]

    def told(self, responder: str) -> list[Notice]:
        """What a responder was told, in order, but for the advice to ask for back-up.

        That is the law of `tests/crisis/test_back_up.py`, and no part of other stories.
        """
        return [
            one.what
            for _, one in self.of(ResponderTold)
            if one.responder == responder and one.what is not Notice.BACK_UP_ADVISED
        ]


def with_policy(**fields: Any) -> Policy:
    """The shipped policy but for these fields."""
    return msgspec.structs.replace(DEFAULT, **fields)
