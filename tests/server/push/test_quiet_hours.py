"""Quiet hours: in every zone, over midnight, and over the changes of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_server.push.quiet_hours import is_zone, quiet_until
from mentalverse_signaling.push_api import QuietHours

ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe")
START = datetime(2020, 1, 1, tzinfo=UTC)
MINUTES = st.integers(0, 24 * 60 - 1)


def _is_quiet(quiet: QuietHours, moment: datetime) -> bool:
    """By walking from the beginning to the end, minute by minute."""
    local = moment.astimezone(ZoneInfo(quiet.zone))
    walked = quiet.from_minute
    while walked != quiet.to_minute:
        if walked == local.hour * 60 + local.minute:
            return True
        walked = (walked + 1) % (24 * 60)
    return False


@given(
    zone=st.sampled_from(ZONES),
    begin=MINUTES,
    end=MINUTES,
    days=st.integers(0, 5_000),
    minutes=MINUTES,
)
def test_whoever_is_in_quiet_hours_is_woken_after_them_and_within_a_day(
    zone: str, begin: int, end: int, days: int, minutes: int
) -> None:
    """Also where a day has 23 or 25 hours."""
    moment = START + timedelta(days=days, minutes=minutes)
    quiet = QuietHours(zone, begin, end)
    until = quiet_until(quiet, moment) if begin != end else None
    assert (until is not None) == _is_quiet(quiet, moment)
    if until is not None:
        assert moment < until <= moment + timedelta(hours=26)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-28T22:30+00:00", "2026-03-29T05:00+00:00"),
        ("2026-10-24T21:30+00:00", "2026-10-25T06:00+00:00"),
        ("2026-06-01T04:59+00:00", "2026-06-01T05:00+00:00"),
        ("2026-06-01T05:00+00:00", None),
    ],
)
def test_nights_in_berlin_end_by_the_clock_on_the_wall(
    now: str, until: str | None
) -> None:
    """22:00 to 7:00, also in the nights when the clocks change."""
    found = quiet_until(
        QuietHours("Europe/Berlin", 22 * 60, 7 * 60), datetime.fromisoformat(now)
    )
    assert found == (until and datetime.fromisoformat(until))


@pytest.mark.parametrize("name", ["", "Mars/Base", "../../etc/passwd", "/etc", "a\0b"])
def test_what_is_no_zone_is_none(name: str) -> None:
    """Names of files are not tried either."""
    assert not is_zone(name)
    assert is_zone("Europe/Berlin")
