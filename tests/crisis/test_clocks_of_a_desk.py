"""The clocks that the log tells are those that the desk itself goes by."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from mentalverse_crisis.case import Case, CaseState
from mentalverse_crisis.clocks import ClockKind, Fold, fold
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.events import Event
from mentalverse_crisis.policy import DEFAULT
from mentalverse_crisis.record import Entry, What
from mentalverse_crisis.sla import Fate, arrival, figures
from support.desk_logs import WrittenLife


@dataclass
class Compared(WrittenLife):
    """After every decision, each case of the desk beside the fold of its log."""

    compared: Counter[str] = field(default_factory=Counter)

    def happen(self, event: Event) -> Decision | None:
        decision = super().happen(event)
        if decision is not None:
            for case in self.desk.cases.values():
                self._compare(case, self.of(case.id))
        return decision

    def _compare(self, case: Case, log: list[Entry]) -> None:
        folded = fold(log, DEFAULT)
        assert folded.band is case.band
        assert folded.tap_ms == case.tapped_at_ms
        assert (folded.left_ms is not None) is (case.state is CaseState.ABANDONED)
        was_lowered = any(one.what is What.BAND_SET and one.reason for one in log)
        # A search that began anew, or a lowered band, has its own due time on the desk;
        # the person is still judged by the first promise.
        is_first = not case.is_front and not was_lowered
        if case.state in (CaseState.WAITING, CaseState.OFFERED) and is_first:
            assert due_ms(folded, ClockKind.ACCEPT) == case.accept_due_ms
            self.compared["accept"] += 1
        if case.follow_up is not None and not case.follow_up.attempts:
            assert due_ms(folded, ClockKind.FOLLOW_UP) == case.follow_up.due_ms
            self.compared["followup"] += 1
        if case.silence is not None:
            assert due_ms(folded, ClockKind.SILENCE) is not None
            self.compared["silence"] += 1


def due_ms(folded: Fold, kind: ClockKind) -> int | None:
    due = [running.due_ms for running in folded.running if running.kind is kind]
    return due[0] if due else None


def test_the_desk_and_its_log_say_the_same() -> None:
    """Bands, taps, who left, and when accept and follow-up are due; and every log that
    a desk writes can be told of."""
    compared: Counter[str] = Counter()
    for seed in range(60):
        life = Compared(seed)
        life.run()
        arrivals = [
            arrival(life.of(case), DEFAULT, life.now_ms)
            for case in {entry.case: None for entry in life.log}
        ]
        told = figures(arrivals)
        assert told.judged + told.excluded == len(arrivals)
        # The life ends when everybody who asked has been helped.
        assert Fate.WAITING not in {one.fate for one in arrivals}
        compared += life.compared
    assert set(compared) == {"accept", "followup", "silence"}
