"""The live connection: signs in, stays up, calls and is called.

The library's own reconnection is off. It sleeps between fixed bounds, whereas
a thousand clients that lose their server in the same instant must come back
spread out: full jitter, from two seconds doubling to thirty, or the server's own
`retry_after_ms`. A person who writes meanwhile is not made to wait that long.
Every attempt is a fresh client object, so nothing of a dead connection (waiting
callbacks, half a packet) outlives it.

Every call ends: with an answer, with the end of the connection, or with its time.
A call whose time is up also ends the connection. The server answers everything
within ten seconds, so silence means that the line is dead, whatever TCP thinks.

Notices go into a bounded queue. The log is the truth and a notice only a hint, so
a full queue drops it and remembers that everything has to be read again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from secrets import SystemRandom
from typing import Any, Protocol, TypeVar

import aiohttp
import socketio  # type: ignore[import-untyped]

from mentalverse_signaling.envelope import PROTOCOL_VERSION, unwrap
from mentalverse_signaling.errors import (
    ERRORS_BY_CODE,
    BadRequest,
    SignalingError,
    Unauthorised,
    Unavailable,
)
from mentalverse_signaling.events import COMMANDS, DrainStarted, Fact, Payload, to_wire
from mentalverse_signaling.schema import convert_fact, notice_for

from ..errors import NotConnected, SignedOut

CONNECT_TIMEOUT_SECONDS = 15
CALL_TIMEOUT_SECONDS = 15
"""Longer than the server's own deadline of ten, which answers `deadline`."""
FIRST_DELAY_SECONDS = 2.0
MAX_DELAY_SECONDS = 30.0
MAX_MESSAGE_BYTES = 1024 * 1024
"""A page of the log is at most 256 KiB; anything near this is not ours."""
MAX_WAITING_NOTICES = 1_000

_log = logging.getLogger(__name__)
_uniform = SystemRandom().uniform
_F = TypeVar("_F", bound=Fact)


class ConnectionState(StrEnum):
    """How the connection stands."""

    OFFLINE = "offline"
    CONNECTING = "connecting"
    ONLINE = "online"
    SIGNED_OUT = "signed out"


class TokenSource(Protocol):
    """Where sign-in tokens come from."""

    async def __call__(self, *, fresh: bool) -> str:
        """A token; `fresh` when the last one was refused."""


@dataclass(frozen=True, slots=True)
class Received:
    """A notice from the server."""

    name: str
    fact: Fact


