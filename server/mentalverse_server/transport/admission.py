"""Who may open a socket at all: decided before anything is allocated for it."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from mentalverse_signaling.quota import full, take

from ..clock import Clock
from .limits import TransportLimits


class Admission:
    """Origin, connection rate, and sockets per address."""

    def __init__(
        self,
        limits: TransportLimits,
        clock: Clock,
        origins: Collection[str],
        address_of: Callable[[web.Request], str],
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._origins = frozenset(origins)
        self._address_of = address_of
        self._bucket = full(limits.connects, clock.monotonic())
        self._open: Counter[str] = Counter()
        self._unauthenticated: Counter[str] = Counter()
        self.is_closed = False
        """Set while draining: everybody is told to come back."""

    def admit(self, request: web.Request) -> str | web.Response:
        """The peer's address, or the response that turns it away."""
        origin = request.headers.get(hdrs.ORIGIN)
        if origin is not None and not is_own_page(origin, request, self._origins):
            return web.Response(status=403, text="this origin is not allowed")
        if not _is_handshake(request):
            return web.Response(status=400, text="expected a Socket.IO websocket")
        if self.is_closed:
            return _come_back(self._limits.retry_after_ms)
        address = self._address_of(request)
        key = network_of(address)
        if (
            self._unauthenticated[key] >= self._limits.max_unauthenticated_per_address
            or self._open[key] >= self._limits.max_connections_per_address
        ):
            return _come_back(self._limits.retry_after_ms, status=429)
        now = self._clock.monotonic()
        self._bucket, wait_ms = take(self._limits.connects, self._bucket, now)
        return address if wait_ms is None else _come_back(wait_ms)

    def opened(self, address: str) -> None:
        """A socket was let in; it has not authenticated."""
        key = network_of(address)
        self._open[key] += 1
        self._unauthenticated[key] += 1

    def authenticated(self, address: str) -> None:
        """A socket that was let in has authenticated."""
        _decrement(self._unauthenticated, network_of(address))

    def closed(self, address: str, *, authenticated: bool) -> None:
        """A socket that was let in is gone."""
        if not authenticated:
            self.authenticated(address)
        _decrement(self._open, network_of(address))


def network_of(address: str) -> str:
    """What one subscriber holds: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    mapped = parsed.ipv4_mapped
    return str(mapped or ipaddress.ip_network((parsed, 64), strict=False))


def is_own_page(origin: str, request: web.Request, origins: Collection[str]) -> bool:
    """Whether the page that sends a request is one of this server's.

    It is one that was configured, or was loaded from where the request goes to. A name
    that an attacker points here passes, and gains nothing: whoever acts for somebody
    shows a token, and that page has none.
    """
    return origin in origins or urlsplit(origin).netloc == request.host


def _is_handshake(request: web.Request) -> bool:
    """A new WebSocket of Engine.IO protocol 4; polling and upgrades are refused."""
    query = request.query
    return (
        query.get("EIO") == "4"
        and query.get("transport") == "websocket"
        and "sid" not in query
        and "j" not in query
        and bool(web.WebSocketResponse().can_prepare(request))
    )


def _come_back(wait_ms: int, status: int = 503) -> web.Response:
    seconds = str(-(-wait_ms // 1000))
    return web.Response(
        status=status, text="come back later", headers={hdrs.RETRY_AFTER: seconds}
    )


def _decrement(counter: Counter[str], key: str) -> None:
    counter[key] -= 1
    if counter[key] <= 0:
        del counter[key]
