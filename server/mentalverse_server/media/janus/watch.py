"""What is known of Janus: kept, told to whoever listens, and corrected by what it says.

`State` is changed by the driver's calls and by what Janus says by itself; this is where
the second happens, and where both are written down.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import msgspec
import structlog

from ...errors import StartupError
from ..driver import (
    Direction,
    EngineBack,
    EngineGone,
    EngineLost,
    EngineUnfit,
    FeedGone,
    FeedId,
    SeatDown,
    SeatUp,
    SfuError,
    SfuEvent,
)
from .config_files import Secrets
from .line import Line
from .messages import Message, Participant
from .publishing import feed_of
from .recovery import claim, make_room, participants, take_control
from .state import Place, Publisher, Room, State, read_state, write_state

MAX_EVENTS = 4096
MAX_STARTS = 3
STARTS_SECONDS = 60.0
"""So many starts of Janus in this time are a defect that another will not heal."""

log = structlog.get_logger()


class Watch:
    """Owner of the link: learns what opens, closes and happens."""

    def __init__(
        self, folder: Path, rng: Callable[[int], bytes], now: Callable[[], float]
    ):
        self._folder = folder
        self._rng = rng
        self._now = now
        self.state = read_state(folder)
        self._secrets: Secrets | None = None
        self._starts: deque[float] = deque(maxlen=MAX_STARTS)
        self._counted = ""
        self._gone = False
        self._events: asyncio.Queue[SfuEvent | None] = asyncio.Queue(MAX_EVENTS)
        self._unkept = asyncio.Event()
        self._moved = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None

    @property
    def secrets(self) -> Secrets:
        """Of the start of Janus there is. Raises `EngineLost`."""
        if self._secrets is None:
            raise EngineLost("no line to Janus")
        return self._secrets

    @property
    def control(self) -> tuple[int, int]:
        """Session and handle for what concerns whole rooms."""
        return self.state.session, self.state.handle

    async def opened(self, line: Line, secrets: Secrets) -> None:
        """A connection is there: claim what went on, or make anew what did not."""
        self._secrets = secrets
        rooms = frozenset(self.state.rooms)
        if self.state.server_name == secrets.server_name:
            for room, name in await claim(line, self.state):
                self._let_go(room, name)
            for room in self.state.rooms.values():
                self._reconcile(room, await participants(line, self.control, room))
            self.tell(EngineBack(empty=False, rooms=rooms))
        else:
            self._count_start(secrets.server_name, rooms)
            self._lose_all()
            specs = [room.spec for room in self.state.rooms.values()]
            fresh = State()
            await take_control(line, fresh)
            for spec in specs:
                fresh.rooms[spec.room] = await make_room(
                    line, fresh, secrets, spec, self._rng
                )
            fresh.server_name = secrets.server_name
            self.state = fresh
            self.tell(EngineBack(empty=True, rooms=rooms))
        self._gone = False
        self.changed()

    def refused(self) -> None:
        """Nobody listens: Janus has ended, and every room with it."""
        self._lose_all()

    def heard(self, message: Message) -> None:
        """Janus says something by itself."""
        if message.janus == "timeout":
            for room, name, seat in list(self.state.seats()):
                if seat.session == message.session_id:
                    self._let_go(room, name)
            return
        place = self.state.place(message.sender)
        if place is None:
            return
        if message.janus == "webrtcup":
            self._up(place)
        elif message.janus in {"hangup", "detached"}:
            self._down(place)

    def tell(self, event: SfuEvent) -> None:
        """Put an event where the reader finds it; the oldest goes if none reads."""
        if self._events.full():
            log.warning("janus_event_dropped")
            self._events.get_nowait()
        self._events.put_nowait(event)

    def changed(self) -> None:
        """The state has changed: keep it."""
        self._unkept.set()

    async def events(self) -> AsyncIterator[SfuEvent]:
        """What happens, until `close`."""
        while (event := await self._events.get()) is not None:
            yield event

    async def keep(self) -> None:
        """Write the state down after each change; many at once are one."""
        while True:
            await self._unkept.wait()
            await self._write()

    async def close(self) -> None:
        """Write down what is known, and end `events`."""
        await self._write()
        if self._events.full():
            self._events.get_nowait()
        self._events.put_nowait(None)

    async def until_up(
        self, room: Room, feeds: frozenset[FeedId], seconds: float
    ) -> None:
        """Wait for those of `feeds` that are published and not yet connected."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while any(
                    not each.up and not each.lost and each.feed in feeds
                    for seat in room.seats.values()
                    for each in seat.publishers.values()
                ):
                    await self._moved.wait()

    async def keep_alive(self, line: Line) -> None:
        """Say of every session that it is still wanted; let go of those that ended."""
        seats = list(self.state.seats())
        asked = [self.state.session, *(seat.session for _, _, seat in seats)]
        answers = await asyncio.gather(
            *(line.ask("keepalive", session_id=session) for session in asked),
            return_exceptions=True,
        )
        for (room, name, _), said in zip(seats, answers[1:], strict=True):
            if isinstance(said, SfuError) and not isinstance(said, EngineLost):
                self._let_go(room, name)

    def _up(self, place: Place) -> None:
        place.end.up = True
        self._move()
        self.tell(SeatUp(place.room.spec.room, place.name, place.direction))

    def _down(self, place: Place) -> None:
        place.end.up, place.end.lost = False, True
        self._move()
        self.changed()
        room = place.room.spec.room
        self.tell(SeatDown(room, place.name, place.direction))
        if isinstance(place.end, Publisher):
            self.tell(FeedGone(room, place.end.feed))

    def _reconcile(self, room: Room, there: tuple[Participant, ...]) -> None:
        """Learn what Janus said while nobody listened: whose feeds came or ended."""
        published = {feed_of(each.id) for each in there if each.publisher}
        for name, seat in room.seats.items():
            for end in seat.publishers.values():
                place = Place(room, name, seat, end)
                if end.feed in published and not end.up:
                    self._up(place)
                elif end.feed not in published and end.up:
                    self._down(place)

    def _let_go(self, room: Room, name: str) -> None:
        """The seat's session has ended without us."""
        seat = room.seats.pop(name, None)
        if seat is None:
            return
        self.changed()
        if seat.subscription is not None:
            self.tell(SeatDown(room.spec.room, name, Direction.SUBSCRIBE))
        if seat.publishers:
            self.tell(SeatDown(room.spec.room, name, Direction.PUBLISH))
        for feed in seat.publishers:
            self.tell(FeedGone(room.spec.room, feed))

    def _lose_all(self) -> None:
        """Every room has ended; said once, and only if there were any."""
        if self._gone:
            return
        self._gone = True
        self.state.server_name = ""
        self.state.ending.clear()
        for room in self.state.rooms.values():
            room.seats.clear()
        self._move()
        self.changed()
        if self.state.rooms:
            self.tell(EngineGone(frozenset(self.state.rooms)))

    def _count_start(self, server_name: str, rooms: frozenset[str]) -> None:
        """A start is seen once for each of its names, however often it is reached."""
        if self._counted == server_name:
            return
        self._counted = server_name
        now = self._now()
        self._starts.append(now)
        full = len(self._starts) == MAX_STARTS
        if full and now - self._starts[0] < STARTS_SECONDS:
            log.error("janus_unfit", starts=MAX_STARTS, seconds=STARTS_SECONDS)
            self.tell(EngineUnfit(rooms, "Janus ends again and again: see its log"))

    def _move(self) -> None:
        """Wake whoever waits for a connection."""
        self._moved.set()
        self._moved = asyncio.Event()

    async def _write(self) -> None:
        """To the end, also for who is cancelled: two at once would meet in one file."""
        while self._writing is not None and not self._writing.done():
            await asyncio.wait([self._writing])
        self._unkept.clear()
        document = msgspec.json.encode(self.state)
        self._writing = asyncio.create_task(self._put(document))
        await asyncio.wait([self._writing])

    async def _put(self, document: bytes) -> None:
        try:
            await asyncio.to_thread(write_state, self._folder, document)
        except StartupError as error:
            log.warning("janus_state_not_kept", problem=str(error))
