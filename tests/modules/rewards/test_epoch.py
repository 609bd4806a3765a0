"""Weeks, their closing, and the windows of caps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_modules.rewards.epoch import (
    WATERMARK_MS,
    WEEK_MS,
    begins_ms,
    closes_ms,
    epoch_name,
    epoch_of,
    is_window,
    judged_in,
    window_of,
)
from mentalverse_modules.rewards.packs import moment_ms

times = st.integers(0, moment_ms("2100-01-01T00:00:00Z"))


@given(times)
def test_an_epoch_is_an_iso_week(at_ms: int) -> None:
    """As the calendar counts it; it begins on a Monday at 00:00 UTC."""
    epoch = epoch_of(at_ms)
    assert begins_ms(epoch) <= at_ms < begins_ms(epoch) + WEEK_MS
    year, week, _ = datetime.fromtimestamp(at_ms / 1000, UTC).isocalendar()
    assert epoch_name(epoch) == f"{year}-W{week:02}"


@given(times, st.integers(0, 10 * WEEK_MS))
def test_a_fact_is_of_its_week_until_that_is_closed(at_ms: int, later_ms: int) -> None:
    """Then of the first that is still open when it comes."""
    arrived = at_ms + later_ms
    epoch = judged_in(at_ms, arrived)
    assert epoch >= epoch_of(at_ms)
    assert arrived < closes_ms(epoch)
    if epoch > epoch_of(at_ms):
        assert arrived >= closes_ms(epoch - 1)


def test_a_week_is_closed_72_hours_after_its_end() -> None:
    monday = moment_ms("2027-01-04T00:00:00Z")
    epoch, closes = epoch_of(monday), monday + WEEK_MS + WATERMARK_MS
    assert closes_ms(epoch) == closes
    assert judged_in(monday, closes - 1) == epoch
    assert judged_in(monday, closes) == epoch + 1


@pytest.mark.parametrize(
    ("window", "text", "name"),
    [
        ("epoch", "2027-01-03T23:59:59Z", "2026-W53"),
        ("month", "2027-01-31T23:59:59Z", "2027-01"),
        ("quarter", "2027-03-31T23:59:59Z", "2027-Q1"),
        ("quarter", "2027-04-01T00:00:00Z", "2027-Q2"),
        ("quarter", "2027-12-31T00:00:00Z", "2027-Q4"),
        ("year", "2027-12-31T23:59:59Z", "2027"),
        ("ever", "2027-12-31T23:59:59Z", "ever"),
    ],
)
def test_windows_are_of_the_calendar(window: str, text: str, name: str) -> None:
    assert window_of(window, moment_ms(text)) == name


@given(times)
def test_four_weeks_are_four_epochs(at_ms: int) -> None:
    first = begins_ms(epoch_of(at_ms) // 4 * 4)
    names = {window_of("weeks:4", first + week * WEEK_MS) for week in range(4)}
    assert names == {window_of("weeks:4", at_ms)}
    assert window_of("weeks:4", first + 4 * WEEK_MS) not in names


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("epoch", True), ("weeks:1", True), ("weeks:52", True), ("weeks:53", False)]
    + [("weeks:0", False), ("weeks:04", False), ("day", False)],
)
def test_windows_are_a_closed_list(text: str, *, is_one: bool) -> None:
    assert is_window(text) == is_one
