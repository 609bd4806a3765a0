"""Months and quarters, counted the same by whoever counts them."""

from __future__ import annotations

from random import Random

import pytest
from msgspec.structs import replace

from mentalverse_modules.rewards.documents import shipped
from mentalverse_modules.rewards.epoch import DAY_MS, WEEK_MS
from mentalverse_modules.rewards.packs import MICRO, moment_ms
from mentalverse_modules.rewards.rules import Refused, Scored, evaluate, rule_of
from mentalverse_modules.rewards.tallies import tallied
from support.reward_facts import START_MS, fact

PEER = shipped("peer")
MONTH_MS = moment_ms("2027-02-01T00:00:00Z") - 1
QUARTER_MS = moment_ms("2027-04-01T00:00:00Z") - 1
WHO = ("ada", "mentor")
EIGHT = [
    fact(evt_id=f"evt_{n}", occurred_at_ms=START_MS + n * 3 * DAY_MS) for n in range(8)
]


@pytest.mark.capability("T01")
def test_a_month_of_kept_sessions_is_paid_as_consistency() -> None:
    """Shuffled and doubled it is the same fact."""
    (month,) = tallied("month", MONTH_MS, EIGHT, {WHO: 8})
    assert (month.count, month.planned_count) == (8, 8)
    rule = rule_of(PEER, month)
    assert rule is not None and rule.code == "peer.monthly"
    found = evaluate(PEER, rule, month)
    assert isinstance(found, Scored) and found.micro == 200 * MICRO
    twice = EIGHT * 2
    Random(3).shuffle(twice)
    assert tallied("month", MONTH_MS, twice, {WHO: 8}) == (month,)
    (short,) = tallied("month", MONTH_MS, EIGHT, {WHO: 9})
    assert evaluate(PEER, rule, short) == Refused("kept_pct")


@pytest.mark.capability("T05")
def test_a_quarter_counts_weeks_and_not_sessions() -> None:
    """Two in one week are one week."""
    sessions = [
        fact(
            evt_id=f"evt_{n}", role="mentee", occurred_at_ms=START_MS + n * WEEK_MS // 2
        )
        for n in range(24)
    ]
    (quarter,) = tallied("quarter", QUARTER_MS, sessions, {})
    assert quarter.count == 12
    rule = rule_of(PEER, quarter)
    assert rule is not None and rule.code == "mentee.consistency"
    found = evaluate(PEER, rule, quarter)
    assert isinstance(found, Scored) and found.micro == 500 * MICRO


def test_what_was_not_kept_does_not_count() -> None:
    """Drills, half-empty chairs, other months, and what is no session."""
    one = EIGHT[0]
    others = [
        replace(one, is_drill=True),
        replace(one, minutes=24),
        replace(one, planned_minutes=0),
        replace(one, occurred_at_ms=MONTH_MS + 1),
        replace(one, type="circle.closed"),
    ]
    assert tallied("month", MONTH_MS, others, {WHO: 5}) == ()
    (month,) = tallied("month", MONTH_MS, [*others, replace(one, minutes=25)], {})
    assert (month.count, month.planned_count) == (1, 0)
