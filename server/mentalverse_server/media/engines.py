"""All media engines of this server behind one door.

For every driver alike: descriptions are checked before an engine sees them, requests of
one seat come one after another, and whatever takes longer than `DEADLINE_SECONDS` is
`EngineLost` for that seat alone. A new room goes to the first engine that will have it.
An engine that is gone is waited for; the rooms of one that stays away go whole to
another, and it is rid of them when it comes back after all.
A server that was restarted makes the rooms of its calls once more, and finds them as
they were if the engine has outlived it. When an engine is back without its rooms they
are made anew, and when it is unfit for good they move to another; who was in them is
told by `EngineBack`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

from . import sdp_rules
from .driver import (
    Caps,
    Direction,
    DriverUnfit,
    EngineBack,
    EngineFull,
    EngineGone,
    EngineLost,
    EngineUnfit,
    FeedId,
    Jsep,
    NoSuchRoom,
    Replace,
    RoomSpec,
    RoomStats,
    SfuDriver,
    SfuError,
    SfuEvent,
    seat_of,
)

DEADLINE_SECONDS = 5.0
AWAY_SECONDS = 15.0
"""An engine that is started again by itself is back in less: then nothing moves."""
MAX_EVENTS = 4_096
T = TypeVar("T")


class Engines:
    """`drivers` in the order in which they are asked to take a room."""

    def __init__(
        self,
        drivers: Sequence[SfuDriver],
        deadline_seconds: float = DEADLINE_SECONDS,
        away_seconds: float = AWAY_SECONDS,
    ) -> None:
        self.unfit: dict[str, str] = {}
        """From the name of an engine that cannot be used to the reason."""
        self._drivers = {driver.name: driver for driver in drivers}
        self._deadline_seconds = deadline_seconds
        self._away_seconds = away_seconds
        self._away: dict[str, asyncio.Task[None]] = {}
        """Of each engine that is gone, who waits for it."""
        self._rooms: dict[str, tuple[RoomSpec, SfuDriver]] = {}
        self._locks: dict[tuple[str, str], asyncio.Lock] = {}
        self._events: asyncio.Queue[SfuEvent | None] = asyncio.Queue(MAX_EVENTS)
        self._reading: list[asyncio.Task[None]] = []

    @property
    def drivers(self) -> tuple[SfuDriver, ...]:
        """All of them, whether they work or not."""
        return tuple(self._drivers.values())

    @property
    def is_working(self) -> bool:
        """Whether there is any engine."""
        return len(self.unfit) < len(self._drivers)

    async def start(self) -> None:
        """Start them all; those that cannot be used are noted in `unfit`."""
        await asyncio.gather(*(self._start(each) for each in self._drivers.values()))
        self._reading = [
            asyncio.create_task(self._read(driver))
            for name, driver in self._drivers.items()
            if name not in self.unfit
        ]

    async def stop(self) -> None:
        """Let go of them all; `events` ends."""
        for name, driver in self._drivers.items():
            if name not in self.unfit:
                await driver.stop()
        tasks = [*self._reading, *self._away.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._tell(None)

    def holds(self, room: str) -> bool:
        """Whether a room was made and not ended."""
        return room in self._rooms

    async def create_room(self, room: RoomSpec) -> Caps:
        """Make it, if it is not there: what can be done in it. Raises `EngineFull`."""
        known = self._rooms.get(room.room)
        if known is not None:
            await self._in_time(known[1].create_room(known[0]))
            return known[1].caps
        return (await self._place(room)).caps

    async def destroy_room(self, room: str) -> None:
        """End it, if it is there; also if its engine does not answer."""
        known = self._rooms.pop(room, None)
        for key in [key for key in self._locks if key[0] == room]:
            del self._locks[key]
        if known is not None:
            with suppress(EngineLost):
                await self._in_time(known[1].destroy_room(room))

    async def publish(self, room: str, feed: FeedId, offer: Jsep) -> Jsep:
        """See `SfuDriver.publish`."""
        sdp_rules.check(offer, "offer")
        return await self._in_turn(
            room, seat_of(feed), lambda driver: driver.publish(room, feed, offer)
        )

    async def unpublish(self, room: str, feed: FeedId) -> None:
        """See `SfuDriver.unpublish`."""
        await self._in_turn(
            room, seat_of(feed), lambda driver: driver.unpublish(room, feed)
        )

    async def subscribe(
        self, room: str, seat: str, add: frozenset[FeedId], drop: frozenset[FeedId]
    ) -> Jsep | None:
        """See `SfuDriver.subscribe`."""
        return await self._in_turn(
            room, seat, lambda driver: driver.subscribe(room, seat, add, drop)
        )

    async def answer(self, room: str, seat: str, answer: Jsep) -> None:
        """See `SfuDriver.answer`."""
        sdp_rules.check(answer, "answer")
        await self._in_turn(
            room, seat, lambda driver: driver.answer(room, seat, answer)
        )

    async def feeds_by_mid(self, room: str, seat: str) -> Mapping[str, FeedId]:
        """See `SfuDriver.feeds_by_mid`."""
        return await self._in_turn(
            room, seat, lambda driver: driver.feeds_by_mid(room, seat)
        )

    async def resume(self, room: str, seat: str, feeds: frozenset[FeedId]) -> None:
        """See `SfuDriver.resume`."""
        await self._in_turn(room, seat, lambda driver: driver.resume(room, seat, feeds))

    async def trickle(
        self, room: str, seat: str, direction: Direction, candidate: str
    ) -> None:
        """See `SfuDriver.trickle`."""
        sdp_rules.check_candidate(candidate)
        await self._in_turn(
            room, seat, lambda driver: driver.trickle(room, seat, direction, candidate)
        )

    async def select_layer(
        self, room: str, seat: str, feed: FeedId, layer: int
    ) -> None:
        """See `SfuDriver.select_layer`."""
        await self._in_turn(
            room, seat, lambda driver: driver.select_layer(room, seat, feed, layer)
        )

    async def pause(self, room: str, feed: FeedId, paused: bool) -> None:
        """See `SfuDriver.pause`."""
        await self._in_turn(
            room, seat_of(feed), lambda driver: driver.pause(room, feed, paused)
        )

    async def restart(
        self,
        room: str,
        seat: str,
        direction: Direction,
        offer: Jsep | None,
        *,
        replaces: bool = False,
    ) -> Jsep | Replace:
        """See `SfuDriver.restart`.

        `replaces`: the client builds another connection; the next one of its feeds
        takes the place of the last.
        """
        if replaces:
            if direction is Direction.SUBSCRIBE:
                await self._in_turn(
                    room, seat, lambda it: it.close_subscription(room, seat)
                )
            return Replace.REPLACE
        if offer is not None:
            sdp_rules.check(offer, "offer")
        return await self._in_turn(
            room, seat, lambda driver: driver.restart(room, seat, direction, offer)
        )

    async def kick(self, room: str, seat: str) -> None:
        """See `SfuDriver.kick`."""
        await self._in_turn(room, seat, lambda driver: driver.kick(room, seat))

    async def stats(self, room: str) -> RoomStats:
        """See `SfuDriver.stats`."""
        return await self._in_time(self._driver(room).stats(room))

    async def events(self) -> AsyncIterator[SfuEvent]:
        """What happens in all engines, from the start on; one reader."""
        while (event := await self._events.get()) is not None:
            yield event

    def _driver(self, room: str) -> SfuDriver:
        try:
            return self._rooms[room][1]
        except KeyError:
            raise NoSuchRoom(room) from None

    async def _in_turn(
        self, room: str, seat: str, request: Callable[[SfuDriver], Awaitable[T]]
    ) -> T:
        """After what the seat asked before, and all of it in time."""
        driver = self._driver(room)
        lock = self._locks.setdefault((room, seat), asyncio.Lock())

        async def after_others() -> T:
            async with lock:
                return await request(driver)

        return await self._in_time(after_others())

    async def _in_time(self, request: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self._deadline_seconds):
                return await request
        except TimeoutError:
            raise EngineLost("the engine did not answer in time") from None

    async def _start(self, driver: SfuDriver) -> None:
        try:
            await driver.start()
        except (DriverUnfit, EngineLost) as error:
            self.unfit[driver.name] = str(error)

    async def _place(self, room: RoomSpec, without: str = "") -> SfuDriver:
        """Raises what the last engine said: `EngineFull`, `EngineLost`."""
        problem: SfuError = EngineFull("no engine works")
        for name, driver in self._drivers.items():
            if name in (*self.unfit, without) or room.seats > driver.caps.max_seats:
                continue
            try:
                await self._in_time(driver.create_room(room))
            except (EngineFull, EngineLost) as error:
                problem = error
                continue
            self._rooms[room.room] = (room, driver)
            return driver
        raise problem

    async def _read(self, driver: SfuDriver) -> None:
        """What one engine reports, with rooms brought back first."""
        async for event in driver.events():
            match event:
                case EngineGone():
                    self._tell(event)
                    self._wait_for(driver)
                case EngineBack():
                    self._wait_no_more(driver)
                    await self._back(driver, event)
                case EngineUnfit():
                    self._wait_no_more(driver)
                    self.unfit[driver.name] = event.reason
                    moved = await self._move(driver)
                    self._tell(EngineUnfit(event.rooms - moved, event.reason))
                case _:
                    self._tell(event)

    async def _back(self, driver: SfuDriver, event: EngineBack) -> None:
        """Rooms that have gone elsewhere meanwhile are not wanted any more."""
        own = self._rooms_of(driver)
        for room in event.rooms - own:
            with suppress(SfuError):
                await self._in_time(driver.destroy_room(room))
        back = event.rooms & own
        if event.empty:
            for room in back:
                with suppress(SfuError):
                    await self._in_time(driver.create_room(self._rooms[room][0]))
        self._tell(EngineBack(back, event.empty))

    def _rooms_of(self, driver: SfuDriver) -> frozenset[str]:
        return frozenset(
            room for room, (_, held) in self._rooms.items() if held is driver
        )

    def _wait_for(self, driver: SfuDriver) -> None:
        if len(self._drivers) > 1 and driver.name not in self._away:
            self._away[driver.name] = asyncio.create_task(
                self._stays_away(driver), name="mentalverse-media-away"
            )

    def _wait_no_more(self, driver: SfuDriver) -> None:
        waiting = self._away.pop(driver.name, None)
        if waiting is not None:
            waiting.cancel()

    async def _stays_away(self, driver: SfuDriver) -> None:
        await asyncio.sleep(self._away_seconds)
        await self._move(driver)

    async def _move(self, driver: SfuDriver) -> frozenset[str]:
        """Give the rooms of an engine to the others; those that found a place."""
        moved: set[str] = set()
        for room in self._rooms_of(driver):
            with suppress(SfuError):
                await self._place(self._rooms[room][0], without=driver.name)
                moved.add(room)
        if moved:
            self._tell(EngineBack(frozenset(moved), empty=True))
        return frozenset(moved)

    def _tell(self, event: SfuEvent | None) -> None:
        """A reader that is far behind misses the oldest: leases notice the rest."""
        if self._events.full():
            self._events.get_nowait()
        self._events.put_nowait(event)
