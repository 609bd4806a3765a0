"""Brings stored events to their endpoints, each lane in its order.

    COMMIT → `on_committed` → fan out → pick → claim → render → send → note

The rows are the truth. A process that dies between any two of these steps has lost
nothing: what it had claimed is claimed again, and sent again under the same id. In
memory are the breakers alone, and an open one is in the database as well (`parked`).

What is sent is decided in `delivery/`. Owner of all tasks is the `Relay`: one that
looks, and for each endpoint as many as its breaker lets through.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

import structlog

from mentalverse_signaling.errors import SignalingError

from ..store import deliveries, delivery_upkeep, endpoints, erasures
from ..store.deliveries import Claimed, DeliveryState
from ..store.delivery_upkeep import Figures
from ..store.desk_time import DeskTime
from ..store.endpoints import EndpointRow, EndpointState
from ..store.engine import Connection, Database
from ..store.outbox import OutboxAdded, OutboxRow
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from .catalogue.purposes import Purpose
from .delivery.breaker import Breaker, parked
from .delivery.lanes import (
    Lane,
    Outcome,
    Settled,
    Verdict,
    next_change_ms,
    pick,
    settle,
)
from .delivery.schedule import JITTER_BP, SHUFFLE_MS, not_before_ms
from .outward import Answered, Render, Rendered, Send, outcome_of

POLL_SECONDS = 2.0
"""Between two looks: another process may have stored something."""
LEAST_SECONDS = 0.01
SEND_SECONDS = 16.0
"""A second more than a request may take."""
EVENTS_AT_ONCE = 200
UPKEEP_SECONDS = 30.0
NOTE_ATTEMPTS = 5
RING_AGAIN_SECONDS = 60.0
"""Whoever rings somebody is tried again after so long, whatever is due later."""
DAY_MS = 24 * 3_600_000

_OF_ENDPOINTS = (Outcome.UNREACHED, Outcome.UNCLEAR)
"""What can be an endpoint's fault as a whole."""

T = TypeVar("T")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RelayRules:
    """What the operator can set."""

    lease_seconds: float = 60.0
    """A lane of which nobody has heard for so long is claimed anew."""
    parked_days: int = 5
    """After them a parked endpoint is disabled."""
    keep_days: int = 30
    keep_tier_2_days: int = 7
    max_waiting: int = 100_000
    """Deliveries of one endpoint."""


@dataclass(slots=True)
class RelayCounters:
    """For the metrics; by the purpose of the endpoint, and what an attempt came to."""

    attempts: Counter[tuple[str, str]] = field(default_factory=Counter)
    dead: Counter[str] = field(default_factory=Counter)
    dropped: int = 0


@dataclass(slots=True)
class _Line:
    """What is under way to one endpoint."""

    breaker: Breaker
    under_way: dict[str, asyncio.Task[None]] = field(default_factory=dict)


