"""Points are whole, explained to the last one, and depend on nothing but the codes."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_modules.matching import score as scoring
from mentalverse_modules.matching.explain import explain, points_of
from mentalverse_modules.matching.factors import SCORED, WEIGHTS_BP, Use, Weights
from mentalverse_modules.matching.filters import Known, Ruled, ruled_out
from mentalverse_modules.matching.invented import mentee, mentor
from mentalverse_modules.matching.people import (
    UNSAID,
    Mentee,
    Mentor,
    Side,
    shared_minutes,
    week,
)
from mentalverse_modules.matching.score import (
    MIDDLE,
    for_mentee,
    for_mentor,
    known,
    points,
    score,
    table,
    tie_break,
)
from support.pools import SEED, pool

VALUES = st.lists(st.integers(0, 10_000), min_size=len(SCORED), max_size=len(SCORED))
OPEN = Side(languages=frozenset({"en"}), slots=week([(0, 24 * 60)]))


WEIGHTS = st.lists(
    st.integers(0, 10_000), min_size=len(SCORED) - 1, max_size=len(SCORED) - 1
).map(lambda cuts: tuple(b - a for a, b in pairwise([0, *sorted(cuts), 10_000])))


@given(VALUES, st.just(WEIGHTS_BP) | WEIGHTS)
def test_the_lines_of_an_explanation_sum_to_the_score(
    values: list[int], weights: Weights
) -> None:
    """Whatever the factors weigh."""
    parts = points_of(values, weights)
    assert sum(parts) == score(values, weights)
    for weight, value, part in zip(weights, values, parts, strict=True):
        assert 0 <= part - weight * value // 10_000 <= 1
        assert part <= weight


@given(VALUES, st.integers(0, len(SCORED) - 1), st.integers(0, 10_000))
def test_a_better_value_never_costs_points(
    values: list[int], at: int, other: int
) -> None:
    low, high = sorted((values[at], other))
    worse = score([*values[:at], low, *values[at + 1 :]])
    assert worse <= score([*values[:at], high, *values[at + 1 :]])


@given(st.integers(0, 2**32))
def test_values_of_any_two_people_stay_in_their_range(seed: int) -> None:
    draw = Random(seed)
    one, other = mentee(draw, "e"), mentor(draw, "o", 3)
    for values in (for_mentee(one, other), for_mentor(one, other)):
        assert len(values) == len(SCORED)
        assert all(isinstance(each, int) and 0 <= each <= 10_000 for each in values)


@pytest.mark.capability("M02")
def test_points_are_listed_by_criterion_with_the_unused_ones() -> None:
    people = pool(3, 20, 20)
    for one in people.mentees:
        for other in people.mentors:
            if ruled_out(one, other, Known()) is not None:
                continue
            explained = explain(one, other, Known())
            assert explained.points == score(for_mentee(one, other))
            assert sum(line.points for line in explained.lines) == explained.points
            unused = {x.code for x in explained.lines if x.use is Use.UNUSED}
            assert "tokens" in unused
            by_code = {line.code: line.points for line in explained.lines}
            best = [by_code[code] for code in explained.strongest]
            assert best == sorted(best, reverse=True)
            assert len(best) <= 3
            assert min(best) >= max(
                (n for code, n in by_code.items() if code not in explained.strongest),
            )


def test_whoever_says_nothing_stands_in_the_middle() -> None:
    silent = Side(languages=OPEN.languages, slots=OPEN.slots)
    experience, goals, style, wishes, surplus, strength, response = for_mentee(
        Mentee("e", silent), Mentor("o", OPEN)
    )
    assert (goals, style, wishes, strength, response) == (MIDDLE,) * 5
    assert experience == MIDDLE
    assert surplus == 10_000


@given(st.integers(0, 2**32))
def test_where_nothing_is_known_the_value_is_the_middle(seed: int) -> None:
    draws = Random(seed)
    one, other = mentee(draws, "e"), mentor(draws, "o")
    quiet: dict[str, Any] = {
        each.name: each.default for each in fields(Side) if draws.randrange(2)
    }
    quiet["languages"] = one.side.languages
    one = replace(one, side=replace(one.side, **quiet))
    other = replace(other, strength_bp={}) if draws.randrange(2) else other
    told = zip(known(one, other), for_mentee(one, other), strict=True)
    assert all(value == MIDDLE for is_known, value in told if not is_known)
    lines = explain(one, replace(other, side=one.side), Known()).lines
    assert all(each.known for each in lines if each.use is Use.UNUSED)


@pytest.mark.parametrize(
    ("ahead", "value"), [(-1, 0), (0, 10_000), (1, 10_000), (2, 7_500), (3, 5_000)]
)
def test_a_mentor_a_little_further_on_is_nearest(ahead: int, value: int) -> None:
    stage = 2 if ahead < 0 else 1
    there = Mentor("o", replace(OPEN, stage=stage + ahead))
    got = for_mentee(Mentee("e", replace(OPEN, stage=stage)), there)[0]
    assert got == (8 * MIDDLE + 2 * value) // 10


def test_style_is_how_near_both_are_on_the_axes_that_both_told() -> None:
    told = replace(OPEN, style=(0, 10, UNSAID, 4))
    there = Mentor("o", replace(OPEN, style=(10, 10, 3, UNSAID)))
    assert for_mentee(Mentee("e", told), there)[2] == MIDDLE


def test_strength_is_of_the_domains_of_the_mentee() -> None:
    asks = Mentee("e", replace(OPEN, challenges=frozenset({"grief", "trauma"})))
    there = Mentor("o", OPEN, strength_bp={"grief": 9_000, "anxiety": 0})
    assert for_mentee(asks, there)[5] == (9_000 + MIDDLE) // 2
    assert for_mentor(asks, there)[5] == MIDDLE


@pytest.mark.parametrize(
    ("shared", "value"), [(60, 0), (180, 5_000), (300, 10_000), (600, 10_000)]
)
def test_time_beyond_the_least_counts_up_to_four_hours(shared: int, value: int) -> None:
    some = replace(OPEN, slots=week([(0, shared)]))
    assert for_mentee(Mentee("e", some), Mentor("o", OPEN))[4] == value


def test_equal_scores_are_told_apart_by_the_seed_and_not_by_names() -> None:
    names = [f"n{at:03}" for at in range(200)]
    firsts = set()
    for run in range(40):
        seed = bytes([run]) * 16
        ranked = sorted(names, key=lambda name: tie_break(seed, ("e", name)))
        firsts.add(ranked[0])
        assert ranked == sorted(names, key=lambda name: tie_break(seed, ("e", name)))
    assert len(firsts) > 25


def test_two_pairs_whose_names_join_to_the_same_letters_differ() -> None:
    assert tie_break(SEED, ("ab", "c")) != tie_break(SEED, ("a", "bc"))
    one, other = tie_break(SEED, ("ab", "c"))
    assert one != other


def test_a_table_holds_every_possible_pair_from_both_sides() -> None:
    people = pool(5, 40, 20)
    found = table(people.mentees, people.mentors, Known(), SEED)
    orders = found.orders()
    for row, one in enumerate(people.mentees):
        gone = 0
        for column, other in enumerate(people.mentors):
            standing = found.to_mentees[row][column]
            back = found.to_mentors[column][row]
            assert (standing == 0) == (back == 0) == (column not in orders[row])
            if ruled_out(one, other, Known()) is not None:
                assert standing == 0
                gone += 1
                continue
            assert points(standing) == score(for_mentee(one, other))
            assert points(back) == score(for_mentor(one, other))
        assert sum(found.ruled[row].values()) == gone
        ranked = [found.to_mentees[row][column] for column in orders[row]]
        assert ranked == sorted(set(ranked), reverse=True)
    assert any(Ruled.LANGUAGE in each for each in found.ruled)
    assert found == table(people.mentees, people.mentors, Known(), SEED)
    assert found != table(people.mentees, people.mentors, Known(), SEED[::-1])


def test_a_short_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="seed"):
        table([], [], Known(), b"short")


@pytest.mark.capability("M06")
def test_no_group_reaches_the_scorer() -> None:
    """By type: nothing it takes has a place for one, and it cannot look one up."""
    takes = {
        each.name for kind in (Side, Mentee, Mentor, Known) for each in fields(kind)
    }
    assert not any("group" in name for name in takes)
    assert not hasattr(Mentee("e", OPEN), "__dict__")
    imported = {getattr(value, "__module__", "") for value in vars(scoring).values()}
    assert not any("fairness" in str(name) for name in imported)


def test_a_week_is_in_utc_and_goes_round() -> None:
    assert week([(0, 60)]) == 0b1111
    assert week([(1, 59)]) == 0b110
    assert week([(120, 180)], 120) == week([(0, 60)])
    assert week([(0, 60)], 60) == week([(7 * 24 * 60 - 60, 7 * 24 * 60)])
    assert week([(60, 0)]) == 0
    late = Side(slots=week([(7 * 24 * 60 - 30, 7 * 24 * 60 + 30)]))
    assert shared_minutes(late, Side(slots=week([(0, 120)]))) == 30


@pytest.mark.parametrize(
    "beyond", [{"stage": 5}, {"stage": -1}, {"style": (0, 0, 0, 11)}]
)
def test_a_number_beyond_its_range_is_refused(beyond: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="0…"):
        Side(**beyond)
