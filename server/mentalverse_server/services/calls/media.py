"""Media of calls that goes through an engine: feeds, offers and answers.

Every request is checked against the seat first, and an engine is only ever told the
call's id, the account and the number of its connection. What the rules decide (who may
present, who is muted hard) reaches the engine as effects, those
of one call one after the other.

The engine is started by the first call that needs it, and again after a restart that
found such calls open: a server that carries none needs no process for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from mentalverse_signaling import feed_events as wire
from mentalverse_signaling.call_events import Topology
from mentalverse_signaling.calls import effects as then
from mentalverse_signaling.calls.commands import (
    Beat,
    EngineKept,
    EngineReplaced,
    PauseOwnFeed,
    PublishFeed,
    ReplaceLeg,
)
from mentalverse_signaling.calls.decide import decide
from mentalverse_signaling.calls.model import Call, feed_id
from mentalverse_signaling.errors import (
    NotFound,
    SignalingError,
    StalePcGen,
)
from mentalverse_signaling.feed_events import FeedDirection
from mentalverse_signaling.ids import AccountId, CallId

from ...media.driver import (
    EngineBack,
    EngineUnfit,
    FeedId,
    Replace,
    RoomSpec,
    SfuError,
)
from ...media.engines import Engines
from ...transport.connections import Connection as Socket
from .asked import Seat
from .carrier import EngineWork
from .engine_words import DIRECTIONS, as_told, described, shown
from .rooms import Room, Rooms
from .seated import Seated

MAX_WORK = 4_096
SETTLE_SECONDS = 5.0

log = structlog.get_logger()

_Leg = tuple[CallId, AccountId]


class Media:
    """The feeds of calls; `start`, then `close`."""

    def __init__(self, engines: Engines, rooms: Rooms, seated: Seated) -> None:
        self.engines = engines
        self._rooms = rooms
        self._seated = seated
        self._starting = asyncio.Lock()
        self._is_started = False
        self._work: dict[CallId, asyncio.Task[None]] = {}
        """Of each call the newest of its effects; each waits for the one before."""
        self._waiting = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._offers: dict[_Leg, int] = {}
        self._paused: dict[_Leg, frozenset[FeedId]] = {}
        """Feeds that an answer brought and that wait for the seat's keys."""
        self.make_way: Callable[[], Awaitable[bool]] | None = None
        """Ends what is less than a call, and says whether there was any of it."""
        self.lost = 0
        """What an engine was not told, for there was too much of it."""

    # --- the engine ---

    @property
    def is_offered(self) -> bool:
        """Whether a call may be opened that needs an engine."""
        if not self.engines.drivers:
            return False
        return not self._is_started or self.engines.is_working

    @property
    def state(self) -> str:
        """For the operator: `off`, `idle` until a call needs it, `ready`, `unfit`."""
        if not self.engines.drivers:
            return "off"
        if not self._is_started:
            return "idle"
        return "ready" if self.engines.is_working else "unfit"

    async def start(self) -> None:
        """Begin; calls that were open get their rooms again."""
        for room in self._rooms:
            is_forwarded = room.call.route.topology is Topology.SFU
            if is_forwarded and await self.has_room(room.call):
                await self._take_over(room)

    async def _take_over(self, room: Room) -> None:
        """What the engine has forwarded all the while is on the roster again."""
        try:
            stats = await self.engines.stats(room.call.id)
            kept = tuple(each.feed for each in stats.feeds)
            await self._rooms.decide(room, EngineKept(kept))
        except (SfuError, SignalingError) as error:
            log.warning("calls.not_taken_over", code=error.code)

    async def close(self) -> None:
        """Let go of the engine."""
        if self._work:
            await asyncio.wait(self._work.values(), timeout=SETTLE_SECONDS)
        tasks = [*self._tasks, *self._work.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if self._is_started:
            await self.engines.stop()

    async def has_room(self, call: Call) -> bool:
        """Whether an engine has made the room of a call; it may have been there."""
        seats = call.capacity + call.kind.staff_seats
        room = RoomSpec(call.id, seats, screen=True)
        if await self.make_room(room):
            return True
        has_way = self.make_way is not None and await self.make_way()
        return has_way and await self.make_room(room)

    async def make_room(self, room: RoomSpec) -> bool:
        """Whether an engine has made a room; it may have been there."""
        if not self.engines.drivers or not await self._started(self.engines):
            return False
        try:
            await self.engines.create_room(room)
        except SfuError as error:
            log.warning("calls.no_engine", code=error.code)
            return False
        return True

    async def _started(self, engines: Engines) -> bool:
        async with self._starting:
            if not self._is_started:
                await engines.start()
                self._is_started = True
                for name, reason in engines.unfit.items():
                    log.warning("media.engine_unfit", engine=name, reason=reason)
                self._tasks = [
                    asyncio.create_task(
                        self._listen(engines), name="mentalverse-calls-engine-events"
                    ),
                ]
        return engines.is_working

    def carry_out(self, room: Room, effect: EngineWork) -> None:
        """Have the engine told."""
        if room.call.route.topology is not Topology.SFU:
            return
        if isinstance(effect, then.Kick):
            self._offers.pop((room.call.id, effect.account), None)
            self._paused.pop((room.call.id, effect.account), None)
        elif isinstance(effect, then.DestroyRoom):
            self._forget(room.call.id)
        if self._waiting >= MAX_WORK:
            self.lost += 1
            return
        self._waiting += 1
        call = room.call.id
        self._work[call] = asyncio.create_task(
            self._carry(self._work.get(call), call, effect),
            name="mentalverse-calls-engine",
        )

    def _forget(self, call: CallId) -> None:
        for kept in (self._offers, self._paused):
            for leg in [leg for leg in kept if leg[0] == call]:
                del kept[leg]

    async def _carry(
        self, before: asyncio.Task[None] | None, call: CallId, effect: EngineWork
    ) -> None:
        if before is not None:
            await asyncio.wait({before})
        try:
            await _told(self.engines, call, effect)
        except SfuError as error:
            log.info("calls.engine_not_told", code=error.code)
        except Exception:  # one effect is not the end of all others
            log.exception("calls.engine_failed")
        finally:
            self._waiting -= 1
            if self._work.get(call) is asyncio.current_task():
                del self._work[call]

    async def _settled(self, call: CallId) -> None:
        """What was decided before has reached the engine: a connection that is kicked
        takes nothing with it of the one that has its seat now."""
        work = self._work.get(call)
        if work is not None:
            await asyncio.wait({work}, timeout=SETTLE_SECONDS)

    async def _listen(self, engines: Engines) -> None:
        async for event in engines.events():
            if isinstance(event, EngineBack) and event.empty:
                for name in event.rooms:
                    room = self._rooms.find(CallId(name))
                    if room is not None:
                        await self._replaced(room)
            elif isinstance(event, EngineUnfit):
                log.error("media.engine_unfit", reason=event.reason)

    async def _replaced(self, room: Room) -> None:
        try:
            await self._rooms.decide(room, EngineReplaced())
        except SignalingError as error:
            log.warning("calls.not_decided", code=error.code)

    # --- what seats ask for ---

    async def publish(
        self, socket: Socket, request: wire.FeedPublish
    ) -> wire.FeedAnswered:
        """Send a camera or a screen; told to the others once the engine has it."""
        room, engines, (account, conn_id) = self._leg(socket, request.call)
        command = PublishFeed(account=account, conn_id=conn_id, label=request.label)
        decide(room.call, command, self._rooms.now_ms)  # refused before it is asked
        seat = room.call.seats[account]
        feed = FeedId(feed_id(account, seat.conn_epoch, request.label))
        await self._settled(room.call.id)
        async with as_told():
            answer = await engines.publish(room.call.id, feed, described(request.jsep))
        await self._rooms.decide(room, command)
        return wire.FeedAnswered(feed, shown(answer))

    async def subscribe(
        self,
        socket: Socket,
        call: CallId,
        *,
        add: tuple[str, ...],
        drop: tuple[str, ...],
    ) -> wire.FeedOffer:
        """Receive these feeds as well, and those no longer."""
        room, engines, (account, conn_id) = self._leg(socket, call)
        await self._rooms.decide(room, Beat(account=account, conn_id=conn_id))
        known = frozenset(FeedId(one) for one in add if one in room.call.feeds)
        gone = frozenset(map(FeedId, drop))
        leg = (call, account)
        await self._settled(call)
        async with as_told():
            offer = await engines.subscribe(call, account, known, gone)
            mids = await engines.feeds_by_mid(call, account)
        if offer is not None:
            self._offers[leg] = self._offers.get(leg, 0) + 1
            self._paused[leg] = (self._paused.get(leg, frozenset()) | known) - gone
        return wire.FeedOffer(
            0 if offer is None else self._offers[leg],
            None if offer is None else shown(offer),
            tuple(wire.FeedMid(mid, feed) for mid, feed in mids.items()),
        )

    async def answer(self, socket: Socket, request: wire.FeedAnswer) -> None:
        """Take the answer to the newest offer, and let flow what it brought."""
        room, engines, (account, conn_id) = self._leg(socket, request.call)
        leg = (request.call, account)
        await self._rooms.decide(room, Beat(account=account, conn_id=conn_id))
        if request.offer != self._offers.get(leg):
            raise StalePcGen("there is a newer offer")
        async with as_told():
            await engines.answer(request.call, account, described(request.jsep))
        await self.resume(room, account)

    async def resume(self, room: Room, account: AccountId) -> None:
        """Let feeds flow to a seat that can open them."""
        leg = (room.call.id, account)
        has_keys = all(account in one.confirmed for one in room.call.prepared)
        feeds = self._paused.get(leg)
        if not feeds or not has_keys:
            return
        del self._paused[leg]
        try:
            await self.engines.resume(room.call.id, account, feeds)
        except SfuError as error:
            log.info("calls.not_resumed", code=error.code)

    async def trickle(self, socket: Socket, request: wire.FeedTrickle) -> None:
        """Pass on one of the client's candidates."""
        _, engines, (account, _) = self._leg(socket, request.call)
        direction = DIRECTIONS[request.direction]
        async with as_told():
            await engines.trickle(request.call, account, direction, request.candidate)

    async def select_layer(self, socket: Socket, request: wire.FeedSelectLayer) -> None:
        """Which size of a feed to receive."""
        _, engines, (account, _) = self._leg(socket, request.call)
        async with as_told():
            await engines.select_layer(
                request.call, account, FeedId(request.feed), request.layer
            )

    async def pause(self, socket: Socket, request: wire.FeedPause) -> None:
        """Stop one's own feed in the engine, or let it go on."""
        room, _, (account, conn_id) = self._leg(socket, request.call)
        await self._rooms.decide(
            room,
            PauseOwnFeed(
                account=account,
                conn_id=conn_id,
                label=request.label,
                is_paused=request.paused,
            ),
        )

    async def restart(self, socket: Socket, request: wire.FeedRestart) -> wire.FeedPath:
        """A new path for one connection, or the word to build a new one."""
        room, engines, (account, conn_id) = self._leg(socket, request.call)
        self._rooms.counters.path_restarts += 1
        offer = None if request.jsep is None else described(request.jsep)
        direction, leg = DIRECTIONS[request.direction], (request.call, account)
        async with as_told():
            made = await engines.restart(
                request.call, account, direction, offer, replaces=request.replaces
            )
        if isinstance(made, Replace):
            if request.direction is FeedDirection.PUBLISH:
                await self._rooms.decide(
                    room, ReplaceLeg(account=account, conn_id=conn_id)
                )
            return wire.FeedPath(True, room.call.seats[account].conn_epoch)
        if request.direction is FeedDirection.SUBSCRIBE:
            self._offers[leg] = self._offers.get(leg, 0) + 1
        epoch = room.call.seats[account].conn_epoch
        return wire.FeedPath(False, epoch, self._offers.get(leg, 0), shown(made))

    def _leg(self, socket: Socket, call: CallId) -> tuple[Room, Engines, Seat]:
        room, (account, conn_id) = self._seated.holding(socket, call)
        if room.call.route.topology is not Topology.SFU:
            raise NotFound("no media of this call goes through an engine")
        return room, self.engines, (account, conn_id)


async def _told(engines: Engines, call: CallId, effect: EngineWork) -> None:
    match effect:
        case then.Kick(account):
            await engines.kick(call, account)
        case then.DropFeed(feed):
            await engines.unpublish(call, FeedId(feed))
        case then.PauseFeed(feed, is_paused):
            await engines.pause(call, FeedId(feed), is_paused)
        case then.DestroyRoom():
            await engines.destroy_room(call)
