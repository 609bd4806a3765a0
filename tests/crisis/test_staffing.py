"""The Erlang formulas, against values that were computed elsewhere and against laws."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_crisis.errors import BeyondCapacity
from mentalverse_crisis.staffing import (
    MAX_RESPONDERS,
    Demand,
    answered_within,
    erlang_b,
    erlang_c,
    least_responders,
    staffed,
)

MINUTE = 60.0
loads = st.floats(0.05, 60)
counts = st.integers(1, 60)
patiences = st.floats(1e-3, 1e6)
targets = st.floats(0, 3600)


def demand(load: float, patience_seconds: float | None) -> Demand:
    """A load of conversations that take a minute."""
    return Demand(load / MINUTE, MINUTE, patience_seconds)


@pytest.mark.parametrize(
    ("responders", "utilisation", "expected"),
    [
        (2, 0.5, "0.333333"),
        (2, 0.8, "0.711111"),
        (3, 0.8, "0.647191"),
        (5, 0.8, "0.554113"),
        (10, 0.9, "0.668732"),
        (20, 0.9, "0.550769"),
    ],
)
def test_erlang_c_has_its_known_values(
    responders: int, utilisation: float, expected: str
) -> None:
    """To the last of six digits."""
    assert f"{erlang_c(responders, responders * utilisation):.6f}" == expected


def test_a_half_hour_of_360_calls_has_its_known_figures() -> None:
    """55 responders, four minutes each, answered within 15 seconds, nobody leaves."""
    calls = Demand(360 / 1800, 4 * MINUTE, None)
    found = staffed(calls, 55)
    assert f"{found.waits:.4f}" == "0.2387"
    assert f"{answered_within(calls, 55, 15):.2%}" == "84.59%"
    assert f"{found.mean_wait_seconds:.2f}" == "8.18"
    assert f"{found.occupancy:.1%}" == "87.3%"


def test_who_leaves_as_fast_as_others_are_served_makes_a_poisson_system() -> None:
    """Then the number of people is Poisson(load), whatever the number of responders."""
    found = staffed(demand(2.0, MINUTE), 3)
    assert f"{found.waits:.6f}" == "0.323324"
    assert f"{found.mean_queue:.6f}" == "0.218018"
    assert f"{found.abandons:.6f}" == "0.109009"


@given(counts, st.floats(0.05, 0.99))
def test_endless_patience_is_erlang_c(responders: int, utilisation: float) -> None:
    """In every figure, and with a patience of thirty thousand years at once."""
    load = responders * utilisation
    found, expected = (staffed(demand(load, each), responders) for each in (1e12, None))
    assert found.waits == pytest.approx(expected.waits, abs=1e-6)
    assert found.mean_queue == pytest.approx(expected.mean_queue, rel=1e-5, abs=1e-9)
    assert found.abandons == pytest.approx(0, abs=1e-6)
    assert answered_within(demand(load, 1e12), responders, 20) == pytest.approx(
        answered_within(demand(load, None), responders, 20), abs=1e-6
    )


@given(counts, loads)
def test_no_patience_is_erlang_b(responders: int, load: float) -> None:
    """Whoever finds all busy goes."""
    found = staffed(demand(load, 1e-9), responders)
    assert found.abandons == pytest.approx(erlang_b(responders, load), abs=1e-7)
    assert found.mean_queue == pytest.approx(0, abs=1e-7)


def birth_and_death(
    responders: int, load: float, patience: float
) -> tuple[float, float]:
    """Share that waits and mean queue, summed over the number of people; by minutes."""
    weights, weight, number = [1.0], 1.0, 0
    while number < responders + load * max(1, patience) or weight > 1e-18 * max(
        weights
    ):
        number += 1
        queued = max(0, number - responders)
        weight *= load / (min(number, responders) + queued / patience)
        weights.append(weight)
    whole = math.fsum(weights)
    waits = math.fsum(weights[responders:]) / whole
    queue = math.fsum(w * k for k, w in enumerate(weights[responders:])) / whole
    return waits, queue


@given(st.integers(1, 20), st.floats(0.05, 25), st.floats(0.02, 30))
def test_erlang_a_is_what_its_birth_death_chain_says(
    responders: int, load: float, patience: float
) -> None:
    """Over-loaded or not, patient or not; the density is another road to the same."""
    waits, queue = birth_and_death(responders, load, patience)
    found = staffed(demand(load, patience * MINUTE), responders)
    assert found.waits == pytest.approx(waits, abs=1e-12)
    assert found.mean_queue == pytest.approx(queue, rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("patience", [0.1, 1.0, 30.0])
@pytest.mark.parametrize("load", [1.5, 3.0, 6.0])
def test_the_share_in_time_is_what_a_walk_down_the_line_says(
    load: float, patience: float
) -> None:
    """Whoever has k before them moves up when one is answered or one of those leaves.

    Followed in steps of a thousandth of a minute by the midpoint rule, for 3
    responders and a target of half a minute.
    """
    responders, leaving, steps = 3, 1 / patience, 500
    line = demand(load, patience * MINUTE)
    waits = staffed(line, responders).waits
    place, weight = [], 1.0
    while weight > 1e-12:
        place.append(weight)
        weight *= load / (responders + len(place) * leaving)
        assert len(place) < 1000
    place = [waits * each / math.fsum(place) for each in place]
    answered = 0.0

    def flow(now: list[float]) -> list[float]:
        up = [(responders + k * leaving) * p for k, p in enumerate(now)]
        return [
            after - out - leaving * p
            for p, out, after in zip(now, up, [*up[1:], 0.0], strict=True)
        ]

    length = 0.5 / steps
    for _ in range(steps):
        half = [p + length / 2 * f for p, f in zip(place, flow(place), strict=True)]
        place = [p + length * f for p, f in zip(place, flow(half), strict=True)]
        answered += length * responders * half[0]
    found = answered_within(line, responders, 30)
    assert found == pytest.approx(1 - waits + answered, abs=2e-5)


@given(counts, loads, patiences)
def test_erlang_a_lies_between_b_and_c(
    responders: int, load: float, patience: float
) -> None:
    """More wait than if nobody would, fewer than if everybody did for ever."""
    found = staffed(demand(load, patience), responders)
    blocked = erlang_b(responders, load)
    assert blocked - 1e-9 <= found.waits <= 1
    assert found.abandons <= blocked + 1e-9
    if load < 0.999 * responders:
        patient = staffed(demand(load, None), responders)
        assert found.waits <= patient.waits + 1e-9
        assert found.mean_wait_seconds <= patient.mean_wait_seconds + 1e-6


@given(counts, loads, patiences | st.none(), targets)
def test_more_responders_serve_better_and_a_larger_load_worse(
    responders: int, load: float, patience: float | None, target: float
) -> None:
    """In every figure."""
    smaller = demand(0.9 * load, patience)
    same = demand(load, patience)
    if patience is None and load >= 0.999 * responders:
        return
    ours = staffed(same, responders)
    in_time = answered_within(same, responders, target)
    for line, count in ((same, responders + 1), (smaller, responders)):
        better = staffed(line, count)
        assert better.waits <= ours.waits + 1e-9
        assert better.abandons <= ours.abandons + 1e-9
        assert better.mean_wait_seconds <= ours.mean_wait_seconds * (1 + 1e-9)
        assert better.occupancy <= ours.occupancy + 1e-9
        assert answered_within(line, count, target) >= in_time - 1e-9


@given(counts, loads, patiences, targets)
def test_everybody_is_answered_or_leaves(
    responders: int, load: float, patience: float, target: float
) -> None:
    """At once, in time, or ever; and Little's law holds for the queue."""
    line = demand(load, patience)
    found = staffed(line, responders)
    at_once, in_time, ever = (
        answered_within(line, responders, each) for each in (0, target, math.inf)
    )
    assert at_once == pytest.approx(1 - found.waits)
    assert at_once - 1e-9 <= in_time <= ever + 1e-9
    assert ever == pytest.approx(1 - found.abandons, abs=1e-8)
    assert 0 <= found.occupancy <= 1
    assert found.mean_queue == pytest.approx(
        line.arrivals_per_second * found.mean_wait_seconds
    )


