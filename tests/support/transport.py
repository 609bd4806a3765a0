"""A real transport on a loopback port, with a dispatcher the test controls."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import msgpack  # type: ignore[import-untyped]
from aiohttp import web

from mentalverse_server.clock import SystemClock
from mentalverse_server.transport import (
    Connection,
    Principal,
    Transport,
    TransportCounters,
    TransportLimits,
    build_transport,
    encode_push,
)
from mentalverse_signaling.errors import Unauthorised
from mentalverse_signaling.events import (
    Command,
    Conversations,
    Empty,
    Fact,
    MessageAccepted,
    MessageSend,
    MessageSent,
    Payload,
)
from mentalverse_signaling.ids import AccountId, DeviceId, SignInId
from mentalverse_signaling.quota import Lane, Rate

CONVERSATION = "c0" * 16
WAIT_SECONDS = 60.0
"""How long something may take that comes for certain, on a machine with much to do."""
GENEROUS = {lane: Rate(rate_per_second=1e9, burst=1e9) for lane in Lane}
"""Quotas nobody reaches, for tests about something else."""


def an_id(number: int) -> str:
    """The `number`-th identifier."""
    return f"{number:032x}"


def a_token(number: int) -> str:
    """The sign-in token of the `number`-th device."""
    return f"token-of-device-{number:06d}"


def a_message(number: int, payload: bytes = b"ciphertext") -> dict[str, Any]:
    """The payload of a `message.send`."""
    return {
        "conversation": CONVERSATION,
        "client_id": an_id(number),
        "payload": payload,
    }


class Tokens:
    """Accepts the tokens of `a_token`; each device is its own account."""

    def __init__(self, lifetime: timedelta = timedelta(days=1)) -> None:
        self.lifetime = lifetime
        self.delay: Callable[[], Awaitable[object]] | None = None

    async def authenticate(self, token: str) -> Principal:
        if self.delay is not None:
            await self.delay()
        if not token.startswith("token-of-device-"):
            raise Unauthorised("not signed in")
        number = int(token.rsplit("-", 1)[1])
        return Principal(
            AccountId(an_id(number)),
            DeviceId(an_id(number)),
            SignInId(an_id(number)),
            datetime.now(UTC) + self.lifetime,
        )


@dataclass
class Relay:
    """Sends every message to all other sockets and acknowledges it with a seq."""

    held: bool = False
    """Keep hot calls waiting, as for a commit, until `release`."""
    seqs: Any = field(default_factory=lambda: itertools.count(1))
    seen: list[bytes] = field(default_factory=list)
    sockets: dict[Connection, None] = field(default_factory=dict)
    waiting: list[asyncio.Future[Fact]] = field(default_factory=list)
    handlers: dict[str, Callable[[Any], Awaitable[Fact]]] = field(default_factory=dict)
    hot: Callable[[MessageSend], None] | None = None
    """Runs first for each message, to raise."""

    def dispatch_hot(
        self, connection: Connection, payload: MessageSend
    ) -> asyncio.Future[Fact]:
        if self.hot is not None:
            self.hot(payload)
        future: asyncio.Future[Fact] = asyncio.get_running_loop().create_future()
        self.seen.append(payload.payload)
        if self.held:
            self.waiting.append(future)
        else:
            self._commit(connection, payload, future)
        return future

    def _commit(
        self, sender: Connection, payload: MessageSend, future: asyncio.Future[Fact]
    ) -> None:
        seq = next(self.seqs)
        row = MessageSent(payload.conversation, seq, 0, payload.payload)
        push = encode_push("message.sent", row)
        for connection in self.sockets:
            if connection is not sender:
                connection.send(push)
        future.set_result(MessageAccepted(seq, 0))

    def release(self) -> None:
        waiting, self.waiting = self.waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(MessageAccepted(next(self.seqs), 0))

    async def dispatch(
        self, connection: Connection, command: Command, payload: Payload
    ) -> Fact:
        handler = self.handlers.get(command.name)
        if handler is not None:
            return await handler(payload)
        return Conversations(()) if command.name == "conversation.list" else Empty()

    def connected(self, connection: Connection) -> None:
        self.sockets[connection] = None

    def disconnected(self, connection: Connection) -> None:
        del self.sockets[connection]


@dataclass
class Rig:
    """A running transport and how to reach it."""

    transport: Transport
    relay: Relay
    tokens: Tokens
    counters: TransportCounters
    port: int
    session: aiohttp.ClientSession
    sockets: list[RawSocket] = field(default_factory=list)
    """Kept: a client socket that is forgotten is closed."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def open(self, **headers: str) -> RawSocket:
        """A WebSocket that has read the Engine.IO handshake and sent nothing."""
        ws = await self.session.ws_connect(
            f"{self.url}/socket.io/?EIO=4&transport=websocket",
            headers=headers,
            max_msg_size=0,
            autoclose=False,
        )
        socket = RawSocket(ws)
        self.sockets.append(socket)
        await ws.receive(timeout=WAIT_SECONDS)
        return socket

    async def join(self, number: int) -> RawSocket:
        """A socket signed in as the `number`-th device."""
        socket = await self.open()
        await socket.sign_in(number)
        return socket


