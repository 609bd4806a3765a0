"""Looks at the desk again and again, and tells it that this device is there.

Notices are hints that can be lost, so whoever waits asks as well. A look comes with a
notice, with a new connection, and after the pause that the look before gave; a beat
comes with a new connection and every 15 seconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from mentalverse_signaling.errors import SignalingError

from ..engine import Engine
from ..errors import NotConnected, SignedOut
from ..line.connection import ConnectionState, backoff_seconds
from ..updates import UpdateKind

BEAT_SECONDS = 15.0
"""The desk takes a device for gone after three of them."""

_log = logging.getLogger(__name__)


class Watch:
    """The looks and beats of one side; `run` it in one task."""

    def __init__(
        self,
        engine: Engine,
        look: Callable[[], Awaitable[float | None]],
        beat: Callable[[], Awaitable[None]],
    ) -> None:
        """Both may raise `NotConnected`, `SignedOut` and `SignalingError`.

        Args:
            engine: The running client.
            look: Looks, and says after how many seconds to look again; None: not
                before there is a reason.
            beat: Tells the desk that this device is there, if there is a reason to.
        """
        self._engine = engine
        self._look = look
        self._beat = beat
        self._look_now = asyncio.Event()
        self._beat_now = asyncio.Event()

    def look(self) -> None:
        """Look at once."""
        self._look_now.set()

    def beat(self) -> None:
        """Beat at once, and then every 15 seconds."""
        self._beat_now.set()

    async def run(self) -> None:
        """Look and beat, until cancelled or signed out."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._looks())
            tasks.create_task(self._beats())
            tasks.create_task(self._connects())

    async def _looks(self) -> None:
        failures = 0
        while await self._is_online():
            self._look_now.clear()
            try:
                pause = await self._look()
                failures = 0
            except NotConnected:
                await asyncio.sleep(backoff_seconds(0))
                continue
            except SignedOut:
                return
            except SignalingError as error:
                _log.debug("the desk did not answer: %s", error.code)
                pause = backoff_seconds(failures, error.retry_after_ms)
                failures += 1
            await _until(self._look_now, pause)

    async def _beats(self) -> None:
        while await self._is_online():
            self._beat_now.clear()
            try:
                await self._beat()
            except SignedOut:
                return
            except (NotConnected, SignalingError) as error:
                _log.debug("a beat was not heard: %s", error.code)
            await _until(self._beat_now, BEAT_SECONDS)

    async def _connects(self) -> None:
        with suppress(SignedOut):
            async for update in self._engine.updates.subscribe():
                if update.kind is UpdateKind.CONNECTION and self._has_line():
                    self.look()
                    self.beat()

    async def _is_online(self) -> bool:
        """Wait for a connection; false if there will be none any more."""
        try:
            await self._engine.until(self._has_line)
        except SignedOut:
            return False
        return True

    def _has_line(self) -> bool:
        return self._engine.connection.state is ConnectionState.ONLINE


async def _until(event: asyncio.Event, seconds: float | None) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
