"""The fast path: one receive loop and direct writes, same packets, same funnel.

What it saves per message against the library's path: a task and a timer for each
packet received, a hop through a queue and a writer task for each packet sent, a
ping task and two more tasks per socket. What it keeps: the handshake, CONNECT,
and every rule of `adapter`.

It relies on private attributes of python-engineio; `unsupported` compares them
with what is installed, and the server takes the library's path on a mismatch.
"""

from __future__ import annotations

import asyncio
import inspect
from collections import deque
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from typing import Any, ClassVar

from aiohttp import WSMsgType, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.web_protocol import RequestHandler
from engineio.async_server import AsyncServer  # type: ignore[import-untyped]
from engineio.async_socket import AsyncSocket  # type: ignore[import-untyped]
from engineio.packet import Packet  # type: ignore[import-untyped]

from .adapter import (
    CLOSE,
    LINK,
    PONG,
    Link,
    SocketServer,
    close_websocket,
    open_websocket,
)
from .frames import Push, framed, text_frame
from .limits import CloseCode, TransportCounters, TransportLimits
from .outlets import SocketOutlet

_PING = text_frame("2")
_FRAMES_PER_TURN = 16
"""One socket's share of a turn of the event loop, however much it has sent."""
_TESTED = {"python-engineio": "4.15.", "python-socketio": "5.18."}
_SIGNATURES = {
    AsyncServer._handle_connect: ["self", "environ", "transport", "jsonp_index"],
    AsyncServer.create_queue: ["self", "args", "kwargs"],
    AsyncSocket.close: ["self", "wait", "abort", "reason"],
    AsyncSocket.schedule_ping: ["self"],
    AsyncSocket.send: ["self", "pkt"],
    AsyncSocket._websocket_handler: ["self", "ws"],
}


def unsupported() -> str | None:
    """Why the installed libraries rule the fast path out, or None."""
    for name, tested in _TESTED.items():
        if not version(name).startswith(tested):
            return f"{name} is not {tested}x"
    for function, parameters in _SIGNATURES.items():
        if list(inspect.signature(function).parameters) != parameters:
            return f"{function.__qualname__} has another signature"
    return None


class Flusher:
    """Writes, once per turn of the event loop, what every outlet gathered in it.

    A commit resolves many messages together, and a busy socket delivers several
    frames at once: what they send to one peer leaves in one system call. The
    flush waits out the callbacks that the turn has scheduled, so that a row and
    the acknowledgement of it travel together.
    """

    def __init__(self) -> None:
        self._outlets: list[DirectOutlet] = []
        # Asking for the running loop is a system call each time (getpid).
        self._loop = asyncio.get_running_loop()

    def schedule(self, outlet: DirectOutlet) -> None:
        """Flush `outlet` before the loop waits for anything."""
        if not self._outlets:
            # The acknowledgement of a row is two callbacks behind it: the writer's
            # future, then the call's. A flush in between would cost its sender a
            # second system call for every message.
            call_soon = self._loop.call_soon
            call_soon(call_soon, call_soon, self._flush)
        self._outlets.append(outlet)

    def _flush(self) -> None:
        outlets, self._outlets = self._outlets, []
        for outlet in outlets:
            outlet.flush()


