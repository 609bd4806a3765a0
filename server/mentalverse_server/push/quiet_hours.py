"""Quiet hours: whether somebody may be woken now, and if not, when."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mentalverse_signaling.push_api import QuietHours

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


def is_zone(name: str) -> bool:
    """Whether the time zone database knows it."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # no such zone, or no name of one at all
        return False
    return True


def quiet_until(quiet: QuietHours, now: datetime) -> datetime | None:
    """When the quiet hours that `now` lies in end; None outside of them.

    Where clocks are put back within them the first of both ends counts, unless it is
    over; where they are put forward over the end, the time that it would have been.
    """
    zone = ZoneInfo(quiet.zone)
    local = now.astimezone(zone)
    minute = local.hour * 60 + local.minute
    begin, end = quiet.from_minute, quiet.to_minute
    over_midnight = begin > end
    inside = minute >= begin or minute < end if over_midnight else begin <= minute < end
    if not inside:
        return None
    day = local.date() + (_DAY if over_midnight and minute >= begin else timedelta())
    closes = datetime.combine(day, time(end // 60, end % 60), zone).astimezone(UTC)
    if closes <= now:
        closes = datetime.combine(
            day, time(end // 60, end % 60, fold=1), zone
        ).astimezone(UTC)
    return max(closes, now + _MINUTE)