class RawSocket:
    """A client that can misbehave: whole WebSocket messages, no library."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self._ids = itertools.count(1)
        self.pushed: list[dict[str, Any]] = []

    @property
    def transport(self) -> asyncio.Transport:
        """The TCP connection below, to misuse."""
        connection = self.ws._conn
        assert connection is not None and connection.transport is not None
        return connection.transport

    async def send_packet(self, packet: Any) -> None:
        await self.ws.send_bytes(msgpack.dumps(packet))

    async def send_event(self, *arguments: Any, ack_id: int | None = None) -> None:
        packet = {"type": 2, "nsp": "/", "data": list(arguments)}
        await self.send_packet(packet if ack_id is None else packet | {"id": ack_id})

    async def sign_in(self, number: int) -> None:
        """CONNECT as the `number`-th device, and be let in."""
        auth = {"token": a_token(number), "protocol": 1}
        await self.send_packet({"type": 0, "nsp": "/", "data": auth})
        assert (await self.packet())["type"] == 0

    async def packet(self, seconds: float = WAIT_SECONDS) -> dict[str, Any]:
        """The next Socket.IO packet; pings are answered on the way."""
        deadline = time.monotonic() + seconds
        while True:
            left = max(0.001, deadline - time.monotonic())
            message = await self.ws.receive(timeout=left)
            if message.type is aiohttp.WSMsgType.BINARY:
                return msgpack.loads(message.data)  # type: ignore[no-any-return]
            assert message.type is aiohttp.WSMsgType.TEXT, message
            if message.data == "2":
                await self.ws.send_str("3")

    async def call(self, event: str, payload: Any = None) -> dict[str, Any]:
        """The acknowledgement of one call; pushes before it are kept."""
        ack_id = next(self._ids)
        arguments = [event] if payload is None else [event, payload]
        await self.send_event(*arguments, ack_id=ack_id)
        while True:
            packet = await self.packet()
            if packet["type"] == 3 and packet["id"] == ack_id:
                return packet["data"][0]  # type: ignore[no-any-return]
            self.pushed.append(packet)

    async def close_code(self, seconds: float = WAIT_SECONDS) -> int | None:
        """Reads to the end; the code of the server's close frame, if any came."""
        deadline = time.monotonic() + seconds
        while True:
            message = await self.ws.receive(timeout=deadline - time.monotonic())
            if message.type is aiohttp.WSMsgType.CLOSE:
                await self.ws.close()
                return int(message.data)
            if message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR):
                return None


@asynccontextmanager
async def running(
    limits: TransportLimits | None = None,
    *,
    fastpath: bool = True,
    origins: tuple[str, ...] = (),
    relay: Relay | None = None,
    tokens: Tokens | None = None,
) -> AsyncIterator[Rig]:
    """A transport that serves until the block ends."""
    app = web.Application()
    relay, tokens = relay or Relay(), tokens or Tokens()
    counters = TransportCounters()
    transport = build_transport(
        app,
        authenticator=tokens,
        dispatcher=relay,
        limits=limits or TransportLimits(rates=GENEROUS),
        clock=SystemClock(),
        counters=counters,
        fastpath=fastpath,
        origins=origins,
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    await transport.start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession() as session:
        try:
            yield Rig(transport, relay, tokens, counters, port, session)
        finally:
            await session.close()
            await transport.stop()
            await runner.cleanup()


async def until(condition: Callable[[], bool], seconds: float = WAIT_SECONDS) -> None:
    """Returns when `condition` holds; fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        await asyncio.sleep(0.01)
