"""Time as an argument: the only place of the server that asks what time it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Clock(Protocol):
    """Wall time for what is stored and shown, monotonic time for durations."""

    def now(self) -> datetime:
        """The wall time, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean anything."""
        ...


class SystemClock:
    """The operating system's clocks."""

    def now(self) -> datetime:
        """The wall time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean anything."""
        return time.monotonic()


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970-01-01T00:00Z, exactly: how times are stored."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC time of stored microseconds."""
    return _EPOCH + timedelta(microseconds=micros)


def to_millis(moment: datetime) -> int:
    """Milliseconds since 1970-01-01T00:00Z, rounded down: how times are sent."""
    return to_micros(moment) // 1000
