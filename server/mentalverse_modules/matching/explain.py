"""A score line by line: which part gave how many of the points, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .factors import FACTORS, SCORED, WEIGHTS_BP, WHOLE_BP, Use, Weights
from .filters import TOLD, Known, all_ruled
from .people import Mentee, Mentor
from .score import for_mentee, known, score


@dataclass(frozen=True, slots=True)
class Line:
    """What one factor gave."""

    code: str
    use: Use
    weight_bp: int
    value: int
    """0…10,000."""
    points: int
    """Out of `weight_bp`."""
    known: bool = True
    """Not: nothing was told for it, and it has the middle."""


@dataclass(frozen=True, slots=True)
class Explained:
    """Why this mentor for this mentee, or why not."""

    points: int
    """The sum of the lines', 0…10,000."""
    lines: tuple[Line, ...]
    ruled: tuple[str, ...] = ()
    """If the pair is not possible: what stands against it, in words."""

    @property
    def strongest(self) -> tuple[str, ...]:
        """What speaks most for it: the codes of up to three lines."""
        given = [each for each in self.lines if each.points]
        ranked = sorted(given, key=lambda line: -line.points)
        return tuple(each.code for each in ranked[:3])


def explain(mentee: Mentee, mentor: Mentor, known: Known) -> Explained:
    """The score of a mentor for a mentee with every factor, the unused ones too."""
    against = tuple(TOLD[each] for each in all_ruled(mentee, mentor, known))
    if against:
        return Explained(0, (), against)
    lines = lines_of(mentee, mentor)
    return Explained(sum(each.points for each in lines), lines)


def lines_of(
    mentee: Mentee, mentor: Mentor, weights: Weights = WEIGHTS_BP
) -> tuple[Line, ...]:
    """What each factor gives a mentor for a mentee; the points sum to the score."""
    values = for_mentee(mentee, mentor)
    points, told = points_of(values, weights), known(mentee, mentor)
    weighed = zip(SCORED, weights, values, points, told, strict=True)
    scored = tuple(
        Line(factor.code, factor.use, weight, value, of_it, is_known)
        for factor, weight, value, of_it, is_known in weighed
    )
    unused = (each for each in FACTORS if each.use is Use.UNUSED)
    return scored + tuple(Line(each.code, each.use, 0, 0, 0) for each in unused)


def points_of(values: Sequence[int], weights: Weights = WEIGHTS_BP) -> tuple[int, ...]:
    """The score in parts, none lost to rounding: by largest remainder."""
    exact = [weight * value for weight, value in zip(weights, values, strict=True)]
    parts = [each // WHOLE_BP for each in exact]
    missing = score(values, weights) - sum(parts)
    by_remainder = sorted(range(len(exact)), key=lambda at: -(exact[at] % WHOLE_BP))
    for at in by_remainder[:missing]:
        parts[at] += 1
    return tuple(parts)
