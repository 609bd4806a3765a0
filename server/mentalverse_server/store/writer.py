"""The one writer of a database: natural group commit.

What is queued while a COMMIT runs is the next batch; there is no timer. One
fsync then serves many messages, and at low load a message waits for nobody.

Laws:

* The order of `append` calls is the order in the log of each conversation.
* After COMMIT, and only then, facts are announced and after them futures are
  resolved: an acknowledgement means durable.
* Cancelling a waiter does not cancel the write, and does not harm the writer.
* The queue is bounded in items and bytes: beyond it the answer is `Overloaded`.
  A part of it is reserved for the crisis lane.
* An outage (disk full, connection gone) answers `Unavailable` to the batch; the
  next batch opens a new connection, so service comes back by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy import Connection, insert, update

from mentalverse_signaling.errors import (
    Internal,
    Overloaded,
    SignalingError,
    Unavailable,
)

from ..clock import Clock
from .batch import Failed, Outcome, Work, commit_batch
from .engine import Database
from .failures import RETRY_AFTER_MS, is_outage, unavailable
from .messages import Appended
from .rows import MessageRow, Statements, statements_for
from .tables import meta
from .transaction import Transaction

__all__ = [
    "Appended",
    "MessageRow",
    "Transaction",
    "Writer",
    "WriterCounters",
    "WriterLane",
    "WriterLimits",
]

T = TypeVar("T")

_log = logging.getLogger(__name__)


class WriterLane(Enum):
    """Which scripts go first in a batch."""

    CRISIS = "crisis"
    """Before everything, with a part of the queue that nothing else may fill."""
    COMMIT = "commit"
    """Before the messages."""
    OTHER = "other"
    """After the messages, with a part of each batch that they may not fill."""


@dataclass(frozen=True, slots=True)
class WriterLimits:
    """Bounds of the queue and of one batch."""

    max_queued_items: int = 5_000
    max_queued_bytes: int = 32 * 1024 * 1024
    reserved_crisis_items: int = 20_000
    """More than can ask at once, a connection one call each: none is told to wait."""
    max_batch_items: int = 500
    max_batch_bytes: int = 4 * 1024 * 1024
    reserved_other_items: int = 50
    """Part of a batch for the last lane while messages would fill all of it."""
    close_timeout_seconds: float = 10.0


DEFAULT_LIMITS = WriterLimits()


@dataclass(slots=True)
class WriterCounters:
    """Plain integers for the metrics, only ever added to."""

    batches: int = 0
    rows: int = 0
    scripts: int = 0
    overloads: int = 0
    outages: int = 0
    defects: int = 0
    """Exceptions in our own code around a batch; each has a log entry."""
    commit_seconds: float = 0.0
    """Time in the writer's thread, summed over batches."""


class _Queued(Struct, frozen=True):
    work: Any
    size: int
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Batch:
    before: list[_Queued]
    rows: list[_Queued]
    after: list[_Queued]

    def items(self) -> list[_Queued]:
        return [*self.before, *self.rows, *self.after]


