"""Phases of a relationship: half open, by the calendar, and entered by a milestone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_modules.matching.phases import entered, open_phase
from mentalverse_modules.matching.relationship import Relationship, State

DAY_MS = 86_400_000
ACTIVE = Relationship("e", "o1", 0, state=State.ACTIVE)


def _ms(at: str) -> int:
    since = datetime.fromisoformat(f"{at}Z") - datetime(1970, 1, 1, tzinfo=UTC)
    return since // timedelta(milliseconds=1)


@pytest.mark.capability("S10")
@pytest.mark.parametrize(
    ("start", "third"),
    [
        ("2026-01-15T09:30", "2026-07-15T09:30"),
        ("2026-08-31T00:00", "2027-02-28T00:00"),
        ("2027-08-30T00:00", "2028-02-29T00:00"),
        ("2026-07-01T00:00", "2027-01-01T00:00"),
    ],
)
def test_an_instant_is_in_one_phase_alone(start: str, third: str) -> None:
    """At each edge the later one; a month that is shorter ends it on its last day."""
    from_ms = _ms(start)
    edges = [(from_ms + 28 * DAY_MS, 1, 2), (_ms(third), 2, 3)]
    assert open_phase(from_ms, from_ms) == 1
    for edge, before, after in edges:
        assert open_phase(from_ms, edge - 1) == before
        assert open_phase(from_ms, edge) == after


@pytest.mark.capability("S10")
def test_a_milestone_enters_what_time_has_opened_and_time_enters_nothing() -> None:
    assert ACTIVE.phase == 1
    assert entered(ACTIVE, 28 * DAY_MS - 1) is ACTIVE
    second = entered(ACTIVE, 28 * DAY_MS)
    assert second.phase == 2
    assert entered(second, 29 * DAY_MS) is second
    assert entered(second, 200 * DAY_MS).phase == 3
    assert entered(ACTIVE, 200 * DAY_MS).phase == 3


@pytest.mark.parametrize("state", [each for each in State if each is not State.ACTIVE])
def test_nothing_is_entered_before_they_meet_or_after_the_end(state: State) -> None:
    still = replace(ACTIVE, state=state)
    assert entered(still, 300 * DAY_MS) is still


@given(
    st.integers(0, 4_000_000_000_000),
    st.integers(0, 500 * DAY_MS),
    st.integers(0, 500 * DAY_MS),
)
def test_no_later_moment_has_an_earlier_phase(start: int, one: int, more: int) -> None:
    assert open_phase(start, start + one) <= open_phase(start, start + one + more)
