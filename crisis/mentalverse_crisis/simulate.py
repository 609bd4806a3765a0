"""The desk under an invented load: the same door, the same policy, no clock.

People come, wait, leave and are answered as a `Scenario` says; everything in between
is `decide`. Time jumps from one thing that happens to the next: what people do, and
what is due of a case (`due.case_due_ms`), which is where the server's timers fire too.

A run is a function of the scenario and of the numbers that its source gives. Who comes
when, in which band, for how long and with how much patience is drawn as they come, in
this order; so with offers that are all accepted at once, two policies meet the very
same people. With real arrivals (`Scenario.given`), when and in which band is not drawn
but what it was.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from .acuity import BandSource
from .agenda import Agenda
from .case import Case
from .chance import Chance, drawn, exponential, log_normal
from .decide import decide
from .desk import Desk
from .due import case_due_ms
from .effects import Effect, Offered, Paged
from .events import (
    CaseOpened,
    Ended,
    Event,
    FollowUpDecision,
    OfferAccepted,
    OfferDeclined,
    PersonLeft,
    ResponderSpoke,
    TimePassed,
    WrappedUp,
)
from .scenario import Scenario
from .shifts import Shifts
from .simulated import Simulated
from .tally import Tally

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
        self._agenda = Agenda(self._until_ms)
        self._shifts = Shifts(scenario, self._agenda, self._decide, lambda: self._desk)
        self._desk = Desk(
            policies={self._policy.revision: self._policy},
            policy=self._policy.revision,
            responders=self._shifts.roster,
        )
        self._tally = Tally(scenario, self._from_ms, self._until_ms)
        self._arrived = 0
        self._due_ms: dict[str, int | None] = {}
        self._handling: dict[str, float] = {}

    def result(self) -> Simulated:
        """Run it, and count."""
        self._shifts.begin()
        self._plan_arrival()
        if self._told is not None:
            self._agenda.after(0, self._tell)
        for happen in self._agenda.moments():
            self._tally.pass_time(self._agenda.now_ms)
            happen()
        self._tally.pass_time(self._until_ms)
        return self._tally.result()

    def _tell(self) -> None:
        if self._told is not None:
            self._told(self._agenda.now_ms / self._until_ms)
            self._agenda.at(self._agenda.now_ms + _TOLD_MS, self._tell)

    # --- the desk ---

    def _decide(self, event: Event) -> None:
        decision = decide(self._desk, event, self._agenda.now_ms)
        self._desk = decision.desk
        self._tally.decided(decision)
        for case in decision.cases.values():
            self._note_due(case)
        for responder in decision.responders.values():
            if responder.resting_until_ms > self._agenda.now_ms:
                self._agenda.at(responder.resting_until_ms, self._time_passes)
            self._shifts.changed(responder)
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
            self._agenda.at(due_ms, partial(self._is_due, case.id, due_ms))
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
            self._shifts.paged(effect)

    # --- people ---

    def _plan_arrival(self) -> None:
        given = self._scenario.given
        if given is not None:
            if self._arrived < len(given):
                self._agenda.at(given[self._arrived].at_ms, self._arrives)
            return
        mean_gap_seconds = 3600 / self._scenario.arrivals_per_hour
        self._agenda.after(exponential(self._chance, mean_gap_seconds), self._arrives)

    def _arrives(self) -> None:
        given = self._scenario.given
        band = (
            drawn(self._chance, self._scenario.shares)
            if given is None
            else given[self._arrived].band
        )
        handling = exponential(self._chance, self._scenario.handling_seconds)
        patience = exponential(
            self._chance, self._scenario.patience_seconds.get(band, 0)
        )
        self._arrived += 1
        self._plan_arrival()
        name = f"{self._arrived:08}"
        self._handling[name] = handling
        if band in self._scenario.patience_seconds:
            self._agenda.after(patience, partial(self._leaves, name))
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
        if self._shifts.declines(asked):
            self._agenda.after(0, partial(self._declines, asked))
            return
        accepts = scenario.acceptance >= 1 or chance.random() < scenario.acceptance
        delay = 0.0
        if scenario.answer_median_seconds > 0:
            delay = log_normal(
                chance, scenario.answer_median_seconds, scenario.answer_spread
            )
        if accepts:
            self._agenda.after(delay, partial(self._accepts, asked))
        elif scenario.declines > 0 and chance.random() < scenario.declines:
            self._agenda.after(delay, partial(self._declines, asked))

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
        self._agenda.after(handling, partial(self._ends, case, responder, fence))

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
            offer.id == asked.offer and offer.expires_at_ms > self._agenda.now_ms
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
        self._shifts.is_free(responder)