class Writer:
    """Appends message rows and runs scripts, in batches, in a thread of its own.

    `on_committed` gets the facts of each batch on the event loop, in commit
    order, before any waiter of that batch is resolved. It must not block. Made and
    used on one event loop.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        on_committed: Callable[[Sequence[object]], None],
        limits: WriterLimits = DEFAULT_LIMITS,
    ) -> None:
        self._database = database
        self._clock = clock
        self._on_committed = on_committed
        self._limits = limits
        self.counters = WriterCounters()
        self._scripts: dict[WriterLane, deque[_Queued]] = {
            lane: deque() for lane in WriterLane
        }
        self._rows: deque[_Queued] = deque()
        self._items = 0
        self._bytes = 0
        self._wake = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None
        self._batch_started: float | None = None
        # Asking for the running loop is a system call each time (getpid).
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, "mentalverse-write")
        self._connection: Connection | None = None
        self._statements: Statements | None = None

    # --- what callers use -----------------------------------------------------

    def append(self, row: MessageRow) -> asyncio.Future[Appended]:
        """Queue one message row.

        The future gives the row's place, or `Overloaded`, `Unavailable`,
        `NotFound` (unknown conversation), `Conflict` (the key was used for
        another body).
        """
        future: asyncio.Future[Appended] = self._new_future()
        size = len(row.payload)
        if self._admit(future, size, self._limits.max_queued_items):
            self._rows.append(_Queued(row, size, future))
        return future

    def run(
        self, script: Callable[[Transaction], T], *, lane: WriterLane
    ) -> asyncio.Future[T]:
        """Queue a script: read, decide and write in one transaction.

        It runs in the writer's thread and must only use its `Transaction`. The
        future gives what it returns, or what it raises after its writes were
        rolled back, or `Overloaded` or `Unavailable`.
        """
        future: asyncio.Future[T] = self._new_future()
        room = self._limits.max_queued_items
        if lane is WriterLane.CRISIS:
            room += self._limits.reserved_crisis_items
        if self._admit(future, 0, room):
            self._scripts[lane].append(_Queued(script, 0, future))
        return future

    async def ping(self) -> None:
        """Prove that a commit reaches the disk; `Unavailable` if it does not."""
        await self.run(record_ping, lane=WriterLane.OTHER)

    @property
    def queued_items(self) -> int:
        """Items that wait for the next batch."""
        return self._items

    @property
    def queued_bytes(self) -> int:
        """Payload bytes that wait for the next batch."""
        return self._bytes

    @property
    def is_alive(self) -> bool:
        """Whether the flush loop runs."""
        return self._task is not None and not self._task.done()

    @property
    def stalled_seconds(self) -> float:
        """How long the batch in the thread has been there; 0 between batches."""
        if self._batch_started is None:
            return 0.0
        return self._clock.monotonic() - self._batch_started

    async def start(self) -> None:
        """Begin to work on the queue."""
        self._task = asyncio.create_task(self._work(), name="mentalverse-writer")

    async def close(self) -> None:
        """Refuse anything further, commit what is queued, stop.

        What does not get through in time is answered `Unavailable`: it may have
        landed, and a retry with the same key finds out.
        """
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=self._limits.close_timeout_seconds)
            self._task.cancel()
            await asyncio.wait({self._task})
        while self._items:
            self._fail(self._take(), unavailable())
        self._thread.submit(self._drop_connection)
        self._thread.shutdown(wait=self._batch_started is None)

    # --- the queue ------------------------------------------------------------

    def _new_future(self) -> asyncio.Future[Any]:
        return self._loop.create_future()

    def _admit(self, future: asyncio.Future[Any], size: int, room: int) -> bool:
        if self._closing:
            future.set_exception(
                Unavailable("the server is going down", retry_after_ms=RETRY_AFTER_MS)
            )
            return False
        if (
            self._items >= room
            or self._bytes + size > self._limits.max_queued_bytes
            and size
        ):
            self.counters.overloads += 1
            future.set_exception(
                Overloaded("the writer's queue is full", retry_after_ms=RETRY_AFTER_MS)
            )
            return False
        self._items += 1
        self._bytes += size
        self._wake.set()
        return True

    def _take(self) -> _Batch:
        limits = self._limits
        others = self._scripts[WriterLane.OTHER]
        room = limits.max_batch_items
        before = _pop(self._scripts[WriterLane.CRISIS], room)
        before += _pop(self._scripts[WriterLane.COMMIT], room - len(before))
        room -= len(before)
        kept = min(len(others), limits.reserved_other_items)
        rows = _pop(self._rows, room - kept, limits.max_batch_bytes)
        after = _pop(others, room - len(rows))
        self._items -= len(before) + len(rows) + len(after)
        self._bytes -= sum(item.size for item in rows)
        return _Batch(before, rows, after)

    # --- the loop -------------------------------------------------------------

    async def _work(self) -> None:
        while self._items or not self._closing:
            if self._items:
                await self._flush(self._take())
            else:
                self._wake.clear()
                await self._wake.wait()

    async def _flush(self, batch: _Batch) -> None:
        """Commit one batch. The supervisor of the loop: only cancelling ends it."""
        self._batch_started = self._clock.monotonic()
        work = Work(
            before=[item.work for item in batch.before],
            rows=[item.work for item in batch.rows],
            after=[item.work for item in batch.after],
        )
        try:
            outcome = await self._loop.run_in_executor(
                self._thread, self._commit, work, self._clock.now()
            )
        except asyncio.CancelledError:
            self._fail(batch, unavailable())
            raise
        except Exception as error:
            self._fail(batch, self._explain(error))
        else:
            self._count(batch)
            self._announce(outcome.facts)
            self._resolve(batch, outcome)
        self._batch_started = None

    def _explain(self, error: Exception) -> SignalingError:
        if is_outage(error):
            self.counters.outages += 1
            _log.warning("a batch was not stored: %s", type(error).__name__)
            return unavailable()
        self.counters.defects += 1
        _log.error("a batch failed", exc_info=error)
        return Internal("the batch could not be stored")

    def _count(self, batch: _Batch) -> None:
        counters = self.counters
        counters.batches += 1
        counters.rows += len(batch.rows)
        counters.scripts += len(batch.before) + len(batch.after)
        counters.commit_seconds += self.stalled_seconds

    def _announce(self, facts: Sequence[object]) -> None:
        """A listener's defect must not keep an acknowledgement from its sender."""
        if not facts:
            return
        try:
            self._on_committed(facts)
        except Exception as error:
            self.counters.defects += 1
            _log.error("committed facts were not announced", exc_info=error)

    def _resolve(self, batch: _Batch, outcome: Outcome) -> None:
        results = [*outcome.before, *outcome.rows, *outcome.after]
        for item, result in zip(batch.items(), results, strict=True):
            # A waiter that gave up has cancelled its future; setting a result on
            # it would raise InvalidStateError and end the loop.
            if item.future.done():
                continue
            if isinstance(result, Failed):
                item.future.set_exception(result.error)
            else:
                item.future.set_result(result)

    def _fail(self, batch: _Batch, error: SignalingError) -> None:
        for item in batch.items():
            if not item.future.done():
                # One exception each: a shared one would collect every traceback.
                own = type(error)(error.detail, error.retry_after_ms)
                item.future.set_exception(own)

    # --- in the thread --------------------------------------------------------

    def _commit(self, work: Work, now: datetime) -> Outcome:
        """After any failure the connection is thrown away: its state is unknown."""
        try:
            if self._connection is None:
                self._connection = self._database.connect_writer()
                self._statements = statements_for(self._connection)
            assert self._statements is not None  # noqa: S101 - set just above
            return commit_batch(self._connection, self._statements, work, now)
        except Exception:
            self._drop_connection()
            raise

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        with contextlib.suppress(Exception):
            connection.invalidate()
        with contextlib.suppress(Exception):
            connection.close()


def _pop(
    queue: deque[_Queued], max_items: int, max_bytes: int | None = None
) -> list[_Queued]:
    """From the front: at most so many, and one at least if there is room for any."""
    taken: list[_Queued] = []
    room = max_bytes
    while queue and len(taken) < max_items:
        if room is not None:
            if taken and queue[0].size > room:
                break
            room -= queue[0].size
        taken.append(queue.popleft())
    return taken


def record_ping(transaction: Transaction) -> None:
    """Write one small row, so that a full disk is noticed."""
    values = {"key": "writer_ping", "value": transaction.now.isoformat()}
    changed = transaction.connection.execute(
        update(meta).where(meta.c.key == values["key"]).values(values)
    )
    if changed.rowcount == 0:
        transaction.connection.execute(insert(meta).values(values))
