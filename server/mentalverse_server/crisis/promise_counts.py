"""How the promises of each conversation were kept, for Prometheus.

Every case is counted once, when its conversation is over or the person has left: by its
clocks as the figures judge them (`clocks`), offer, accept, first words and silence. Who
left and comes back was counted as having left. The clock of a follow-up is the board's:
it runs for days, and a process knows only what it has seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from mentalverse_crisis.clocks import Fold, Outcome, outcomes, step
from mentalverse_crisis.policy import Policy
from mentalverse_crisis.record import Entry, What

_OVER = (What.ENDED, What.LEFT, What.CLOSED)


class PromiseCounts:
    """Follows the log of every case that is open."""

    def __init__(self) -> None:
        self._folds: dict[str, Fold] = {}
        self.counts: Counter[tuple[str, str, str]] = Counter()
        """By band, clock and outcome."""

    def follow(self, entries: Iterable[Entry], policies: Mapping[str, Policy]) -> None:
        """Take over what happened; of cases whose beginning is unknown, nothing."""
        for entry in entries:
            so_far = self._folds.get(entry.case)
            if so_far is None and entry.what is not What.OPENED:
                continue
            revision = entry.policy if so_far is None else so_far.policy
            folded = step(so_far, entry, policies[revision])
            if entry.what not in _OVER:
                self._folds[entry.case] = folded
                continue
            self._folds.pop(entry.case, None)
            if not folded.drill:
                self._count(folded, entry.at_ms)

    def _count(self, folded: Fold, at_ms: int) -> None:
        for clock in outcomes(folded, at_ms):
            if clock.outcome is not Outcome.SUPERSEDED:
                names = clock.band.name, clock.kind.value, clock.outcome.value
                self.counts[names] += 1