class Connection:
    """One device's connection, kept up while `run` runs."""

    def __init__(
        self,
        url: str,
        token: TokenSource,
        on_state: Callable[[ConnectionState], None],
    ) -> None:
        self._url = url
        self._token = token
        self._on_state = on_state
        self._client: socketio.AsyncClient | None = None
        self._waiting: set[asyncio.Future[Any]] = set()
        self._notices: asyncio.Queue[Received] = asyncio.Queue(MAX_WAITING_NOTICES)
        self._retry_after_seconds: float | None = None
        self._dead = asyncio.Event()
        self._hurried = asyncio.Event()
        self._listeners: dict[type[Fact], Callable[[Any], None]] = {}
        self.state = ConnectionState.OFFLINE
        self.missed_notices = False
        """Set when notices were dropped: read every log, then clear it."""

    def listen(self, kind: type[_F], listener: Callable[[_F], None]) -> None:
        """Let a plain function hear notices of a kind as they come in.

        They do not wait behind others, some of which take the network to be followed.
        """
        self._listeners[kind] = listener

    async def notice(self) -> Received:
        """The next notice, in the order of arrival."""
        return await self._notices.get()

    async def call(self, name: str, payload: Payload, answer: type[_F]) -> _F:
        """The server's answer to a command.

        Raises:
            NotConnected: there is no connection, or it ended before the answer:
                the command may have taken effect.
            SignalingError: the server refused it.
        """
        if COMMANDS[name].answer is not answer:
            raise BadRequest("the command answers with another type")
        client = self._client
        if client is None:
            raise NotConnected("not connected")
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            async with asyncio.timeout(CALL_TIMEOUT_SECONDS):
                await client.emit(
                    name, to_wire(payload), callback=lambda *ack: _settle(waiting, ack)
                )
                return convert_fact(answer, unwrap(await waiting))
        except TimeoutError:
            self._dead.set()
            raise NotConnected("the server did not answer in time") from None
        except socketio.exceptions.SocketIOError:
            raise NotConnected("the connection ended") from None
        finally:
            self._waiting.discard(waiting)

    async def run(self) -> None:
        """Connect, and connect again, until cancelled.

        Raises:
            SignedOut: the server does not accept this device any more.
        """
        attempt = 0
        refused = False
        while True:
            _end_if_cancelled()
            self._enter(ConnectionState.CONNECTING)
            lived = False
            try:
                lived = await self._live(await self._token(fresh=refused))
                refused = False
            except Unauthorised:
                # Once: the token may have expired. Twice: the device is out.
                if refused:
                    self._enter(ConnectionState.SIGNED_OUT)
                    raise SignedOut(
                        "the server does not let this device in any more (revoked?)"
                    ) from None
                refused = True
                continue
            except SignalingError as error:
                self._note_retry_after(error.retry_after_ms)
            except NotConnected as error:
                _log.debug("no connection: %s", error)
            self._enter(ConnectionState.OFFLINE)
            attempt = 0 if lived else attempt + 1
            await self._pause(attempt)

    def hurry(self) -> None:
        """Shorten the wait before the next attempt: somebody is writing."""
        self._hurried.set()

    async def _pause(self, attempt: int) -> None:
        """Wait before the next attempt; who writes waits as after a first failure."""
        asked, self._retry_after_seconds = self._retry_after_seconds, None
        if asked is not None:
            await asyncio.sleep(asked)
            return
        delay = self._delay_seconds(attempt)
        least = min(delay, _uniform(0, FIRST_DELAY_SECONDS))
        await asyncio.sleep(least)
        with suppress(TimeoutError):
            async with asyncio.timeout(delay - least):
                await self._hurried.wait()
        self._hurried.clear()

    def _delay_seconds(self, attempt: int) -> float:
        ceiling = min(MAX_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2.0 ** min(attempt, 8))
        return _uniform(0, ceiling)

    async def _live(self, token: str) -> bool:
        """Hold one connection from its beginning to its end."""
        self._dead.clear()
        timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT_TIMEOUT_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            refusals: list[object] = []
            client = self._new_client(session, refusals)
            try:
                await self._open(client, token, refusals)
                _end_if_cancelled()
                self._client = client
                self._enter(ConnectionState.ONLINE)
                await self._dead.wait()
            finally:
                self._client = None
                self._fail_waiting()
                await _close(client)
        return True

    async def _open(
        self, client: socketio.AsyncClient, token: str, refusals: list[object]
    ) -> None:
        auth = {"token": token, "protocol": PROTOCOL_VERSION}
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_SECONDS):
                await client.connect(
                    self._url,
                    auth=auth,
                    transports=["websocket"],
                    wait_timeout=CONNECT_TIMEOUT_SECONDS,
                )
        except (socketio.exceptions.ConnectionError, aiohttp.ClientError, OSError):
            raise _refusal(refusals) from None

    def _new_client(
        self, session: aiohttp.ClientSession, refusals: list[object]
    ) -> socketio.AsyncClient:
        client = socketio.AsyncClient(
            reconnection=False,
            serializer="msgpack",
            handle_sigint=False,
            http_session=session,
            websocket_extra_options={"max_msg_size": MAX_MESSAGE_BYTES},
        )
        # Plain functions, not coroutines: the library then runs each of them to its
        # end in the order of arrival.
        client.on("*", self._on_notice)
        client.on("connect_error", lambda *data: refusals.extend(data))
        client.on("disconnect", lambda *_: self._dead.set())
        return client

    def _on_notice(self, name: str, *arguments: object) -> None:
        notice = notice_for(name)
        if notice is None or len(arguments) != 1:
            return
        try:
            fact = convert_fact(notice.payload, arguments[0])
        except BadRequest:
            self.missed_notices = True
            return
        if isinstance(fact, DrainStarted):
            self._note_retry_after(fact.retry_after_ms)
            return
        listener = self._listeners.get(type(fact))
        if listener is not None:
            listener(fact)
            return
        try:
            self._notices.put_nowait(Received(name, fact))
        except asyncio.QueueFull:
            self.missed_notices = True

    def _note_retry_after(self, retry_after_ms: int | None) -> None:
        if retry_after_ms is not None:
            self._retry_after_seconds = retry_after_ms / 1000

    def _fail_waiting(self) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_exception(NotConnected("the connection ended"))

    def _enter(self, state: ConnectionState) -> None:
        if state is not self.state:
            self.state = state
            self._on_state(state)


def backoff_seconds(attempt: int, retry_after_ms: int | None = None) -> float:
    """How long to wait before sending the same thing again: 1, 2, 4 … 30 s, jittered.

    Never less than the server asked for.
    """
    asked = (retry_after_ms or 0) / 1000
    return asked + _uniform(0, min(MAX_DELAY_SECONDS, 2.0 ** min(attempt, 8)))


def _settle(waiting: asyncio.Future[Any], ack: tuple[object, ...]) -> None:
    if not waiting.done():
        waiting.set_result(ack[0] if ack else None)


def _refusal(refusals: list[object]) -> Exception:
    """The error behind a connection that did not come up."""
    for refusal in refusals:
        # As the server sent it, or as the library passes it on with a message.
        said = refusal.get("data", refusal) if isinstance(refusal, dict) else None
        if isinstance(said, dict):
            leaf = ERRORS_BY_CODE.get(str(said.get("code")), Unavailable)
            retry = said.get("retry_after_ms")
            return leaf("", retry if isinstance(retry, int) else None)
    return NotConnected("the server cannot be reached")


def _end_if_cancelled() -> None:
    """End a task that was told to end while the library was waiting.

    `asyncio.wait_for` of Python 3.11, which the library uses, loses a cancellation
    that comes together with its result; the connection would then live for ever.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def _close(client: socketio.AsyncClient) -> None:
    closing: Awaitable[None] = client.disconnect()
    try:
        async with asyncio.timeout(2):
            await closing
    except (TimeoutError, socketio.exceptions.SocketIOError, OSError):
        _log.debug("the connection did not close in time")
