"""A bare Socket.IO client (WebSocket, msgpack) that costs the load process little.

It speaks Engine.IO 4 and Socket.IO 5 by hand over aiohttp: enough to connect,
emit with an ack, receive events and answer pings. The product's SDK would spend
more CPU on the client side than the server under test.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

import aiohttp
import msgspec

CONNECT, EVENT, ACK, CONNECT_ERROR = 0, 2, 3, 4
CONNECT_TIMEOUT_SECONDS = 20
ACK_TIMEOUT_SECONDS = 20

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode


class WireClient:
    """One connection. `on_event(name, data)` is called for every event."""

    def __init__(self, on_event: Callable[[str, Any], None]) -> None:
        self._on_event = on_event
        self._ids = itertools.count()
        self._acks: dict[int, asyncio.Future[Any]] = {}
        self._ready: asyncio.Future[None] | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None

    async def connect(
        self, session: aiohttp.ClientSession, url: str, auth: dict[str, Any]
    ) -> None:
        """Open the socket and authenticate; raises on refusal or time-out."""
        self._ready = asyncio.get_running_loop().create_future()
        self._socket = await session.ws_connect(
            f"{url}/socket.io/?EIO=4&transport=websocket",
            compress=0,
            max_msg_size=0,
            autoping=True,
        )
        greeting = await self._socket.receive(timeout=CONNECT_TIMEOUT_SECONDS)
        if greeting.type is not aiohttp.WSMsgType.TEXT:
            raise ConnectionError("the server closed before it greeted")
        await self._socket.send_bytes(
            _encode({"type": CONNECT, "nsp": "/", "data": auth})
        )
        self._reader = asyncio.create_task(self._read())
        await asyncio.wait_for(self._ready, CONNECT_TIMEOUT_SECONDS)

    async def emit(self, event: str, data: dict[str, Any]) -> Any:
        """Send an event and return what its acknowledgement holds.

        A server that does not answer at all ends the measurement (`TimeoutError`).
        """
        number = next(self._ids)
        ack = asyncio.get_running_loop().create_future()
        self._acks[number] = ack
        packet = {"type": EVENT, "nsp": "/", "id": number, "data": [event, data]}
        await self._open_socket.send_bytes(_encode(packet))
        timeout = asyncio.get_running_loop().call_later(
            ACK_TIMEOUT_SECONDS, _expire, ack
        )
        try:
            return await ack
        finally:
            timeout.cancel()

    async def close(self) -> None:
        """Close the socket and stop reading."""
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    @property
    def _open_socket(self) -> aiohttp.ClientWebSocketResponse:
        if self._socket is None:
            raise ConnectionError("not connected")
        return self._socket

    async def _read(self) -> None:
        socket = self._open_socket
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.BINARY:
                    self._handle(_decode(message.data))
                elif message.type is aiohttp.WSMsgType.TEXT and message.data == "2":
                    await socket.send_str("3")
        finally:
            self._fail(ConnectionError("the server closed the connection"))

    def _handle(self, packet: dict[str, Any]) -> None:
        kind: int = packet["type"]
        data: Any = packet.get("data")
        if kind == EVENT:
            self._on_event(data[0], data[1])
        elif kind == ACK:
            ack = self._acks.pop(packet["id"], None)
            if ack is not None and not ack.done():
                ack.set_result(data[0])
        elif kind == CONNECT and self._ready and not self._ready.done():
            self._ready.set_result(None)
        elif kind == CONNECT_ERROR and self._ready and not self._ready.done():
            self._ready.set_exception(ConnectionRefusedError(str(data)))

    def _fail(self, error: Exception) -> None:
        for waiting in [self._ready, *self._acks.values()]:
            if waiting is not None and not waiting.done():
                waiting.set_exception(error)
        self._acks.clear()


def _expire(ack: asyncio.Future[Any]) -> None:
    if not ack.done():
        ack.set_exception(TimeoutError("no acknowledgement"))
