"""Wakes browsers because somebody calls.

A call waits for nobody to look at the log: it is told at once, or it is too late. So
nothing of it is stored, and a ring that is lost with the process is not made up for;
the call itself is found in the list of calls. Beside that the rules of other pushes
hold: nothing can be read on the way, nobody is woken who has the conversation muted,
has blocked the caller, or has quiet hours now.

Owner of the task is `Ringing`. `MAX_WAITING` calls wait for it; it sends one call's
pushes at a time, each for ten seconds at most.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.ids import AccountId, ConversationId
from mentalverse_signaling.push_api import PushKind

from ..clock import Clock
from ..store import push_pending
from ..store.engine import Database
from .encryption import payload
from .notifier import PushCounters
from .quiet_hours import quiet_until
from .sender import Delivery, Sender, Verdict

MAX_WAITING = 256
AGAIN_SECONDS = 30.0
"""A conversation rings once in this time, however often calls are begun there."""
MAX_REMEMBERED = 10_000
RING = Delivery(topic="now", kept_for=timedelta(seconds=45))
"""Whoever comes back later finds nobody who waits."""

log = structlog.get_logger()


class Ringing:
    """Owns the task that sends; `start`, then `close`."""

    def __init__(
        self, database: Database, sender: Sender, clock: Clock, counters: PushCounters
    ) -> None:
        """`counters`: those of all pushes."""
        self._database = database
        self._sender = sender
        self._clock = clock
        self._waiting: asyncio.Queue[tuple[ConversationId, AccountId]] = asyncio.Queue(
            MAX_WAITING
        )
        self._rang_at: dict[ConversationId, float] = {}
        self._task: asyncio.Task[None] | None = None
        self._counters = counters

    def ring(self, conversation: ConversationId, by: AccountId) -> None:
        """Somebody has begun a call there. Never blocks, and raises nothing."""
        now = self._clock.monotonic()
        before = self._rang_at.pop(conversation, None)
        if before is not None and now - before < AGAIN_SECONDS:
            self._rang_at[conversation] = before
            return
        self._rang_at[conversation] = now
        if len(self._rang_at) > MAX_REMEMBERED:
            del self._rang_at[next(iter(self._rang_at))]
        if not self._waiting.full():
            self._waiting.put_nowait((conversation, by))

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._rings(), name="mentalverse-ringing")

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        await self._sender.close()

    async def _rings(self) -> None:
        while True:
            conversation, by = await self._waiting.get()
            try:
                await self._ring(conversation, by)
            except SignalingError as error:
                log.warning("push.not_rung", code=error.code)
            except Exception:  # the supervisor of every ring
                log.exception("push.failed")

    async def _ring(self, conversation: ConversationId, by: AccountId) -> None:
        found = await self._database.read(push_pending.to_ring, conversation, by)
        now = self._clock.now()
        awake = [
            to for to, quiet in found if quiet is None or not quiet_until(quiet, now)
        ]
        answers = await asyncio.gather(
            *(
                self._sender.deliver(
                    to, payload(PushKind.CALL, to.auth, conversation), RING
                )
                for to in awake
            )
        )
        # Of a subscription that is gone the next message takes note.
        taken = sum(one.verdict is Verdict.TAKEN for one in answers)
        self._counters.sent += taken
        self._counters.given_up += len(answers) - taken