class Relay:
    """Owns the tasks that look and send; `start`, then `close`."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        time: DeskTime,
        rng: Callable[[int], bytes],
        render: Render,
        send: Send,
        rules: RelayRules | None = None,
    ) -> None:
        self._database = database
        self._writer = writer
        self._time = time
        self._rng = rng
        self._render = render
        self._send = send
        self._rules = rules or RelayRules()
        self.counters = RelayCounters()
        self.figures = Figures()
        """As they were at the last upkeep."""
        self._lines: dict[str, _Line] = {}
        self._wake = asyncio.Event()
        self._looks: asyncio.Task[None] | None = None
        self._upkeep_at_ms = 0

    @property
    def under_way(self) -> int:
        """Attempts that are being made."""
        return sum(len(line.under_way) for line in self._lines.values())

    @property
    def now_ms(self) -> int:
        """The relay's time, which no jump of the wall clock moves."""
        return self._time.own_ms()

    async def start(self) -> None:
        """Begin, with what a process before this one left."""
        self._looks = asyncio.create_task(self._rounds(), name="mentalverse-relay")

    async def close(self) -> None:
        """Stop at once; what was not noted is sent again after the next start."""
        tasks = [
            task for line in self._lines.values() for task in line.under_way.values()
        ]
        if self._looks is not None:
            tasks.append(self._looks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def on_committed(self, facts: Sequence[object]) -> None:
        """Of the writer: look if something is to be told."""
        if any(isinstance(fact, OutboxAdded) for fact in facts):
            self.wake()

    def wake(self) -> None:
        """Look now."""
        self._wake.set()

    async def forget(self) -> None:
        """Of housekeeping: delete what is kept long enough, remind who owes a word."""
        rules = self._rules

        def script(transaction: Transaction) -> None:
            delivery_upkeep.prune(
                transaction.connection,
                self.now_ms,
                rules.keep_days,
                rules.keep_tier_2_days,
            )
            erasures.tell_again(transaction, self.now_ms)

        await self._write(script)

    # --- looking ---

    async def _rounds(self) -> None:
        has_begun = False
        while True:
            self._wake.clear()
            pause_seconds = POLL_SECONDS
            try:
                if not has_begun:
                    await self._take_over()
                    has_begun = True
                await self._fan_out()
                pause_seconds = await self._look()
                await self._upkeep()
            except SignalingError as error:
                log.warning("relay.look_postponed", code=error.code)
            except Exception:  # the supervisor of every look
                log.exception("relay.look_failed")
            try:
                async with asyncio.timeout(max(pause_seconds, LEAST_SECONDS)):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _take_over(self) -> None:
        """A SQLite file has one server, so that every lease is of one that is gone."""
        if self._database.dialect == "sqlite":
            await self._write(lambda each: deliveries.release_all(each.connection))

    async def _fan_out(self) -> None:
        def script(transaction: Transaction) -> int:
            connection = transaction.connection
            return deliveries.fan_out(
                connection, EVENTS_AT_ONCE, self.now_ms, self._hold
            )

        # Reads are beside the writer, and nothing is to be done most of the time.
        while await self._database.read(deliveries.has_unfanned):
            if await self._write(script) < EVENTS_AT_ONCE:
                return

    async def _look(self) -> float:
        """Begin what may be sent; seconds until there may be more by itself."""
        is_open = {each for each, line in self._lines.items() if line.breaker.is_open}
        found = await self._database.read(_heads, self.now_ms, is_open)
        known = {endpoint.id for endpoint, _ in found}
        for gone in [each for each in self._lines if each not in known]:
            if not self._lines[gone].under_way:
                del self._lines[gone]
        changes = [self._begin(endpoint, lanes) for endpoint, lanes in found]
        times = [each for each in changes if each is not None]
        if not times:
            return POLL_SECONDS
        return min((min(times) - self.now_ms) / 1000, POLL_SECONDS)

    def _begin(self, endpoint: EndpointRow, lanes: list[Lane]) -> int | None:
        now_ms, line = self.now_ms, self._line(endpoint)
        free = [each for each in lanes if each.key not in line.under_way]
        for lane in pick(free, len(line.under_way), line.breaker, now_ms):
            if line.breaker.is_open:
                line.breaker = line.breaker.probing(lane.key, now_ms)
            free.remove(lane)
            task = asyncio.create_task(
                self._deliver(line, endpoint.id, lane), name="mentalverse-delivery"
            )
            line.under_way[lane.key] = task
        return next_change_ms(free, len(line.under_way), line.breaker, now_ms)

    def _line(self, endpoint: EndpointRow) -> _Line:
        line = self._lines.get(endpoint.id)
        if line is None:
            since_ms = endpoint.parked_since_ms
            is_parked = endpoint.state is EndpointState.PARKED and since_ms is not None
            breaker = parked(since_ms or 0, self.now_ms) if is_parked else Breaker()
            line = self._lines[endpoint.id] = _Line(breaker)
        return line

    # --- sending ---

    async def _deliver(self, line: _Line, endpoint: str, lane: Lane) -> None:
        """One attempt. The supervisor of each: nothing that happens here ends looks."""
        try:
            await self._try(line, endpoint, lane)
        except SignalingError as error:
            # Not sent, or sent and not noted: sent again once its lease is over.
            log.warning("relay.postponed", code=error.code)
            await asyncio.sleep(POLL_SECONDS)
        except Exception:
            log.exception("relay.delivery_failed")
            await asyncio.sleep(POLL_SECONDS)
        finally:
            del line.under_way[lane.key]
            self._wake.set()

    async def _try(self, line: _Line, endpoint: str, lane: Lane) -> None:
        begun_ms = self.now_ms
        until_ms = begun_ms + round(self._rules.lease_seconds * 1000)
        claimed = await self._write(
            lambda each: deliveries.claim(
                each.connection, endpoint, lane.key, begun_ms, until_ms
            )
        )
        if claimed is None:
            return
        try:
            rendered = await self._render(claimed, self.now_ms)
        except SignalingError:
            raise
        except Exception:
            # A defect of ours with this one event: it must not be tried for ever.
            log.exception("relay.not_rendered", type=claimed.event.type)
            await self._judge_and_note(line, claimed, Outcome.REFUSED)
            return
        if rendered is None:
            self.counters.dropped += 1
            await self._note(partial(self._drop, claimed))
            return
        if self.now_ms + SEND_SECONDS * 1000 > until_ms:
            # Another may send it by the time that this would be through.
            await self._note(partial(self._release, claimed))
            return
        answered = await self._answer(claimed.endpoint, rendered)
        await self._judge_and_note(
            line, claimed, outcome_of(answered), answered.retry_after_seconds
        )

    async def _answer(self, endpoint: EndpointRow, rendered: Rendered) -> Answered:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                return await self._send(endpoint, rendered)
        except TimeoutError:
            return Answered(status=None)

    async def _judge_and_note(
        self,
        line: _Line,
        claimed: Claimed,
        outcome: Outcome,
        retry_after_seconds: int = 0,
    ) -> None:
        rings = claimed.endpoint.purpose is Purpose.PAGING
        verdict = settle(
            claimed.lane,
            # Whoever is rung is parked by nothing: each event has its own attempts.
            Outcome.REFUSED if rings and outcome in _OF_ENDPOINTS else outcome,
            line.breaker,
            self.now_ms,
            jitter_bp=self._draw(2 * JITTER_BP) - JITTER_BP,
            retry_after_ms=retry_after_seconds * 1000,
        )
        if rings and verdict.due_at_ms is not None:
            soon_ms = self.now_ms + round(RING_AGAIN_SECONDS * 1000)
            verdict = replace(verdict, due_at_ms=min(verdict.due_at_ms, soon_ms))
        if verdict.breaker.is_open != line.breaker.is_open:
            event = "relay.parked" if verdict.breaker.is_open else "relay.resumed"
            log.warning(event, endpoint=claimed.endpoint.id)
        line.breaker = verdict.breaker
        said = outcome.value
        self._count(claimed, verdict, said)
        await self._note(partial(self._settle, claimed, verdict, said, self.now_ms))

    def _count(self, claimed: Claimed, verdict: Verdict, said: str) -> None:
        purpose = claimed.endpoint.purpose
        self.counters.attempts[purpose, said] += 1
        if verdict.settled is Settled.DEAD:
            self.counters.dead[purpose] += 1
            log.error(
                "relay.dead_letter",
                endpoint=claimed.endpoint.id,
                type=claimed.event.type,
            )

    # --- noting ---

    def _settle(
        self,
        claimed: Claimed,
        verdict: Verdict,
        said: str,
        now_ms: int,
        transaction: Transaction,
    ) -> None:
        connection, row = transaction.connection, claimed.delivery
        if verdict.settled is Settled.DONE:
            deliveries.end(connection, claimed, DeliveryState.DELIVERED, said, now_ms)
            if claimed.event.type == erasures.ERASED:
                erasures.acknowledge(connection, row.endpoint, row.lane)
        elif verdict.settled is Settled.DEAD:
            deliveries.end(connection, claimed, DeliveryState.DEAD, said, now_ms)
            delivery_upkeep.note_gap(
                transaction, row, row.lane_seq, self._rng(16), now_ms
            )
        elif verdict.settled is Settled.GONE:
            self._disable(transaction, row.endpoint, "gone")
        elif verdict.due_at_ms is not None:
            counts = verdict.settled is Settled.RETRY
            deliveries.put_off(
                connection, claimed, verdict.due_at_ms, said, counts=counts
            )
        for key, attempts in verdict.given_back:
            deliveries.give_back(connection, row.endpoint, key, attempts, now_ms)
        if verdict.breaker.opened_at_ms is not None:
            endpoints.park(connection, row.endpoint, verdict.breaker.opened_at_ms)
        elif verdict.settled is Settled.DONE:
            endpoints.resume(connection, row.endpoint)

    def _drop(self, claimed: Claimed, transaction: Transaction) -> None:
        row, now_ms = claimed.delivery, self.now_ms
        connection, dropped = transaction.connection, DeliveryState.DROPPED
        deliveries.end(connection, claimed, dropped, "no_consent", now_ms)
        if delivery_upkeep.is_missed(connection, claimed):
            evt_id = self._rng(16)
            delivery_upkeep.note_gap(
                *(transaction, row, row.lane_seq, evt_id, now_ms), withdrawn=True
            )

    def _release(self, claimed: Claimed, transaction: Transaction) -> None:
        deliveries.release(transaction.connection, claimed, self.now_ms)

    def _disable(self, transaction: Transaction, endpoint: str, reason: str) -> None:
        number = delivery_upkeep.disable(
            transaction, endpoint, reason, self._rng(16), self.now_ms
        )
        log.error(
            "relay.endpoint_disabled", endpoint=endpoint, reason=reason, dead=number
        )

    async def _note(self, script: Callable[[Transaction], None]) -> None:
        """Write what came of it, also past a writer that is busy for a moment."""
        for left in reversed(range(NOTE_ATTEMPTS)):
            try:
                await self._write(script)
            except SignalingError:
                if not left:
                    raise
                await asyncio.sleep(POLL_SECONDS)
            else:
                return

    # --- upkeep ---

    async def _upkeep(self) -> None:
        now_ms = self.now_ms
        if now_ms < self._upkeep_at_ms:
            return
        self._upkeep_at_ms = now_ms + round(UPKEEP_SECONDS * 1000)
        for endpoint, line in list(self._lines.items()):
            since_ms = line.breaker.opened_at_ms
            if since_ms is not None and self._is_too_long(since_ms):
                await self._note(partial(self._park_for_good, endpoint))
                line.breaker = Breaker()
            await self._trim(endpoint)
        self.figures = await self._database.read(delivery_upkeep.figures)

    def _park_for_good(self, endpoint: str, transaction: Transaction) -> None:
        self._disable(transaction, endpoint, "parked")

    def _is_too_long(self, since_ms: int) -> bool:
        return self.now_ms - since_ms >= self._rules.parked_days * DAY_MS

    async def _trim(self, endpoint: str) -> None:
        def script(transaction: Transaction) -> int:
            return delivery_upkeep.trim(
                transaction,
                endpoint,
                self._rules.max_waiting,
                self.now_ms,
                lambda: self._rng(16),
            )

        while dropped := await self._write(script):
            self.counters.dropped += dropped

    async def _write(self, script: Callable[[Transaction], T]) -> T:
        return await self._writer.run(script, lane=WriterLane.OTHER)

    def _hold(self, endpoint: EndpointRow, event: OutboxRow) -> int:
        if endpoint.purpose is Purpose.PAGING:
            return event.occurred_at_ms
        if event.type == erasures.ERASED:
            # Behind whatever of them is being sent at this moment.
            return event.occurred_at_ms + round(self._rules.lease_seconds * 1000)
        shuffle_ms = self._draw(SHUFFLE_MS)
        return not_before_ms(event.tier, event.occurred_at_ms, shuffle_ms)

    def _draw(self, most: int) -> int:
        """A number from 0 to `most`."""
        return int.from_bytes(self._rng(4), "big") % (most + 1)


def _heads(
    connection: Connection, now_ms: int, is_open: set[str]
) -> list[tuple[EndpointRow, list[Lane]]]:
    return [
        (
            each,
            deliveries.heads(
                connection,
                each.id,
                now_ms,
                is_open=each.id in is_open or each.state is EndpointState.PARKED,
            ),
        )
        for each in endpoints.every(connection)
        if each.state is not EndpointState.DISABLED
    ]