@given(
    st.floats(0, 60),
    st.floats(30, 1200) | st.none(),
    st.sampled_from([0.8, 0.9, 0.95]),
)
def test_one_less_than_the_least_is_too_few(
    load: float, patience: float | None, objective: float
) -> None:
    """And the least is enough; somebody is always there."""
    line = Demand(load / 2400, 2400, patience)
    least = least_responders(line, 20, objective)
    assert least >= 1
    assert answered_within(line, least, 20) >= objective
    fewer = least - 1
    if fewer > (load if patience is None else 0):
        assert answered_within(line, fewer, 20) < objective


@pytest.mark.parametrize("load", [3.0, 7.5])
def test_a_load_that_never_ends_is_refused(load: float) -> None:
    """From the number of responders on, if nobody leaves."""
    for ask in (staffed, lambda line, c: answered_within(line, c, 20)):
        with pytest.raises(BeyondCapacity, match="the queue never ends"):
            ask(demand(load, None), 3)


@pytest.mark.parametrize(
    ("load", "patience"),
    [
        (MAX_RESPONDERS - 0.5, None),
        (2.0 * MAX_RESPONDERS, None),
        (2.0 * MAX_RESPONDERS, MINUTE),
    ],
)
def test_a_load_beyond_every_roster_is_refused(
    load: float, patience: float | None
) -> None:
    """Instead of a search without end."""
    with pytest.raises(BeyondCapacity, match="no number of responders"):
        least_responders(demand(load, patience), 15, 0.95)


def test_hundreds_of_responders_do_not_overflow() -> None:
    """Nor do twelve hundred erlangs, where a quarter has to leave."""
    assert math.isfinite(erlang_c(900, 850.0))
    found = staffed(demand(1200.0, 300), 900)
    assert found.abandons == pytest.approx(0.25, abs=1e-3)
