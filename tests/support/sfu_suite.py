"""What the tests of media engines share: an engine by name, and people in its rooms.

A driver joins the suite by a line in `ENGINES`: an async context manager that yields an
`Engine`. All tests of `tests/server/media/test_driver_*.py` run over each of them.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from mentalverse_server.media.builtin import BuiltinDriver, BuiltinSettings
from mentalverse_server.media.driver import (
    FeedId,
    Jsep,
    RoomSpec,
    SfuDriver,
    SfuEvent,
    feed_id,
)
from mentalverse_server.media.engines import Engines
from mentalverse_server.media.forwarder import hooks
from mentalverse_server.media.forwarder.probe import (
    KEY_FRAME,
    PICTURE,
    SOUND,
    Receiving,
    Sending,
    until,
)
from mentalverse_server.media.janus.driver import JanusDriver
from support.janus import Janus
from support.netns import private_network

SECONDS = 20.0
"""No test waits for time, only for facts; so long on a machine that is busy."""
ROOM = "room"
LOOPBACK = "127.0.0.1"


@dataclass
class Engine:
    """One engine behind the server's door. `kill` takes its process down hard."""

    driver: SfuDriver
    engines: Engines
    kill: Callable[[], None]
    events: list[SfuEvent] = field(default_factory=list)

    async def room(self, seats: int = 10, *, screen: bool = True) -> None:
        await self.engines.create_room(RoomSpec(ROOM, seats, screen))

    async def happens(self, wanted: Callable[[SfuEvent], bool]) -> None:
        await fact(lambda: any(wanted(each) for each in self.events))


@asynccontextmanager
async def running(driver: SfuDriver, kill: Callable[[], None]) -> AsyncIterator[Engine]:
    """`driver` started, its events noted, stopped at the end."""
    engine = Engine(driver, Engines([driver]), kill)
    await engine.engines.start()
    assert not engine.engines.unfit

    async def note() -> None:
        async for event in engine.engines.events():
            engine.events.append(event)

    noting = asyncio.create_task(note())
    try:
        yield engine
    finally:
        await engine.engines.stop()
        await noting


@asynccontextmanager
async def builtin() -> AsyncIterator[Engine]:
    """The forwarder on the loopback interface, and clients there too."""
    folder = Path(tempfile.mkdtemp(prefix="mv-"))
    settings = BuiltinSettings(folder, addresses=(LOOPBACK,), ends_with_server=True)
    driver = BuiltinDriver(settings)
    hooks.use_addresses([LOOPBACK])
    try:
        async with running(driver, lambda: kill_forwarder(driver)) as engine:
            yield engine
    finally:
        hooks.use_addresses([])
        shutil.rmtree(folder)


def kill_forwarder(driver: BuiltinDriver) -> None:
    assert driver.pid is not None
    with suppress(ProcessLookupError):
        os.kill(driver.pid, signal.SIGKILL)


@asynccontextmanager
async def janus() -> AsyncIterator[Engine]:
    """Debian's Janus in a network of its own, started again as its unit does."""
    folder = Path(tempfile.mkdtemp(prefix="mv-"))
    with private_network():
        process = Janus(folder)
        process.start()
        driver = JanusDriver(process.settings, secrets.token_bytes, time.monotonic)
        try:
            async with running(driver, process.crash) as engine:
                yield engine
        finally:
            process.stop()
            shutil.rmtree(folder)


ENGINES: dict[str, Callable[[], AbstractAsyncContextManager[Engine]]] = {
    "builtin": builtin,
    "janus": janus,
}


class Person:
    """Somebody in the room, with as many connections as a client has."""

    def __init__(self, engine: Engine, seat: str) -> None:
        self.seat = seat
        self.epoch = 1
        self.sending: dict[FeedId, Sending] = {}
        self.receiving = Receiving()
        self._engines = engine.engines
        self._sent = 0

    @property
    def feed(self) -> FeedId:
        return feed_id(self.seat, self.epoch)

    @property
    def screen(self) -> FeedId:
        return feed_id(self.seat, self.epoch, screen=True)

    async def publish(
        self, feed: FeedId | None = None, kinds: tuple[str, ...] = (SOUND, PICTURE)
    ) -> FeedId:
        """Microphone and camera, or what `feed` names; connected on return."""
        feed = feed or self.feed
        sending = self.sending[feed] = Sending(*kinds)
        offer = Jsep("offer", await sending.offer(), e2ee=True)
        answer = await self._engines.publish(ROOM, feed, offer)
        await sending.take_answer(answer.sdp)
        await fact(lambda: sending.is_up)
        return feed

    async def subscribe(self, *feeds: FeedId, drop: tuple[FeedId, ...] = ()) -> bool:
        """Receive these too, still paused; whether there was anything to negotiate."""
        offer = await self._engines.subscribe(
            ROOM, self.seat, frozenset(feeds), frozenset(drop)
        )
        if offer is None:
            return False
        answer = Jsep("answer", await self.receiving.answer(offer.sdp), e2ee=True)
        await self._engines.answer(ROOM, self.seat, answer)
        return True

    async def resume(self, *feeds: FeedId) -> None:
        await self._engines.resume(ROOM, self.seat, frozenset(feeds))

    async def watch(self, *feeds: FeedId) -> None:
        """Subscribe, and let it flow."""
        await self.subscribe(*feeds)
        await self.resume(*feeds)

    async def say(self, kind: str = SOUND, feed: FeedId | None = None) -> bytes:
        """One packet that nobody said before; a picture is a key frame."""
        self._sent += 1
        feed = feed or self.feed
        payload = f"{feed} {kind} {self._sent}".encode()
        payload = (KEY_FRAME if kind == PICTURE else b"\xf8") + payload
        await self.sending[feed].send(kind, payload)
        return payload

    async def hears(
        self, other: Person, kind: str = SOUND, feed: FeedId | None = None
    ) -> None:
        """What `other` says from now on arrives, said until it does."""
        said: set[bytes] = set()

        def arrived() -> bool:
            return any(each.payload in said for each in self.receiving.received)

        async with asyncio.timeout(SECONDS):
            while not arrived():
                said.add(await other.say(kind, feed))
                with suppress(TimeoutError):
                    await until(arrived, 0.05)

    async def mid(self, feed: FeedId, kind: str) -> str:
        """Of the line that carries `feed`."""
        lines = {each.mid: each.kind for each in self.receiving.pc.getTransceivers()}
        mids = await self._engines.feeds_by_mid(ROOM, self.seat)
        return next(
            mid for mid, each in mids.items() if each == feed and lines[mid] == kind
        )

    async def reload(self) -> None:
        """The page is loaded again: nobody closes anything, and a new epoch begins."""
        self.epoch += 1
        self.sending = {}
        self.receiving = Receiving()
        await self._engines.kick(ROOM, self.seat)

    async def close(self) -> None:
        for sending in self.sending.values():
            await sending.close()
        await self.receiving.close()


async def fact(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    await until(holds, SECONDS)
