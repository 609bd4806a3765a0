"""When a path is given up, as values: media that came and comes no more.

    healthy ──1.5 s without a frame, or the path is lost──▶ in trouble
       ▲                                                       │ at 0, 6, 13 s, and
       └──────frames come, or a path of a listener is up───────┘ then every 7 s: replace

aiortc cannot restart ICE, so each attempt is a new connection, and has 6 s to come up
before the next. The impolite side begins at once and the polite one a second later, if
nothing has come by then: or both would, and undo each other's work. From the third
attempt on each waits up to a second more, by chance, for the same reason. Who only
listens, or has sent nothing so far, is judged by the path alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

SILENCE_MS = 1_500
CONNECT_MS = 6_000
POLITE_MS = 1_000
LADDER_MS = (0, 6_000, 13_000)
STEP_MS = 7_000
JITTER_MS = 1_000

_LOST = ("failed", "disconnected", "closed")


@dataclass(slots=True)
class PathWatch:
    """One path, looked at several times a second."""

    is_polite: bool
    jitter: Callable[[], float]
    """From 0 to 1."""
    generation: int = 0
    _since_ms: int = 0
    _arrived: int = 0
    _moved_ms: int = 0
    _trouble_ms: int | None = None
    _attempts: int = 0
    _due_ms: int = 0

    @property
    def in_trouble(self) -> bool:
        """Whether the path is being made anew."""
        return self._trouble_ms is not None

    def look(
        self, now_ms: int, generation: int, state: str, arrived: int, *, sends: bool
    ) -> bool:
        """Whether the path is to be replaced now.

        Args:
            now_ms: A clock that does not go back.
            generation: `pc_gen` of the connection.
            state: Its `connectionState`.
            arrived: Frames that came over it so far.
            sends: Whether the other side is there, as far as the roster knows.
        """
        if generation != self.generation:
            self.generation, self._since_ms, self._arrived = generation, now_ms, 0
        if arrived > self._arrived:
            self._arrived, self._moved_ms = arrived, now_ms
        if not self._is_broken(now_ms, state, sends=sends):
            if state == "connected":
                self._trouble_ms = None
            return False
        if self._trouble_ms is None:
            self._trouble_ms, self._attempts = now_ms, 0
            self._due_ms = now_ms + (POLITE_MS if self.is_polite else 0)
        if now_ms < self._due_ms:
            return False
        self._attempts += 1
        self._due_ms = now_ms + self._pause_ms()
        return True

    def _is_broken(self, now_ms: int, state: str, *, sends: bool) -> bool:
        if state in _LOST:
            return True
        if state != "connected":
            return now_ms - self._since_ms >= CONNECT_MS
        is_silent = self._arrived > 0 and now_ms - self._moved_ms >= SILENCE_MS
        return sends and is_silent

    def _pause_ms(self) -> int:
        if self._attempts < len(LADDER_MS):
            return LADDER_MS[self._attempts] - LADDER_MS[self._attempts - 1]
        return STEP_MS + int(self.jitter() * JITTER_MS)
