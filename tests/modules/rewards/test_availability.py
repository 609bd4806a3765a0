"""Availability: minutes kept over minutes published, session by session."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_modules.rewards.availability import Published, availability
from mentalverse_modules.rewards.bonuses import earned
from mentalverse_modules.rewards.documents import SHIPPED, shipped
from mentalverse_modules.rewards.facts import NO_SHOW, Fact, Measured
from support.reward_facts import START_MS, fact

PACKS = tuple(shipped(name) for name in SHIPPED)
PROFESSIONAL = shipped("professional")


def of(minutes: int = 50, **changes: Any) -> Fact:
    """What a professional was there for, of 50 minutes that were planned."""
    return fact(role="professional", minutes=minutes, **changes)


def published(*facts: Fact, minutes: int = 50, **changes: Any) -> Published:
    plan = fact(role="professional", planned_minutes=minutes, **changes)
    return Published(plan=plan, facts=facts)


@pytest.mark.capability("T11")
@pytest.mark.parametrize(("minutes", "kept"), [(50, 50), (25, 50), (24, 0), (0, 0)])
def test_a_session_is_kept_whole_if_half_of_it_was_attended(
    minutes: int, kept: int
) -> None:
    assert availability(PACKS, [published(of(minutes))]) == Measured(kept, 50)


@pytest.mark.parametrize(("waited", "kept"), [(15, 50), (14, 0)])
def test_who_waited_for_nobody_has_kept_it(waited: int, kept: int) -> None:
    """As long as the rule of the session wants."""
    alone = of(waited, type=NO_SHOW)
    assert availability(PACKS, [published(alone)]) == Measured(kept, 50)


def test_where_the_rule_pays_no_waiting_half_of_it_has_to_be_waited() -> None:
    """What counts is the seat then, as of any session."""
    alone = of(49, type=NO_SHOW, kind="consultation")
    plan: dict[str, Any] = {"kind": "consultation"}
    assert availability(PACKS, [published(alone, **plan)]) == Measured(0, 50)
    seat = of(25, kind="consultation")
    assert availability(PACKS, [published(alone, seat, **plan)]) == Measured(50, 50)


def test_what_nothing_was_written_down_of_was_not_kept() -> None:
    """Nor is a drill."""
    assert availability(PACKS, [published()]) == Measured(0, 50)
    drill = of(is_drill=True)
    assert availability(PACKS, [published(drill)]) == Measured(0, 50)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "direct"},
        {"kind": "crisis"},
        {"type": "circle.closed", "kind": "peer"},
        {"occurred_at_ms": START_MS - 1},
    ],
)
def test_what_no_rule_would_pay_counts_on_neither_side(changes: dict[str, Any]) -> None:
    """Of another kind nothing could be written down, nor before there was a pack."""
    assert availability(PACKS, [published(**changes)]) == Measured(0, 0)
    assert availability((), [published()]) == Measured(0, 0)


@pytest.mark.capability("T11")
@pytest.mark.parametrize(("kept", "is_on"), [(9, False), (10, True)])
def test_nine_of_ten_are_not_above_it(kept: int, *, is_on: bool) -> None:
    every = [published(of()) for _ in range(kept)]
    every += [published() for _ in range(10 - kept)]
    found = availability(PACKS, every)
    assert found == Measured(50 * kept, 500)
    bonuses = earned(PROFESSIONAL, "service", {"availability": found})
    assert [one.pct for one in bonuses] == ([15] if is_on else [])


@given(st.lists(st.tuples(st.integers(5, 240), st.integers(0, 300)), max_size=20))
def test_no_more_is_kept_than_was_published(sessions: list[tuple[int, int]]) -> None:
    """A long one weighs more than a short one, and being there longer adds nothing."""
    every = [
        published(of(held, planned_minutes=planned), minutes=planned)
        for planned, held in sessions
    ]
    found = availability(PACKS, every)
    assert found.count == sum(planned for planned, _ in sessions)
    assert found.total == sum(
        planned for planned, held in sessions if 2 * held >= planned
    )
