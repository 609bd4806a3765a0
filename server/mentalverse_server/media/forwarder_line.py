"""The server's end of the line to a forwarder: many requests, one socket."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TypeVar

import msgspec

from . import driver
from .driver import EngineLost, SfuError
from .forwarder import protocol
from .forwarder.protocol import AnyOperation, BadFrame, Happened, Reply, Request

ANSWER_SECONDS = 5.0
MAX_ADDRESS_BYTES = 107
_CREDENTIALS = struct.Struct("3i")

_ERRORS: dict[str, type[SfuError]] = {
    kind.code: kind
    for kind in (
        driver.EngineFull,
        driver.EngineLost,
        driver.BadSdp,
        driver.NoSuchRoom,
        driver.RoomFull,
        driver.WrongState,
    )
}

T = TypeVar("T")


class ForwarderLine:
    """Open from `open` until `closed` is set."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        on_event: Callable[[Happened], None],
    ) -> None:
        self.closed = asyncio.Event()
        self.pid = _peer(writer.get_extra_info("socket"))
        """Of the process at the other end, as the kernel says."""
        self._reader = reader
        self._writer = writer
        self._on_event = on_event
        self._ids = count(1)
        self._open: dict[int, asyncio.Future[Reply]] = {}
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(
        cls, path: Path, on_event: Callable[[Happened], None]
    ) -> ForwarderLine:
        """Raises `OSError` if nobody listens."""
        with _short(path) as address:
            reader, writer = await asyncio.open_unix_connection(
                address, limit=protocol.MAX_FRAME_BYTES
            )
        return cls(reader, writer, on_event)

    async def ask(
        self, op: AnyOperation, answer: type[T], seconds: float = ANSWER_SECONDS
    ) -> T:
        """What the forwarder answers. Raises `SfuError`s, `EngineLost` if nothing."""
        reply = await self._ask(op, seconds)
        if reply.error:
            raise _ERRORS.get(reply.error, SfuError)(reply.detail)
        try:
            return msgspec.msgpack.decode(reply.value, type=answer)
        except msgspec.ValidationError as error:
            raise EngineLost(str(error)) from None

    async def close(self) -> None:
        """Let go; the forwarder goes on."""
        self._reading.cancel()
        with suppress(asyncio.CancelledError):
            await self._reading

    async def _ask(self, op: AnyOperation, seconds: float) -> Reply:
        if self.closed.is_set():
            raise EngineLost("the forwarder is gone")
        number = next(self._ids)
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[Reply] = loop.create_future()
        self._open[number] = waiting
        try:
            self._writer.write(
                protocol.encode(Request(number, round(seconds * 1000), op))
            )
            async with asyncio.timeout(seconds):
                return await waiting
        except TimeoutError:
            raise EngineLost("the forwarder did not answer") from None
        except BadFrame as error:
            raise driver.BadSdp(str(error)) from None
        finally:
            self._open.pop(number, None)

    async def _read(self) -> None:
        try:
            with suppress(BadFrame, OSError):
                while (said := await protocol.read_reply(self._reader)) is not None:
                    if isinstance(said, Happened):
                        self._on_event(said)
                    elif said.id in self._open:
                        self._open.pop(said.id).set_result(said)
        finally:
            self.closed.set()
            self._writer.close()
            for waiting in self._open.values():
                if not waiting.done():
                    waiting.set_exception(EngineLost("the forwarder is gone"))
            self._open.clear()


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """`path` as a socket's address, which has no room for a deep folder."""
    if len(os.fsencode(path)) <= MAX_ADDRESS_BYTES:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _peer(own: socket.socket) -> int:
    found = own.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return int(_CREDENTIALS.unpack(found)[0])
