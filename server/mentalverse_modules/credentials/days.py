"""Days of UTC, and months and years between them."""

from __future__ import annotations

from datetime import UTC, date, datetime

DAY_MS = 24 * 60 * 60 * 1000


def day_of(at_ms: int) -> date:
    """The day of a time."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).date()


def start_ms(day: date) -> int:
    """The first millisecond of a day."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def months_after(day: date, months: int) -> date:
    """The day so many months on; where that month is too short, the first of the next.

    So a time is never over a day early.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        year, month = divmod(year * 12 + month + 1, 12)
        return date(year, month + 1, 1)
