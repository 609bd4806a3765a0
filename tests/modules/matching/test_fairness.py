"""A planted bias is found, none is not, and nobody can be told from a small cell."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from mentalverse_modules.matching.fairness import (
    MIN_CELL,
    Audit,
    Measure,
    Outcome,
    audit,
)
from support.proposals import outcomes


def audited(seed: int, people: int, **planted: float) -> Audit:
    found, groups = outcomes(seed, people, **planted)  # type: ignore[arg-type]
    return audit(found, groups, Random(seed), 60)


@pytest.mark.capability("M06")
@pytest.mark.parametrize(
    ("planted", "measure", "is_more"),
    [
        ({"bias": 0.25}, Measure.MATCHED, False),
        ({"days": 8.0}, Measure.WAIT, True),
        ({"places": 5}, Measure.RANK, True),
    ],
)
def test_a_planted_bias_is_found_where_it_was_planted(
    planted: dict[str, float], measure: Measure, is_more: bool
) -> None:
    for seed in range(5):
        found = audited(seed, 600, **planted).findings
        hit = [each for each in found if each.group == "a"]
        assert [each.measure for each in hit] == [measure]
        assert (hit[0].difference.mean > 0) is is_more
        assert all(each.measure is measure for each in found)


@pytest.mark.capability("M06")
def test_where_nothing_was_planted_hardly_anything_is_found() -> None:
    """One in twenty audits may cry wolf by how it is made; five of 30 are rare."""
    assert sum(bool(audited(seed, 240).findings) for seed in range(30)) <= 4


@pytest.mark.capability("M06")
def test_groups_below_twenty_are_shown_nowhere() -> None:
    found, groups = outcomes(1, 300)
    small = {f"e{at}": "tiny" for at in range(0, 3 * (MIN_CELL - 1), 3)}
    known = audit(found, groups | small, Random(1), 50)
    assert {each.group for each in known.cells} == {"a", "b", "c"}
    assert known.hidden_groups == 1
    # Nor by subtracting those who are shown from everybody.
    by_measure = dict(known.overall)
    shown = [x for x in known.cells if x.measure is Measure.MATCHED]
    assert by_measure[Measure.MATCHED].people == sum(x.found.people for x in shown)


def test_twenty_are_enough_and_those_who_told_nothing_are_left_out() -> None:
    found, _ = outcomes(1, 60)
    groups = {f"e{at}": "ab"[at % 2] for at in range(2 * MIN_CELL)}
    known = audit(found, groups, Random(1), 20)
    assert {(x.group, x.found.people) for x in known.cells if x.measure is Measure.WAIT}
    assert {x.found.people for x in known.cells if x.measure is Measure.WAIT} == {20}
    # Of those matched there are fewer, so ranks are not shown.
    assert not [x for x in known.cells if x.measure is Measure.RANK]


def test_one_group_alone_is_compared_with_nobody() -> None:
    found, _ = outcomes(1, 60)
    known = audit(found, {each.ref: "a" for each in found}, Random(1), 20)
    assert known.cells == ()
    assert len(known.overall) == 3
    assert audit(found, {}, Random(1), 20) == Audit((), (), 0, ())


def test_an_interval_that_misses_zero_on_either_side_is_a_finding() -> None:
    cell = audited(1, 240).cells[0]
    for low, high, is_finding in ((-1, 1, False), (0.1, 1, True), (-1, -0.1, True)):
        apart = replace(cell.difference, low=low, high=high)
        assert replace(cell, difference=apart).is_finding is is_finding


@pytest.mark.parametrize(("worse", "tripped"), [(16, ()), (15, ("a",))])
def test_four_fifths_of_the_best_trips_the_wire_below_and_not_at(
    worse: int, tripped: tuple[str, ...]
) -> None:
    found = [Outcome(f"a{at}", at < worse, 0.0, 1) for at in range(20)]
    found += [Outcome(f"b{at}", True, 0.0, 1) for at in range(20)]
    known = audit(found, {each.ref: each.ref[0] for each in found}, Random(1), 20)
    assert known.tripped == tripped


def test_the_same_draws_give_the_same_audit() -> None:
    assert audited(3, 150) == audited(3, 150)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    inside = 0
    for seed in range(60):
        known = audited(seed, 120)
        cell = next(x for x in known.cells if x.measure is Measure.WAIT)
        inside += cell.found.low <= 15 <= cell.found.high
    assert 52 <= inside <= 60
