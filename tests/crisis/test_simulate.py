"""The desk's own rules under load agree with queueing theory and with the design.

Lengths are chosen so that all of this takes less than a minute; seeds are fixed, so it
is the same every time. An exact value has to lie within the 95 % confidence interval
of the seeds, and that interval has to be narrow enough to mean something.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from random import Random

import msgspec
import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.lint import Answering, accepted_by
from mentalverse_crisis.policy import DEFAULT, OfferPlan, OfferStage
from mentalverse_crisis.priority_waits import mean_waits
from mentalverse_crisis.scenario import OnCall, Scenario, Team, assumptions
from mentalverse_crisis.simulate import simulate
from mentalverse_crisis.simulated import Simulated, interval, together
from mentalverse_crisis.staffing import Demand, staffed
from support.queueing import HANDLING_SECONDS, NEVER, pure, queue, table_row

SEEDS = range(8)
HIGH, LOW = Band.A0, Band.A2
TWO = {HIGH: 3.0, LOW: 4.0}
"""Per ten handling times."""


def holds(
    runs: Iterable[Simulated],
    figure: Callable[[Simulated], float | None],
    exact: float,
    half_width: float,
) -> None:
    """The exact value lies in the interval, which is no wider than this."""
    mean, half = interval([figure(run) or 0.0 for run in runs])
    assert half <= half_width, f"{mean} +- {half}: too wide to say anything"
    assert abs(mean - exact) <= half, f"{mean} +- {half} and not {exact}"


def wait(run: Simulated) -> float:
    """The mean, in handling times."""
    return run.mean_wait_seconds / HANDLING_SECONDS


@cache
def one_server(is_fifo: bool) -> list[Simulated]:
    """λ = .3 and .4, μ = 1: two classes, or the same people as one."""
    if is_fifo:
        return [queue(seed, 1, 0.7, 1_600) for seed in SEEDS]
    policy = pure({HIGH: NEVER, LOW: NEVER})
    return [queue(seed, 1, 0.7, 1_600, mix=TWO, policy=policy) for seed in SEEDS]


@cache
def impatient() -> list[Simulated]:
    """Three servers, load 2, patience as long as handling."""
    patience = HANDLING_SECONDS
    return [queue(seed, 3, 2.0, 1_400, patience_seconds=patience) for seed in SEEDS]


@pytest.mark.parametrize(
    ("servers", "exact", "arrivals", "half_width"),
    [(2, 1.778, 1_600, 0.4), (5, 0.554, 1_000, 0.25)],
)
def test_if_nobody_leaves_people_wait_as_erlang_c_says(
    servers: int, exact: float, arrivals: int, half_width: float
) -> None:
    """At a load of .8 for each server; the formula of the planner gives the same."""
    demand = Demand(0.8 * servers, 1.0, None)
    assert staffed(demand, servers).mean_wait_seconds == pytest.approx(exact, abs=5e-4)
    runs = [queue(seed, servers, 0.8 * servers, arrivals) for seed in SEEDS]
    holds(runs, wait, exact, half_width)
    holds(runs, lambda run: run.occupancy, 0.8, 0.03)


def test_if_people_leave_it_is_as_erlang_a_says() -> None:
    """Patience as long as handling: the number in the system is Poisson, exactly."""
    exact = staffed(Demand(2.0, 1.0, 1.0), 3)
    assert (exact.waits, exact.mean_queue, exact.abandons) == pytest.approx(
        (0.323324, 0.218018, 0.109009), abs=1e-6
    )
    runs = impatient()
    holds(runs, lambda run: run.found_all_busy / run.arrivals, exact.waits, 0.03)
    holds(runs, lambda run: run.mean_queue, exact.mean_queue, 0.03)
    holds(runs, lambda run: run.bands[0].abandoned_share, exact.abandons, 0.015)


def test_two_classes_wait_as_cobham_says() -> None:
    """The urgent ones 1.0000, the others 3.3333, and 2.3333 if all are one class."""
    exact = mean_waits([0.3, 0.4], 1.0, None, 1)
    assert exact == pytest.approx((1.0, 10 / 3))
    for band, mean, half_width in zip((HIGH, LOW), exact, (0.2, 1.2), strict=True):
        holds(
            one_server(is_fifo=False),
            lambda run, band=band: (  # type: ignore[misc]
                (run.band(band).mean_wait_seconds or 0) / HANDLING_SECONDS
            ),
            mean,
            half_width,
        )
    holds(one_server(is_fifo=True), wait, 7 / 3, 0.8)


def test_order_only_hands_the_waiting_from_one_to_another() -> None:
    """Conservation: Σρ·W of the very same people is equal in any order, 1.6333."""

    def difference(pair: tuple[Simulated, Simulated]) -> float:
        strict, fifo = pair
        weighed = sum(
            TWO[each.band] / 10 * (each.mean_wait_seconds or 0) for each in strict.bands
        )
        return (weighed - 0.7 * fifo.mean_wait_seconds) / HANDLING_SECONDS

    pairs = zip(one_server(is_fifo=False), one_server(is_fifo=True), strict=True)
    mean, half = interval([difference(pair) for pair in pairs])
    assert abs(mean) <= half <= 0.1


@pytest.mark.parametrize("runs", [impatient, lambda: one_server(is_fifo=False)])
def test_little_and_pasta(runs: Callable[[], list[Simulated]]) -> None:
    """L = λW in each run, but for who waits as it begins and ends; and who arrives sees
    what an observer sees over time.
    """
    for run in runs():
        arrived_per_second = run.arrivals / run.seconds
        waits = arrived_per_second * run.mean_wait_seconds
        assert run.mean_queue == pytest.approx(waits, rel=0.05)
    mean, half = interval(
        [
            run.found_all_busy / run.arrivals - run.all_busy_seconds / run.seconds
            for run in runs()
        ]
    )
    assert abs(mean) <= half <= 0.02


TABLE_SEED = 7
TABLE = [
    # load, reserve, overflow, arrivals, in time: top, second, third, fourth
    (0.70, 0, 0, 16_000, (81, 84, 87, 90)),
    (0.70, 1, 0, 6_000, (95, 96, 74, 79)),
    (0.85, 0, 0, 24_000, (66, 73, 77, 82)),
    (0.85, 1, 0, 6_000, (93, 93, 64, 69)),
    (0.85, 0, 2, 8_000, (100, 73, 78, 82)),
    (0.95, 1, 2, 6_000, (100, 93, 58, 62)),
]
"""The design's. Its last row has two people on call besides: see the tests below. Runs
are longer where the top class, 5 % of arrivals, is least sure."""


@pytest.mark.parametrize(("load", "reserve", "overflow", "arrivals", "expected"), TABLE)
def test_reserve_and_overflow_have_the_shape_that_the_design_says(
    load: float,
    reserve: int,
    overflow: int,
    arrivals: int,
    expected: tuple[int, ...],
) -> None:
    """Within 3 points, in every class."""
    found = table_row(TABLE_SEED, load, arrivals, reserve, overflow)
    assert found == pytest.approx(expected, abs=3)


def test_people_on_call_for_the_top_class_alone_change_nothing_beside_overflow() -> (
    None
):
    """The design's last row: two people, called for A0 alone at half its target.

    With two who take one A0 more, none waits that long, so nobody is called.
    """
    top = frozenset({Band.A0})
    found = table_row(TABLE_SEED, 0.95, 6_000, 1, 2, on_call=2, bands=top)
    assert found == pytest.approx((100, 93, 58, 62), abs=3)


def test_people_on_call_help_if_they_stay_a_while() -> None:
    """At 95 % they make no class worse than it is without them, and the lower better.

    They are called for every class here. Whoever has come takes what waits, and counts
    for the reserve while they are there.
    """
    without = table_row(TABLE_SEED, 0.95, 4_000, 1, 2)
    with_two = table_row(TABLE_SEED, 0.95, 4_000, 1, 2, on_call=2)
    assert all(
        after >= before - 3 for after, before in zip(with_two, without, strict=True)
    )
    assert min(with_two[2] - without[2], with_two[3] - without[3]) > 5


def _plan(answer_seconds: int, *stages: tuple[int, int]) -> OfferPlan:
    return OfferPlan(tuple(OfferStage(*stage) for stage in stages), answer_seconds)


@pytest.mark.parametrize(
    ("plan", "in_15", "in_20", "rung"),
    [
        (_plan(30, (0, 1)), 70, 73, 1.3),
        # The design's "sequential 12 s": the first offer stays while the next rings.
        (_plan(60, (0, 1), (12, 2), (24, 3)), 73, 87, 1.5),
        (_plan(60, (0, 1), (8, 2), (16, 4)), 84, 94, 1.8),
        (_plan(60, (0, 2), (10, 4)), 96, 99, 2.4),
    ],
)
def test_offers_are_answered_as_soon_as_the_design_says(
    plan: OfferPlan, in_15: float, in_20: float, rung: float
) -> None:
    """Three of four accept, half of them within 6 s; the linter's formula agrees."""
    policy = pure()
    promised = msgspec.structs.replace(policy.bands["A1"], plan=plan)
    policy = msgspec.structs.replace(
        policy,
        bands={**policy.bands, "A1": promised},
        # Whoever lets two offers run out would be paused: the plan alone is asked of.
        expiries_until_paused=NEVER,
    )
    scenario = Scenario(
        policy=policy,
        arrivals_per_hour=20,
        mix={Band.A1: 1},
        handling_seconds=60,
        patience_seconds={},
        teams=(Team(count=6, slots=1),),
        hours=100,
        warm_up_hours=0,
        shift_hours=None,
        acceptance=0.75,
        answer_median_seconds=6,
    )
    (found,) = simulate(scenario, Random(3)).bands
    for seconds, expected in ((15, in_15), (20, in_20)):
        share = 100 * bisect_right(found.waits_ms, seconds * 1000) / found.arrivals
        assert share == pytest.approx(expected, abs=3)
        exact = 100 * accepted_by(plan, seconds, Answering(0.75, 6.0, 6))
        assert share == pytest.approx(exact, abs=3)
    assert found.offers_per_case == pytest.approx(rung, abs=0.1)


