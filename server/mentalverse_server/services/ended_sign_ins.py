"""Sign-ins that something else than this process has ended.

An operator's command disables an account beside the running server. Its sign-ins are
refused from that commit on; connections that are open are closed from here, because
they were let in before. Each look covers the last minute anew, so a look that failed
or a commit that became visible late leaves nobody in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog

from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.ids import SignInId

from ..clock import Clock
from ..store import sign_ins
from ..store.engine import Database

LOOK_SECONDS = 1.0
OVERLAP = timedelta(minutes=1)

log = structlog.get_logger()


class EndedSignIns:
    """Owns the task that looks; `start`, then `close`."""

    def __init__(
        self, database: Database, clock: Clock, end: Callable[[SignInId, str], None]
    ) -> None:
        """`end` closes what is open of a sign-in; none is fine."""
        self._database = database
        self._clock = clock
        self._end = end
        self._since = clock.now() - OVERLAP
        self._told: frozenset[SignInId] = frozenset()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._looks(), name="mentalverse-ended")

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def look(self) -> None:
        """Close what is open of the sign-ins that ended lately."""
        now = self._clock.now()
        found = frozenset(await self._database.read(sign_ins.ended_since, self._since))
        for ended in found - self._told:
            self._end(ended, "revoked")
        self._told = found
        self._since = now - OVERLAP

    async def _looks(self) -> None:
        while True:
            try:
                await self.look()
            except SignalingError as error:
                log.warning("ended_sign_ins.postponed", code=error.code)
            except Exception:  # the supervisor of every look
                log.exception("ended_sign_ins.failed")
            await asyncio.sleep(LOOK_SECONDS)
