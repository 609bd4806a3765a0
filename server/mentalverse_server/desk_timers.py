"""What is due at the crisis desk takes effect, whether or not anybody does anything.

The worker sleeps until the earliest moment at which anything is due, and at most a
quarter of a second, because something that is due sooner may have been written since,
by this process or by another. Every process runs one. Which of them is first does not
matter: what has taken effect is not due any more, and a process that dies is one fewer
that wakes up.

Nothing is kept here that a restart would have to bring back.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import structlog

from mentalverse_signaling.errors import SignalingError

from .services.desk import CrisisDesk
from .store.desk_time import DeskTime

MOST_SECONDS = 0.25
"""Between two looks."""
LEAST_SECONDS = 0.01
"""Before another look, if what was due was somebody else's to do."""
JUMP_MS = 1_000
"""By how much the wall clock may differ from the time that has passed."""
LATENESS_MS = (100, 250, 500, 1_000, 5_000)
"""Bounds of the buckets; beyond the last is one more."""

log = structlog.get_logger()


@dataclass(slots=True)
class TimerCounters:
    """Plain integers for the metrics."""

    late: list[int] = field(default_factory=lambda: [0] * (len(LATENESS_MS) + 1))
    """Rounds that found something due, by how late its earliest was."""
    most_late_ms: int = 0
    failures: int = 0
    clock_jumped_ms: int = 0
    """How far the wall clock is off, at the last look."""

    def add(self, late_ms: int) -> None:
        """Count a round."""
        bucket = sum(late_ms > bound for bound in LATENESS_MS)
        self.late[bucket] += 1
        self.most_late_ms = max(self.most_late_ms, late_ms)


class DeskTimers:
    """Owns the task that lets time pass; `start`, then `close`."""

    def __init__(
        self, desk: CrisisDesk, time: DeskTime, most_seconds: float = MOST_SECONDS
    ) -> None:
        self._desk = desk
        self._time = time
        self._most_seconds = most_seconds
        self._task: asyncio.Task[None] | None = None
        self._is_off = False
        self.counters = TimerCounters()

    @property
    def is_alive(self) -> bool:
        """Whether time passes."""
        return self._task is not None and not self._task.done()

    async def start(self) -> None:
        """Begin; what fell due while nobody looked takes effect at once."""
        self._task = asyncio.create_task(self._rounds(), name="mentalverse-desk-timers")

    async def close(self) -> None:
        """Stop; a decision that is under way is completed and acted on."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _rounds(self) -> None:
        while True:
            pause_seconds = await self.look()
            await asyncio.sleep(pause_seconds)

    async def look(self) -> float:
        """One round; how long to sleep before the next, in seconds."""
        self._compare_clocks()
        try:
            taken = await self._desk.pass_time()
        except SignalingError as error:
            self.counters.failures += 1
            log.warning("desk.time_postponed", code=error.code)
            return self._most_seconds
        except Exception:  # the supervisor of the passing of time
            self.counters.failures += 1
            log.exception("desk.time_failed")
            return self._most_seconds
        if taken.late_ms is not None:
            self.counters.add(taken.late_ms)
        if taken.next_in_ms is None:
            return self._most_seconds
        least_seconds = LEAST_SECONDS if taken.late_ms is None else 0
        return min(max(taken.next_in_ms / 1000, least_seconds), self._most_seconds)

    def _compare_clocks(self) -> None:
        """Say it once when the wall clock was set, and once when it is right again."""
        jumped_ms = self._time.jumped_ms
        self.counters.clock_jumped_ms = jumped_ms
        is_off = abs(jumped_ms) > JUMP_MS
        if is_off != self._is_off:
            self._is_off = is_off
            log.warning("clock.jumped" if is_off else "clock.agrees", ms=jumped_ms)
