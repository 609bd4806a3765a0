"""The sending side of a socket: bounded queue, hints, and an end that ends.

A reader that does not keep up is first sent hints instead of rows, then cut off:
when more than the queue's bounds would pile up, or when it has taken nothing for
`send_stall_seconds`. Cutting off aborts the TCP connection, because a polite
close waits for the very reader that does not read.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import Any

from aiohttp import web
from engineio.packet import MESSAGE, Packet  # type: ignore[import-untyped]

from .frames import Push, close_frame
from .limits import CloseCode, TransportCounters, TransportLimits


class SocketOutlet(ABC):
    """What both ways of sending share. Subclasses own the queue."""

    def __init__(self, limits: TransportLimits, counters: TransportCounters) -> None:
        self.limits = limits
        self.counters = counters
        self.queued_packets = 0
        self.queued_bytes = 0
        self.is_closing = False
        self._transport: asyncio.Transport | None = None
        self._goodbye: bytes | None = None
        self._said_goodbye = False
        self._hints: dict[str, Push] | None = None

    def attach(self, request: web.Request) -> None:
        """The WebSocket is open: sending can begin."""
        self._transport = request.transport

    @property
    def is_congested(self) -> bool:
        """Whether more is queued than a reader that keeps up ever has."""
        return (
            self.queued_bytes > self.limits.congested_bytes
            or self.queued_packets > self.limits.congested_packets
        )

    @abstractmethod
    def send(self, push: Push) -> None:
        """Write or queue; over the queue's bounds the socket is aborted."""

    def hint(self, key: str, push: Push) -> None:
        """Send once the queue is empty; a later hint with the same key replaces it."""
        if self.is_closing:
            return
        if not self.queued_packets:
            self.send(push)
        elif self._hints is None:
            self._hints = {key: push}
        else:
            self._hints[key] = push

    def close(self, code: CloseCode, reason: str) -> None:
        """Flush, say goodbye with `code`, and end the socket within the bound."""
        if not self.is_closing:
            self._goodbye = close_frame(code, reason)
            self.end()

    def end(self) -> None:
        """Send nothing further; cut off if the socket is not gone within the bound."""
        if self.is_closing:
            return
        self.is_closing = True
        self._hints = None
        asyncio.get_running_loop().call_later(self.limits.close_seconds, self.abort)
        if not self.queued_packets:
            self._say_goodbye()

    def abort(self) -> None:
        """End the socket at once, dropping what is queued."""
        self.is_closing = True
        self._hints = None
        if self._transport is not None:
            self._transport.abort()

    def finish_goodbye(self) -> None:
        """After our close frame nothing is to be written: let the socket go."""
        if self._transport is not None and self._said_goodbye:
            self._transport.close()

    def _abort_slow_reader(self) -> None:
        if not self.is_closing:
            self.counters.slow_readers += 1
        self.abort()

    def _enter(self, size: int) -> bool:
        """Account for a packet of `size` bytes; False cuts the reader off."""
        if (
            self.queued_packets >= self.limits.max_send_queue_packets
            or self.queued_bytes + size > self.limits.max_send_queue_bytes
        ):
            self._abort_slow_reader()
            return False
        self.queued_packets += 1
        self.queued_bytes += size
        return True

    def _leave(self, size: int) -> None:
        """A queued packet has been written."""
        self.queued_packets -= 1
        self.queued_bytes -= size
        if self.queued_packets:
            return
        if self.is_closing:
            self._say_goodbye()
        elif self._hints:
            hints, self._hints = self._hints, None
            for push in hints.values():
                self.send(push)

    def _say_goodbye(self) -> None:
        transport, goodbye = self._transport, self._goodbye
        if transport is not None and goodbye and not transport.is_closing():
            self._goodbye = None
            self._said_goodbye = True
            transport.write(goodbye)


class QueuedOutlet(SocketOutlet, asyncio.Queue[Any]):
    """The library's queue with bounds; its writer task empties it."""

    def __init__(self, limits: TransportLimits, counters: TransportCounters) -> None:
        SocketOutlet.__init__(self, limits, counters)
        asyncio.Queue.__init__(self)

    def send(self, push: Push) -> None:
        """Queue one packet for the library's writer."""
        if not self.is_closing:
            self.counters.packets_sent += 1
            self.put_nowait(Packet(MESSAGE, push.packet))

    def put_nowait(self, item: Any) -> None:
        """Queue a packet of the library's; None tells its writer to stop."""
        if item is None or self._enter(len(item.encode())):
            asyncio.Queue.put_nowait(self, item)

    async def write(self, socket: web.WebSocketResponse, message: str | bytes) -> None:
        """Send one encoded packet, for as long as the reader keeps reading."""
        try:
            async with asyncio.timeout(self.limits.send_stall_seconds):
                if isinstance(message, bytes):
                    await socket.send_bytes(message)
                else:
                    await socket.send_str(message)
        except TimeoutError:
            self._abort_slow_reader()
            raise
        self._leave(len(message))
