"""Most are seated, then best in sum; and what a cohort can leave over."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_modules.matching import assignment
from mentalverse_modules.matching.acceptance import Placed, deferred_acceptance
from mentalverse_modules.matching.assignment import assign, has_solver, leftovers
from mentalverse_modules.matching.filters import Known
from mentalverse_modules.matching.score import points, table
from support.matchings import every_matching
from support.pools import SEED, pool

TIE_BITS = 48


def some_rows(draw: Random, people: int, holders: int) -> list[list[int]]:
    def standing() -> int:
        if draw.random() < 0.3:
            return 0
        return (draw.randrange(10_001) + 1) << TIE_BITS | draw.getrandbits(TIE_BITS)

    return [[standing() for _ in range(holders)] for _ in range(people)]


def worth(rows: list[list[int]], placed: Placed) -> tuple[int, int]:
    """How many sit, and their points together."""
    got = [row[at] for row, at in zip(rows, placed, strict=True) if at is not None]
    return len(got), sum(points(each) for each in got)


@given(st.integers(0, 5), st.integers(0, 4), st.integers(0, 2**32))
def test_linear_assignment_is_the_best_of_all_ways(
    people: int, holders: int, seed: int
) -> None:
    draw = Random(seed)
    rows = some_rows(draw, people, holders)
    places = [draw.randrange(3) for _ in range(holders)]
    orders = [[at for at, x in enumerate(row) if x] for row in rows]
    placed = assign(rows, places, by_solver=True)
    best = max(worth(rows, each) for each in every_matching(orders, places))
    assert worth(rows, placed) == best
    fallback = assign(rows, places, by_solver=False)
    assert worth(rows, fallback)[0] <= best[0]
    for found in (placed, fallback):
        for holder, count in enumerate(places):
            assert found.count(holder) <= count
        pairs = zip(rows, found, strict=True)
        assert all(at is None or row[at] for row, at in pairs)


@pytest.mark.parametrize("installed", [True, False])
def test_the_solver_is_used_where_it_is(
    installed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One seat less is taken without it: the first one's wish stands in the way."""
    assert has_solver()
    monkeypatch.setattr(assignment, "has_solver", lambda: installed)
    high, low = 9_001 << TIE_BITS, 5_001 << TIE_BITS
    seated = assign([[high, low], [low, 0]], [1, 1])
    assert seated == ([1, 0] if installed else [0, None])


@given(st.integers(0, 2**32), st.booleans())
def test_leftovers_of_a_stable_cohort_need_places_beyond_the_usual_ones(
    seed: int, by_solver: bool
) -> None:
    people = pool(seed, 12, 4, places=2)
    scored = table(people.mentees, people.mentors, Known(), SEED)
    places = [each.places for each in people.mentors]
    placed = deferred_acceptance(scored.orders(), scored.to_mentors, places)
    left = [count - placed.count(at) for at, count in enumerate(places)]
    rows = scored.to_mentees
    assert leftovers(rows, placed, left, by_solver=by_solver) == placed
    more = leftovers(rows, placed, [1] * 4, by_solver=by_solver)
    for before, after in zip(placed, more, strict=True):
        assert before is None or before == after
    for at, count in enumerate(places):
        assert more.count(at) <= count + 1
