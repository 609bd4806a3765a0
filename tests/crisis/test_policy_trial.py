"""What other promises would have made of real days: counted, and simulated."""

from __future__ import annotations

from random import Random

import msgspec
import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.policy import DEFAULT, Policy
from mentalverse_crisis.policy_trial import (
    WARM_UP_HOURS,
    Lived,
    Past,
    lived,
    scenario,
    taken_for_granted,
    twin,
)
from mentalverse_crisis.record import Entry, What
from mentalverse_crisis.scenario import Coming
from mentalverse_crisis.simulate import simulate

HOUR_MS = 3_600_000
NOW_MS = 100 * HOUR_MS
SINCE_MS = NOW_MS - 24 * HOUR_MS


def promising(seconds: int) -> Policy:
    """Another time to accept an A2."""
    band = msgspec.structs.replace(DEFAULT.bands["A2"], accept_seconds=seconds)
    bands = {**DEFAULT.bands, "A2": band}
    return msgspec.structs.replace(DEFAULT, revision="other", bands=bands)


def case(
    name: str,
    at_ms: int,
    *then: tuple[What, int],
    band: Band = Band.A2,
    drill: str = "",
) -> list[Entry]:
    """Opened, and what happened so many seconds later."""
    opened = Entry(
        at_ms=at_ms,
        case=name,
        what=What.OPENED,
        band=band,
        tap_ms=at_ms,
        policy=DEFAULT.revision,
        drill=drill,
    )
    after = [
        Entry(at_ms=at_ms + 1000 * seconds, case=name, what=what, drill=drill)
        for what, seconds in then
    ]
    return [opened, *after]


def of(*cases: list[Entry], other: Policy = DEFAULT) -> Lived:
    return lived(cases, {DEFAULT.revision: DEFAULT}, other, SINCE_MS, NOW_MS, 4)


def a2(found: Lived) -> Past:
    return next(one for one in found.past if one.band is Band.A2)


DAY = (
    case("soon", SINCE_MS + 1, (What.ACCEPTED, 20)),
    case("later", SINCE_MS + 2, (What.ACCEPTED, 100)),
    case("late", SINCE_MS + 3, (What.ACCEPTED, 150)),
    case("left", SINCE_MS + 4, (What.LEFT, 10)),
    case("waits", NOW_MS - 130_000),
    case("new", NOW_MS - 30_000),
)


@pytest.mark.parametrize(
    ("seconds", "in_time"), [(120, 2), (60, 1), (10, 0), (149, 2), (150, 3), (600, 3)]
)
def test_the_same_waits_are_held_against_other_promises(
    seconds: int, in_time: int
) -> None:
    """Who left, and who still waits past due, is in time by none."""
    found = a2(of(*DAY, other=promising(seconds)))
    assert (found.judged, found.in_time, found.in_time_here) == (5, 2, in_time)


def test_drills_and_what_was_before_are_in_no_figure() -> None:
    """The hours before the days fill the simulated desk, and no more than that."""
    before = SINCE_MS - HOUR_MS
    found = of(
        *DAY,
        case("drill", SINCE_MS + 9, (What.ACCEPTED, 1), drill="drill"),
        case("canary", SINCE_MS + 9, (What.ACCEPTED, 1), drill="canary"),
        case("before", before, (What.ACCEPTED, 1), band=Band.A0),
    )
    assert a2(found).judged == 5
    assert sum(one.judged for one in found.past) == 5
    assert len(found.coming) == len(DAY) + 1
    assert found.coming[0] == Coming((WARM_UP_HOURS - 1) * HOUR_MS, Band.A0)
    measured = (found.handling_seconds, found.patience_seconds, found.answering)
    assert measured == (None, None, None)


def busy(per_hour: int = 6, band: Band = Band.A2) -> Lived:
    """A day on which somebody comes every few minutes."""
    return of(
        *(
            case(f"c{number}", SINCE_MS + number * HOUR_MS // per_hour, band=band)
            for number in range(24 * per_hour)
        )
    )


def test_a_replay_has_exactly_the_arrivals_that_were() -> None:
    """At their time and in their band, whatever the seed."""
    load = busy()
    made = scenario(load, DEFAULT, people=4, days=1)
    for seed in (1, 2):
        found = simulate(made, Random(seed))
        assert found.band(Band.A2).arrivals == len(load.coming) == found.arrivals
        assert found.band(Band.A2).excluded == 0
    assert simulate(made, Random(1)) == simulate(made, Random(1))


def test_a_twin_tells_what_a_slower_plan_costs() -> None:
    """Asking one person for a minute, instead of two and then more: A0 wait longer."""
    slow = msgspec.structs.replace(
        DEFAULT.bands["A0"], plan=DEFAULT.bands["A3"].plan, accept_seconds=15
    )
    other = msgspec.structs.replace(
        DEFAULT, revision="slow", bands={**DEFAULT.bands, "A0": slow}
    )
    (found,) = twin(busy(3, Band.A0), DEFAULT, other, 8, 1, Random)
    assert found.arrivals == 72
    assert found.in_time > found.in_time_here + 0.1
    assert found.wait_p90_ms < found.wait_p90_ms_here


def test_the_same_policy_is_its_own_twin() -> None:
    """The same people with the same chances: no difference that is not of the rules."""
    (found,) = twin(busy(), DEFAULT, DEFAULT, 4, 1, Random)
    assert found.in_time == found.in_time_here > 0
    assert found.wait_p90_ms == found.wait_p90_ms_here


def test_what_is_not_measured_is_named_as_a_default() -> None:
    said = "\n".join(taken_for_granted(busy(), DEFAULT, 4, 1))
    assert "144 people come when they came" in said
    assert "how people wait" not in said and "how long people wait" in said
    known = msgspec.structs.replace(busy(), handling_seconds=600, patience_seconds=300)
    said = "\n".join(taken_for_granted(known, DEFAULT, 4, 1))
    assert "10 minutes" in said and "how long conversations take" not in said