class DirectOutlet(SocketOutlet):
    """Writes to the transport itself while it takes more; queues while not.

    Nothing is written directly while anything is queued: order would break.
    """

    def __init__(
        self, limits: TransportLimits, counters: TransportCounters, flusher: Flusher
    ) -> None:
        super().__init__(limits, counters)
        self._flusher = flusher
        self._protocol: RequestHandler
        self._writer: AbstractStreamWriter
        self._gathered: list[bytes] = []
        self._gathered_bytes = 0
        self._waiting: deque[bytes] | None = None
        self._drainer: asyncio.Task[None] | None = None

    def attach(self, request: web.Request) -> None:
        """The WebSocket is open: sending can begin."""
        super().attach(request)
        self._protocol = request.protocol
        self._writer = request.writer
        self.flush()

    def send(self, push: Push) -> None:
        """Write or queue; over the queue's bounds the socket is aborted."""
        if not self.is_closing:
            self.counters.packets_sent += 1
            self.write(push.frame)

    def write(self, frame: bytes) -> None:
        """Write or queue one WebSocket frame."""
        if self.queued_packets:
            self._enqueue(frame)
            return
        if not self._gathered:
            self._flusher.schedule(self)
        self._gathered.append(frame)
        self._gathered_bytes += len(frame)
        if self._gathered_bytes > self.limits.congested_bytes:
            self.flush()

    def flush(self) -> None:
        """Hand over what this turn of the loop gathered."""
        transport, gathered = self._transport, self._gathered
        if not gathered or transport is None:
            return
        self._gathered = []
        self._gathered_bytes = 0
        if transport.is_closing():
            return
        if self._protocol.writing_paused:
            for frame in gathered:
                self._enqueue(frame)
        else:
            transport.write(gathered[0] if len(gathered) == 1 else b"".join(gathered))

    async def put(self, packet: Packet | None) -> None:
        """The library's way to send; None is meant for its writer task."""
        if packet is not None and not self.is_closing:
            data = packet.encode()
            is_text = isinstance(data, str)
            self.write(text_frame(data) if is_text else framed(data).frame)

    async def join(self) -> None:
        """The library's way to wait for its writer task, which does not run."""

    def _enqueue(self, frame: bytes) -> None:
        if not self._enter(len(frame)):
            return
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(frame)
        if self._drainer is None:
            self._drainer = asyncio.get_running_loop().create_task(self._drain())

    def _say_goodbye(self) -> None:
        self.flush()
        if not self.queued_packets:
            super()._say_goodbye()

    async def _drain(self) -> None:
        waiting, transport = self._waiting, self._transport
        assert waiting is not None and transport is not None  # noqa: S101
        try:
            while waiting and not transport.is_closing():
                async with asyncio.timeout(self.limits.send_stall_seconds):
                    await self._writer.drain()
                self._write_waiting(waiting, transport)
        except TimeoutError:
            self._abort_slow_reader()
        except ConnectionError:
            self.abort()
        finally:
            self._drainer = None

    def _write_waiting(
        self, waiting: deque[bytes], transport: asyncio.Transport
    ) -> None:
        while waiting and not self._protocol.writing_paused:
            if transport.is_closing():
                return
            frame = waiting.popleft()
            transport.write(frame)
            self._leave(len(frame))


class FastDriver:
    """Receives on the WebSocket itself; the library's loop and writer do not run."""

    library_pings: ClassVar[bool] = False

    @staticmethod
    def outlets(
        limits: TransportLimits, counters: TransportCounters
    ) -> Callable[[], SocketOutlet]:
        """Direct writes, gathered per turn of the event loop."""
        return partial(DirectOutlet, limits, counters, Flusher())

    def __init__(self, server: SocketServer, handler: Any, _engine: object) -> None:
        self._server = server
        self._engine_socket: AsyncSocket = handler.__self__

    async def __call__(self, environ: dict[str, Any]) -> web.WebSocketResponse:
        """Open the WebSocket and run it to its end."""
        request: web.Request = environ["aiohttp.request"]
        # Frames above hold it for the life of the socket, and read it no more.
        environ.clear()
        link = request[LINK]
        socket = await open_websocket(request, self._server.limits.max_frame_bytes)
        link.outlet.attach(request)
        self._engine_socket.connected = self._engine_socket.upgraded = True
        try:
            await self._receive(link, socket)
        finally:
            link.outlet.end()
            await self._engine_socket.close(wait=False, abort=True)
            await close_websocket(socket, link.outlet)
        return socket

    async def _receive(self, link: Link, socket: web.WebSocketResponse) -> None:
        receive, handle = socket.receive, self._server.receive
        frames = 0
        while True:
            message = await receive()
            frames += 1
            if not frames % _FRAMES_PER_TURN:
                await asyncio.sleep(0)
            if message.type is WSMsgType.BINARY:
                await handle(link, message.data)
            elif message.type is not WSMsgType.TEXT:
                return
            elif message.data == PONG:
                link.pong_is_due = False
            elif message.data == CLOSE:
                return
            else:
                self._server.refuse_frame(link)


def ping(link: Link, now: float, limits: TransportLimits) -> None:
    """Ask whether the peer is there, or give up on it. `now` is monotonic seconds."""
    silent_seconds = now - link.pinged_at
    if link.pong_is_due:
        if silent_seconds > limits.ping_timeout_seconds:
            link.outlet.close(CloseCode.POLICY, "ping timeout")
    elif silent_seconds >= limits.ping_interval_seconds:
        link.pinged_at = now
        link.pong_is_due = True
        if isinstance(link.outlet, DirectOutlet):
            link.outlet.write(_PING)
