"""The one connection to Janus, made again whenever it is lost.

| after a connection has ended | what it means | what is done |
|---|---|---|
| the next reaches the same start | media went on | its sessions are claimed |
| the next is refused | no process listens: every room is gone | said once |
| the next reaches another start | it was restarted | rooms are made anew |

Janus keeps the sessions of a lost connection for `RECLAIM_SECONDS`. Attempts follow
each other after 0, 0.1 and 0.3 s at first, since media waits for nobody, and then up to
every 5 s.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Protocol

import aiohttp
import structlog

from ...errors import StartupError
from ..driver import DriverUnfit, EngineLost, SfuError
from .config_files import Secrets, read_secrets
from .line import PLUGIN, Line, connect
from .messages import Message
from .settings import JanusSettings

PAUSES_SECONDS = (0.0, 0.1, 0.3, 0.5, 1.0, 2.0, 5.0)
START_SECONDS = 10.0
"""Both may have been started at once, with the machine."""
_OLDEST_VERSION = 1100
"""Multistream subscriptions begin with 1.0, `autoupdate` with 1.1."""

log = structlog.get_logger()


class LinkOwner(Protocol):
    """Who is told about the connection. None of these is called twice at once."""

    async def opened(self, line: Line, secrets: Secrets) -> None:
        """A connection is there; requests are let through when this returns."""

    def refused(self) -> None:
        """Nobody listens where Janus does."""

    def heard(self, message: Message) -> None:
        """Janus says something by itself."""


class Link:
    """Keeps a connection; `line` is the one there is."""

    def __init__(self, settings: JanusSettings, owner: LinkOwner):
        self._settings = settings
        self._owner = owner
        self._line: Line | None = None
        self._first: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def line(self) -> Line:
        """Raises `EngineLost` while there is none."""
        if self._line is None:
            raise EngineLost("no line to Janus")
        return self._line

    async def start(self) -> None:
        """Return once the first connection is there. Raises `DriverUnfit`."""
        self._first = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run(), name="janus link")
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._first
        except TimeoutError:
            await self.stop()
            where = self._settings.url
            raise DriverUnfit(f"Janus does not answer at {where}; is it up?") from None
        except DriverUnfit:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close the connection. Janus goes on, and so do its sessions for a while."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._line = self._task = None

    async def _run(self) -> None:
        attempt = 0
        async with aiohttp.ClientSession() as http:
            while True:
                await asyncio.sleep(
                    PAUSES_SECONDS[min(attempt, len(PAUSES_SECONDS) - 1)]
                )
                attempt += 1
                try:
                    if await self._connection(http):
                        attempt = 0
                except aiohttp.ClientConnectorError:
                    self._owner.refused()
                except (DriverUnfit, StartupError) as error:
                    log.warning("janus_unfit", problem=str(error))
                    self._tell_first(str(error))
                except (OSError, aiohttp.ClientError, SfuError) as error:
                    log.info("janus_unreachable", problem=type(error).__name__)

    async def _connection(self, http: aiohttp.ClientSession) -> bool:
        """Serve one connection until it ends; whether it was ever good."""
        # Read each time: another start of Janus has other secrets.
        secrets = read_secrets(self._settings.folder)
        line = Line(
            await connect(http, self._settings.url),
            secrets.api_secret,
            self._owner.heard,
        )
        reading = asyncio.create_task(line.run(), name="janus reader")
        try:
            await _examine(line, secrets)
            await self._owner.opened(line, secrets)
            self._line = line
            if self._first is not None and not self._first.done():
                self._first.set_result(None)
            await reading
            return True
        finally:
            self._line = None
            await line.close()
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading

    def _tell_first(self, problem: str) -> None:
        if self._first is not None and not self._first.done():
            self._first.set_exception(DriverUnfit(problem))


async def examine(settings: JanusSettings) -> str:
    """Look at a Janus from beside the server that uses it; its version.

    Raises `DriverUnfit` and `StartupError`; touches no session.
    """
    secrets = read_secrets(settings.folder)
    try:
        async with aiohttp.ClientSession() as http:
            socket = await connect(http, settings.url)
            line = Line(socket, secrets.api_secret, lambda _: None)
            reading = asyncio.create_task(line.run())
            try:
                return await _examine(line, secrets)
            finally:
                await line.close()
                await reading
    except (OSError, aiohttp.ClientError, EngineLost):
        raise DriverUnfit(f"Janus does not answer at {settings.url}") from None


async def _examine(line: Line, secrets: Secrets) -> str:
    """Its version.

    Raises `DriverUnfit` unless this Janus was started with our newest settings.
    """
    info = await line.ask("info")
    if info.server_name != secrets.server_name:
        raise DriverUnfit("Janus runs with other settings: restart it")
    if info.version < _OLDEST_VERSION or PLUGIN not in info.plugins:
        raise DriverUnfit("Janus is older than 1.1, or without its video room")
    return info.version_string
