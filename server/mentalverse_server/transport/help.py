"""The calls for help of one connection: beside all its others, and before them.

Whatever else waits on the connection, and however much of it, a call for help starts
at once. Only those for help come one after the other: a raise belongs after the open
before it. They have places of their own to wait in, and the same call again, which
happens when somebody presses a button over and over, waits in the place of the first
and gets its answer. So a person is never told that there are too many.

A bound remains, since a queue without one is a way to end the server: beyond
`max_help_items` different calls that nobody has answered yet, none of our clients ever
comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from mentalverse_signaling.errors import (
    Overloaded,
    SignalingError,
    TooLarge,
    Unavailable,
)
from mentalverse_signaling.events import Command, Fact, Payload
from mentalverse_signaling.schema import decode_payload

from .frames import encode_failure, encode_success
from .limits import TransportLimits

if TYPE_CHECKING:
    from .connections import Connection

MAX_REPEATS: Final = 64
"""Of one call that waits; each is acknowledged."""


class HelpDispatcher(Protocol):
    """The part of a `Dispatcher` that is needed here."""

    async def dispatch(
        self, connection: Connection, command: Command, payload: Payload
    ) -> Fact:
        """Run a call to its end."""


class _HelpCall:
    """One call, and every acknowledgement that waits for it."""

    __slots__ = ("ack_ids", "command", "deadline", "raw")

    def __init__(
        self, command: Command, raw: bytes, ack_id: int | None, deadline: float
    ) -> None:
        self.command = command
        self.raw = raw
        self.ack_ids = [] if ack_id is None else [ack_id]
        self.deadline = deadline
        """By the event loop's time: from the arrival, however long it waited."""

    def takes(self, other: _HelpCall) -> bool:
        """Whether another call is this one again, and there is room for it."""
        is_same = (self.command, self.raw) == (other.command, other.raw)
        if is_same and len(self.ack_ids) < MAX_REPEATS:
            self.ack_ids += other.ack_ids
            return True
        return False


class HelpQueue:
    """Those that wait, and the one that runs."""

    __slots__ = (
        "_box",
        "_connection",
        "_dispatcher",
        "_explain",
        "_limits",
        "_running",
        "_spawn",
    )

    def __init__(
        self,
        connection: Connection,
        dispatcher: HelpDispatcher,
        limits: TransportLimits,
        *,
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
        explain: Callable[[BaseException], SignalingError],
    ) -> None:
        self._connection = connection
        self._dispatcher = dispatcher
        self._limits = limits
        self._spawn = spawn
        self._explain = explain
        self._box: list[_HelpCall] = []
        self._running: asyncio.Task[None] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether every call has been acknowledged."""
        return self._running is None and not self._box

    def submit(self, command: Command, raw: msgspec.Raw, ack_id: int | None) -> None:
        """Start the call, or let it wait for the one before it."""
        if len(raw) > self._limits.max_help_bytes:
            raise TooLarge("a call for help is short")
        now = asyncio.get_running_loop().time()
        deadline = now + self._limits.help_deadline_seconds
        call = _HelpCall(command, bytes(raw), ack_id, deadline)
        if self._running is None:
            self._running = self._spawn(self._run(call))
        elif not any(waiting.takes(call) for waiting in self._box):
            if len(self._box) >= self._limits.max_help_items:
                raise Overloaded(
                    "too many different calls for help wait on this connection",
                    self._limits.retry_after_ms,
                )
            self._box.append(call)

    def discard(self) -> None:
        """The socket is gone: forget what has not started, but somebody's tap.

        What asks for help is carried out for whoever is not there to hear of it.
        """
        self._box = [call for call in self._box if call.command.name == "case.open"]

    async def _run(self, call: _HelpCall) -> None:
        try:
            payload = decode_payload(call.command, msgspec.Raw(call.raw))
            async with asyncio.timeout_at(call.deadline):
                fact = await self._dispatcher.dispatch(
                    self._connection, call.command, payload
                )
            for ack_id in call.ack_ids:
                self._connection.send(encode_success(ack_id, fact))
        except asyncio.CancelledError:
            for stopped in (call, *self._box):
                self._fail(stopped, Unavailable("the server stopped before the call"))
            self._box.clear()
            raise
        except Exception as error:  # the funnel: whatever it is, it is answered
            self._fail(call, error)
        finally:
            self._running = (
                self._spawn(self._run(self._box.pop(0))) if self._box else None
            )

    def _fail(self, call: _HelpCall, error: BaseException) -> None:
        refusal = self._explain(error)
        for ack_id in call.ack_ids:
            self._connection.send(encode_failure(ack_id, refusal))
