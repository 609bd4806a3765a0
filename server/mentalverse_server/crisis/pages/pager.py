"""Sends the pages that wait in the database, until each was taken or is over.

    a decision writes rows → COMMIT → `wake` → look → a task for each target → claim
      → send → note

The rows are the truth: a process that dies between any two of these steps has lost
nothing, since the next one looks at the same rows. The law is at least once, with the
same id each time. What must not be is a page after its acknowledgement: `claim` asks
the row in a transaction of its own immediately before each attempt, and an attempt that
is on its way when the acknowledgement comes is broken off (`cancel`).

One task at a time sends to a target, in the order in which its pages are due, so a
target that hangs holds up its own pages alone. Owner of all tasks is the `Pager`; there
are at most as many as targets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog

from mentalverse_signaling.errors import SignalingError

from ...store import crisis_pages
from ...store.crisis_pages import PageRow, PageState
from ...store.desk_time import DeskTime
from ...store.engine import Connection, Database
from ...store.transaction import Transaction
from ...store.writer import Writer, WriterLane
from .links import TEST, PageLinks
from .on_call import OnCall, Target
from .page import Page, PageKind
from .sending import (
    SEND_SECONDS,
    Adapters,
    Attempt,
    PageCounters,
    attempt,
    gap_ms,
)

STANDBY = "standby"
"""`reason` of a page that nobody in particular waits behind."""
ROTA, ROTA_URGENT = "rota", "rota_urgent"
"""`reason` of pages about an hour without anybody."""
_KINDS = {
    STANDBY: PageKind.STANDBY,
    TEST: PageKind.TEST,
    ROTA: PageKind.ROTA,
    ROTA_URGENT: PageKind.ROTA_URGENT,
}
MOST_SECONDS = 1.0
"""Between two looks: another process may have died before it sent its own."""
LEAST_SECONDS = 0.05
ROWS_AT_ONCE = 200
LEASE_MS = round(SEND_SECONDS * 1000) + 1_000
"""An attempt of which nobody has heard for so long is made again."""

T = TypeVar("T")

log = structlog.get_logger()


class Pager:
    """Owns the tasks that look and send; `start`, then `close`."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        time: DeskTime,
        on_call: OnCall,
        adapters: Adapters,
        links: PageLinks,
    ) -> None:
        self._database = database
        self._writer = writer
        self._time = time
        self._on_call = on_call
        self._adapters = adapters
        self._links = links
        self.counters = PageCounters()
        self._sending: dict[str, tuple[PageRow, asyncio.Task[None]]] = {}
        self._wake = asyncio.Event()
        self._looks: asyncio.Task[None] | None = None

    @property
    def is_alive(self) -> bool:
        """Whether pages are looked for."""
        return self._looks is not None and not self._looks.done()

    @property
    def in_flight(self) -> int:
        """Targets that a page is on its way to."""
        return len(self._sending)

    async def start(self) -> None:
        """Begin, with what a process before this one left."""
        self._looks = asyncio.create_task(self._rounds(), name="mentalverse-pages")

    async def close(self) -> None:
        """Stop at once; what was not taken is found again at the next start."""
        tasks = [task for _, task in self._sending.values()]
        if self._looks is not None:
            tasks.append(self._looks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def wake(self) -> None:
        """Look now: something was written."""
        self._wake.set()

    def cancel(self, case: str, reason: str) -> None:
        """Break off what is on its way for a case."""
        for row, task in self._sending.values():
            if (row.case, row.reason) == (case, reason):
                task.cancel()

    # --- looking ---

    async def _rounds(self) -> None:
        begun = False
        while True:
            self._wake.clear()
            pause_seconds = MOST_SECONDS
            try:
                if not begun:
                    await self._write(self._hasten)
                    begun = True
                pause_seconds = await self._look()
            except SignalingError as error:
                log.warning("page.look_postponed", code=error.code)
            except Exception:  # the supervisor of every look
                log.exception("page.look_failed")
            try:
                async with asyncio.timeout(max(pause_seconds, LEAST_SECONDS)):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _look(self) -> float:
        """Begin what is due at targets that are free; seconds until the next look."""
        while True:
            busy = tuple(self._sending)
            rows, now_ms = await self._database.read_for_help(self._waiting, busy)
            due = [row for row in rows if row.next_at_ms <= now_ms]
            for row in due:
                if row.target not in self._sending:
                    self._begin(row)
            if not due:
                break
        if not rows:
            return MOST_SECONDS
        return min((rows[0].next_at_ms - now_ms) / 1000, MOST_SECONDS)

    def _waiting(
        self, connection: Connection, busy: Iterable[str]
    ) -> tuple[list[PageRow], int]:
        rows = crisis_pages.waiting(connection, busy, ROWS_AT_ONCE)
        return rows, self._time.now_ms(connection)

    def _begin(self, row: PageRow) -> None:
        task = asyncio.create_task(self._deliver(row), name="mentalverse-page")
        self._sending[row.target] = (row, task)
        task.add_done_callback(lambda _: self._ended(row))

    def _ended(self, row: PageRow) -> None:
        del self._sending[row.target]
        self._wake.set()

    # --- sending ---

    async def _deliver(self, row: PageRow) -> None:
        """One attempt. The supervisor of each: nothing that happens here ends looks."""
        try:
            await self._try(row)
        except asyncio.CancelledError:
            self._count(row, "cancelled")
            raise
        except SignalingError as error:
            # It was sent and not noted, or not sent: at its time it is sent again.
            self._count(row, "not_noted")
            log.warning("page.postponed", code=error.code)
            await asyncio.sleep(LEAST_SECONDS)
        except Exception:
            log.exception("page.failed_to_send")
            await asyncio.sleep(MOST_SECONDS)

    async def _try(self, row: PageRow) -> None:
        target = self._on_call.by_key(row.target)
        if target is None:
            await self._write(lambda each: self._remove(each, row))
            return
        begun = await self._write(lambda each: self._claim(each, row, target))
        if begun is None:
            return
        began_ms, link = begun
        came_of_it = await attempt(self._adapters, target, page_of(row, link))
        await self._note(row, target, began_ms, came_of_it)

    async def _note(
        self, row: PageRow, target: Target, began_ms: int, came_of_it: Attempt
    ) -> None:
        gap = None if came_of_it.was_taken else gap_ms(row.attempts + 1)
        state = PageState.TAKEN if came_of_it.was_taken else PageState.GIVEN_UP

        def script(transaction: Transaction) -> bool:
            connection = transaction.connection
            now_ms = self._time.now_ms(connection)
            if came_of_it.was_taken or gap is None:
                crisis_pages.finish(connection, row.id, state, now_ms)
                if row.reason == TEST:
                    passed, said = came_of_it.was_taken, came_of_it.said
                    crisis_pages.note_test(connection, row.target, passed, said, now_ms)
            else:
                crisis_pages.postpone(connection, row.id, now_ms + gap)
            return crisis_pages.was_over(connection, row.id, began_ms)

        is_late = await self._write(script)
        about = {"tier": target.tier, "channel": target.channel.value}
        about["attempt"] = str(row.attempts + 1)
        if came_of_it.was_taken:
            self._count(row, "taken")
            log.info("page.taken", **about)
        elif gap is None:
            self._count(row, "given_up")
            log.error("page.given_up", **about, said=came_of_it.said)
        else:
            self._count(row, "failed")
            log.warning("page.not_taken", **about, said=came_of_it.said)
        if is_late:
            self.counters.after_ack += 1
            log.error("page.after_ack", **about)

    def _count(self, row: PageRow, outcome: str) -> None:
        target = self._on_call.by_key(row.target)
        channel = "none" if target is None else target.channel.value
        self.counters.attempts[channel, outcome] += 1

    # --- in the writer's thread ---

    async def _write(self, script: Callable[[Transaction], T]) -> T:
        return await self._writer.run(script, lane=WriterLane.CRISIS)

    def _hasten(self, transaction: Transaction) -> None:
        connection = transaction.connection
        crisis_pages.hasten(connection, self._time.now_ms(connection))

    def _claim(
        self, transaction: Transaction, row: PageRow, target: Target
    ) -> tuple[int, str] | None:
        """When the attempt begins, and where it leads; None: it is not to be made."""
        connection = transaction.connection
        now_ms = self._time.now_ms(connection)
        if not crisis_pages.claim(connection, row, now_ms + LEASE_MS):
            return None
        return now_ms, self._links.of_page(connection, row, target, now_ms)

    def _remove(self, transaction: Transaction, row: PageRow) -> None:
        connection = transaction.connection
        now_ms = self._time.now_ms(connection)
        crisis_pages.finish(connection, row.id, PageState.REMOVED, now_ms)


def page_of(row: PageRow, link: str) -> Page:
    """What is sent for a row."""
    return Page(
        id=row.id,
        kind=_KINDS.get(row.reason, PageKind.PAGE),
        made_at_ms=row.made_at_ms,
        band=row.band,
        due_ms=row.due_ms,
        link=link,
        is_drill=row.is_drill,
    )
