"""The calls of one connection: bounded, in order, each answered exactly once.

Hot calls (messages) are pipelined: up to `max_hot_in_flight` wait for their
commit together, because a commit serves many. Every other call runs alone, after
all that came before it and before all that comes after. What cannot start yet
waits in a mailbox; what does not fit is refused at once. Acknowledgements leave
in the order in which the calls arrived. Calls for help know nothing of all this: they
have a queue of their own (`help`).

No task exists while nothing is to be awaited: hot calls cost a future, other
calls a task for as long as they run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Protocol, cast

import msgspec

from mentalverse_signaling.errors import (
    DeadlineExceeded,
    Overloaded,
    SignalingError,
    Unavailable,
)
from mentalverse_signaling.events import Command, Fact, MessageSend, Payload
from mentalverse_signaling.quota import Lane
from mentalverse_signaling.schema import decode_payload

from .frames import Push, encode_failure, encode_success
from .help import HelpQueue
from .limits import TransportLimits

if TYPE_CHECKING:
    from .connections import Connection


class Dispatcher(Protocol):
    """What the transport hands calls to. May raise anything; all is answered."""

    def dispatch_hot(
        self, connection: Connection, payload: MessageSend
    ) -> asyncio.Future[Fact]:
        """Start a message; called in arrival order, and must not wait."""

    async def dispatch(
        self, connection: Connection, command: Command, payload: Payload
    ) -> Fact:
        """Run any other call to its end."""

    def connected(self, connection: Connection) -> None:
        """A socket has authenticated and may be sent to."""

    def disconnected(self, connection: Connection) -> None:
        """A socket is gone; called once for every `connected`."""


class Call:
    """One call: what was asked, and its acknowledgement once there is one."""

    __slots__ = ("ack_id", "answer", "command", "deadline", "queue", "raw", "settled")

    def __init__(
        self, queue: CallQueue, command: Command, raw: msgspec.Raw, ack_id: int | None
    ) -> None:
        self.queue = queue
        self.command = command
        self.raw = raw
        self.ack_id = ack_id
        self.answer: Push | None = None
        """None with `settled`: the caller wants no acknowledgement."""
        self.settled = False
        self.deadline = 0.0

    def settle(self, future: asyncio.Future[Fact]) -> None:
        """Callback of a hot call's future."""
        if self.settled:
            if not future.cancelled():
                future.exception()
            return
        try:
            self.succeed(future.result())
        except (Exception, asyncio.CancelledError) as error:  # the funnel
            self.fail(error)
        self.queue.progress()

    def succeed(self, fact: Fact) -> None:
        """Acknowledge with what the handler said."""
        if self.ack_id is not None:
            self.answer = encode_success(self.ack_id, fact)
        self.settled = True

    def fail(self, error: BaseException) -> None:
        """Acknowledge with the code of whatever ended the handler."""
        refusal = self.queue.explain(error)
        if self.ack_id is not None:
            self.answer = encode_failure(self.ack_id, refusal)
        self.settled = True


