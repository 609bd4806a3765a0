"""Seats of circles, and whoever a cohort left over: as many as possible, then as well.

With SciPy by linear assignment; without it by deferred acceptance, which places no more
and at times fewer. A stable cohort leaves nobody who could still have one of its own
free places, for that would be a pair that both would rather have; so leftovers are
placed where somebody offers places beyond their usual ones, and the widest matching is
shown to the coordinator beside the stable one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol, cast

from .acceptance import Placed, deferred_acceptance
from .score import points

_Solver = Callable[..., tuple[Sequence[int], Sequence[int]]]


class _Optimize(Protocol):
    linear_sum_assignment: _Solver


def has_solver() -> bool:
    """Whether the extra `[matching]` is installed."""
    return find_spec("scipy") is not None


def assign(
    standings: Sequence[Sequence[int]],
    places: Sequence[int],
    *,
    by_solver: bool | None = None,
) -> Placed:
    """Place people in seats so that most sit, and among those ways the best in sum.

    Args:
        standings: by person, then by seat holder: of `score.Table`, 0 is impossible.
        places: by seat holder, 0 or more.
        by_solver: linear assignment or not; none: if it is installed.
    """
    if by_solver is None:
        by_solver = has_solver()
    return (_solved if by_solver else _accepted)(standings, places)


def leftovers(
    standings: Sequence[Sequence[int]],
    placed: Placed,
    more_places: Sequence[int],
    *,
    by_solver: bool | None = None,
) -> Placed:
    """Place whoever is not placed yet in places beyond the usual ones."""
    left = [at for at, receiver in enumerate(placed) if receiver is None]
    rows = [standings[at] for at in left]
    found = assign(rows, more_places, by_solver=by_solver)
    whole = list(placed)
    for at, receiver in zip(left, found, strict=True):
        whole[at] = receiver
    return whole


def _solved(standings: Sequence[Sequence[int]], places: Sequence[int]) -> Placed:
    placed: Placed = [None] * len(standings)
    seats = [
        holder
        for holder, count in enumerate(places)
        for _ in range(min(count, len(standings)))
    ]
    if not seats or not standings:
        return placed
    # One more person seated is worth more than any sum of points.
    seated = 10_001 * len(standings)
    gains = [
        [seated + points(row[holder]) if row[holder] else 0 for holder in seats]
        for row in standings
    ]
    optimize = cast(_Optimize, import_module("scipy.optimize"))
    people, taken = optimize.linear_sum_assignment(gains, maximize=True)
    for person, seat in zip(people, taken, strict=True):
        if gains[person][seat]:
            placed[person] = seats[seat]
    return placed


def _accepted(standings: Sequence[Sequence[int]], places: Sequence[int]) -> Placed:
    holders = range(len(places))
    orders = [
        sorted((h for h in holders if row[h]), key=row.__getitem__, reverse=True)
        for row in standings
    ]
    columns = [[row[holder] for row in standings] for holder in holders]
    return deferred_acceptance(orders, columns, places)
