"""A room: who publishes, who receives. One command of a seat at a time."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable

from ..driver import (
    Direction,
    FeedId,
    NoSuchRoom,
    RoomFull,
    RoomSpec,
    is_screen,
    seat_of,
)
from .connection import Connection, State
from .protocol import FeedCounts, Happened, RoomCounts
from .publication import Clock, Publication
from .subscription import Subscription

Tell = Callable[[Happened], None]


class Room:
    """`tell` hears what happens by itself; `announced` replaces own addresses."""

    def __init__(
        self, spec: RoomSpec, tell: Tell, clock: Clock, announced: str = ""
    ) -> None:
        self.spec = spec
        self.publications: dict[FeedId, Publication] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.filtered = 0
        self._tell = tell
        self._clock = clock
        self._announced = announced
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def seats(self) -> set[str]:
        """Who is in it."""
        return {each.seat for each in self.publications.values()} | {
            *self.subscriptions
        }

    async def publish(self, feed: FeedId, sdp: str) -> str:
        """See `SfuDriver.publish`."""
        seat = seat_of(feed)
        async with self._locks[seat]:
            self._check_place(seat, feed)
            known = self.publications.get(feed)
            if known is not None and known.connection.same_peer(sdp):
                return await known.negotiate(sdp)
            await self._close_feeds(
                each
                for each in self.publications
                if seat_of(each) == seat and is_screen(each) == is_screen(feed)
            )
            publication = Publication(
                feed, self._connection(seat, Direction.PUBLISH, feed), self._clock
            )
            self.publications[feed] = publication
            try:
                return await publication.negotiate(sdp)
            except BaseException:
                await self._forget(publication)
                raise

    async def unpublish(self, feed: FeedId) -> None:
        """See `SfuDriver.unpublish`."""
        async with self._locks[seat_of(feed)]:
            await self._close_feeds([feed])

    async def subscribe(
        self, seat: str, add: Iterable[FeedId], drop: Iterable[FeedId]
    ) -> str | None:
        """See `SfuDriver.subscribe`."""
        async with self._locks[seat]:
            wanted = [
                self.publications[feed] for feed in add if feed in self.publications
            ]
            subscription = self.subscriptions.get(seat)
            if subscription is None:
                if not wanted:
                    return None
                self._check_place(seat)
                subscription = Subscription(
                    seat, self._connection(seat, Direction.SUBSCRIBE), self._clock
                )
                self.subscriptions[seat] = subscription
            gone = subscription.feeds - set(self.publications)
            return await subscription.change(wanted, gone | set(drop))

    async def answer(self, seat: str, sdp: str) -> None:
        """See `SfuDriver.answer`."""
        async with self._locks[seat]:
            await self.subscription_of(seat).answered(sdp)

    async def resume(self, seat: str, feeds: Iterable[FeedId]) -> None:
        """See `SfuDriver.resume`."""
        async with self._locks[seat]:
            await self.subscription_of(seat).resume(feeds)

    async def replace(self, seat: str) -> None:
        """Close the seat's subscription."""
        async with self._locks[seat]:
            await self._close_subscription(seat)

    def pause(self, feed: FeedId, paused: bool) -> None:
        """See `SfuDriver.pause`."""
        publication = self.publications.get(feed)
        if publication is None:
            raise NoSuchRoom(f"no feed {feed}")
        publication.pause(paused)

    async def kick(self, seat: str) -> None:
        """See `SfuDriver.kick`."""
        async with self._locks[seat]:
            await self._close_feeds(
                each for each in self.publications if seat_of(each) == seat
            )
            await self._close_subscription(seat)

    async def close(self) -> None:
        """End everything."""
        for seat in self.seats:
            await self.kick(seat)
        if self._closing:
            await asyncio.wait(self._closing)

    def subscription_of(self, seat: str) -> Subscription:
        """Raises `NoSuchRoom` if it has none."""
        try:
            return self.subscriptions[seat]
        except KeyError:
            raise NoSuchRoom(f"no subscription of {seat}") from None

    async def tick(self) -> None:
        """Every 100 ms."""
        for publication in tuple(self.publications.values()):
            for source in publication.sources.values():
                await source.tick()

    async def judge(self) -> None:
        """Every second."""
        for publication in tuple(self.publications.values()):
            for source in publication.sources.values():
                await source.limit()
        for subscription in tuple(self.subscriptions.values()):
            await subscription.judge()

    def counts(self) -> RoomCounts:
        """What it carries."""
        sources = {
            feed: list(each.sources.values())
            for feed, each in self.publications.items()
        }
        lines = [line for each in self.subscriptions.values() for line in each.lines]
        legs = [line.leg for line in lines if line.leg is not None]
        return RoomCounts(
            publishers=len(self.publications),
            subscribers=len(self.subscriptions),
            transports=len(self.publications) + len(self.subscriptions),
            packets_in=sum(one.packets for each in sources.values() for one in each),
            packets_out=sum(leg.packets for leg in legs),
            bytes_out=sum(leg.octets for leg in legs),
            filtered=self.filtered,
            sent_again=sum(line.sent_again for line in lines),
            feeds=[
                FeedCounts(
                    feed=feed,
                    packets=sum(one.packets for one in each),
                    bytes=sum(one.octets for one in each),
                    lost=sum(one.lost for one in each),
                )
                for feed, each in sources.items()
            ],
        )

    def _check_place(self, seat: str, feed: FeedId | None = None) -> None:
        if seat not in self.seats and len(self.seats) >= self.spec.seats:
            raise RoomFull(f"{self.spec.seats} seats")
        if feed is not None and is_screen(feed):
            others = [each for each in self.publications if is_screen(each)]
            if not self.spec.screen or any(seat_of(each) != seat for each in others):
                raise RoomFull("no place for a screen")

    def _connection(
        self, seat: str, direction: Direction, feed: FeedId | None = None
    ) -> Connection:
        def on_state(state: State) -> None:
            task = asyncio.ensure_future(self._moved(connection, seat, direction, feed))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

        connection = Connection(on_state, self._count_filtered, self._announced)
        return connection

    async def _moved(
        self,
        connection: Connection,
        seat: str,
        direction: Direction,
        feed: FeedId | None,
    ) -> None:
        """A connection is up, or was closed by the other side or by silence."""
        room = self.spec.room
        if connection.state is State.UP:
            self._tell(Happened("up", room, seat, direction.value))
            subscription = self.subscriptions.get(seat)
            if subscription is not None and subscription.connection is connection:
                await subscription.refresh()
            return
        async with self._locks[seat]:
            if feed is not None:
                publication = self.publications.get(feed)
                if publication is None or publication.connection is not connection:
                    return
                await self._forget(publication)
                self._tell(Happened("gone", room, feed))
            else:
                subscription = self.subscriptions.get(seat)
                if subscription is None or subscription.connection is not connection:
                    return
                await self._close_subscription(seat)
            self._tell(Happened("down", room, seat, direction.value))

    async def _close_feeds(self, feeds: Iterable[FeedId]) -> None:
        for feed in list(feeds):
            publication = self.publications.get(feed)
            if publication is not None:
                await self._forget(publication)
                self._tell(Happened("gone", self.spec.room, feed))

    async def _forget(self, publication: Publication) -> None:
        self.publications.pop(publication.feed, None)
        for subscription in self.subscriptions.values():
            for line in subscription.lines:
                if line.feed == publication.feed:
                    line.stop()
        await publication.connection.close()

    async def _close_subscription(self, seat: str) -> None:
        subscription = self.subscriptions.pop(seat, None)
        if subscription is not None:
            subscription.stop()
            await subscription.connection.close()

    def _count_filtered(self) -> None:
        self.filtered += 1
