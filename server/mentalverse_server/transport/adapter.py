"""The hardened Socket.IO server: the only users of the library's private names.

The library keeps the handshake, the CONNECT exchange and, on the stock path, the
receive loop, pings and the writer task. This module takes from it what it leaves
open: which packets are accepted, what a malformed one costs, how long an
unauthenticated socket lives, and that a socket ends when it is told to.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, Protocol

import engineio  # type: ignore[import-untyped]
import socketio  # type: ignore[import-untyped]
import structlog
from aiohttp import WSMsgType, web
from socketio.exceptions import (  # type: ignore[import-untyped]
    ConnectionRefusedError as Refused,
)

from mentalverse_signaling.envelope import failure
from mentalverse_signaling.errors import SignalingError

from .admission import Admission
from .connections import Connection, Principal
from .frames import NAMESPACE, Frame, MalformedFrame, PacketType, decode_frame
from .gateway import Gateway
from .limits import CloseCode, TransportCounters, TransportLimits
from .outlets import QueuedOutlet, SocketOutlet

log = structlog.get_logger()

PONG, CLOSE = "3", "1"
"""The only Engine.IO packets of a client that are not messages."""


class Link:
    """One WebSocket from accept to end; becomes a `Connection` on the way."""

    __slots__ = (
        "address",
        "connection",
        "greeted",
        "is_closed",
        "opened_at",
        "outlet",
        "pinged_at",
        "pong_is_due",
        "principal",
        "sid",
    )

    def __init__(self, address: str, opened_at: float) -> None:
        self.address = address
        self.opened_at = opened_at
        """Monotonic seconds, as `pinged_at`."""
        self.pinged_at = opened_at
        self.pong_is_due = False
        self.sid = ""
        self.outlet: SocketOutlet
        self.greeted = False
        self.principal: Principal | None = None
        self.connection: Connection | None = None
        self.is_closed = False


LINK = web.RequestKey("link", Link)
"""The `Link` of a handshake request."""


class SocketTable(socketio.AsyncManager):  # type: ignore[misc]
    """Which sockets have joined the one namespace. There are no rooms.

    The library's own manager keeps two rooms per socket and walks all rooms at
    each disconnect, which is quadratic in a reconnect storm.
    """

    def __init__(self) -> None:
        super().__init__()
        self._joining: set[str] = set()
        self._joined: set[str] = set()

    async def pre_connect(self, eio_sid: str, namespace: str) -> str | None:
        """Reserve the socket's place; None if it has one."""
        if eio_sid in self._joining or eio_sid in self._joined:
            return None
        self._joining.add(eio_sid)
        return eio_sid

    async def connect(self, sid: str, namespace: str) -> None:
        """The socket has been let in."""
        self._joining.discard(sid)
        self._joined.add(sid)

    def is_connected(self, sid: str, namespace: str) -> bool:
        """Whether the socket has been let in and has not left."""
        return sid in self._joined

    def sid_from_eio_sid(self, eio_sid: str, namespace: str) -> str | None:
        """The same id: there is one namespace."""
        return eio_sid

    def eio_sid_from_sid(self, sid: str, namespace: str) -> str | None:
        """The same id: there is one namespace."""
        return sid

    def get_namespaces(self) -> list[str]:
        """The one namespace."""
        return [NAMESPACE]

    def pre_disconnect(self, sid: str, namespace: str) -> str:
        """The socket is leaving."""
        self._joined.discard(sid)
        return sid

    async def disconnect(self, sid: str, namespace: str, **_options: Any) -> None:
        """The socket has left or was refused."""
        self.forget(sid)

    def forget(self, sid: str) -> None:
        """Drop whatever is known of a socket."""
        self._joining.discard(sid)
        self._joined.discard(sid)


class Driver(Protocol):
    """Runs one WebSocket for the library; made per socket."""

    library_pings: ClassVar[bool]
    """Whether the library or the transport's sweep keeps the socket alive."""

    @staticmethod
    def outlets(
        limits: TransportLimits, counters: TransportCounters
    ) -> Callable[[], SocketOutlet]:
        """Makes the sending side of each socket."""

    def __init__(self, server: SocketServer, handler: Any, _engine: object) -> None: ...

    async def __call__(self, environ: dict[str, Any]) -> web.WebSocketResponse:
        """Open the WebSocket, run it to its end, and return it."""