SHIPPED = Scenario(
    policy=DEFAULT,
    arrivals_per_hour=10,
    mix={Band.A0: 5, Band.A1: 15, Band.A2: 30, Band.A3: 25, Band.A4: 25},
    handling_seconds=2_400,
    patience_seconds=dict.fromkeys(Band, 1_200.0),
    teams=(Team(count=4), Team(count=1, takes_overflow=True), Team(count=1, skills={})),
    on_call=(OnCall(count=1, joins_after_seconds=180, stays_seconds=600),),
    hours=30,
    acceptance=0.75,
    answer_median_seconds=6,
    declines=0.5,
    slowdown=0.2,
)


def test_a_run_is_a_function_of_its_scenario_and_its_seed() -> None:
    """With everything that the shipped policy does; another seed is another run."""
    told: list[float] = []
    first = simulate(SHIPPED, Random(1), told.append)
    assert first == simulate(SHIPPED, Random(1))
    assert first != simulate(SHIPPED, Random(2))
    assert told == sorted(told)
    assert 0 <= told[0] <= told[-1] <= 1


def test_everybody_who_came_is_accounted_for() -> None:
    """Answered, left, late or not judged yet: nobody is lost, in any band."""
    found = simulate(replace(SHIPPED, arrivals_per_hour=40, hours=8), Random(1))
    for each in found.bands:
        ends = each.answered + each.abandoned + each.late + each.excluded
        assert ends == each.arrivals > 0
        assert each.in_time <= each.answered
    assert found.arrivals == pytest.approx(40 * 8, abs=60)
    assert 0 < found.occupancy <= 1
    assert found.pages > 0


