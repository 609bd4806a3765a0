"""Once an hour: forget what is not kept for ever, without being noticed.

Each step is small scripts of the writer's last lane, so messages never wait for
it. A step that fails is tried again with the next round, and keeps no other from
its turn: a disk that refuses files does not let old tokens pile up.
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
        for step in (self._prune_queues, self._prune_idempotency, *self._also):
            try:
                await step()
            except SignalingError as error:
                log.warning("housekeeping.postponed", code=error.code)
            except Exception:  # the supervisor of every step
                log.exception("housekeeping.failed")

    async def _prune_queues(self) -> None:
        def script(transaction: Transaction) -> None:
            retention.prune_queues(transaction.connection, transaction.now)

        await self._writer.run(script, lane=WriterLane.OTHER)

    async def _prune_idempotency(self) -> None:
        visited: ConversationId | None = None

        def script(transaction: Transaction) -> ConversationId | None:
            return retention.prune_idempotency(
                transaction.connection, transaction.now, visited
            )

        while True:
            visited = await self._writer.run(script, lane=WriterLane.OTHER)
            if visited is None:
                return

    async def _rounds(self) -> None:
        while True:
            await self.prune()
            await asyncio.sleep(self._round_seconds)
