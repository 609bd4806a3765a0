"""Nothing is learnt from little, and a challenger has to earn its place."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_modules.matching.factors import WEIGHTS_BP, Weights
from mentalverse_modules.matching.learn import (
    MIN_FINISHED,
    MIN_HELD_OUT,
    Finished,
    Logged,
    fitted,
    is_held_out,
    judged,
    require_sound,
    strengths,
)
from mentalverse_modules.matching.weights import read, written

GOALS = 1
"""The place of that factor."""


def a_log(seed: int, size: int, *, truth: int | None) -> list[Logged]:
    """Choices among three at random; outcomes go with one factor, or with none."""
    draw = Random(seed)
    log = []
    for at in range(size):
        options = tuple(
            tuple(draw.randrange(10_001) for _ in WEIGHTS_BP) for _ in range(3)
        )
        taken = draw.randrange(3)
        told = options[taken][truth] if truth is not None else 5_000
        outcome = min(max(told + draw.randrange(-1_000, 1_001), 0), 10_000)
        log.append(Logged(f"{seed}/{at}", options, taken, 1 / 3, outcome))
    return log


@pytest.mark.capability("M05")
def test_below_fifteen_finished_nobody_has_a_strength() -> None:
    few = [Finished("o", "grief", 10_000)] * (MIN_FINISHED - 1)
    assert strengths(few) == {}
    assert strengths([]) == {}
    enough = [*few, Finished("o", "grief", 10_000), Finished("p", "grief", 0)]
    assert set(strengths(enough)) == {"o"}


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=40), st.integers(15, 60))
def test_strength_is_shrunk_to_the_mean_and_average_is_the_middle(
    others: list[int], own: int
) -> None:
    log = [Finished("p", "d", each) for each in others]
    log += [Finished("o", "d", 10_000)] * own
    mean = sum(each.outcome_bp for each in log) // len(log)
    got = strengths(log)["o"]["d"]
    assert 5_000 <= got <= 5_000 + (10_000 - mean)
    same = strengths([Finished("o", "d", 7_000)] * own)["o"]["d"]
    assert same == 5_000


@given(st.integers(0, 2**32))
def test_strengths_stay_in_their_range(seed: int) -> None:
    draw = Random(seed)
    log = [
        Finished(draw.choice("op"), draw.choice("de"), draw.choice((0, 10_000)))
        for _ in range(200)
    ]
    for of_mentor in strengths(log).values():
        assert all(0 <= each <= 10_000 for each in of_mentor.values())


@pytest.mark.capability("M05")
def test_a_challenger_that_sees_what_matters_takes_over() -> None:
    log = a_log(1, 2_000, truth=GOALS)
    challenger = fitted(log)
    assert sum(challenger) == 10_000
    assert challenger[GOALS] > WEIGHTS_BP[GOALS]
    found = judged(log, challenger, 200, Random(1))
    assert found.promoted
    assert found.challenger_bp - found.champion_bp > found.low_bp > 200
    assert found.held_out == sum(map(is_held_out, log))


@pytest.mark.capability("M05")
def test_the_margin_that_was_set_before_decides() -> None:
    log = a_log(1, 1_000, truth=GOALS)
    challenger = fitted(log)
    gain = judged(log, challenger, 0, Random(1)).low_bp
    assert not judged(log, challenger, int(gain) + 1, Random(1)).promoted
    assert judged(log, challenger, int(gain) - 1, Random(1)).promoted


@pytest.mark.capability("M05")
@pytest.mark.parametrize("seed", range(5))
def test_where_nothing_matters_the_default_stays(seed: int) -> None:
    log = a_log(seed, 1_200, truth=None)
    assert not judged(log, fitted(log), 200, Random(1)).promoted


@pytest.mark.capability("M05")
def test_little_to_learn_from_leaves_the_default() -> None:
    log = a_log(1, MIN_HELD_OUT, truth=GOALS)
    assert fitted(log) == fitted([]) == WEIGHTS_BP
    only: Weights = tuple(10_000 * (at == GOALS) for at in range(len(WEIGHTS_BP)))
    for few in (log, []):
        found = judged(few, only, 0, Random(1))
        assert not found.promoted
        assert found.low_bp == -10_000


def test_outcomes_that_never_differ_teach_nothing() -> None:
    log = a_log(1, 1_000, truth=None)
    flat = [
        Logged(each.ref, each.options, each.taken, each.propensity, 5_000)
        for each in log
    ]
    assert fitted(flat) == WEIGHTS_BP


def test_the_halves_are_apart_and_about_equal() -> None:
    log = a_log(1, 2_000, truth=None)
    held_out = sum(map(is_held_out, log))
    assert 900 < held_out < 1_100
    changed = [
        Logged(x.ref, x.options, x.taken, x.propensity, 10_000 - x.outcome_bp)
        if is_held_out(x)
        else x
        for x in log
    ]
    assert fitted(changed) == fitted(log)


def test_a_rare_choice_counts_for_those_that_were_not_made() -> None:
    """What the champion takes seldom went badly; the mean of the log hides it."""
    best = tuple(10_000 for _ in WEIGHTS_BP)
    worst = tuple(0 for _ in WEIGHTS_BP)
    log = []
    for at in range(2_000):
        rare = at % 10 == 0
        taken, propensity = (0, 0.1) if rare else (1, 0.9)
        log.append(Logged(f"{at}", (best, worst), taken, propensity, 8_000 * taken))
    found = judged(log, WEIGHTS_BP, 0, Random(1))
    assert found.champion_bp == found.challenger_bp == 0
    assert found.low_bp == 0
    assert not found.promoted


SOUND = Logged("r", ((0,) * 7, (10_000,) * 7), 1, 1.0, 5_000)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(SOUND, options=((0,) * 6, (1,) * 7)),
        replace(SOUND, taken=2),
        replace(SOUND, taken=-1),
        replace(SOUND, propensity=0.0),
        replace(SOUND, propensity=1.1),
        replace(SOUND, outcome_bp=10_001),
        replace(SOUND, options=((-1,) * 7, (1,) * 7)),
    ],
)
def test_what_was_no_choice_is_refused(wrong: Logged) -> None:
    require_sound(SOUND)
    with pytest.raises(ValueError, match="option|propensity|from 0"):
        require_sound(wrong)


@given(st.lists(st.integers(0, 10_000), min_size=6, max_size=6))
def test_weights_are_read_as_they_were_written(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), 10_000]
    weights = tuple(b - a for a, b in pairwise(edges))
    assert read(written(weights).encode()) == weights


@pytest.mark.parametrize(
    "document",
    [
        b"[]",
        b'{"weights_bp": {"experience": 10000}}',
        written(WEIGHTS_BP).replace("1000", "999", 1).encode(),
        written((-1, 10_001, 0, 0, 0, 0, 0)).encode(),
        written(WEIGHTS_BP).replace("goals", "ratings").encode(),
    ],
)
def test_other_weights_are_refused(document: bytes) -> None:
    with pytest.raises(ValueError):
        read(document)
