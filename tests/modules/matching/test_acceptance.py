"""Stable cohorts against every possible matching, and another implementation."""

from __future__ import annotations

from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matching.games import HospitalResident  # type: ignore[import-untyped]

from mentalverse_modules.matching.acceptance import (
    Placed,
    blocking_pairs,
    deferred_acceptance,
    named,
)
from mentalverse_modules.matching.filters import Known
from mentalverse_modules.matching.score import table
from support.matchings import every_matching
from support.pools import SEED, pool

Game = tuple[list[list[int]], list[list[int]], list[int]]


def a_game(draw: Random, mentees: int, mentors: int, *, most_places: int = 2) -> Game:
    """Orders with gaps, standings, and places; some mentors have none."""
    possible = [[draw.random() < 0.8 for _ in range(mentors)] for _ in range(mentees)]
    orders = []
    for row in possible:
        order = [at for at, is_possible in enumerate(row) if is_possible]
        draw.shuffle(order)
        orders.append(order)
    standings = []
    for mentor in range(mentors):
        ranks = list(range(1, mentees + 1))
        draw.shuffle(ranks)
        standings.append(
            [ranks[at] if possible[at][mentor] else 0 for at in range(mentees)]
        )
    return orders, standings, [draw.randrange(most_places + 1) for _ in range(mentors)]


def rank(order: list[int], mentor: int | None) -> int:
    return len(order) if mentor is None else order.index(mentor)


def best_of_the_stable(game: Game) -> list[int]:
    """By mentee: the best rank in any stable matching, found by trying them all."""
    orders, standings, places = game
    stable = [
        [rank(order, mentor) for order, mentor in zip(orders, placed, strict=True)]
        for placed in every_matching(orders, places)
        if next(blocking_pairs(orders, standings, places, placed), None) is None
    ]
    return [min(ranks) for ranks in zip(*stable, strict=True)]


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 2**32))
def test_every_mentee_has_the_best_of_all_stable_matchings(
    mentees: int, mentors: int, seed: int
) -> None:
    game = a_game(Random(seed), mentees, mentors)
    placed = deferred_acceptance(*game)
    got = [rank(order, at) for order, at in zip(game[0], placed, strict=True)]
    assert got == best_of_the_stable(game)


@pytest.mark.capability("M03")
@pytest.mark.parametrize("seed", range(6))
def test_six_with_six_are_placed_as_by_trying_everything(seed: int) -> None:
    game = a_game(Random(seed), 6, 6)
    placed = deferred_acceptance(*game)
    got = [rank(order, at) for order, at in zip(game[0], placed, strict=True)]
    assert got == best_of_the_stable(game)


@given(st.integers(0, 2**32))
def test_no_pair_would_rather_be_together_and_no_cap_is_passed(seed: int) -> None:
    draw = Random(seed)
    game = a_game(draw, draw.randrange(40), draw.randrange(1, 15), most_places=4)
    orders, standings, places = game
    placed = deferred_acceptance(*game)
    assert list(blocking_pairs(*game, placed)) == []
    for mentor, count in enumerate(places):
        assert placed.count(mentor) <= count
    for mentee, got in enumerate(placed):
        assert got is None or (standings[got][mentee] and got in orders[mentee])


def test_a_pair_that_would_rather_be_together_is_found() -> None:
    orders, standings = [[0, 1], [0, 1]], [[2, 1], [1, 2]]
    assert list(blocking_pairs(orders, standings, [1, 1], [1, 0])) == [(0, 0)]
    assert list(blocking_pairs(orders, standings, [1, 1], [None, 0])) == [
        (0, 0),
        (0, 1),
    ]
    standings[1] = [2, 1]
    assert list(blocking_pairs(orders, standings, [0, 1], [1, None])) == []


@pytest.mark.parametrize("seed", range(4))
def test_another_implementation_places_300_with_60_the_same(seed: int) -> None:
    draw = Random(seed)
    orders = []
    standings = [[0] * 300 for _ in range(60)]
    for mentee in range(300):
        orders.append(draw.sample(range(60), 40))
        for mentor in orders[-1]:
            standings[mentor][mentee] = 1 + draw.randrange(10**9)
    places = [draw.randrange(1, 7) for _ in range(60)]
    game = HospitalResident.create_from_dictionaries(
        {mentee: order for mentee, order in enumerate(orders)},
        {
            mentor: sorted(
                (mentee for mentee in range(300) if ranks[mentee]),
                key=ranks.__getitem__,
                reverse=True,
            )
            for mentor, ranks in enumerate(standings)
        },
        dict(enumerate(places)),
    )
    theirs: Placed = [None] * 300
    for hospital, residents in game.solve(optimal="resident").items():
        for resident in residents:
            theirs[resident.name] = hospital.name
    assert deferred_acceptance(orders, standings, places) == theirs


@given(st.integers(0, 2**32))
def test_nobody_gains_by_stating_another_order(seed: int) -> None:
    draw = Random(seed)
    orders, standings, places = a_game(draw, 4, 4)
    truly = deferred_acceptance(orders, standings, places)
    liar = draw.randrange(4)
    for size in range(len(orders[liar]) + 1):
        for lie in permutations(orders[liar], size):
            told = [*orders[:liar], list(lie), *orders[liar + 1 :]]
            got = deferred_acceptance(told, standings, places)[liar]
            assert rank(orders[liar], got) >= rank(orders[liar], truly[liar])


def test_scored_people_are_placed_stably_and_by_name() -> None:
    people = pool(9, 120, 40)
    scored = table(people.mentees, people.mentors, Known(), SEED)
    places = [each.places for each in people.mentors]
    orders = scored.orders()
    placed = deferred_acceptance(orders, scored.to_mentors, places)
    assert list(blocking_pairs(orders, scored.to_mentors, places, placed)) == []
    pairs = named(
        placed,
        [each.ref for each in people.mentees],
        [each.ref for each in people.mentors],
    )
    assert len(pairs) == sum(at is not None for at in placed) > 50
    row = next(at for at, mentor in enumerate(placed) if mentor is not None)
    assert pairs[0] == (f"e{row}", f"o{placed[row]}")
