"""Counted minutes: the least of what three sides say, and what stands in for one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_signaling.attendance_text import MINUTE_MS
from mentalverse_signaling.calls.counting import (
    MAX_FLAGGED,
    REVIEWED_SESSIONS,
    Attended,
    Counted,
    Receipt,
    count,
    goes_to_review,
)
from mentalverse_signaling.ids import AccountId

ADA, BEN, CY, DEE = (AccountId(letter * 32) for letter in "abcd")
COMMON, OTHER = b"\x01" * 32, b"\x02" * 32


def receipt(account: AccountId, minutes: int, *marks: bytes) -> Receipt:
    return Receipt(account, minutes, frozenset(marks or (COMMON,)))


def pair(*receipts: Receipt, ada: int = 50, ben: int = 50) -> Attended:
    """A planned call of two, and the minutes for which each had a seat."""
    leased = {ADA: ada * MINUTE_MS, BEN: ben * MINUTE_MS}
    return Attended(leased, frozenset(), False, 50, receipts)


def circle(*receipts: Receipt) -> Attended:
    """Ada leads, and all were there for 90 minutes."""
    leased = dict.fromkeys((ADA, BEN, CY, DEE), 90 * MINUTE_MS)
    return Attended(leased, frozenset({ADA}), True, 90, receipts)


minutes = st.integers(0, 240)


@given(minutes, minutes, minutes, minutes)
def test_the_least_of_leases_and_both_receipts_counts(
    leased: int, own: int, other: int, far: int
) -> None:
    call = pair(receipt(ADA, own), receipt(BEN, other), ada=leased, ben=far)
    expected = Counted(min(leased, own, other), is_countersigned=True)
    assert count(call, ADA, is_late=False) == expected
    assert count(call, ADA, is_late=True) == expected


def test_receipts_of_other_groups_countersign_nothing() -> None:
    call = pair(receipt(ADA, 50), receipt(BEN, 50, OTHER))
    assert count(call, ADA, is_late=False) is None
    late = count(call, ADA, is_late=True)
    assert late is not None and not late.is_countersigned


def test_one_epoch_in_common_is_enough() -> None:
    call = pair(receipt(ADA, 50), receipt(BEN, 50, OTHER, COMMON))
    assert count(call, ADA, is_late=False) == Counted(50, is_countersigned=True)


@given(minutes, minutes, st.integers(5, 240))
def test_without_a_countersignature_leases_count_up_to_the_plan(
    leased: int, own: int, planned: int
) -> None:
    signed = replace(pair(receipt(ADA, own), ada=leased), planned_minutes=planned)
    bare = replace(signed, receipts=())
    assert count(signed, ADA, is_late=False) is count(bare, ADA, is_late=False) is None
    most = min(leased, planned)
    assert count(bare, ADA, is_late=True) == Counted(most, is_countersigned=False)
    assert count(signed, ADA, is_late=True) == Counted(
        min(most, own), is_countersigned=False
    )


def test_nothing_stands_in_for_a_receipt_of_a_call_that_nobody_planned() -> None:
    call = replace(pair(receipt(ADA, 40)), planned_minutes=None)
    assert count(call, ADA, is_late=True) == Counted(0, is_countersigned=False)


def test_devices_of_an_account_add_up() -> None:
    """It has one seat at a time, so that no minute is in two of its receipts."""
    parts = receipt(ADA, 20), receipt(ADA, 30, OTHER)
    call = pair(*parts, receipt(BEN, 50, OTHER))
    assert count(call, ADA, is_late=False) == Counted(50, is_countersigned=True)
    assert count(call, BEN, is_late=False) == Counted(50, is_countersigned=True)


def test_in_a_led_call_only_who_leads_countersigns() -> None:
    members = receipt(BEN, 90), receipt(CY, 90)
    assert count(circle(*members), BEN, is_late=False) is None
    led = circle(*members, receipt(ADA, 80))
    assert count(led, BEN, is_late=False) == Counted(80, is_countersigned=True)
    assert count(led, ADA, is_late=False) == Counted(80, is_countersigned=True)


def test_who_leads_is_not_settled_by_the_first_who_left() -> None:
    early = circle(receipt(ADA, 90), receipt(BEN, 10))
    assert count(early, ADA, is_late=False) is None
    whole = circle(receipt(ADA, 90), receipt(BEN, 10), receipt(CY, 90))
    assert count(whole, ADA, is_late=False) == Counted(90, is_countersigned=True)
    assert count(early, ADA, is_late=True) == Counted(10, is_countersigned=True)


def test_who_had_no_seat_countersigns_nothing() -> None:
    call = pair(receipt(ADA, 50), receipt(CY, 50))
    assert count(call, ADA, is_late=False) is None


@given(st.lists(st.booleans(), max_size=30))
def test_more_than_three_flags_in_ten_go_to_review(countersigned: list[bool]) -> None:
    last = countersigned[:REVIEWED_SESSIONS]
    assert goes_to_review(countersigned) is (last.count(False) > MAX_FLAGGED)


@pytest.mark.parametrize(("flags", "looked_at"), [(3, False), (4, True)])
def test_three_are_let_pass(flags: int, looked_at: bool) -> None:
    signed = [False] * flags + [True] * (10 - flags)
    assert goes_to_review(signed) is looked_at
