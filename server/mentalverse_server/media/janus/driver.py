"""`SfuDriver` over Janus: see `..driver` for what every call promises.

One Janus session for each seat, all on one connection (`link`), so that whatever a seat
holds ends with one request. A feed can be received from the moment its publisher's
connection stands, not from its answer on: `subscribe` waits a little for those that are
on their way, and leaves out the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress

from ..driver import (
    MAX_CANDIDATE_BYTES,
    BadSdp,
    Caps,
    Direction,
    E2eeRequired,
    EngineFull,
    EngineLost,
    FeedGone,
    FeedId,
    FeedStats,
    Jsep,
    Replace,
    RoomFull,
    RoomSpec,
    RoomStats,
    SfuEvent,
    WrongState,
    is_screen,
    seat_of,
)
from . import publishing, subscribing
from .line import Line
from .link import Link
from .recovery import end_session, make_room, participants, remove_room
from .sdp import origin_of
from .settings import JanusSettings
from .state import Publisher, Room, Seat, Subscription
from .watch import Watch

MAX_SEATS = 10
_FEED_SECONDS = 3.0
_KEEPALIVE_SECONDS = 20.0


class JanusDriver:
    """A Janus that runs beside the server, started by somebody else."""

    name = "janus"
    caps = Caps(
        simulcast=True, retransmission=True, ice_restart=True, max_seats=MAX_SEATS
    )

    def __init__(
        self,
        settings: JanusSettings,
        rng: Callable[[int], bytes],
        now: Callable[[], float],
    ):
        self._settings = settings
        self._rng = rng
        self._watch = Watch(settings.folder, rng, now)
        self._link = Link(settings, self._watch)
        self._making = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Reach Janus and examine it. Raises `DriverUnfit`."""
        await self._link.start()
        self._tasks = [
            asyncio.create_task(self._watch.keep(), name="janus state"),
            asyncio.create_task(self._keep_alive(), name="janus keepalive"),
        ]

    async def stop(self) -> None:
        """Let go of it: sessions last for `RECLAIM_SECONDS`, for the next server."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self._link.stop()
        await self._watch.close()

    async def create_room(self, room: RoomSpec) -> None:
        """Make the room, if it is not there. Raises `EngineFull`."""
        async with self._making:
            state = self._watch.state
            if room.room in state.rooms:
                return
            specs = [room, *(each.spec for each in state.rooms.values())]
            if sum(map(_ports, specs)) > self._settings.port_count:
                raise EngineFull("no UDP ports left for another room")
            line, secrets = self._link.line, self._watch.secrets
            state.rooms[room.room] = await make_room(
                line, state, secrets, room, self._rng
            )
            self._watch.changed()

    async def destroy_room(self, room: str) -> None:
        """End the room with all connections, if it is there."""
        state = self._watch.state
        found = state.rooms.pop(room, None)
        if found is None:
            return
        state.ending += [seat.session for seat in found.seats.values()]
        self._watch.changed()
        await remove_room(self._link.line, state, found)
        await asyncio.gather(*(self._end(seat) for seat in found.seats.values()))

    async def publish(self, room: str, feed: FeedId, offer: Jsep) -> Jsep:
        """Take a feed and return the answer."""
        _check(offer, "offer")
        found = self._watch.state.room(room)
        line = self._link.line
        seat = await self._seat(line, found, seat_of(feed))
        known = seat.publishers.get(feed)
        if known is not None and not known.lost:
            answer = await publishing.renegotiate(line, seat, known, offer)
            if known.paused:
                await self._moderate(line, found, feed)
            self._watch.changed()
            return answer
        if is_screen(feed) and found.has_screen_of_another(seat):
            raise RoomFull("somebody else presents")
        for each in [*seat.older(feed), *([known] if known else [])]:
            await self._close(room, seat, each.feed)
        answer = await self._join(line, found, seat, feed, offer)
        self._watch.changed()
        return answer

    async def unpublish(self, room: str, feed: FeedId) -> None:
        """Close a feed's connection, if it is there: a presentation is over."""
        found = self._watch.state.rooms.get(room)
        for seat in found.seats.values() if found is not None else ():
            if feed in seat.publishers:
                await self._close(room, seat, feed)

    async def subscribe(
        self, room: str, seat: str, add: frozenset[FeedId], drop: frozenset[FeedId]
    ) -> Jsep | None:
        """Change what `seat` receives and return the offer; None: nothing changed."""
        found = self._watch.state.room(room)
        line = self._link.line
        holder = await self._seat(line, found, seat)
        await self._watch.until_up(found, add, _FEED_SECONDS)
        there = add & found.feeds_up()
        try:
            return await subscribing.change(line, found, holder, there, drop)
        finally:
            self._watch.changed()

    async def answer(self, room: str, seat: str, answer: Jsep) -> None:
        """Take the answer to the last offer of `subscribe` or `restart`."""
        _check(answer, "answer")
        found = self._watch.state.room(room)
        await subscribing.answer(self._link.line, found, found.seat(seat), answer)
        self._watch.changed()

    async def feeds_by_mid(self, room: str, seat: str) -> Mapping[str, FeedId]:
        """From each MID of the seat's last offer to the feed it carries."""
        held = self._watch.state.room(room).seat(seat).subscription
        return {} if held is None else dict(held.feeds)

    async def resume(self, room: str, seat: str, feeds: frozenset[FeedId]) -> None:
        """Let `feeds` flow to `seat` and ask their publishers for a key frame."""
        found = self._watch.state.room(room)
        await subscribing.resume(self._link.line, found, found.seat(seat), feeds)
        self._watch.changed()

    async def trickle(
        self, room: str, seat: str, direction: Direction, candidate: str
    ) -> None:
        """Take one of the client's candidates (`candidate:…`), or "" for no more."""
        if len(candidate.encode()) > MAX_CANDIDATE_BYTES or not candidate.isprintable():
            raise BadSdp("not a candidate")
        holder = self._watch.state.room(room).seat(seat)
        if direction is Direction.SUBSCRIBE:
            end: Publisher | Subscription | None = holder.subscription
        else:
            end = publishing.by_candidate(holder, candidate)
        if end is None:
            raise WrongState("no connection to take a candidate for")
        given: dict[str, object] = {"completed": True}
        if candidate:
            # Everything is bundled with the first m-line.
            given = {"candidate": candidate, "sdpMLineIndex": 0}
        await self._link.line.ask(
            "trickle",
            session_id=holder.session,
            handle_id=end.handle,
            candidate=given,
        )

    async def select_layer(
        self, room: str, seat: str, feed: FeedId, layer: int
    ) -> None:
        """Forward this simulcast layer, 0 the lowest."""
        holder = self._watch.state.room(room).seat(seat)
        await subscribing.select_layer(self._link.line, holder, feed, layer)

    async def pause(self, room: str, feed: FeedId, paused: bool) -> None:
        """Stop a feed in Janus, for everybody; or let it go on."""
        found = self._watch.state.room(room)
        seat, publisher = found.publisher(feed)
        line = self._link.line
        publisher.paused = paused
        self._watch.changed()
        await self._moderate(line, found, feed)
        if not paused:
            await publishing.ask_for_key_frame(line, seat, publisher)

    async def restart(
        self, room: str, seat: str, direction: Direction, offer: Jsep | None
    ) -> Jsep | Replace:
        """Restart ICE: the answer to `offer` (publish), or an offer (subscribe)."""
        found = self._watch.state.room(room)
        holder = found.seat(seat)
        line = self._link.line
        self._watch.changed()
        if direction is Direction.SUBSCRIBE:
            return await subscribing.restart(line, found, holder)
        if offer is None:
            raise BadSdp("the client offers its own connection anew")
        _check(offer, "offer")
        known = publishing.whose(holder, origin_of(offer.sdp))
        if known is None:
            return Replace.REPLACE
        if known.lost:
            await self._close(room, holder, known.feed)
            return Replace.REPLACE
        return await publishing.renegotiate(line, holder, known, offer)

    async def close_subscription(self, room: str, seat: str) -> None:
        """Close what the seat receives over, if there is such a connection."""
        holder = self._watch.state.room(room).seats.get(seat)
        if holder is not None:
            self._watch.changed()
            await subscribing.close(self._link.line, holder)

    async def kick(self, room: str, seat: str) -> None:
        """Close everything of the seat; it holds no transport when this returns."""
        found = self._watch.state.rooms.get(room)
        gone = found.seats.pop(seat, None) if found is not None else None
        if gone is None:
            return
        self._watch.state.ending.append(gone.session)
        self._watch.changed()
        await self._end(gone)

    async def stats(self, room: str) -> RoomStats:
        """Who is there. Janus counts packets only where it can be administered."""
        found = self._watch.state.room(room)
        there = await participants(self._link.line, self._watch.control, found)
        seats = found.seats.values()
        held = [seat.subscription for seat in seats if seat.subscription is not None]
        return RoomStats(
            publishers=sum(each.publisher for each in there),
            subscribers=sum(each.up for each in held),
            packets_in=0,
            packets_out=0,
            bytes_out=0,
            feeds=tuple(
                FeedStats(publishing.feed_of(each.id), 0, 0, 0)
                for each in there
                if each.publisher
            ),
        )

    def events(self) -> AsyncIterator[SfuEvent]:
        """What happens, from now on; one reader. Ends with `stop`."""
        return self._watch.events()

    async def _seat(self, line: Line, room: Room, name: str) -> Seat:
        """The seat; a new one where there is room for it. Raises `RoomFull`."""
        async with self._making:
            if name in room.seats:
                return room.seats[name]
            if len(room.seats) >= room.spec.seats:
                raise RoomFull("every seat is taken")
            made = await line.ask("create")
            room.seats[name] = Seat(made.made)
            self._watch.changed()
            return room.seats[name]

    async def _close(self, room: str, seat: Seat, feed: FeedId) -> None:
        publisher = seat.publishers.pop(feed)
        self._watch.changed()
        await publishing.detach(self._link.line, seat, publisher.handle)
        if not publisher.lost:
            self._watch.tell(FeedGone(room, feed))

    async def _join(
        self, line: Line, room: Room, seat: Seat, feed: FeedId, offer: Jsep
    ) -> Jsep:
        try:
            return await publishing.publish(line, room, seat, feed, offer)
        except WrongState:
            # A request before it was heard, and its answer lost with the line.
            await publishing.remove(line, self._watch.control, room, feed)
            return await publishing.publish(line, room, seat, feed, offer)

    async def _moderate(self, line: Line, room: Room, feed: FeedId) -> None:
        _, publisher = room.publisher(feed)
        await publishing.moderate(line, self._watch.control, room, publisher)

    async def _end(self, seat: Seat) -> None:
        await end_session(self._link.line, seat.session)
        with suppress(ValueError):
            self._watch.state.ending.remove(seat.session)

    async def _keep_alive(self) -> None:
        """Janus ends a session that nobody asked anything of for a minute."""
        while True:
            await asyncio.sleep(_KEEPALIVE_SECONDS)
            with suppress(EngineLost):
                await self._watch.keep_alive(self._link.line)


def _check(given: Jsep, kind: str) -> None:
    if not given.e2ee:
        raise E2eeRequired("the description does not say that frames are sealed")
    if given.type != kind:
        raise BadSdp(f"an {kind} is wanted")


def _ports(spec: RoomSpec) -> int:
    """Each seat sends on one connection and receives on another."""
    return 2 * spec.seats + spec.screen
