"""From a registry entry to its handler, by name."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol

from mentalverse_signaling.events import COMMANDS, Command, Fact, MessageSend, Payload
from mentalverse_signaling.guest_rules import require_command
from mentalverse_signaling.quota import Lane

from .transport.connections import Connection

Handler = Callable[[Connection, Any], Awaitable[Fact]]
"""Authorises one command and carries it out; the payload is of its type."""
HotHandler = Callable[[Connection, MessageSend], "asyncio.Future[Fact]"]


class SocketWatcher(Protocol):
    """Who has to know that a socket is there, or gone. Must not block."""

    def connected(self, connection: Connection) -> None:
        """A socket has authenticated and may be sent to."""

    def disconnected(self, connection: Connection) -> None:
        """A socket is gone; called once for every `connected`."""


class Router:
    """The transport's `Dispatcher`: one handler for every command, none beside."""

    def __init__(
        self,
        hot: HotHandler,
        groups: Iterable[Mapping[str, Handler]],
        watcher: SocketWatcher | None = None,
    ) -> None:
        """Raises `ValueError` unless the groups cover the registry exactly once."""
        self._hot = hot
        self._watcher = watcher
        self._handlers: dict[str, Handler] = {}
        for group in groups:
            if twice := self._handlers.keys() & group.keys():
                raise ValueError(f"two handlers for {sorted(twice)}")
            self._handlers.update(group)
        expected = {c.name for c in COMMANDS.values() if c.lane is not Lane.HOT}
        if self._handlers.keys() != expected:
            difference = self._handlers.keys() ^ expected
            raise ValueError(f"handlers and registry differ in {sorted(difference)}")

    def dispatch_hot(
        self, connection: Connection, payload: MessageSend
    ) -> asyncio.Future[Fact]:
        """Start a message; never waits. Raises a `SignalingError` or returns one."""
        return self._hot(connection, payload)

    async def dispatch(
        self, connection: Connection, command: Command, payload: Payload
    ) -> Fact:
        """Run any other command to its end; `Forbidden` if it is not for guests."""
        if connection.principal.is_guest:
            require_command(command.name)
        return await self._handlers[command.name](connection, payload)

    def connected(self, connection: Connection) -> None:
        """Who is connected is the transport's table; only presence is told."""
        if self._watcher is not None:
            self._watcher.connected(connection)

    def disconnected(self, connection: Connection) -> None:
        """The other way round."""
        if self._watcher is not None:
            self._watcher.disconnected(connection)
