"""What time it is at the crisis desk: one clock for all who decide.

On PostgreSQL it is the database's, which every process sees alike. A SQLite file has
one machine and one server, whose wall clock may still be set while it runs: so the time
is the wall clock's at the start plus what has passed since by the monotonic clock. A
jump moves no deadline; it is told, and a restart goes by the new time.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from ..clock import Clock, to_millis

_DATABASE_MS = text(
    "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"
)


class DeskTime:
    """Tells the time for decisions, in Unix milliseconds. Never sees a wall jump."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started_ms = to_millis(clock.now())
        self._started = clock.monotonic()

    def now_ms(self, connection: Connection) -> int:
        """The time of the desk, for a decision in the transaction of `connection`."""
        if connection.dialect.name == "postgresql":
            return int(connection.execute(_DATABASE_MS).scalar_one())
        return self.own_ms()

    def own_ms(self) -> int:
        """This process's own time, which no jump of its wall clock moves."""
        passed = self._clock.monotonic() - self._started
        return self._started_ms + round(passed * 1000)

    @property
    def jumped_ms(self) -> int:
        """How far the wall clock is from where it should be by now."""
        return to_millis(self._clock.now()) - self.own_ms()
