"""The forwarder's socket: requests in, replies and what happens out.

One server at a time: who says hello later takes the place of the older, whose server
is gone or is going. The process ends when it is told to, or when no server was there
for `linger_seconds`: its rooms outlive a server that is restarted.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path

from ..driver import FeedId, RoomSpec, SfuError
from . import protocol
from .protocol import BadFrame, Happened, Reply, Request, encode, raw
from .room import Room
from .rooms import Rooms

FIRST_SECONDS = 60
"""For the server that started this process to come."""
MAX_UNREAD_BYTES = 4 * 1024 * 1024
"""Of what the server has not read yet; a server that is so far behind is cut off."""


class Serving:
    """`unfit` says why nobody is served; "" if everybody is."""

    def __init__(self, path: Path, linger_seconds: float, announced: str = "") -> None:
        self.unfit = ""
        self.rooms = Rooms(self._happened, announced)
        self._path = path
        self._linger_seconds = linger_seconds
        self._writer: asyncio.StreamWriter | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended = asyncio.Event()
        self._alone: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Until the end of the process."""
        self._path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            server = await asyncio.start_unix_server(
                self._connected, self._path, limit=protocol.MAX_FRAME_BYTES
            )
        finally:
            os.umask(before)
        ticking = asyncio.create_task(self.rooms.run())
        self._is_alone(FIRST_SECONDS)
        try:
            await self._ended.wait()
        finally:
            ticking.cancel()
            server.close()
            for task in self._tasks:
                task.cancel()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._linger_seconds + 1):
                    await self.rooms.close()

    def end(self) -> None:
        """End the process."""
        self._ended.set()

    async def _connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Somebody is there; the server once it has said hello."""
        with suppress(BadFrame, ConnectionError):
            while request := await protocol.read_request(reader):
                if isinstance(request.op, protocol.Hello):
                    self._is_server(writer)
                if writer is not self._writer:
                    break
                self._take(request, writer)
        writer.close()
        if self._writer is writer:
            self._writer = None
            self._is_alone(self._linger_seconds)

    def _is_server(self, writer: asyncio.StreamWriter) -> None:
        """The newest connection that said hello takes the place of the one before."""
        if self._writer is not None and self._writer is not writer:
            self._writer.close()
        self._writer = writer
        if self._alone is not None:
            self._alone.cancel()

    def _take(self, request: Request, writer: asyncio.StreamWriter) -> None:
        if len(self._tasks) >= protocol.MAX_REQUESTS:
            self._send(writer, Reply(request.id, error="overloaded"))
            return
        task = asyncio.create_task(self._answer(request, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(request.wait_ms / 1000):
                value = await self._do(request.op)
            reply = Reply(request.id, value=raw(value))
        except SfuError as error:
            reply = Reply(request.id, error=error.code, detail=str(error)[:200])
        except TimeoutError:
            reply = Reply(request.id, error="engine_lost", detail="too late")
        except Exception as error:  # The process serves others: it goes on.
            reply = Reply(request.id, error="sfu_failed", detail=repr(error)[:200])
        self._send(writer, reply)

    async def _do(self, op: protocol.AnyOperation) -> object:
        """Carry out one operation; what it returns goes to the server."""
        match op:
            case protocol.Hello():
                return protocol.Welcome(
                    protocol.VERSION, self.unfit, [*self.rooms.rooms]
                )
            case protocol.End():
                self.end()
            case protocol.CreateRoom():
                self.rooms.create(RoomSpec(op.room, op.seats, op.screen))
            case protocol.DestroyRoom():
                await self.rooms.destroy(op.room)
            case _:
                return await _in_room(self.rooms.get(op.room), op)
        return None

    def _send(self, writer: asyncio.StreamWriter, value: Reply | Happened) -> None:
        if writer.is_closing():
            return
        writer.write(encode(value))
        if writer.transport.get_write_buffer_size() > MAX_UNREAD_BYTES:
            writer.transport.abort()

    def _happened(self, what: Happened) -> None:
        if self._writer is not None:
            self._send(self._writer, what)

    def _is_alone(self, seconds: float) -> None:
        self._alone = asyncio.get_running_loop().call_later(seconds, self.end)


async def _in_room(room: Room, op: protocol.InRoom) -> object:
    """An operation on a room that is there."""
    match op:
        case protocol.Publish():
            return await room.publish(FeedId(op.feed), op.sdp)
        case protocol.Unpublish():
            await room.unpublish(FeedId(op.feed))
        case protocol.Subscribe():
            add, drop = map(FeedId, op.add), map(FeedId, op.drop)
            return await room.subscribe(op.seat, [*add], [*drop])
        case protocol.Answer():
            await room.answer(op.seat, op.sdp)
        case protocol.Mids():
            return room.subscription_of(op.seat).feeds_by_mid()
        case protocol.Resume():
            await room.resume(op.seat, map(FeedId, op.feeds))
        case protocol.Replace():
            await room.replace(op.seat)
        case protocol.Prefer():
            room.subscription_of(op.seat).prefer(FeedId(op.feed), op.rank)
        case protocol.Pause():
            room.pause(FeedId(op.feed), op.paused)
        case protocol.Kick():
            await room.kick(op.seat)
        case protocol.Stats():
            return room.counts()
    return None
