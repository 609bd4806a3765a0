"""Weeks in which is paid, and the windows of caps; all in UTC.

An epoch is an ISO week. It is closed 72 hours after its end, so that what a device or a
node sends late still has its place; what comes later than that is of the first epoch
that is open when it comes. Within an epoch the time of arrival means nothing.

Windows are fixed, not sliding: the third session of a pair in a week is the third in
whatever order they are looked at. They go by when something happened.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
WATERMARK_MS = 3 * DAY_MS
"""After an epoch's end, until it is closed."""
_MONDAY_MS = 4 * DAY_MS
"""1970-01-05, the Monday of epoch 0."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WEEKS = re.compile(r"^weeks:([1-9]|[1-4]\d|5[0-2])$")
_NAMED = ("epoch", "month", "quarter", "year", "ever")


def epoch_of(at_ms: int) -> int:
    """The number of the week of a time; week 0 began on 1970-01-05."""
    return (at_ms - _MONDAY_MS) // WEEK_MS


def begins_ms(epoch: int) -> int:
    """When a week begins."""
    return _MONDAY_MS + epoch * WEEK_MS


def closes_ms(epoch: int) -> int:
    """From when on nothing more is of this epoch."""
    return begins_ms(epoch + 1) + WATERMARK_MS


def judged_in(occurred_at_ms: int, arrived_at_ms: int) -> int:
    """The epoch of a fact: its own week, or the first that was open when it came."""
    first_open = epoch_of(arrived_at_ms - WATERMARK_MS)
    return max(epoch_of(occurred_at_ms), first_open)


def epoch_name(epoch: int) -> str:
    """As 2027-W01."""
    year, week, _ = _day(begins_ms(epoch)).isocalendar()
    return f"{year}-W{week:02}"


def is_window(text: str) -> bool:
    """Whether a cap may have this window."""
    return text in _NAMED or _WEEKS.fullmatch(text) is not None


def window_of(window: str, at_ms: int) -> str:
    """The name of the one window of this kind that a time is in."""
    if window == "ever":
        return "ever"
    if window == "epoch":
        return epoch_name(epoch_of(at_ms))
    day = _day(at_ms)
    if window == "year":
        return f"{day.year}"
    if window == "quarter":
        return f"{day.year}-Q{(day.month + 2) // 3}"
    if window == "month":
        return f"{day.year}-{day.month:02}"
    weeks = int(window.partition(":")[2])
    return f"{weeks}x{epoch_of(at_ms) // weeks}"


def _day(at_ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=at_ms)