def test_a_slower_second_conversation_a_decline_and_a_pause_cost_time() -> None:
    """Each assumption that is named is one that changes the figures."""
    easy = replace(SHIPPED, slowdown=0, declines=0, acceptance=1, on_call=())
    base = simulate(easy, Random(4)).mean_wait_seconds
    slowed = simulate(replace(easy, slowdown=1), Random(4)).mean_wait_seconds
    silent = simulate(replace(easy, acceptance=0.3), Random(4)).mean_wait_seconds
    assert slowed > base
    assert silent > base


def test_people_on_call_who_take_a0_and_a1_alone_do() -> None:
    """They decline the rest, and are not asked again at once."""
    called = OnCall(
        count=1,
        joins_after_seconds=60,
        stays_seconds=NEVER,
        bands=frozenset({Band.A0, Band.A1}),
    )
    scenario = replace(SHIPPED, teams=(), on_call=(called,), acceptance=1, hours=4)
    found = simulate(scenario, Random(1))
    answered = {each.band for each in found.bands if each.answered}
    assert answered <= {Band.A0, Band.A1} and answered


def test_what_is_taken_for_granted_is_said_with_its_numbers() -> None:
    """Handling, patience, mix, acceptance, slowdown, people on call, what is not in."""
    said = "\n".join(assumptions(SHIPPED))
    for words in ("40 minutes", "A1 15 %", "probability 0.75", "6 s", "by 20 %"):
        assert words in said
    for words in ("not trained", "one A0 more", "3 minutes after a page", "default-1"):
        assert words in said
    bare = replace(SHIPPED, on_call=(), slowdown=0, patience_seconds={})
    said = "\n".join(assumptions(replace(bare, shift_hours=None)))
    for words in ("A0 never", "Nobody comes", "does not slow", "whole run"):
        assert words in said


def test_runs_together_are_one_and_one_run_says_nothing_of_its_spread() -> None:
    """Counts add up, waits stay in order; the half-width needs two seeds."""
    runs = [simulate(SHIPPED, Random(seed)) for seed in (1, 2)]
    whole = together(runs)
    assert whole.arrivals == sum(run.arrivals for run in runs)
    for each in whole.bands:
        assert list(each.waits_ms) == sorted(each.waits_ms)
        assert len(each.waits_ms) == sum(run.band(each.band).answered for run in runs)
    assert interval([3.0]) == (3.0, math.inf)
    mean, half = interval([1.0, 3.0])
    assert (mean, half) == pytest.approx((2.0, 12.706))
