"""What is counted while a simulation runs, from the decisions of the desk alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from .acuity import Band
from .case import Case, CaseState
from .decide import Decision
from .desk import Duty
from .effects import Offered, Paged
from .scenario import Scenario
from .simulated import BandFigures, Simulated


@dataclass(slots=True)
class _Counts:
    arrivals: int = 0
    in_time: int = 0
    abandoned: int = 0
    late: int = 0
    excluded: int = 0
    offers: int = 0
    waits_ms: list[int] = field(default_factory=list)
    waited_ms: int = 0


class Tally:
    """Counts people by arrival, and time by itself, both after the warm-up."""

    def __init__(self, scenario: Scenario, from_ms: int, until_ms: int) -> None:
        self._scenario = scenario
        self._from_ms, self._until_ms = from_ms, until_ms
        self._bands = {band: _Counts() for band in scenario.shares}
        self._now_ms = 0
        self._waiting: dict[str, Case] = {}
        self._held: dict[str, str] = {}
        self._talking: Counter[str] = Counter()
        self._on_duty: set[str] = set()
        self._on_duty_ms = self._busy_ms = self._waiting_ms = self._all_busy_ms = 0
        self._found_all_busy = self._pages = 0

    def conversations(self, responder: str) -> int:
        """That somebody has now."""
        return self._talking[responder]

    def pass_time(self, now_ms: int) -> None:
        """Count the time until now as it was."""
        passed_ms = now_ms - max(self._now_ms, self._from_ms)
        if passed_ms > 0:
            present = self._on_duty | self._talking.keys()
            self._on_duty_ms += passed_ms * len(present)
            self._busy_ms += passed_ms * len(self._talking)
            self._waiting_ms += passed_ms * len(self._waiting)
            self._all_busy_ms += passed_ms * self._are_all_busy()
        self._now_ms = now_ms

    def arrives(self, band: Band) -> None:
        """Somebody is about to ask."""
        if self._now_ms >= self._from_ms:
            self._bands[band].arrivals += 1
            self._found_all_busy += self._are_all_busy()

    def decided(self, decision: Decision) -> None:
        """Take over what a decision changed."""
        for case in decision.cases.values():
            self._moved(case)
        for responder in decision.responders.values():
            if responder.duty is Duty.ON:
                self._on_duty.add(responder.id)
            else:
                self._on_duty.discard(responder.id)
        for effect in decision.effects:
            if isinstance(effect, Paged):
                self._pages += self._now_ms >= self._from_ms
            elif isinstance(effect, Offered):
                case = decision.cases[effect.case]
                self._bands[case.band].offers += self._counts(case)

    def result(self) -> Simulated:
        """The figures, at the end."""
        for case in self._waiting.values():
            if self._counts(case):
                counts = self._bands[case.band]
                counts.waited_ms += self._until_ms - case.tapped_at_ms
                if self._until_ms > case.accept_due_ms:
                    counts.late += 1
                else:
                    counts.excluded += 1
        return Simulated(
            bands=tuple(self._figures(band) for band in self._bands),
            seconds=(self._until_ms - self._from_ms) / 1000,
            on_duty_seconds=self._on_duty_ms / 1000,
            busy_seconds=self._busy_ms / 1000,
            waiting_seconds=self._waiting_ms / 1000,
            all_busy_seconds=self._all_busy_ms / 1000,
            found_all_busy=self._found_all_busy,
            pages=self._pages,
        )

    def _moved(self, case: Case) -> None:
        was_waiting = self._waiting.pop(case.id, None) is not None
        if case.state in (CaseState.WAITING, CaseState.OFFERED):
            self._waiting[case.id] = case
        elif case.state.is_held and case.hold is not None:
            if case.id not in self._held:
                self._held[case.id] = case.hold.responder
                self._talking[case.hold.responder] += 1
                self._answered(case)
        elif case.id in self._held:
            responder = self._held.pop(case.id)
            self._talking[responder] -= 1
            if not self._talking[responder]:
                del self._talking[responder]
        elif case.state is CaseState.ABANDONED and was_waiting and self._counts(case):
            counts = self._bands[case.band]
            counts.abandoned += 1
            counts.waited_ms += self._now_ms - case.tapped_at_ms

    def _answered(self, case: Case) -> None:
        if self._counts(case):
            counts = self._bands[case.band]
            wait_ms = self._now_ms - case.tapped_at_ms
            counts.waits_ms.append(wait_ms)
            counts.waited_ms += wait_ms
            counts.in_time += self._now_ms <= case.accept_due_ms

    def _counts(self, case: Case) -> bool:
        return case.tapped_at_ms >= self._from_ms

    def _are_all_busy(self) -> bool:
        return self._on_duty <= self._talking.keys()

    def _figures(self, band: Band) -> BandFigures:
        counts = self._bands[band]
        promised = self._scenario.policy.band(band)
        return BandFigures(
            band=band,
            target_seconds=promised.accept_seconds,
            objective=promised.objective_percent / 100,
            arrivals=counts.arrivals,
            in_time=counts.in_time,
            abandoned=counts.abandoned,
            late=counts.late,
            excluded=counts.excluded,
            offers=counts.offers,
            waits_ms=tuple(sorted(counts.waits_ms)),
            waited_ms=counts.waited_ms,
        )
