"""The desk under an invented load: the same door, the same policy, no clock.

People come, wait, leave and are answered as a `Scenario` says; everything in between
is `decide`. Time jumps from one thing that happens to the next: what people do, and
what is due of a case (`due.case_due_ms`), which is where the server's timers fire too.

A run is a function of the scenario and of the numbers that its source gives. Who comes
when, in which band, for how long and with how much patience is drawn as they come, in
this order; so with offers that are all accepted at once, two policies meet the very
same people.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush

import msgspec

from .acuity import BandSource
from .case import Case
from .chance import Chance, drawn, exponential, log_normal
from .decide import decide
from .desk import Desk, Duty, Responder
from .due import case_due_ms
from .effects import Effect, Offered, Paged
from .events import (
    CaseOpened,
    DutyChanged,
    Ended,
    Event,
    FollowUpDecision,
    OfferAccepted,
    OfferDeclined,
    PageAcked,
    PersonLeft,
    ResponderSpoke,
    TimePassed,
    WrappedUp,
)
from .scenario import OnCall, Scenario
from .simulated import Simulated
from .tally import Tally

SUPERVISOR = "supervisor"
"""Lets people begin again; is not on duty themselves."""
_TOLD_MS = 3_600_000
_HOUR_MS = 3_600_000


def simulate(
    scenario: Scenario, chance: Chance, told: Callable[[float], None] | None = None
) -> Simulated:
    """One run. `told` hears every simulated hour which share of it is done."""
    return _Run(scenario, chance, told).result()


class _Run:
    def __init__(
        self, scenario: Scenario, chance: Chance, told: Callable[[float], None] | None
    ) -> None:
        self._scenario, self._chance = scenario, chance
        self._told = told
        self._from_ms = round(scenario.warm_up_hours * _HOUR_MS)
        self._until_ms = self._from_ms + round(scenario.hours * _HOUR_MS)
        # Nobody's device fails, so there is no beat to send every 15 s.
        lease_seconds = self._until_ms // 1000 + 1
        self._policy = msgspec.structs.replace(
            scenario.policy, lease_seconds=lease_seconds
        )
        self._desk = Desk(
            policies={self._policy.revision: self._policy},
            policy=self._policy.revision,
        )
        self._tally = Tally(scenario, self._from_ms, self._until_ms)
        self._now_ms = 0
        self._arrived = self._planned = 0
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._due_ms: dict[str, int | None] = {}
        self._handling: dict[str, float] = {}
        self._reliefs: dict[str, str] = {}
        self._at_home: dict[str, OnCall] = {}
        self._called: dict[str, OnCall] = {}
        self._leaving: set[str] = set()

    def result(self) -> Simulated:
        """Run it, and count."""
        self._staff()
        self._in(exponential(self._chance, self._mean_gap_seconds()), self._arrives)
        if self._told is not None:
            self._in(0, self._tell)
        while self._agenda and self._agenda[0][0] < self._until_ms:
            self._now_ms, _, happen = heappop(self._agenda)
            self._tally.pass_time(self._now_ms)
            happen()
        self._tally.pass_time(self._until_ms)
        return self._tally.result()

    def _in(self, seconds: float, happen: Callable[[], None]) -> None:
        self._at(self._now_ms + round(seconds * 1000), happen)

    def _at(self, at_ms: int, happen: Callable[[], None]) -> None:
        if at_ms < self._until_ms:
            self._planned += 1
            heappush(self._agenda, (at_ms, self._planned, happen))

    def _tell(self) -> None:
        if self._told is not None:
            self._told(self._now_ms / self._until_ms)
            self._at(self._now_ms + _TOLD_MS, self._tell)

    # --- the desk ---

    def _decide(self, event: Event) -> None:
        decision = decide(self._desk, event, self._now_ms)
        self._desk = decision.desk
        self._tally.decided(decision)
        for case in decision.cases.values():
            self._note_due(case)
        for responder in decision.responders.values():
            if responder.resting_until_ms > self._now_ms:
                self._at(responder.resting_until_ms, self._time_passes)
            if responder.duty is Duty.PAUSED and responder.id not in self._leaving:
                self._in(
                    self._scenario.break_seconds, partial(self._is_back, responder.id)
                )
        for effect in decision.effects:
            self._take_effect(effect)

    def _note_due(self, case: Case) -> None:
        """As the server keeps the earliest moment beside each case."""
        if case.id not in self._desk.cases:
            self._due_ms.pop(case.id, None)
            self._handling.pop(case.id, None)
            return
        due_ms = case_due_ms(case, self._policy)
        if due_ms is not None and due_ms != self._due_ms.get(case.id):
            self._at(due_ms, partial(self._is_due, case.id, due_ms))
        self._due_ms[case.id] = due_ms

    def _is_due(self, case: str, due_ms: int) -> None:
        if self._due_ms.get(case) == due_ms:
            self._time_passes()

    def _time_passes(self) -> None:
        self._decide(TimePassed())

    def _take_effect(self, effect: Effect) -> None:
        if isinstance(effect, Offered):
            self._is_asked(effect)
        elif isinstance(effect, Paged):
            called = [
                name for name, one in self._at_home.items() if one.tier in effect.tiers
            ]
            for name in called:
                self._is_called(name)
            if called:
                self._in(0, partial(self._acks, effect.case, called[0]))

    # --- people ---

    def _mean_gap_seconds(self) -> float:
        return 3600 / self._scenario.arrivals_per_hour

    def _arrives(self) -> None:
        band = drawn(self._chance, self._scenario.shares)
        handling = exponential(self._chance, self._scenario.handling_seconds)
        patience = exponential(
            self._chance, self._scenario.patience_seconds.get(band, 0)
        )
        self._in(exponential(self._chance, self._mean_gap_seconds()), self._arrives)
        self._arrived += 1
        name = f"{self._arrived:08}"
        self._handling[name] = handling
        if band in self._scenario.patience_seconds:
            self._in(patience, partial(self._leaves, name))
        self._tally.arrives(band)
        self._decide(
            CaseOpened(
                case=name,
                request=name,
                person=name,
                band=band,
                source=BandSource.SELF,
            )
        )

    def _leaves(self, case: str) -> None:
        found = self._desk.cases.get(case)
        if found is not None and found.seeks:
            self._decide(PersonLeft(case=case))

    # --- responders ---

    def _is_asked(self, asked: Offered) -> None:
        scenario, chance = self._scenario, self._chance
        called = self._called.get(asked.responder)
        if called is not None and called.only_urgent and not asked.band.is_urgent:
            self._in(0, partial(self._declines, asked))
            return
        accepts = scenario.acceptance >= 1 or chance.random() < scenario.acceptance
        delay = 0.0
        if scenario.answer_median_seconds > 0:
            delay = log_normal(
                chance, scenario.answer_median_seconds, scenario.answer_spread
            )
        if accepts:
            self._in(delay, partial(self._accepts, asked))
        elif scenario.declines > 0 and chance.random() < scenario.declines:
            self._in(delay, partial(self._declines, asked))

    def _accepts(self, asked: Offered) -> None:
        if not self._is_still_asked(asked):
            return
        case, responder = asked.case, asked.responder
        others = self._tally.conversations(responder)
        self._decide(
            OfferAccepted(
                case=case, offer=asked.offer, responder=responder, device="device"
            )
        )
        fence = self._desk.cases[case].fence
        self._decide(ResponderSpoke(case=case, responder=responder, fence=fence))
        slowed = 1 + self._scenario.slowdown * others
        handling = self._handling[case] * slowed
        self._in(handling, partial(self._ends, case, responder, fence))

    def _declines(self, asked: Offered) -> None:
        if self._is_still_asked(asked):
            self._decide(
                OfferDeclined(
                    case=asked.case, offer=asked.offer, responder=asked.responder
                )
            )

    def _is_still_asked(self, asked: Offered) -> bool:
        case = self._desk.cases.get(asked.case)
        return case is not None and any(
            offer.id == asked.offer and offer.expires_at_ms > self._now_ms
            for offer in case.pending
        )

    def _ends(self, case: str, responder: str, fence: int) -> None:
        self._decide(Ended(case=case, responder=responder, fence=fence))
        self._decide(
            WrappedUp(
                case=case,
                responder=responder,
                fence=fence,
                outcome="completed",
                follow_up=FollowUpDecision.DECLINED,
            )
        )
        if responder in self._leaving:
            self._goes_home(responder)

    # --- duty ---

    def _staff(self) -> None:
        """Everybody where they are at the beginning: on duty, or at home."""
        places = sum(team.count for team in self._scenario.teams)
        number = 0
        for team in self._scenario.teams:
            for _ in range(team.count):
                number += 1
                names = (f"responder-{number:03}a", f"responder-{number:03}b")
                has_relief = self._scenario.shift_hours is not None
                for name in names if has_relief else names[:1]:
                    self._add(
                        Responder(
                            id=name,
                            is_online=True,
                            skills=team.skills,
                            max_slots=team.slots,
                            takes_overflow=team.takes_overflow,
                        )
                    )
                self._comes(names[0])
                self._plan_relief(names, number / places)
        for one in self._scenario.on_call:
            for _ in range(one.count):
                number += 1
                name = f"on-call-{number:03}"
                self._at_home[name] = one
                self._add(
                    Responder(
                        id=name,
                        is_online=True,
                        skills=one.skills,
                        max_slots=one.slots,
                    )
                )
        self._add(Responder(id=SUPERVISOR, is_supervisor=True))

    def _add(self, responder: Responder) -> None:
        responders = {**self._desk.responders, responder.id: responder}
        self._desk = msgspec.structs.replace(self._desk, responders=responders)

    def _comes(self, name: str) -> None:
        self._decide(DutyChanged(responder=name, duty=Duty.ON, allowed_by=SUPERVISOR))

    def _plan_relief(self, names: tuple[str, str], after_shifts: float) -> None:
        """Places change hands one after the other, not all at once."""
        if self._scenario.shift_hours is not None:
            seconds = after_shifts * self._scenario.shift_hours * 3600
            self._in(seconds, partial(self._is_relieved, names))

    def _is_relieved(self, names: tuple[str, str]) -> None:
        """Who goes finishes their conversations; the other one is there at once."""
        goes, comes = names
        self._leaving.discard(comes)
        self._comes(comes)
        self._leaving.add(goes)
        self._decide(DutyChanged(responder=goes, duty=Duty.PAUSED))
        self._goes_home(goes)
        self._plan_relief((comes, goes), 1)

    def _is_back(self, name: str) -> None:
        known = self._desk.responders[name]
        if known.duty is Duty.PAUSED and name not in self._leaving:
            self._decide(DutyChanged(responder=name, duty=Duty.ON))

    def _goes_home(self, name: str) -> None:
        """Off duty, unless a conversation or an answer keeps them."""
        is_asked = any(
            offer.responder == name
            for case in self._desk.cases.values()
            for offer in case.pending
        )
        if self._tally.conversations(name) or is_asked:
            return
        self._leaving.discard(name)
        self._decide(DutyChanged(responder=name, duty=Duty.OFF))
        one = self._called.pop(name, None)
        if one is not None:
            self._at_home[name] = one

    # --- on call ---

    def _acks(self, case: str, by: str) -> None:
        found = self._desk.cases.get(case)
        if found is None or not found.seeks or found.escalation.paged_at_ms is None:
            return
        self._decide(PageAcked(case=case, by=by))

    def _is_called(self, name: str) -> None:
        one = self._called[name] = self._at_home.pop(name)
        self._in(one.joins_after_seconds, partial(self._comes, name))
        stays_seconds = one.joins_after_seconds + one.stays_seconds
        self._in(stays_seconds, partial(self._may_go, name))

    def _may_go(self, name: str) -> None:
        self._leaving.add(name)
        self._goes_home(name)
