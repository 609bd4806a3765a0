"""The funnel: every call that reaches the server passes here and is answered.

Decode, quota, order, deadline, and the one place where exceptions become codes.
It knows neither sockets nor the Socket.IO library.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol

import msgspec
import structlog

from mentalverse_signaling.envelope import PROTOCOL_VERSION
from mentalverse_signaling.errors import (
    BadRequest,
    DeadlineExceeded,
    Internal,
    RateLimited,
    SignalingError,
    Unauthorised,
    Unavailable,
)
from mentalverse_signaling.events import Token
from mentalverse_signaling.quota import Lane, full, take
from mentalverse_signaling.schema import command_for

from ..clock import Clock
from .calls import CallQueue, Dispatcher
from .connections import Calls, Connection, Connections, Principal
from .frames import Frame, encode_failure, event_of
from .limits import TransportCounters, TransportLimits

log = structlog.get_logger()


class Authenticator(Protocol):
    """Turns a sign-in token into a principal."""

    async def authenticate(self, token: str) -> Principal:
        """Who the token speaks for; raises `Unauthorised`."""


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client sends with CONNECT."""

    token: Token
    protocol: int


_credentials = msgspec.msgpack.Decoder(Credentials)


class Gateway:
    """Owns the live connections and every call in progress."""

    def __init__(
        self,
        authenticator: Authenticator,
        dispatcher: Dispatcher,
        limits: TransportLimits,
        clock: Clock,
        counters: TransportCounters,
    ) -> None:
        self.connections = Connections(max_per_device=limits.max_connections_per_device)
        self._authenticator = authenticator
        self._dispatcher = dispatcher
        self._limits = limits
        self._clock = clock
        self._counters = counters
        self._busy: set[CallQueue] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._draining = False

    async def authenticate(self, credentials: msgspec.Raw) -> Principal:
        """The principal of a CONNECT; raises a `SignalingError`, nothing else."""
        try:
            presented = _credentials.decode(credentials)
        except (msgspec.DecodeError, ValueError, RecursionError):
            raise Unauthorised("a token and a protocol version are needed") from None
        if presented.protocol != PROTOCOL_VERSION:
            raise BadRequest("this server speaks another protocol version")
        try:
            async with asyncio.timeout(self._limits.authentication_seconds):
                return await self._authenticator.authenticate(presented.token)
        except Exception as error:  # the funnel: whatever it is, it is answered
            raise self._explain(error) from None

    def opened(self, connection: Connection) -> bool:
        """Register an authenticated socket; False if its sign-in has ended."""
        if not self.connections.add(connection):
            return False
        self._counters.connections_authenticated += 1
        try:
            self._dispatcher.connected(connection)
        except Exception:  # supervisor: a defect there must not cost the socket
            log.exception("transport.connected_failed")
        return True

    def closed(self, connection: Connection) -> None:
        """Forget a socket. Running calls go on; waiting ones are dropped."""
        if not self.connections.remove(connection):
            return
        if connection.calls is not None:
            connection.calls.discard()
        try:
            self._dispatcher.disconnected(connection)
        except Exception:  # supervisor: the socket is gone whatever happens
            log.exception("transport.disconnected_failed")

    def receive(self, connection: Connection, frame: Frame) -> None:
        """One EVENT of a registered socket. Raises `MalformedFrame` only."""
        name, raw = event_of(frame)
        self._counters.calls += 1
        try:
            command = command_for(name)
            if self._draining:
                raise Unavailable("the server is going down", self._retry_after_ms)
            now = self._clock.monotonic()
            self._charge(connection, command.lane, now)
            calls = connection.calls or self._queue(connection)
            calls.submit(command, raw, frame.id, now)
        except SignalingError as error:
            self._refuse(connection, frame.id, error)

    def expire(self) -> None:
        """Answer every hot call whose deadline has passed."""
        now = self._clock.monotonic()
        for queue in tuple(self._busy):
            queue.expire(now)

    def drain(self) -> None:
        """Refuse further calls; those accepted go on."""
        self._draining = True

    async def finish(self, timeout_seconds: float) -> None:
        """Wait for the accepted calls, then cancel what is left."""
        try:
            async with asyncio.timeout(timeout_seconds):
                # Once per process life: a poll is enough, and nothing to keep.
                while self._busy or self._tasks:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        except TimeoutError:
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def _retry_after_ms(self) -> int:
        return self._limits.retry_after_ms

    def _queue(self, connection: Connection) -> Calls:
        connection.calls = CallQueue(
            connection,
            self._dispatcher,
            self._limits,
            busy=self._busy,
            spawn=self._spawn,
            explain=self._explain,
        )
        return connection.calls

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _charge(self, connection: Connection, lane: Lane, now: float) -> None:
        rate = self._limits.rates.get(lane)
        if rate is None:
            return
        before = connection.buckets.get(lane) or full(rate, now)
        connection.buckets[lane], wait_ms = take(rate, before, now)
        if wait_ms is not None:
            raise RateLimited("too many calls on this connection", wait_ms)

    def _refuse(
        self, connection: Connection, ack_id: int | None, error: SignalingError
    ) -> None:
        self._counters.refusals += 1
        now = self._clock.monotonic()
        before = connection.refusals or full(self._limits.refusals, now)
        connection.refusals, wait_ms = take(self._limits.refusals, before, now)
        if wait_ms is not None:
            connection.close("flood")
        elif ack_id is not None:
            connection.send(encode_failure(ack_id, error))

    def _explain(self, error: BaseException) -> SignalingError:
        """The error a peer is told. Only a defect of ours is logged."""
        if isinstance(error, TimeoutError):
            error = DeadlineExceeded("no answer in time; it may still happen")
        if isinstance(error, asyncio.CancelledError):
            error = Unavailable("the call was cancelled; it may still happen")
        if isinstance(error, SignalingError):
            self._count(error)
            return error
        self._counters.defects += 1
        log.error("transport.call_failed", exc_info=error)
        return Internal("the server failed; it has been logged")

    def _count(self, error: SignalingError) -> None:
        if isinstance(error, DeadlineExceeded):
            self._counters.deadlines += 1
        elif isinstance(error, Internal):
            self._counters.defects += 1
        else:
            self._counters.refusals += 1