class CallQueue:
    """The mailbox, the hot calls in flight and the one other call that runs."""

    __slots__ = (
        "_box",
        "_box_bytes",
        "_busy",
        "_connection",
        "_dispatcher",
        "_help",
        "_hot",
        "_limits",
        "_serial",
        "_spawn",
        "explain",
    )

    def __init__(
        self,
        connection: Connection,
        dispatcher: Dispatcher,
        limits: TransportLimits,
        *,
        busy: set[CallQueue],
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
        explain: Callable[[BaseException], SignalingError],
    ) -> None:
        self._connection = connection
        self._dispatcher = dispatcher
        self._limits = limits
        self._busy = busy
        self._spawn = spawn
        self.explain = explain
        self._box: list[Call] = []
        self._box_bytes = 0
        self._hot: list[Call] = []
        self._serial: asyncio.Task[None] | None = None
        self._help: HelpQueue | None = None
        """Made with the first call for help: most connections never have one."""

    @property
    def is_idle(self) -> bool:
        """Whether every accepted call has been acknowledged."""
        is_helped = self._help is None or self._help.is_idle
        return not self._box and not self._hot and self._serial is None and is_helped

    def submit(
        self, command: Command, raw: msgspec.Raw, ack_id: int | None, now: float
    ) -> None:
        """Start the call or queue it; `Overloaded` when there is no room.

        `now` is in monotonic seconds.
        """
        if command.lane is Lane.CRISIS:
            self._for_help().submit(command, raw, ack_id)
            return
        call = Call(self, command, raw, ack_id)
        call.deadline = now + self._limits.call_deadline_seconds
        if not self._box and self._may_start(call):
            self._start(call)
            self._flush()
        else:
            self._enqueue(call)

    def expire(self, now: float) -> None:
        """Answer the hot calls whose time is up; their write may still land."""
        late = [c for c in self._hot if not c.settled and c.deadline <= now]
        for call in late:
            call.fail(DeadlineExceeded("no answer in time; it may still happen"))
        if late:
            self.progress()

    def progress(self) -> None:
        """Something finished: acknowledge what can be, start what can be."""
        self._flush()
        while self._box and self._may_start(self._box[0]):
            call = self._box.pop(0)
            self._box_bytes -= len(call.raw)
            self._start(call)
            self._flush()

    def discard(self) -> None:
        """The socket is gone: forget what has not started."""
        self._box.clear()
        self._box_bytes = 0
        if self._help is not None:
            self._help.discard()

    def _for_help(self) -> HelpQueue:
        if self._help is None:
            self._help = HelpQueue(
                self._connection,
                self._dispatcher,
                self._limits,
                spawn=self._spawn,
                explain=self.explain,
            )
        return self._help

    def _enqueue(self, call: Call) -> None:
        size = len(call.raw)
        if (
            len(self._box) >= self._limits.max_mailbox_items
            or self._box_bytes + size > self._limits.max_mailbox_bytes
        ):
            raise Overloaded(
                "too many calls wait on this connection", self._limits.retry_after_ms
            )
        self._box.append(call)
        self._box_bytes += size

    def _may_start(self, call: Call) -> bool:
        if self._serial is not None:
            return False
        if call.command.lane is Lane.HOT:
            return len(self._hot) < self._limits.max_hot_in_flight
        return not self._hot

    def _start(self, call: Call) -> None:
        if call.command.lane is Lane.HOT:
            self._start_hot(call)
        else:
            self._serial = self._spawn(self._run(call))

    def _start_hot(self, call: Call) -> None:
        self._hot.append(call)
        self._busy.add(self)
        try:
            payload = decode_payload(call.command, call.raw)
            future = self._dispatcher.dispatch_hot(
                self._connection, cast(MessageSend, payload)
            )
            future.add_done_callback(call.settle)
        except Exception as error:  # the funnel: whatever it is, it is answered
            call.fail(error)

    async def _run(self, call: Call) -> None:
        try:
            payload = decode_payload(call.command, call.raw)
            async with asyncio.timeout(self._limits.call_deadline_seconds):
                fact = await self._dispatcher.dispatch(
                    self._connection, call.command, payload
                )
            call.succeed(fact)
        except asyncio.CancelledError:
            call.fail(Unavailable("the server stopped before the call was done"))
            raise
        except Exception as error:  # the funnel: whatever it is, it is answered
            call.fail(error)
        finally:
            self._serial = None
            self._acknowledge(call)
            self.progress()

    def _flush(self) -> None:
        hot = self._hot
        while hot and hot[0].settled:
            self._acknowledge(hot.pop(0))
        if not hot:
            self._busy.discard(self)

    def _acknowledge(self, call: Call) -> None:
        if call.answer is not None:
            self._connection.send(call.answer)
