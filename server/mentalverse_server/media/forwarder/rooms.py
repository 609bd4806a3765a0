"""All rooms of the process, how much it may plan for, and the clock they share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ..driver import EngineFull, NoSuchRoom, RoomSpec
from .room import Room, Tell
from .shares import MAX_PLANNED_PACKETS, planned_packets

EMPTY_SECONDS = 600
"""A room without anybody for so long was forgotten by its server."""
_TICK_SECONDS = 0.1
_TICKS_PER_SECOND = 10


def steady_ms() -> int:
    """Milliseconds of the running loop."""
    return int(asyncio.get_running_loop().time() * 1000)


class Rooms:
    """Made on the loop that runs `run`."""

    def __init__(
        self, tell: Tell, announced: str = "", clock: Callable[[], int] = steady_ms
    ) -> None:
        self.rooms: dict[str, Room] = {}
        self._tell = tell
        self._announced = announced
        self._clock = clock
        self._empty_since_ms: dict[str, int] = {}

    def create(self, spec: RoomSpec) -> None:
        """Make it, unless it is there. Raises `EngineFull`."""
        if spec.room in self.rooms:
            return
        planned = sum(planned_packets(each.spec.seats) for each in self.rooms.values())
        if planned + planned_packets(spec.seats) > MAX_PLANNED_PACKETS:
            raise EngineFull(f"{len(self.rooms)} rooms")
        self.rooms[spec.room] = Room(spec, self._tell, self._clock, self._announced)

    async def destroy(self, room: str) -> None:
        """End it, if it is there."""
        known = self.rooms.pop(room, None)
        self._empty_since_ms.pop(room, None)
        if known is not None:
            await known.close()

    def get(self, room: str) -> Room:
        """Raises `NoSuchRoom`."""
        try:
            return self.rooms[room]
        except KeyError:
            raise NoSuchRoom(room) from None

    async def run(self) -> None:
        """Until cancelled: what rooms do by the clock."""
        ticks = 0
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            ticks += 1
            for room in tuple(self.rooms.values()):
                await room.tick()
                if ticks % _TICKS_PER_SECOND == 0:
                    await room.judge()
            if ticks % _TICKS_PER_SECOND == 0:
                await self._forget_empty()

    async def close(self) -> None:
        """End all."""
        for room in tuple(self.rooms):
            await self.destroy(room)

    async def _forget_empty(self) -> None:
        now_ms = self._clock()
        for name, room in tuple(self.rooms.items()):
            if room.seats:
                self._empty_since_ms.pop(name, None)
            elif (
                now_ms - self._empty_since_ms.setdefault(name, now_ms)
                >= EMPTY_SECONDS * 1000
            ):
                await self.destroy(name)
