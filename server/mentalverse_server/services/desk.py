"""The crisis desk of a running server: every event is decided, stored, then acted on.

One decision is one script in the first lane of the writer: lock the desk, decide with
the pure rules, write what changed. What is to be done about it (`EffectsOut`) is handed
on after COMMIT and before whoever asked is answered, in the order of the commits, also
if nobody waits for the answer any more. A refusal writes nothing.

A process that dies between COMMIT and the effects has lost those: a message that
somebody is asked, never the fact. Whoever reads the case sees it, an offer that nobody
saw expires, and nobody is paged only once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import structlog

from mentalverse_crisis.decide import Decision, decide
from mentalverse_crisis.desk import Desk
from mentalverse_crisis.errors import CrisisError
from mentalverse_crisis.events import Event, TimePassed
from mentalverse_crisis.policy import DEFAULT, Policy

from ..store import cases
from ..store.desk_time import DeskTime
from ..store.engine import Connection
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane

MOST_OVERDUE = 200
"""Follow-ups that one decision reminds of: it must not hold up a request for help."""

log = structlog.get_logger()

_Decided = TypeVar("_Decided", Decision, Decision | None)

Beside = Callable[[Connection, int], None]
"""What is read or written in the transaction of a decision, at the desk's time in
milliseconds, once that is written; what it raises undoes the decision."""


Made = Callable[[], Event]
"""Makes an event in the writer's thread, right before it is decided: a queue may hold
it up for as long as the database is away."""


class EffectsOut(Protocol):
    """Who carries out what decisions lead to."""

    def record(self, connection: Connection, decision: Decision, now_ms: int) -> None:
        """Write down what must outlive this process, in the decision's transaction.

        Called in the writer's thread, once the decision is written.
        """
        ...

    def carry_out(self, decision: Decision) -> None:
        """Begin to, after COMMIT; must not block. What it cannot do at once is its
        own to queue. Called for every request for help, and for every decision that
        changed a case or a responder, also without effects: somebody may be looking at
        it."""
        ...


@dataclass(slots=True)
class DeskCounters:
    """Plain integers for the metrics, only ever added to."""

    decisions: int = 0
    """Written, or found to change nothing."""
    refusals: int = 0
    """By the rules."""
    failures: int = 0
    """Not stored, for any other reason."""
    effect_defects: int = 0


@dataclass(frozen=True, slots=True)
class TimeTaken:
    """What the passing of time led to."""

    late_ms: int | None
    """How late the earliest thing that was due took effect; None: nothing was due."""
    next_in_ms: int | None
    """Until something is due again, 0 for at once; None: nothing is."""


class Outside(Protocol):
    """What is told to other systems of a decision; it never fails."""

    def record(
        self, transaction: Transaction, before: Desk, decision: Decision, now_ms: int
    ) -> None:
        """Write down what is to be told, in the decision's transaction."""


class CrisisDesk:
    """Decides events, one after the other with every other process of the database."""

    def __init__(
        self,
        writer: Writer,
        time: DeskTime,
        effects: EffectsOut,
        outside: Outside | None = None,
    ) -> None:
        self._writer = writer
        self._time = time
        self._effects = effects
        self._outside = outside
        self._kept: cases.Kept | None = None
        """Only touched in the writer's thread."""
        self.counters = DeskCounters()

    async def set_up(self, policy: Policy = DEFAULT) -> None:
        """Make the desk of a database that has none."""

        def script(transaction: Transaction) -> None:
            cases.set_up(transaction.connection, policy)

        await self._writer.run(script, lane=WriterLane.CRISIS)

    async def decide(
        self, event: Event | Made, beside: Beside | None = None
    ) -> Decision:
        """What an event led to, once it is stored, with what belongs beside it.

        Args:
            event: What happened, or what makes it when its turn has come.
            beside: What belongs beside it.

        Raises:
            CrisisError: refused by the rules; never for `CaseOpened`.
            SignalingError: `Unavailable`, `Overloaded`: it may be asked again.
        """
        return await self._run(
            lambda transaction: self._decide(transaction, event, beside)
        )

    async def pass_time(self) -> TimeTaken:
        """Let take effect what is due by now; asks without a lock whether anything is.

        Raises:
            SignalingError: `Unavailable`, `Overloaded`.
        """
        taken = TimeTaken(None, None)

        def script(transaction: Transaction) -> Decision | None:
            nonlocal taken
            connection = transaction.connection
            due_ms, now_ms = cases.due_ms(connection), self._time.now_ms(connection)
            if due_ms is None or due_ms > now_ms:
                taken = TimeTaken(None, None if due_ms is None else due_ms - now_ms)
                return None
            decision = self._decide(transaction, TimePassed())
            # Another process may have been faster: then nothing was late here.
            was_due = bool(decision.entries or decision.cases or decision.responders)
            taken = TimeTaken(now_ms - due_ms if was_due else None, 0)
            return decision

        await self._run(script)
        return taken

    # --- a script and what follows it ---

    def _run(
        self, script: Callable[[Transaction], _Decided]
    ) -> asyncio.Future[_Decided]:
        """The result, whose waiter may give up without the effects being lost."""
        future = self._writer.run(script, lane=WriterLane.CRISIS)
        future.add_done_callback(self._done)
        return asyncio.shield(future)

    def _done(self, future: asyncio.Future[_Decided]) -> None:
        error = future.exception()
        if error is not None:
            self.counters.refusals += isinstance(error, CrisisError)
            self.counters.failures += not isinstance(error, CrisisError)
            return
        decision = future.result()
        if decision is None:
            return
        self.counters.decisions += 1
        has_changed = decision.effects or decision.cases or decision.responders
        if not has_changed and decision.opened is None:
            return
        try:
            self._effects.carry_out(decision)
        except Exception:  # the supervisor of whatever carries effects out
            self.counters.effect_defects += 1
            log.exception("desk.effects_failed")

    # --- in the writer's thread ---

    def _decide(
        self,
        transaction: Transaction,
        told: Event | Made,
        beside: Beside | None = None,
    ) -> Decision:
        event = told() if callable(told) else told
        connection = transaction.connection
        version = cases.lock(connection)
        kept = self._kept
        if kept is None or kept.version != version:
            kept = cases.load(connection, version)
        # After the lock: who waited for it decides at the time that it is by then.
        now_ms = self._time.now_ms(connection)
        desk = self._seen(transaction, kept.desk, event, now_ms)
        decision = decide(desk, event, now_ms)
        self._kept = cases.save(connection, kept, desk, decision, now_ms)
        if decision.effects:
            self._effects.record(connection, decision, now_ms)
        if self._outside is not None:
            self._outside.record(transaction, desk, decision, now_ms)
        if beside is not None:
            beside(connection, now_ms)
        return decision

    def _seen(
        self, transaction: Transaction, desk: Desk, event: Event, now_ms: int
    ) -> Desk:
        if isinstance(event, TimePassed):
            return cases.overdue(transaction.connection, desk, now_ms, MOST_OVERDUE)
        return cases.besides(transaction.connection, desk, event)