class SocketServer(socketio.AsyncServer):  # type: ignore[misc]
    """Accepts three packet types on one namespace, and hands events to the funnel."""

    def __init__(
        self,
        gateway: Gateway,
        admission: Admission,
        limits: TransportLimits,
        counters: TransportCounters,
        driver: type[Driver],
    ) -> None:
        # Below WARNING the library writes whole packets to the log.
        silent = logging.getLogger(__name__ + ".library")
        silent.setLevel(logging.WARNING)
        super().__init__(
            client_manager=SocketTable(),
            serializer="msgpack",
            async_handlers=True,
            logger=silent,
            engineio_logger=silent,
            async_mode="aiohttp",
            transports=["websocket"],
            allow_upgrades=False,
            http_compression=False,
            cors_allowed_origins=[],
            max_http_buffer_size=limits.max_frame_bytes,
            ping_interval=limits.ping_interval_seconds,
            ping_timeout=limits.ping_timeout_seconds,
            monitor_clients=driver.library_pings,
        )
        self.links: dict[str, Link] = {}
        self.unauthenticated: dict[Link, None] = {}
        """Oldest first."""
        self._gateway = gateway
        self._admission = admission
        self.limits = limits
        self._counters = counters
        self._library_pings = driver.library_pings
        self.eio.create_queue = driver.outlets(limits, counters)
        self.eio._async = {**self.eio._async, "websocket": partial(driver, self)}
        self.on("connect", self._authenticate)

    async def serve(self, link: Link, request: web.Request) -> Any:
        """Run one admitted WebSocket to its end."""
        request[LINK] = link
        self._counters.connections_accepted += 1
        self._admission.opened(link.address)
        self.unauthenticated[link] = None
        try:
            return await self.eio.handle_request(request)
        finally:
            self._counters.connections_closed += 1
            self._admission.closed(
                link.address, authenticated=link not in self.unauthenticated
            )
            self.unauthenticated.pop(link, None)
            await self._handle_eio_disconnect(link.sid, "ended")
            self.eio.sockets.pop(link.sid, None)

    async def receive(self, link: Link, message: object) -> None:
        """One WebSocket message that is not Engine.IO's own."""
        if link.outlet.is_closing:
            return
        try:
            frame = decode_frame(message)
            if frame.type == PacketType.EVENT and link.connection is not None:
                self._gateway.receive(link.connection, frame)
            else:
                await self._control(link, frame)
        except MalformedFrame:
            self.refuse_frame(link)
        except Exception:  # supervisor: one socket's defect ends that socket only
            log.exception("transport.receive_failed")
            link.outlet.close(CloseCode.INTERNAL, "internal error")

    def refuse_frame(self, link: Link) -> None:
        """Count, log one line without content, and close: the peer is broken."""
        if not link.outlet.is_closing:
            self._counters.malformed_frames += 1
            log.warning("transport.malformed_frame", connection=link.sid)
            link.outlet.close(CloseCode.POLICY, "malformed frame")

    async def _control(self, link: Link, frame: Frame) -> None:
        if frame.type == PacketType.DISCONNECT:
            link.outlet.close(CloseCode.NORMAL, "")
        elif frame.type == PacketType.CONNECT and not link.greeted:
            link.greeted = True
            await self._handle_connect(link.sid, NAMESPACE, frame.data)
            self._settle(link)
        else:
            raise MalformedFrame

    async def _authenticate(self, sid: str, _environ: object, credentials: Any) -> None:
        """The library's connect handler. Raises `Refused` and nothing else."""
        link = self.links[sid]
        try:
            link.principal = await self._gateway.authenticate(credentials)
        except SignalingError as error:
            raise Refused(error.code, failure(error)["error"]) from None

    def _settle(self, link: Link) -> None:
        """After CONNECT was answered: register the socket, or see it off."""
        if link.is_closed:
            self.manager.forget(link.sid)
        elif link.principal is None:
            self._counters.connections_refused += 1
            link.outlet.close(CloseCode.POLICY, "not signed in")
        else:
            self.unauthenticated.pop(link, None)
            self._admission.authenticated(link.address)
            connection = Connection(link.sid, link.principal, link.address, link.outlet)
            link.connection = connection
            if not self._gateway.opened(connection):
                link.outlet.close(CloseCode.POLICY, "signed out")

    def _engineio_server_class(self) -> type[engineio.AsyncServer]:
        return engineio.AsyncServer  # type: ignore[no-any-return]

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> None:
        request: web.Request = environ["aiohttp.request"]
        link = request[LINK]
        link.sid = eio_sid
        link.outlet = self.eio.sockets[eio_sid].queue
        if not self._library_pings:
            self.eio.sockets[eio_sid].last_ping = None
        self.links[eio_sid] = link
        # The handlers here read the link; the environment would only cost memory.
        await super()._handle_eio_connect(eio_sid, {})

    async def _handle_eio_message(self, eio_sid: str, data: object) -> None:
        link = self.links.get(eio_sid)
        if link is not None:
            await self.receive(link, data)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        await super()._handle_eio_disconnect(eio_sid, reason)
        link = self.links.pop(eio_sid, None)
        if link is None:
            return
        link.is_closed = True
        link.outlet.close(CloseCode.POLICY, "ping timeout")
        if link.connection is not None:
            self._gateway.closed(link.connection)


