"""One run: everybody who waits against everybody who has a place.

Options come from rounds of deferred acceptance: the first is the stable cohort, each
further one leaves out the pairs of those before. So nobody's name stands in more
proposals than three times their free places, and a mentee's first option is the stable
one. A mentee who is left with fewer than two options is told of to the coordinator,
with what ruled the mentors out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .acceptance import Placed, deferred_acceptance, named
from .assignment import assign
from .explain import lines_of
from .factors import WEIGHTS_BP, Weights
from .fairness import Outcome
from .filters import Known, Ruled, against
from .people import Mentee, Mentor, Pair
from .proposal import MIN_OPTIONS, OPTIONS, Option, plan_for
from .score import Table, points, table

WIDEST_PAIRS = 1_000_000
"""Up to so many the widest matching is found too; it takes a second per million."""


@dataclass(frozen=True, slots=True)
class Run:
    """What came out."""

    stable: tuple[Pair, ...]
    widest: tuple[Pair, ...] | None
    """As many pairs as possible, for comparing; none: there were too many people."""
    options: Mapping[str, tuple[Option, ...]]
    """By mentee, who has `MIN_OPTIONS` at least."""
    short: Mapping[str, Mapping[Ruled, int]]
    """By mentee with fewer: how many mentors each rule took away."""
    against: Mapping[str, tuple[str, ...]]
    """By the same: what can be told of it."""
    outcomes: tuple[Outcome, ...]
    ruled: Mapping[Ruled, int]
    """Pairs that each rule took away."""


def run(
    mentees: Sequence[Mentee],
    mentors: Sequence[Mentor],
    known: Known,
    seed: bytes,
    waited_days: Mapping[str, float] | None = None,
    weights: Weights = WEIGHTS_BP,
) -> Run:
    """Match everybody.

    Args:
        mentees, mentors: no `ref` twice on a side.
        known: blocks and the like.
        seed: for ties: the same seed gives the same run.
        waited_days: by mentee, for the audit; none of them waited if it is left out.
        weights: of the factors.
    """
    scored = table(mentees, mentors, known, seed, weights)
    places = [each.places for each in mentors]
    rounds = _rounds(scored, places)
    names = [each.ref for each in mentees], [each.ref for each in mentors]
    widest = None
    if len(mentees) * sum(places) <= WIDEST_PAIRS:
        widest = named(assign(scored.to_mentees, places), *names)
    options: dict[str, tuple[Option, ...]] = {}
    short: dict[str, Mapping[Ruled, int]] = {}
    told: dict[str, tuple[str, ...]] = {}
    for row, mentee in enumerate(mentees):
        columns = [placed[row] for placed in rounds]
        found = tuple(
            Option(
                mentors[column].ref,
                points(scored.to_mentees[row][column]),
                plan_for(mentee, mentors[column]),
                lines=lines_of(mentee, mentors[column], weights),
            )
            for column in columns
            if column is not None
        )
        if len(found) >= MIN_OPTIONS:
            options[mentee.ref] = found
        else:
            short[mentee.ref] = scored.ruled[row]
            told[mentee.ref] = against(mentee, mentors, known)
    outcomes = _outcomes(mentees, scored, rounds[0], waited_days or {})
    stable = named(rounds[0], *names)
    return Run(stable, widest, options, short, told, outcomes, _sums(scored))


def _rounds(scored: Table, places: Sequence[int]) -> list[Placed]:
    orders = scored.orders()
    rounds = []
    for _ in range(OPTIONS):
        placed = deferred_acceptance(orders, scored.to_mentors, places)
        rounds.append(placed)
        orders = [
            [column for column in order if column != taken]
            for order, taken in zip(orders, placed, strict=True)
        ]
    return rounds


def _outcomes(
    mentees: Sequence[Mentee],
    scored: Table,
    placed: Placed,
    waited_days: Mapping[str, float],
) -> tuple[Outcome, ...]:
    outcomes = []
    for row, mentee in enumerate(mentees):
        column, own = placed[row], scored.to_mentees[row]
        rank = None
        if column is not None:
            rank = 1 + sum(each > own[column] for each in own)
        waited = waited_days.get(mentee.ref, 0.0)
        outcomes.append(Outcome(mentee.ref, rank is not None, waited, rank))
    return tuple(outcomes)


def _sums(scored: Table) -> dict[Ruled, int]:
    return {
        ruled: count
        for ruled in Ruled
        if (count := sum(each.get(ruled, 0) for each in scored.ruled))
    }
