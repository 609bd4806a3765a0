"""How many follow-ups are overdue, for the metrics.

Follow-ups are not on the desk, and another process may be the one that sees to them, so
the number is read from the database now and then, and not counted from decisions.
"""

from __future__ import annotations

import asyncio

import structlog

from mentalverse_signaling.errors import SignalingError

from ..store import cases
from ..store.desk_time import DeskTime
from ..store.engine import Connection, Database

LOOK_SECONDS = 60.0

log = structlog.get_logger()


class Overdue:
    """Owns the task that counts; `start`, then `close`."""

    def __init__(self, database: Database, time: DeskTime) -> None:
        self._database = database
        self._time = time
        self._task: asyncio.Task[None] | None = None
        self.count = 0
        """As of the last look."""

    async def start(self) -> None:
        """Begin; the first look is at once."""
        self._task = asyncio.create_task(self._rounds(), name="mentalverse-overdue")

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def look(self) -> None:
        """Count them. Raises `Unavailable`, `Overloaded`."""
        self.count = await self._database.read(self._overdue)

    async def _rounds(self) -> None:
        while True:
            try:
                await self.look()
            except SignalingError as error:
                log.info("overdue.look_postponed", code=error.code)
            except Exception:  # the supervisor of every look
                log.exception("overdue.look_failed")
            await asyncio.sleep(LOOK_SECONDS)

    def _overdue(self, connection: Connection) -> int:
        now_ms = self._time.now_ms(connection)
        return sum(one.due_ms <= now_ms for _, one in cases.follow_ups(connection))
