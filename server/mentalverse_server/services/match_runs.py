"""Runs of matching: once an hour for those who came since, and for all once a day.

One task owns them. A run is a process of its own, and what it says is stored in small
batches, so nobody waits for it. Coordinators ask for one as well; asked for while one
goes on, the next begins after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

import msgspec
import structlog

from mentalverse_signaling.errors import NotNow, SignalingError
from mentalverse_signaling.ids import new_id

from ..clock import Clock, to_millis
from ..hooks.catalogue.relationships import MatchRun
from ..hooks.defaults import match_process, matching
from ..hooks.defaults.match_process import Proposed, Short, Summary, Work
from ..store import match_searches as searches
from ..store import match_wishes
from ..store import matching as store
from ..store.engine import Connection, Database
from ..store.matching import RunRow
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from . import match_news as news
from .telling import tell

BATCH = 50
"""Proposals that are stored at a time, so that others get in between."""
SEED_BYTES = 16
_HOUR_MS = 60 * 60 * 1_000
ALL_EVERY_MS = 24 * _HOUR_MS
"""So often everybody is tried again who waits, if nobody came since."""
KEPT_MS = 90 * 24 * _HOUR_MS
"""How long a run is kept; the newest one stays."""

T = TypeVar("T")
log = structlog.get_logger()


class MatchRuns:
    """Owns the task that matches; `start`, then `close`."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        url: str,
        clock: Clock,
        rng: Callable[[int], bytes],
        weights: match_process.Weights = match_process.WEIGHTS_BP,
    ) -> None:
        """`url`: of the database, which a run opens in a process of its own."""
        self._database = database
        self._writer = writer
        self._url = url
        self._clock = clock
        self._rng = rng
        self._weights = weights
        self._runs = False
        self._asked = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to wait for whoever asks."""
        self._task = asyncio.create_task(self._rounds(), name="mentalverse-matching")

    async def close(self) -> None:
        """Stop; a run that is under way ends with nothing but what it has stored."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def ask(self) -> None:
        """Have a run soon."""
        self._asked.set()

    @property
    def is_running(self) -> bool:
        """Whether one goes on, or is about to."""
        return self._runs or self._asked.is_set()

    async def tend(self) -> None:
        """A step of housekeeping: what is over, what is old, and whether to run."""
        await self.lapse()
        now_ms = self._now_ms()
        await self._run(lambda x: searches.forget_runs(x.connection, now_ms - KEPT_MS))
        if await self._database.read(_is_due, now_ms):
            self.ask()

    async def lapse(self) -> int:
        """Close what nobody answered in time; how many."""

        def script(transaction: Transaction) -> int:
            over = matching.lapse(transaction)
            for each in over:
                news.moved(transaction, each)
            now_ms = to_millis(transaction.now)
            wished = match_wishes.lapse(transaction.connection, now_ms)
            for pair in wished:
                news.look_anew(transaction, pair)
            return len(over) + len(wished)

        return await self._run(script)

    async def match(self) -> RunRow:
        """Match everybody who waits, and put the options before coordinators.

        Raises:
            NotNow: another run goes on, or this one failed.
        """
        if self._runs:
            raise NotNow("a run goes on already")
        self._runs = True
        try:
            return await self._match()
        finally:
            self._runs = False

    async def _rounds(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            try:
                await self.match()
            except SignalingError as error:
                log.warning("matching.postponed", code=error.code)
            except Exception:  # the owner of every run
                log.exception("matching.failed")

    async def _match(self) -> RunRow:
        run, started_ms = new_id(self._rng), self._now_ms()
        waiting = await self._database.read(searches.looking)
        await self._run(lambda x: _tell(x, "started", run, MatchRun(n=waiting)))
        seed = self._rng(SEED_BYTES).hex()
        work = Work(self._url, run, seed, started_ms, self._weights)
        summary, batch = None, list[Proposed | Short]()
        async for line in match_process.lines(work):
            if isinstance(line, Summary):
                summary = line
                continue
            batch.append(line)
            if len(batch) == BATCH:
                await self._store(run, batch)
                batch = []
        await self._store(run, batch)
        if summary is None:
            raise NotNow("the run said nothing")
        row = RunRow(
            run,
            started_ms,
            self._now_ms(),
            summary.mentees,
            summary.mentors,
            summary.matched,
            summary.report,
        )
        await self._run(lambda x: _finish(x, row))
        return row

    async def _store(self, run: str, batch: list[Proposed | Short]) -> None:
        named = [(new_id(self._rng), each) for each in batch]

        def script(transaction: Transaction) -> None:
            for id_, each in named:
                if isinstance(each, Short):
                    text = msgspec.json.encode(each.against).decode()
                    searches.tell_against(transaction.connection, each.mentee, text)
                else:
                    mentee, options = each.mentee, each.options
                    matching.propose(transaction, id_, run, mentee, options)
            news.look_anew(transaction, [each.mentee for _, each in named])

        if named:
            await self._run(script)

    async def _run(self, script: Callable[[Transaction], T]) -> T:
        return await self._writer.run(script, lane=WriterLane.OTHER)

    def _now_ms(self) -> int:
        return to_millis(self._clock.now())


def _finish(transaction: Transaction, row: RunRow) -> None:
    store.add_run(transaction.connection, row)
    digest = sha256(row.report.encode()).hexdigest()
    done = MatchRun(n=row.matched, summary_hash=digest)
    _tell(transaction, "finished", row.id, done)
    news.queue_changed(transaction)


def published(transaction: Transaction, row: RunRow) -> None:
    """Tell endpoints that the audit of a run is public, and by what it is known."""
    digest = sha256(row.report.encode()).hexdigest()
    tell(
        *(transaction, "match.audit_published", row.id),
        MatchRun(n=row.mentees, summary_hash=digest),
        at_ms=to_millis(transaction.now),
    )


def _tell(transaction: Transaction, what: str, run: str, data: MatchRun) -> None:
    at_ms = to_millis(transaction.now)
    tell(transaction, f"match.run_{what}", run, data, at_ms=at_ms)


def _is_due(connection: Connection, now_ms: int) -> bool:
    if searches.looking(connection, fresh=True):
        return True
    last = searches.last_run(connection)
    is_old = last is None or now_ms - last.finished_at_ms >= ALL_EVERY_MS
    return is_old and searches.looking(connection) > 0
