"""Puts the transport together, and starts, drains and stops it."""

from __future__ import annotations

from collections.abc import Callable, Collection

from aiohttp import web

from ..clock import Clock
from .calls import Dispatcher
from .connections import Connections
from .gateway import Authenticator, Gateway
from .limits import TransportCounters, TransportLimits


class Transport:
    """The live side of the server: `start`, then `drain`, then `stop`."""

    def __init__(
        self, gateway: Gateway, limits: TransportLimits, counters: TransportCounters
    ) -> None:
        self._gateway = gateway
        self.limits = limits
        self.counters = counters

    @property
    def connections(self) -> Connections:
        """Every authenticated socket."""
        return self._gateway.connections

    async def start(self) -> None:
        """Begin the sweeps: deadlines, pings, expired sign-ins."""

    async def drain(self, timeout_seconds: float = 10.0) -> None:
        """Accept nothing further, tell every client when to come back, finish calls."""

    async def stop(self) -> None:
        """Close every socket with 1012 and end the sweeps."""


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
    return Transport(gateway, limits, counters)
