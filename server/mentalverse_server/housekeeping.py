"""Once an hour: forget what is not kept for ever, without being noticed.

Each step is one small script of the writer's last lane, so messages never wait
for it. A step that fails is tried again with the next round.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.ids import ConversationId

from .store import retention
from .store.transaction import Transaction
from .store.writer import Writer, WriterLane

ROUND_SECONDS = 3600.0

log = structlog.get_logger()


class Housekeeping:
    """Owns the task that prunes; `start`, then `close`."""

    def __init__(
        self,
        writer: Writer,
        round_seconds: float = ROUND_SECONDS,
        also: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        """`also`: what else belongs to a round; each brings its own small steps."""
        self._writer = writer
        self._also = also
        self._round_seconds = round_seconds
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; the first round comes at once."""
        self._task = asyncio.create_task(
            self._rounds(), name="mentalverse-housekeeping"
        )

    async def close(self) -> None:
        """Stop; a step that is under way in the writer completes there."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def prune(self) -> None:
        """One round."""
        for step in self._also:
            await step()

        def queues(transaction: Transaction) -> None:
            retention.prune_queues(transaction.connection, transaction.now)

        await self._writer.run(queues, lane=WriterLane.OTHER)
        visited: ConversationId | None = None
        while True:
            visited = await self._prune_idempotency(visited)
            if visited is None:
                return

    async def _prune_idempotency(
        self, after: ConversationId | None
    ) -> ConversationId | None:
        def step(transaction: Transaction) -> ConversationId | None:
            return retention.prune_idempotency(
                transaction.connection, transaction.now, after
            )

        return await self._writer.run(step, lane=WriterLane.OTHER)

    async def _rounds(self) -> None:
        while True:
            try:
                await self.prune()
            except SignalingError as error:
                log.warning("housekeeping.postponed", code=error.code)
            except Exception:  # the supervisor of this task
                log.exception("housekeeping.failed")
            await asyncio.sleep(self._round_seconds)
