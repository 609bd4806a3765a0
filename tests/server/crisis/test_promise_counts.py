"""Promises, counted case by case as they end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from mentalverse_crisis.clocks import Outcome, fold, outcomes
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.events import Event
from mentalverse_crisis.policy import DEFAULT
from mentalverse_crisis.record import Entry, What
from mentalverse_server.crisis.promise_counts import PromiseCounts
from support.desk_life import Life

LIVES = 100
POLICIES = {DEFAULT.revision: DEFAULT}
OVER = (What.ENDED, What.LEFT, What.CLOSED)


@dataclass
class CountedLife(Life):
    """A life whose promises are counted as it goes on."""

    promises: PromiseCounts = field(default_factory=PromiseCounts)
    log: dict[str, list[Entry]] = field(default_factory=dict)

    def happen(self, event: Event) -> Decision | None:
        decision = super().happen(event)
        if decision is not None:
            self.promises.follow(decision.entries, POLICIES)
            for entry in decision.entries:
                self.log.setdefault(entry.case, []).append(entry)
        return decision


def _by_the_log(log: dict[str, list[Entry]]) -> Counter[tuple[str, str, str]]:
    """Each case up to its first end, judged from its log alone."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for entries in log.values():
        ends = [at for at, entry in enumerate(entries) if entry.what in OVER]
        if not ends:
            continue
        until = entries[: ends[0] + 1]
        for clock in outcomes(fold(until, DEFAULT), until[-1].at_ms):
            if clock.outcome is not Outcome.SUPERSEDED:
                names = clock.band.name, clock.kind.value, clock.outcome.value
                counts[names] += 1
    return counts


def test_every_case_is_counted_once_by_what_its_log_says() -> None:
    """Whatever happens to it; nothing is kept of a case that is over."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for seed in range(LIVES):
        life = CountedLife(seed)
        life.run()
        assert life.promises.counts == _by_the_log(life.log)
        seen += life.promises.counts
    assert {kind for _, kind, _ in seen} == {"offer", "accept", "reply", "silence"}
    assert {outcome for _, _, outcome in seen} == {"met", "missed", "excluded"}


def test_a_case_whose_beginning_is_unknown_is_left_out() -> None:
    """Another process, or a log that begins in the middle: no guess is made."""
    promises = PromiseCounts()
    promises.follow([Entry(at_ms=1, case="c", what=What.ENDED)], POLICIES)
    assert not promises.counts
