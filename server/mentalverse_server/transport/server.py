"""Puts the transport together, and starts, drains and stops it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Collection

import structlog
from aiohttp import web

from mentalverse_signaling.events import DrainStarted

from ..clock import Clock
from .adapter import Driver, Link, SocketServer, StockDriver
from .admission import Admission
from .calls import Dispatcher
from .connections import Connections
from .fastpath import FastDriver, ping, unsupported
from .frames import encode_push
from .gateway import Authenticator, Gateway
from .limits import SOCKET_PATH, CloseCode, TransportCounters, TransportLimits

log = structlog.get_logger()


SWEEP_SECONDS = 0.5
"""How late a deadline can be noticed."""
SLOW_SWEEP_SECONDS = 2.0
"""How late a ping, or the end of a sign-in that is over, can be."""
RECONNECTS_PER_SECOND = 100
"""Pace at which a drained server sends its clients elsewhere."""


class Transport:
    """The live side of the server: `start`, then `drain`, then `stop`."""

    def __init__(
        self,
        gateway: Gateway,
        admission: Admission,
        sockets: SocketServer,
        clock: Clock,
        counters: TransportCounters,
        *,
        is_fast: bool,
    ) -> None:
        self._gateway = gateway
        self._admission = admission
        self._sockets = sockets
        self._clock = clock
        self._sweeper: asyncio.Task[None] | None = None
        self._is_stopped = False
        self.limits = sockets.limits
        self.counters = counters
        self.is_fast = is_fast

    @property
    def connections(self) -> Connections:
        """Every authenticated socket."""
        return self._gateway.connections

    async def start(self) -> None:
        """Begin the sweeps: deadlines, pings, expired sign-ins."""
        self._sweeper = asyncio.create_task(self._sweep())

    @property
    def is_going_down(self) -> bool:
        """Whether sockets that close now close because of the server."""
        return self._admission.is_closed

    async def drain(self, timeout_seconds: float = 10.0) -> None:
        """Accept nothing further, tell every client when to return, finish calls."""
        self._admission.is_closed = True
        self._gateway.drain()
        spread_ms = 1000 * len(self.connections) // RECONNECTS_PER_SECOND
        for connection in self.connections:
            wait_ms = secrets.randbelow(spread_ms + 1)
            connection.send(encode_push("server.drain_started", DrainStarted(wait_ms)))
        await self._gateway.finish(timeout_seconds)

    async def stop(self) -> None:
        """Close every socket with 1012 and end the sweeps. Once is enough."""
        if self._is_stopped:
            return
        self._is_stopped = True
        self._admission.is_closed = True
        self._gateway.drain()
        await self._gateway.finish(0)
        for link in tuple(self._sockets.links.values()):
            link.outlet.close(CloseCode.RESTART, "restart")
        await self._until_empty()
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
            self._sweeper = None
        await self._sockets.shutdown()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """The route: admit, then run the WebSocket to its end."""
        admitted = self._admission.admit(request)
        if isinstance(admitted, web.Response):
            self.counters.connections_refused += 1
            return admitted
        link = Link(admitted, self._clock.monotonic())
        response: web.StreamResponse = await self._sockets.serve(link, request)
        return response

    async def _until_empty(self) -> None:
        try:
            async with asyncio.timeout(self.limits.close_seconds + 1):
                # Once per process life: a poll is enough, and nothing to keep.
                while self._sockets.links:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        except TimeoutError:
            log.warning("transport.sockets_left", count=len(self._sockets.links))

    async def _sweep(self) -> None:
        slow_at = self._clock.monotonic()
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            now = self._clock.monotonic()
            try:
                self._sweep_fast(now)
                if now - slow_at >= SLOW_SWEEP_SECONDS:
                    slow_at = now
                    self._sweep_slow(now)
            except Exception:  # supervisor: the sweeps outlive a defect in one
                log.exception("transport.sweep_failed")

    def _sweep_fast(self, now: float) -> None:
        self._gateway.expire()
        oldest_allowed = now - self.limits.authentication_seconds
        for link in tuple(self._sockets.unauthenticated):
            if link.opened_at > oldest_allowed:
                break
            self.counters.connections_refused += 1
            link.outlet.abort()

    def _sweep_slow(self, now: float) -> None:
        self.connections.sweep(self._clock.now())
        if self.is_fast:
            for link in tuple(self._sockets.links.values()):
                ping(link, now, self.limits)


def build_transport(
    app: web.Application,
    *,
    authenticator: Authenticator,
    dispatcher: Dispatcher,
    limits: TransportLimits,
    clock: Clock,
    counters: TransportCounters,
    fastpath: bool = True,
    origins: Collection[str] = (),
    address_of: Callable[[web.Request], str] = lambda request: request.remote or "",
) -> Transport:
    """Serve Socket.IO at `/socket.io/` of `app`.

    `origins` are the web origins let in (`https://host[:port]`); a client that
    sends no Origin is not a browser and is let in too, since no cookie is read
    and every connection must present a token. `address_of` names the peer behind
    whatever proxies are trusted.
    """
    gateway = Gateway(authenticator, dispatcher, limits, clock, counters)
    admission = Admission(limits, clock, origins, address_of)
    driver: type[Driver] = StockDriver
    if fastpath:
        reason = unsupported()
        if reason is None:
            driver = FastDriver
        else:
            log.warning("transport.fastpath_off", reason=reason)
    sockets = SocketServer(gateway, admission, limits, counters, driver)
    transport = Transport(
        gateway, admission, sockets, clock, counters, is_fast=driver is FastDriver
    )
    app.router.add_get(SOCKET_PATH, transport.handle)
    return transport
