"""A plan keeps what each band is promised, with the fewest people."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.errors import BeyondCapacity
from mentalverse_crisis.policy import DEFAULT
from mentalverse_crisis.staffing import Demand, answered_within, staffed
from mentalverse_crisis.staffing_plan import (
    highest_loads,
    outcome,
    plan,
    promises,
    rostered,
)

MIX = {Band.A0: 5, Band.A1: 15, Band.A2: 30, Band.A3: 25, Band.A4: 25}
PROMISED = promises(DEFAULT, MIX)
HANDLING_SECONDS = 2_400.0


def demand(load: float, patience_seconds: float | None = 1_200) -> Demand:
    return Demand(load / HANDLING_SECONDS, HANDLING_SECONDS, patience_seconds)


def test_promises_are_the_policys_and_shares_add_up_to_one() -> None:
    """In whatever unit the mix is; who nobody comes as is promised nothing."""
    assert [each.band for each in PROMISED] == list(Band)
    assert [each.share for each in PROMISED] == [0.05, 0.15, 0.3, 0.25, 0.25]
    urgent = promises(DEFAULT, {Band.A0: 1, Band.A1: 3, Band.A4: 0})
    assert [(p.band, p.share) for p in urgent] == [(Band.A0, 0.25), (Band.A1, 0.75)]
    assert (urgent[0].target_seconds, urgent[0].objective) == (15, 0.9)


@given(st.floats(0, 60), st.sampled_from([300.0, 1_200.0, None]))
def test_the_needed_are_the_fewest_that_keep_every_promise(
    load: float, patience: float | None
) -> None:
    """One less breaks the promise to some band."""
    made = plan(demand(load, patience), PROMISED)
    assert made.needed == made.planned.responders == max(made.least.values())
    for each in PROMISED:
        assert made.planned.in_time[each.band] >= each.objective
    fewer = made.needed - 1
    if fewer > (load if patience is None else 0):
        before = outcome(demand(load, patience), PROMISED, fewer)
        assert any(before.in_time[each.band] < each.objective for each in PROMISED)


def test_an_outcome_is_the_formulas_at_each_bands_target() -> None:
    """And the share of all in time is weighed by how many are of each band."""
    found = outcome(demand(16), PROMISED, 22)
    assert found.figures == staffed(demand(16), 22)
    for each in PROMISED:
        in_time = answered_within(demand(16), 22, each.target_seconds)
        assert found.in_time[each.band] == in_time
    assert found.all_in_time == pytest.approx(
        sum(MIX[band] / 100 * share for band, share in found.in_time.items())
    )


@settings(max_examples=40)
@given(st.floats(0.5, 40))
def test_one_more_responder_is_worth_less_and_less(load: float) -> None:
    """From the needed number on: each further one brings fewer people in time."""
    made = plan(demand(load), PROMISED)
    second = plan(demand(load), PROMISED, responders=made.needed + 1)
    assert second.planned == made.one_more
    first_gain = made.one_more.all_in_time - made.planned.all_in_time
    second_gain = second.one_more.all_in_time - second.planned.all_in_time
    assert 0 < second_gain < first_gain
    assert made.one_more.figures.abandons < made.planned.figures.abandons


def test_given_responders_are_taken_as_they_are() -> None:
    """The plan still says how many would be needed."""
    made = plan(demand(16), PROMISED, responders=17)
    assert (made.planned.responders, made.one_more.responders) == (17, 18)
    assert made.needed == 22
    assert made.planned.in_time[Band.A0] < 0.9


def test_fewer_than_the_load_are_refused_if_nobody_leaves() -> None:
    """A queue without end has no figures."""
    with pytest.raises(BeyondCapacity):
        plan(demand(16, None), PROMISED, responders=16)


@pytest.mark.parametrize(
    ("responders", "shrinkage", "expected"),
    [(9, 0.1, 10), (7, 0.3, 10), (22, 0.3, 32), (22, 0, 22), (1, 0.9, 10)],
)
def test_a_roster_makes_up_for_who_is_not_there(
    responders: int, shrinkage: float, expected: int
) -> None:
    """The fewest, so that the part that is there is enough."""
    assert rostered(responders, shrinkage) == expected
    assert plan(demand(1), PROMISED, shrinkage, responders).rostered == expected


def test_a_load_outlives_the_arrivals_that_made_it() -> None:
    """Half hours are planned at their highest load, also after a peak."""
    settled, full, after = 4 * 4 / 3, 20 * 4 / 3, 2 * 4 / 3
    fades = math.exp(-1800 / HANDLING_SECONDS)
    peak = full + (settled - full) * fades
    later = after + (peak - after) * fades
    found = highest_loads([4, 20, 2, 2], HANDLING_SECONDS)
    assert found == pytest.approx((settled, peak, peak, later))


@given(st.lists(st.floats(0, 100), min_size=1, max_size=60), st.floats(30, 7200))
def test_a_load_stays_between_the_least_and_the_most_arrivals(
    arrivals: list[float], handling: float
) -> None:
    """Steady arrivals make a steady load; short talks follow at once."""
    found = highest_loads(arrivals, handling)
    unit = handling / 1800
    assert len(found) == len(arrivals)
    for load in found:
        assert min(arrivals) * unit - 1e-9 <= load <= max(arrivals) * unit + 1e-9
    steady = highest_loads([arrivals[0]] * 3, handling)
    assert steady == pytest.approx([arrivals[0] * unit] * 3)
