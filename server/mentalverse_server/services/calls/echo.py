"""Rooms of one, in which somebody hears and sees themselves over the real path.

What is sent there goes to the engine and comes back, over the connections that a call
would have, sealed with a key that the client throws away. Such a room is no call: it
has no seats, no notices and no row. It belongs to the socket that asked for it, ends by
itself, and ends at once when a call needs its place in the engine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from mentalverse_signaling import feed_events as wire
from mentalverse_signaling.call_events import ECHO_SECONDS
from mentalverse_signaling.calls.model import feed_id
from mentalverse_signaling.errors import NoSeat, NotFound, StalePcGen
from mentalverse_signaling.feed_events import FeedLabel
from mentalverse_signaling.ids import AccountId, CallId, new_id

from ...media.driver import FeedId, RoomSpec
from ...transport.connections import Connection as Socket
from .engine_words import DIRECTIONS, as_told, described, shown
from .media import Media

MAX_ROOMS = 8
"""At once, of everybody."""
SEATS = 2
"""That the engine plans for: what one sends comes back once."""
LOOK_SECONDS = 1.0


@dataclass(slots=True)
class _Room:
    id: CallId
    socket: Socket
    feed: FeedId
    ends_at_ms: int
    offers: int = 0

    @property
    def account(self) -> AccountId:
        return self.socket.account


class Echo:
    """Makes them and ends them; `start`, then `close` before the media."""

    def __init__(
        self, media: Media, rng: Callable[[int], bytes], now_ms: Callable[[], int]
    ) -> None:
        self._media = media
        self._engines = media.engines
        media.make_way = self.make_way
        self._rng = rng
        self._now_ms = now_ms
        self._rooms: dict[CallId, _Room] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look at what is over."""
        self._task = asyncio.create_task(self._end_old(), name="mentalverse-calls-echo")

    async def close(self) -> None:
        """End them all."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        await self.make_way()

    @property
    def is_offered(self) -> bool:
        """Whether there is an engine to try."""
        return self._media.is_offered

    def holds(self, call: str) -> bool:
        """Whether a command that names this call is about one of them."""
        return call in self._rooms

    async def open(self, socket: Socket) -> CallId | None:
        """A room for this socket, in the place of its account's older one; none while
        there are too many, or no engine has room."""
        for older in list(self._rooms.values()):
            if older.account == socket.account:
                await self._end(older)
        if len(self._rooms) >= MAX_ROOMS:
            return None
        feed = FeedId(feed_id(socket.account, 1, FeedLabel.MAIN))
        ends_at_ms = self._now_ms() + ECHO_SECONDS * 1000
        room = _Room(CallId(new_id(self._rng)), socket, feed, ends_at_ms)
        self._rooms[room.id] = room
        if await self._media.make_room(RoomSpec(room.id, SEATS, screen=False)):
            return room.id
        self._rooms.pop(room.id, None)
        return None

    async def make_way(self) -> bool:
        """End all; whether there were any."""
        rooms = list(self._rooms.values())
        for room in rooms:
            await self._end(room)
        return bool(rooms)

    # --- what the socket asks for ---

    async def publish(
        self, socket: Socket, request: wire.FeedPublish
    ) -> wire.FeedAnswered:
        """Send a microphone and a camera."""
        room = self._own(socket, request.call)
        if request.label is not FeedLabel.MAIN:
            raise NotFound("no screen is shown here")
        async with as_told():
            made = await self._engines.publish(
                room.id, room.feed, described(request.jsep)
            )
        return wire.FeedAnswered(room.feed, shown(made))

    async def subscribe(
        self, socket: Socket, request: wire.FeedSubscribe
    ) -> wire.FeedOffer:
        """Receive what one sends."""
        room = self._own(socket, request.call)
        feeds = frozenset({room.feed} & set(map(FeedId, request.feeds)))
        async with as_told():
            offer = await self._engines.subscribe(
                room.id, room.account, feeds, frozenset()
            )
            mids = await self._engines.feeds_by_mid(room.id, room.account)
        room.offers += offer is not None
        return wire.FeedOffer(
            0 if offer is None else room.offers,
            None if offer is None else shown(offer),
            tuple(wire.FeedMid(mid, feed) for mid, feed in mids.items()),
        )

    async def answer(self, socket: Socket, request: wire.FeedAnswer) -> None:
        """Take the answer, and let it flow."""
        room = self._own(socket, request.call)
        if request.offer != room.offers:
            raise StalePcGen("there is a newer offer")
        async with as_told():
            await self._engines.answer(room.id, room.account, described(request.jsep))
            await self._engines.resume(room.id, room.account, frozenset({room.feed}))

    async def trickle(self, socket: Socket, request: wire.FeedTrickle) -> None:
        """Pass on one of the client's candidates."""
        room = self._own(socket, request.call)
        direction = DIRECTIONS[request.direction]
        async with as_told():
            await self._engines.trickle(
                room.id, room.account, direction, request.candidate
            )

    def _own(self, socket: Socket, call: CallId) -> _Room:
        room = self._rooms.get(call)
        if room is None:
            raise NotFound("the room is over")
        if room.socket is not socket:
            raise NoSeat("it is there for one socket alone")
        return room

    async def _end(self, room: _Room) -> None:
        if self._rooms.pop(room.id, None) is not None:
            await self._engines.destroy_room(room.id)

    async def _end_old(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now_ms = self._now_ms()
            for room in list(self._rooms.values()):
                if room.ends_at_ms <= now_ms:
                    await self._end(room)