class StockDriver:
    """A WebSocket as the library's aiohttp mode drives it, without compression.

    Ciphertext does not compress, and not negotiating permessage-deflate
    (RFC 7692) leaves no decompression to attack.
    """

    library_pings: ClassVar[bool] = True

    @staticmethod
    def outlets(
        limits: TransportLimits, counters: TransportCounters
    ) -> Callable[[], SocketOutlet]:
        """The library's queue, bounded."""
        return partial(QueuedOutlet, limits, counters)

    def __init__(self, server: SocketServer, handler: Any, _engine: object) -> None:
        self._server = server
        self._handler = handler
        self._link: Link
        self._outlet: QueuedOutlet
        self._socket: web.WebSocketResponse

    async def __call__(self, environ: dict[str, Any]) -> web.WebSocketResponse:
        """Open the WebSocket and run the library's loop on it."""
        request: web.Request = environ["aiohttp.request"]
        self._link = request[LINK]
        self._socket = await open_websocket(
            request, self._server.limits.max_frame_bytes
        )
        assert isinstance(self._link.outlet, QueuedOutlet)  # noqa: S101
        self._outlet = self._link.outlet
        self._outlet.attach(request)
        try:
            await self._handler(self)
        finally:
            self._outlet.end()
        return self._socket

    async def wait(self) -> str | bytes:
        """The next message, or OSError once there is none to come."""
        while True:
            message = await self._socket.receive()
            if message.type is WSMsgType.BINARY:
                return bytes(message.data)
            if message.type is not WSMsgType.TEXT:
                self._outlet.end()
                raise OSError
            if message.data in (PONG, CLOSE):
                return str(message.data)
            self._server.refuse_frame(self._link)

    async def send(self, message: str | bytes) -> None:
        """Send one encoded packet."""
        await self._outlet.write(self._socket, message)

    async def close(self) -> None:
        """The library's writer has stopped."""
        await close_websocket(self._socket, self._outlet)


async def open_websocket(
    request: web.Request, max_message_bytes: int
) -> web.WebSocketResponse:
    """Complete the handshake (RFC 6455 §4.2). Close frames are ours to answer."""
    socket = web.WebSocketResponse(
        compress=False, max_msg_size=max_message_bytes, autoclose=False, timeout=1.0
    )
    await socket.prepare(request)
    socket.headers.clear()  # sent; kept, they would cost each socket a kilobyte
    return socket


async def close_websocket(socket: web.WebSocketResponse, outlet: SocketOutlet) -> None:
    """Answer the peer's close, or end the socket if ours was sent first."""
    outlet.end()
    outlet.finish_goodbye()
    await socket.close()
