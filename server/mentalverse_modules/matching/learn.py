"""Learning from how relationships went; off unless it shows that it is better.

Two things are learnt. How well a mentor does in a domain counts only from 15 finished
relationships on, shrunk to the mean of the domain; a mentor of average success stands
where one without a history does. And other weights of the score may be tried: a
challenger is fitted on one half of a log and judged on the other half, by what the
champion's own choices would have been worth (inverse propensities), and it takes over
only if it is better by a margin that was set before. Both see values of factors and
outcomes, nothing about who people are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import fsum

from .factors import WEIGHTS_BP, WHOLE_BP, Weights
from .fairness import Draws
from .score import MIDDLE

MIN_FINISHED = 15
SHRINKAGE = 15
"""So many average relationships are added to each mentor's."""
MIN_HELD_OUT = 200
RESAMPLES = 400
_LOW_SHARE = 0.025


@dataclass(frozen=True, slots=True)
class Finished:
    """How one relationship went."""

    mentor: str
    domain: str
    outcome_bp: int
    """0…10,000, from what both said of it."""


def strengths(finished: Iterable[Finished]) -> dict[str, dict[str, int]]:
    """`Mentor.strength_bp` by mentor, for domains with enough of a history."""
    by_domain: dict[str, dict[str, list[int]]] = {}
    for each in finished:
        of_domain = by_domain.setdefault(each.domain, {})
        of_domain.setdefault(each.mentor, []).append(each.outcome_bp)
    found: dict[str, dict[str, int]] = {}
    for domain, by_mentor in by_domain.items():
        everything = [each for them in by_mentor.values() for each in them]
        for mentor, own in by_mentor.items():
            if len(own) >= MIN_FINISHED:
                found.setdefault(mentor, {})[domain] = _shrunk(own, everything)
    return found


def _shrunk(own: Sequence[int], everything: Sequence[int]) -> int:
    mean_bp = sum(everything) // len(everything)
    apart = sum(each - mean_bp for each in own) // (len(own) + SHRINKAGE)
    return min(max(MIDDLE + apart, 0), WHOLE_BP)


@dataclass(frozen=True, slots=True)
class Logged:
    """One choice that was made, and how it went."""

    ref: str
    options: tuple[tuple[int, ...], ...]
    """The values of each, in the order of `factors.SCORED`."""
    taken: int
    propensity: float
    """How likely that one was to be taken then, above 0."""
    outcome_bp: int


def require_sound(logged: Logged) -> None:
    """Refuse a choice that cannot have been one.

    Raises:
        ValueError: what is wrong with it.
    """
    if any(len(each) != len(WEIGHTS_BP) for each in logged.options):
        raise ValueError(f"an option has {len(WEIGHTS_BP)} values")
    if not 0 <= logged.taken < len(logged.options):
        raise ValueError("no such option was taken")
    if not 0 < logged.propensity <= 1:
        raise ValueError("a propensity is above 0, and 1 at most")
    told = (logged.outcome_bp, *(value for each in logged.options for value in each))
    if min(told) < 0 or max(told) > WHOLE_BP:
        raise ValueError(f"values and outcomes are from 0 to {WHOLE_BP:,}")


@dataclass(frozen=True, slots=True)
class Judged:
    """Champion against challenger on what neither was fitted to."""

    champion_bp: float
    challenger_bp: float
    low_bp: float
    """The gain is hardly less than this."""
    held_out: int
    promoted: bool


def is_held_out(logged: Logged) -> bool:
    """Whether an entry is for judging; half of them are, by their name alone."""
    return bool(sha256(logged.ref.encode()).digest()[0] & 1)


def fitted(log: Iterable[Logged]) -> Weights:
    """Weights by how each factor goes with outcomes, halfway to the default.

    Without enough to learn from, the default.
    """
    known = [each for each in log if not is_held_out(each)]
    pulls = [max(0.0, _pull(known, at)) for at in range(len(WEIGHTS_BP))]
    total = fsum(pulls)
    if len(known) < MIN_HELD_OUT or not total:
        return WEIGHTS_BP
    mixed = [
        (weight + WHOLE_BP * pull / total) / 2
        for weight, pull in zip(WEIGHTS_BP, pulls, strict=True)
    ]
    return _whole(mixed)


def judged(
    log: Iterable[Logged], challenger: Weights, margin_bp: int, draws: Draws
) -> Judged:
    """Whether a challenger takes over from the default weights.

    Args:
        log: all of it; only what is held out counts.
        challenger: from `fitted`.
        margin_bp: of the outcome; set before anybody looked.
        draws: the same ones give the same verdict.
    """
    held_out = [each for each in log if is_held_out(each)]
    of_champion = [_worth(each, WEIGHTS_BP) for each in held_out]
    of_challenger = [_worth(each, challenger) for each in held_out]
    count = len(held_out)
    gains = []
    for _ in range(RESAMPLES if count >= MIN_HELD_OUT else 0):
        drawn = [draws.randrange(count) for _ in range(count)]
        ours = _value([of_champion[at] for at in drawn])
        gains.append(_value([of_challenger[at] for at in drawn]) - ours)
    low = sorted(gains)[int(_LOW_SHARE * len(gains))] if gains else -float(WHOLE_BP)
    return Judged(
        _value(of_champion), _value(of_challenger), low, count, low > margin_bp
    )


def _worth(logged: Logged, weights: Weights) -> tuple[float, float]:
    """The weight of an entry for these weights, and its outcome times that."""
    scores = [_scored(weights, values) for values in logged.options]
    if scores.index(max(scores)) != logged.taken:
        return 0.0, 0.0
    weight = 1 / logged.propensity
    return weight, weight * logged.outcome_bp


def _value(worths: Sequence[tuple[float, float]]) -> float:
    weight = fsum(each for each, _ in worths)
    return fsum(each for _, each in worths) / weight if weight else 0.0


def _scored(weights: Weights, values: Sequence[int]) -> int:
    return sum(a * b for a, b in zip(weights, values, strict=True)) // WHOLE_BP


def _pull(known: Sequence[Logged], at: int) -> float:
    """How a factor of what was taken goes with the outcome: a weighted covariance."""
    total = fsum(1 / each.propensity for each in known) or 1.0
    value = fsum(each.options[each.taken][at] / each.propensity for each in known)
    outcome = fsum(each.outcome_bp / each.propensity for each in known)
    mean_value, mean_outcome = value / total, outcome / total
    return fsum(
        (each.options[each.taken][at] - mean_value)
        * (each.outcome_bp - mean_outcome)
        / each.propensity
        for each in known
    )


def _whole(shares: Sequence[float]) -> Weights:
    """Whole basis points with the sum kept, by largest remainder."""
    parts = [int(each) for each in shares]
    order = sorted(range(len(parts)), key=lambda at: parts[at] - shares[at])
    for at in order[: WHOLE_BP - sum(parts)]:
        parts[at] += 1
    return tuple(parts)
