"""The driver `builtin`: a forwarder in a process of its own, kept alive.

    away ──start──▶ here ──line lost, process lives──▶ here
                    here ──process gone──▶ gone ──after 0.2 … 5 s──▶ here, empty
                    gone ──will not serve──▶ unfit

The process outlives the server, so that a call goes on while the server is restarted:
the next server finds it by its socket and takes it over with its rooms. It ends by
itself `linger_seconds` after the last server. One that does not answer `beat`s is
killed; the kernel says which process that is.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from . import driver
from .driver import (
    Caps,
    Direction,
    DriverUnfit,
    EngineBack,
    EngineGone,
    EngineLost,
    EngineUnfit,
    FeedGone,
    FeedId,
    FeedStats,
    Jsep,
    Replace,
    RoomSpec,
    RoomStats,
    SeatDown,
    SeatUp,
    SfuEvent,
)
from .forwarder import protocol
from .forwarder.protocol import AnyOperation, Happened, Welcome
from .forwarder_line import ForwarderLine, T

START_SECONDS = 30
"""Imports, and the test at the start, on a machine that is busy."""
END_SECONDS = 5
BEAT_SECONDS = 2.0
BEAT_ANSWER_SECONDS = 5.0
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
STEADY_SECONDS = 60
"""After that long without a fall the next pause is the first again."""
MAX_EVENTS = 1_024
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "LD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class BuiltinSettings:
    """How the process is run."""

    folder: Path
    """Where its socket is, readable by the owner only; made if it is not there."""
    addresses: tuple[str, ...] = ()
    """To listen on; none: all but loopback."""
    announced: str = ""
    """Behind NAT: the public address that clients are told instead."""
    linger_seconds: float = 60.0
    ends_with_server: bool = False
    memory_mib: int = 512
    number: int = 0
    """Of this process, where there are several."""


class BuiltinDriver:
    """A `SfuDriver`."""

    caps = Caps(simulcast=False, retransmission=True, ice_restart=False, max_seats=10)

    def __init__(self, settings: BuiltinSettings) -> None:
        self.name = f"builtin-{settings.number}"
        self._settings = settings
        self._path = settings.folder / f"forwarder-{settings.number}.sock"
        self._line: ForwarderLine | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._rooms: set[str] = set()
        self._is_tested = False
        self._keeping: asyncio.Task[None] | None = None
        self._events: asyncio.Queue[SfuEvent | None] = asyncio.Queue(MAX_EVENTS)

    async def start(self) -> None:
        """See `SfuDriver.start`."""
        self._settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        welcome = await self._take_over() or await self._begin()
        self._rooms = set(welcome.rooms)
        self._is_tested = True
        self._keeping = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """See `SfuDriver.stop`."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])
        if self._settings.ends_with_server:
            await self._end()
        elif self._line is not None:
            await self._line.close()
        self._tell(None)

    async def create_room(self, room: RoomSpec) -> None:
        """See `SfuDriver.create_room`."""
        await self._ask(protocol.CreateRoom(room.room, room.seats, room.screen))
        self._rooms.add(room.room)

    async def destroy_room(self, room: str) -> None:
        """See `SfuDriver.destroy_room`."""
        self._rooms.discard(room)
        await self._ask(protocol.DestroyRoom(room))

    async def publish(self, room: str, feed: FeedId, offer: Jsep) -> Jsep:
        """See `SfuDriver.publish`."""
        sdp = await self._ask_for(protocol.Publish(room, feed, offer.sdp), str)
        return Jsep("answer", sdp, e2ee=True)

    async def unpublish(self, room: str, feed: FeedId) -> None:
        """See `SfuDriver.unpublish`."""
        await self._ask(protocol.Unpublish(room, feed))

    async def subscribe(
        self, room: str, seat: str, add: frozenset[FeedId], drop: frozenset[FeedId]
    ) -> Jsep | None:
        """See `SfuDriver.subscribe`."""
        op = protocol.Subscribe(room, seat, sorted(add), sorted(drop))
        sdp: str | None = await self._ask_for(op, str | None)  # type: ignore[arg-type]
        return None if sdp is None else Jsep("offer", sdp, e2ee=True)

    async def answer(self, room: str, seat: str, answer: Jsep) -> None:
        """See `SfuDriver.answer`."""
        await self._ask(protocol.Answer(room, seat, answer.sdp))

    async def feeds_by_mid(self, room: str, seat: str) -> Mapping[str, FeedId]:
        """See `SfuDriver.feeds_by_mid`."""
        found = await self._ask_for(protocol.Mids(room, seat), dict[str, str])
        return {mid: FeedId(feed) for mid, feed in found.items()}

    async def resume(self, room: str, seat: str, feeds: frozenset[FeedId]) -> None:
        """See `SfuDriver.resume`."""
        await self._ask(protocol.Resume(room, seat, sorted(feeds)))

    async def trickle(
        self, room: str, seat: str, direction: Direction, candidate: str
    ) -> None:
        """Nothing: the forwarder learns where clients are from their own checks."""

    async def select_layer(
        self, room: str, seat: str, feed: FeedId, layer: int
    ) -> None:
        """No layers here: it says whose picture is given up last on a thin line."""
        await self._ask(protocol.Prefer(room, seat, feed, layer))

    async def pause(self, room: str, feed: FeedId, paused: bool) -> None:
        """See `SfuDriver.pause`."""
        await self._ask(protocol.Pause(room, feed, paused))

    async def restart(
        self, room: str, seat: str, direction: Direction, offer: Jsep | None
    ) -> Jsep | Replace:
        """Never: aiortc cannot restart ICE."""
        if direction is Direction.SUBSCRIBE:
            await self.close_subscription(room, seat)
        return Replace.REPLACE

    async def close_subscription(self, room: str, seat: str) -> None:
        """See `SfuDriver.close_subscription`."""
        await self._ask(protocol.Replace(room, seat))

    async def kick(self, room: str, seat: str) -> None:
        """See `SfuDriver.kick`."""
        await self._ask(protocol.Kick(room, seat))

    async def stats(self, room: str) -> RoomStats:
        """See `SfuDriver.stats`."""
        counts = await self._ask_for(protocol.Stats(room), protocol.RoomCounts)
        return RoomStats(
            publishers=counts.publishers,
            subscribers=counts.subscribers,
            packets_in=counts.packets_in,
            packets_out=counts.packets_out,
            bytes_out=counts.bytes_out,
            feeds=tuple(
                FeedStats(FeedId(each.feed), each.packets, each.bytes, each.lost)
                for each in counts.feeds
            ),
            engine={
                "transports": counts.transports,
                "filtered": counts.filtered,
                "sent_again": counts.sent_again,
            },
        )

    async def events(self) -> AsyncIterator[SfuEvent]:
        """See `SfuDriver.events`."""
        while (event := await self._events.get()) is not None:
            yield event

    @property
    def pid(self) -> int | None:
        """Of the process, if it is there."""
        return None if self._line is None else self._line.pid

    async def _ask(self, op: AnyOperation) -> None:
        await self._ask_for(op, type(None))

    async def _ask_for(self, op: AnyOperation, answer: type[T]) -> T:
        if self._line is None:
            raise EngineLost("the forwarder is being started")
        return await self._line.ask(op, answer)

    async def _keep(self) -> None:
        """For ever; whatever goes wrong in here ends the engine, and is said."""
        try:
            await self._keep_it()
        except DriverUnfit as error:
            reason = str(error)
        except Exception as error:
            reason = repr(error)
        rooms = frozenset(self._rooms)
        self._rooms.clear()
        self._tell(EngineUnfit(rooms, reason))

    async def _keep_it(self) -> None:
        """Notice that it is gone, and bring it back. Raises `DriverUnfit`."""
        loop = asyncio.get_running_loop()
        pause, since = FIRST_PAUSE_SECONDS, loop.time()
        while True:
            await self._watch()
            if await self._is_there_again():
                continue
            self._line = None
            rooms = frozenset(self._rooms)
            self._tell(EngineGone(rooms))
            if loop.time() - since > STEADY_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            pause = await self._bring_back(pause)
            since = loop.time()
            self._rooms -= rooms
            self._tell(EngineBack(rooms, empty=True))

    async def _bring_back(self, pause: float) -> float:
        """Until it serves again; the pause before the next fall is answered."""
        while True:
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            with suppress(EngineLost):
                await self._begin()
                return pause

    async def _is_there_again(self) -> bool:
        """Whether the same process took a new line, with its rooms."""
        try:
            welcome = await self._take_over()
        except DriverUnfit:
            return False
        return welcome is not None and self._rooms <= set(welcome.rooms)

    async def _watch(self) -> None:
        """Until the line is lost, by itself or because nobody answers."""
        line = self._line
        while line is not None and not line.closed.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS):
                    await line.closed.wait()
                return
            try:
                await line.ask(protocol.Hello(), Welcome, BEAT_ANSWER_SECONDS)
            except EngineLost:
                if not line.closed.is_set():
                    with suppress(ProcessLookupError):
                        os.kill(line.pid, signal.SIGKILL)
                    await line.close()

    async def _take_over(self) -> Welcome | None:
        """A process that is there already, unless it is another version's."""
        try:
            line = await ForwarderLine.open(self._path, self._happened)
        except OSError:
            return None
        try:
            welcome = await line.ask(protocol.Hello(), Welcome)
            if welcome.version == protocol.VERSION and not welcome.unfit:
                self._line = line
                return welcome
            await line.ask(protocol.End(), type(None))
        except EngineLost:
            with suppress(ProcessLookupError):
                os.kill(line.pid, signal.SIGKILL)
        await line.close()
        return None

    async def _begin(self) -> Welcome:
        """A new process. Raises `DriverUnfit`, and `EngineLost` if it fell at once."""
        self._path.unlink(missing_ok=True)
        process = self._process = await asyncio.create_subprocess_exec(
            *self._command(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(),
            cwd=self._settings.folder,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(START_SECONDS):
                line = await self._reach(process)
                welcome = await line.ask(protocol.Hello(), Welcome)
        except TimeoutError:
            process.kill()
            raise EngineLost("the forwarder did not start in time") from None
        self._line = line
        if welcome.unfit:
            await self._end()
            raise DriverUnfit(welcome.unfit)
        return welcome

    async def _reach(self, process: asyncio.subprocess.Process) -> ForwarderLine:
        """Its socket, as soon as it listens."""
        while True:
            with suppress(OSError):
                return await ForwarderLine.open(self._path, self._happened)
            if process.returncode is not None:
                if self._is_tested:
                    raise EngineLost(f"the forwarder ended with {process.returncode}")
                raise DriverUnfit(f"the forwarder ended with {process.returncode}")
            await asyncio.sleep(0.02)

    async def _end(self) -> None:
        """End the process, in good order if it will."""
        line, self._line = self._line, None
        if line is None:
            return
        pid = line.pid
        try:
            await line.ask(protocol.End(), type(None))
            async with asyncio.timeout(END_SECONDS):
                await line.closed.wait()
        except (EngineLost, TimeoutError):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await line.close()
        if self._process is not None:
            await self._process.wait()

    def _command(self) -> list[str]:
        settings = self._settings
        linger = 1.0 if settings.ends_with_server else settings.linger_seconds
        # Without -P the folder it runs in would be searched for modules.
        command = [sys.executable, "-P", "-m", f"{driver.__package__}.forwarder"]
        command += [self._path.name, f"--linger={linger}"]
        command += [f"--memory-mib={settings.memory_mib}"]
        command += [f"--address={address}" for address in settings.addresses]
        if settings.announced:
            command.append(f"--announce={settings.announced}")
        if self._is_tested:
            command.append("--tested")
        return command

    def _happened(self, what: Happened) -> None:
        """From the forwarder."""
        if what.what == "gone":
            self._tell(FeedGone(what.room, FeedId(what.name)))
            return
        kind = SeatUp if what.what == "up" else SeatDown
        self._tell(kind(what.room, what.name, Direction(what.direction)))

    def _tell(self, event: SfuEvent | None) -> None:
        """A reader that is far behind misses the oldest: leases notice the rest."""
        if self._events.full():
            self._events.get_nowait()
        self._events.put_nowait(event)


async def examine() -> None:
    """Start a process, which tests itself, and end it. Raises `DriverUnfit`."""
    with tempfile.TemporaryDirectory() as folder:
        one = BuiltinDriver(BuiltinSettings(Path(folder), ends_with_server=True))
        try:
            await one.start()
        except EngineLost as error:
            raise DriverUnfit(str(error)) from None
        await one.stop()


def _environment() -> dict[str, str]:
    """What an interpreter needs; the server's own settings are none of its business."""
    return {each: os.environ[each] for each in _KEPT_VARIABLES if each in os.environ}
