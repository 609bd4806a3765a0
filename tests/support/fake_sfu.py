"""A media engine that forwards nothing: what is asked of it, and what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

from mentalverse_server.media.driver import (
    Caps,
    Direction,
    DriverUnfit,
    EngineFull,
    FeedId,
    Jsep,
    Replace,
    RoomSpec,
    RoomStats,
    SfuEvent,
)

CAPS = Caps(simulcast=False, retransmission=True, ice_restart=False, max_seats=10)


class FakeDriver:
    """`kick` waits until it is let go; everything else is done at once."""

    def __init__(
        self,
        name: str = "fake",
        *,
        caps: Caps = CAPS,
        full: bool = False,
        problem: DriverUnfit | None = None,
    ) -> None:
        self.name = name
        self.caps = caps
        self.rooms: set[str] = set()
        self.begun: list[str] = []
        self.done: list[tuple[str, str]] = []
        """What was asked of seats and feeds, in the order in which it was done."""
        self._is_full = full
        self._problem = problem
        self._events: asyncio.Queue[SfuEvent | None] = asyncio.Queue()
        self._let_go = asyncio.Event()
        self._has_begun = asyncio.Condition()

    def happens(self, event: SfuEvent) -> None:
        self._events.put_nowait(event)

    def let_go(self) -> None:
        self._let_go.set()

    async def has_begun(self, count: int) -> None:
        async with asyncio.timeout(20), self._has_begun:
            await self._has_begun.wait_for(lambda: len(self.begun) >= count)

    async def start(self) -> None:
        if self._problem is not None:
            raise self._problem

    async def stop(self) -> None:
        self._events.put_nowait(None)

    async def create_room(self, room: RoomSpec) -> None:
        if self._is_full:
            raise EngineFull("full")
        self.rooms.add(room.room)

    async def destroy_room(self, room: str) -> None:
        self.rooms.discard(room)

    async def publish(self, room: str, feed: FeedId, offer: Jsep) -> Jsep:
        self.done.append(("publish", feed))
        return Jsep("answer", offer.sdp, e2ee=True)

    async def unpublish(self, room: str, feed: FeedId) -> None:
        pass

    async def subscribe(
        self, room: str, seat: str, add: frozenset[FeedId], drop: frozenset[FeedId]
    ) -> Jsep | None:
        return None

    async def answer(self, room: str, seat: str, answer: Jsep) -> None:
        pass

    async def feeds_by_mid(self, room: str, seat: str) -> Mapping[str, FeedId]:
        return {}

    async def resume(self, room: str, seat: str, feeds: frozenset[FeedId]) -> None:
        pass

    async def trickle(
        self, room: str, seat: str, direction: Direction, candidate: str
    ) -> None:
        pass

    async def select_layer(
        self, room: str, seat: str, feed: FeedId, layer: int
    ) -> None:
        pass

    async def pause(self, room: str, feed: FeedId, paused: bool) -> None:
        pass

    async def restart(
        self, room: str, seat: str, direction: Direction, offer: Jsep | None
    ) -> Jsep | Replace:
        return Replace.REPLACE

    async def close_subscription(self, room: str, seat: str) -> None:
        return

    async def kick(self, room: str, seat: str) -> None:
        self.begun.append(seat)
        async with self._has_begun:
            self._has_begun.notify_all()
        await self._let_go.wait()
        self.done.append(("kick", seat))

    async def stats(self, room: str) -> RoomStats:
        return RoomStats(0, 0, 0, 0, 0)

    async def events(self) -> AsyncIterator[SfuEvent]:
        while (event := await self._events.get()) is not None:
            yield event
