"""Whether a run served some groups worse, by groups that people told of themselves.

Groups come in here and nowhere else. For each measure the mean of a group is held
against the mean of everybody else. Resampling people within both (bootstrap) says how
sure that is; the width takes into account that many comparisons are made at once. Cells
of fewer than 20 people are left out of everything, also of the sums, or else they could
be told by subtracting. The four-fifths rule is a tripwire: a reason to look, and no
finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from math import fsum, sqrt
from statistics import NormalDist
from typing import Protocol

MIN_CELL = 20
RESAMPLES = 400
CONFIDENCE = 0.95
_TRIPWIRE = 0.8


class Draws(Protocol):
    """Where chance comes from: `random.Random` of a seed, for one."""

    def randrange(self, stop: int, /) -> int:
        """A whole number from 0 to below `stop`."""


class Measure(Enum):
    """What is compared."""

    MATCHED = "matched"
    """The share who were matched."""
    WAIT = "wait"
    """Days from asking to being matched, or till now."""
    RANK = "rank"
    """The place of their mentor in their own order, 1 is best; of the matched."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run meant for one mentee."""

    ref: str
    matched: bool
    wait_days: float
    rank: int | None = None

    def value(self, measure: Measure) -> float | None:
        """By a measure; none if it says nothing about them."""
        if measure is Measure.MATCHED:
            return float(self.matched)
        return self.wait_days if measure is Measure.WAIT else self.rank


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its interval."""

    people: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One group by one measure."""

    group: str
    measure: Measure
    found: Estimate
    difference: Estimate
    """To everybody else who is shown; its interval is wider, for all comparisons."""

    @property
    def is_finding(self) -> bool:
        """Whether chance alone would hardly do this."""
        return self.difference.low > 0 or self.difference.high < 0


@dataclass(frozen=True, slots=True)
class Audit:
    """All of it."""

    cells: tuple[Cell, ...]
    overall: tuple[tuple[Measure, Estimate], ...]
    hidden_groups: int
    """With fewer than `MIN_CELL` people."""
    tripped: tuple[str, ...]
    """Groups matched less than four fifths as often as the one matched most."""

    @property
    def findings(self) -> tuple[Cell, ...]:
        """What a coordinator has to explain."""
        return tuple(each for each in self.cells if each.is_finding)


def audit(
    outcomes: Sequence[Outcome],
    groups: Mapping[str, str],
    draws: Draws,
    resamples: int = RESAMPLES,
) -> Audit:
    """Compare groups.

    Args:
        outcomes: of everybody who waited in the run.
        groups: by `Outcome.ref`; whoever told nothing is not in it.
        draws: the same ones give the same result.
        resamples: how often people are drawn anew, 2 at least.
    """
    by_group: dict[str, list[Outcome]] = {}
    for each in outcomes:
        if each.ref in groups:
            by_group.setdefault(groups[each.ref], []).append(each)
    shown = {name: by_group[name] for name in sorted(by_group)}
    shown = {name: them for name, them in shown.items() if len(them) >= MIN_CELL}
    cells: list[Cell] = []
    overall = []
    for measure in Measure:
        values = {name: _values(them, measure) for name, them in shown.items()}
        values = {name: each for name, each in values.items() if len(each) >= MIN_CELL}
        cells += _cells(measure, values, draws, resamples)
        everybody = [each for them in values.values() for each in them]
        if everybody:
            again = _resampled(everybody, draws, resamples)
            overall.append((measure, _estimate(everybody, again, _z(1))))
    hidden = len(by_group) - len(shown)
    return Audit(tuple(cells), tuple(overall), hidden, _tripped(shown))


def _cells(
    measure: Measure,
    values: Mapping[str, Sequence[float]],
    draws: Draws,
    resamples: int,
) -> list[Cell]:
    again = {name: _resampled(each, draws, resamples) for name, each in values.items()}
    wide = _z(len(Measure) * max(1, len(values)))
    cells = []
    for name, own in values.items():
        others = [other for other in values if other != name]
        if not others:
            continue
        rest = [each for other in others for each in values[other]]
        apart = _mean(own) - _mean(rest)
        spread = sqrt(
            _spread(again[name]) ** 2
            + fsum(
                (len(values[other]) / len(rest) * _spread(again[other])) ** 2
                for other in others
            )
        )
        reach = wide * spread
        difference = Estimate(len(rest), apart, apart - reach, apart + reach)
        found = _estimate(own, again[name], _z(1))
        cells.append(Cell(name, measure, found, difference))
    return cells


def _values(them: Sequence[Outcome], measure: Measure) -> list[float]:
    found = (each.value(measure) for each in them)
    return [each for each in found if each is not None]


def _resampled(values: Sequence[float], draws: Draws, resamples: int) -> list[float]:
    """Means of as many people, drawn from these with replacement."""
    count = len(values)
    return [
        _mean([values[draws.randrange(count)] for _ in range(count)])
        for _ in range(resamples)
    ]


def _estimate(values: Sequence[float], again: Sequence[float], z: float) -> Estimate:
    mean, reach = _mean(values), z * _spread(again)
    return Estimate(len(values), mean, mean - reach, mean + reach)


def _tripped(shown: Mapping[str, Sequence[Outcome]]) -> tuple[str, ...]:
    rates = {
        name: _mean(_values(them, Measure.MATCHED)) for name, them in shown.items()
    }
    most = max(rates.values(), default=0.0)
    return tuple(name for name, rate in rates.items() if rate < _TRIPWIRE * most)


def _z(comparisons: int) -> float:
    """Standard errors that reach over so many comparisons (Bonferroni)."""
    return NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / (2 * comparisons))


def _spread(means: Sequence[float]) -> float:
    middle = _mean(means)
    return sqrt(fsum((each - middle) ** 2 for each in means) / (len(means) - 1))


def _mean(values: Sequence[float]) -> float:
    return fsum(values) / len(values)
