"""What will happen in a simulation, and when: time jumps from one to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import heappop, heappush


class Agenda:
    """Things that will happen before an end; those of one moment in planned order."""

    def __init__(self, until_ms: int) -> None:
        self.now_ms = 0
        self._until_ms = until_ms
        self._planned = 0
        self._ahead: list[tuple[int, int, Callable[[], None]]] = []

    def after(self, seconds: float, happen: Callable[[], None]) -> None:
        """Plan something for so much later."""
        self.at(self.now_ms + round(seconds * 1000), happen)

    def at(self, at_ms: int, happen: Callable[[], None]) -> None:
        """Plan something; what would come after the end never does."""
        if at_ms < self._until_ms:
            self._planned += 1
            heappush(self._ahead, (at_ms, self._planned, happen))

    def moments(self) -> Iterator[Callable[[], None]]:
        """One thing after the other, each at its own `now_ms`."""
        while self._ahead:
            self.now_ms, _, happen = heappop(self._ahead)
            yield happen
