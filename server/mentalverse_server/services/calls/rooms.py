"""The open calls of this server, each decided on one command after the other.

A call is a value in memory. A decision that changes what has to last is written before
it counts, and then acted on; one that does not (a beat, a signal, a hand) waits for no
disk. Whoever asked may be gone by then: what was begun is completed all the same.

A call has one owner, and that is this process: one server has a database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import structlog

from mentalverse_signaling.calls import leases
from mentalverse_signaling.calls.commands import Command
from mentalverse_signaling.calls.decide import Decision, decide, due_ms
from mentalverse_signaling.calls.effects import (
    Attended,
    Effect,
    Ended,
    Ledger,
    Noted,
    ProposeRemove,
)
from mentalverse_signaling.calls.model import Call
from mentalverse_signaling.errors import NotFound
from mentalverse_signaling.ids import AccountId, CallId, ClientId, ConversationId

from ...store import call_sessions, conversations
from ...store import calls as store
from ...store.desk_time import DeskTime
from ...store.engine import Database
from ...store.facts import LeaveAsked
from ...store.transaction import Transaction
from ...store.writer import Writer, WriterLane
from ...transport.connections import Connection
from .outside import tell_change
from .settling import settle

log = structlog.get_logger()

_WRITTEN = (Attended, Noted, Ledger, Ended)
_SPARE_SOCKETS = 8


class Carrier(Protocol):
    """Who carries out what a decision led to. Must not block, and raises nothing."""

    def carry_out(self, room: Room, effects: tuple[Effect, ...], before: Call) -> None:
        """In their order, once the decision is written; `before` is the call it met."""
        ...


@dataclass(slots=True)
class Room:
    """An open call, and the sockets of those who are in it."""

    call: Call
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a decision is being written."""
    sockets: dict[ClientId, Connection] = field(default_factory=dict)
    """Of each connection the socket that spoke for it last."""

    def bind(self, conn_id: ClientId, socket: Connection) -> None:
        """From now on this socket speaks for the connection, and for no other."""
        for other in [o for o, s in self.sockets.items() if s is socket]:
            del self.sockets[other]
        self.sockets[conn_id] = socket
        self._forget_old()

    def conn_of(self, socket: Connection) -> ClientId | None:
        """The connection for which a socket speaks."""
        for conn_id, bound in self.sockets.items():
            if bound is socket:
                return conn_id
        return None

    def _forget_old(self) -> None:
        held = {one.conn_id for one in self.call.seats.values()}
        held |= {one.conn_id for one in self.call.line.values()}
        spare = [conn_id for conn_id in self.sockets if conn_id not in held]
        for conn_id in spare[:-_SPARE_SOCKETS]:
            del self.sockets[conn_id]


@dataclass(slots=True)
class CallCounters:
    """Plain integers for the metrics, only ever added to."""

    started: int = 0
    ended: int = 0
    decisions: int = 0
    writes: int = 0
    signals: int = 0
    path_restarts: int = 0
    effect_defects: int = 0


class Rooms:
    """The table of open calls; `load` before anything else."""

    def __init__(self, database: Database, writer: Writer, time: DeskTime) -> None:
        self._database = database
        self._writer = writer
        self._time = time
        self._rooms: dict[CallId, Room] = {}
        self._running: set[asyncio.Task[Decision]] = set()
        self.carrier: Carrier | None = None
        """Set once, before the first decision."""
        self.follow: Callable[[Room], None] | None = None
        """Told of each call whose group is another; set once, too."""
        self.counters = CallCounters()

    def __iter__(self) -> Iterator[Room]:
        return iter(tuple(self._rooms.values()))

    def __len__(self) -> int:
        return len(self._rooms)

    @property
    def now_ms(self) -> int:
        """The time by which calls are decided on."""
        return self._time.own_ms()

    async def load(self) -> None:
        """Every call that was open when the server went down, with fresh leases."""
        for call in await self._database.read(store.open_calls):
            self._rooms[call.id] = Room(leases.revive(call, self.now_ms))

    def get(self, call: CallId) -> Room:
        """An open call; `NotFound` if there is none of this id."""
        room = self._rooms.get(call)
        if room is None:
            raise NotFound("no such call")
        return room

    def find(self, call: CallId) -> Room | None:
        """The open call of this id."""
        return self._rooms.get(call)

    def in_conversation(self, conversation: ConversationId) -> Room | None:
        """The call that is open in a conversation."""
        for room in self._rooms.values():
            if room.call.conversation == conversation:
                return room
        return None

    def add(self, opened: Decision) -> Room:
        """A call that was stored just now."""
        room = Room(opened.call)
        self._rooms[opened.call.id] = room
        self.counters.started += 1
        if self.follow is not None:
            self.follow(room)
        self._act(room, opened, opened.call)
        return room

    async def decide(self, room: Room, command: Command) -> Decision:
        """What a command led to, once it is written where it has to be.

        Raises:
            SignalingError: refused by the rules, or not stored.
        """
        if not room.lock.locked():
            decision = decide(room.call, command, self.now_ms)
            if not _must_write(room.call, decision):
                self._take(room, decision)
                return decision
        return await self._run(self._decide(room, command))

    def due(self) -> list[Room]:
        """The calls in which time has brought something."""
        now_ms = self.now_ms
        at = [(due_ms(room.call), room) for room in self]
        return [room for at_ms, room in at if at_ms is not None and at_ms <= now_ms]

    def adopt(self, room: Room, decision: Decision) -> None:
        """Take over a decision that was written by somebody else's transaction, while
        the room's lock was held."""
        self._take(room, decision)

    async def close(self) -> None:
        """Complete what was begun."""
        if self._running:
            await asyncio.wait(self._running)

    def script(self, room: Room, decision: Decision) -> Callable[[Transaction], None]:
        """What writes a decision."""
        return partial(_save, room.call, decision)

    # --- one decision ---

    def _run(self, work: Coroutine[Any, Any, Decision]) -> asyncio.Future[Decision]:
        task = asyncio.create_task(work, name="mentalverse-call-decision")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return asyncio.shield(task)

    async def _decide(self, room: Room, command: Command) -> Decision:
        async with room.lock:
            decision = decide(room.call, command, self.now_ms)
            if _must_write(room.call, decision):
                self.counters.writes += 1
                script = self.script(room, decision)
                await self._writer.run(script, lane=WriterLane.COMMIT)
            self._take(room, decision)
            return decision

    def _take(self, room: Room, decision: Decision) -> None:
        before, room.call = room.call, decision.call
        if self.follow is not None and decision.call.group != before.group:
            self.follow(room)
        self.counters.decisions += 1
        self._act(room, decision, before)
        if decision.call.end is not None and self._rooms.get(room.call.id) is room:
            del self._rooms[room.call.id]
            self.counters.ended += 1

    def _act(self, room: Room, decision: Decision, before: Call) -> None:
        if not decision.effects or self.carrier is None:
            return
        try:
            self.carrier.carry_out(room, decision.effects, before)
        except Exception:  # the supervisor of whatever carries effects out
            self.counters.effect_defects += 1
            log.exception("calls.effects_failed")


def _must_write(before: Call, decision: Decision) -> bool:
    if any(isinstance(effect, _WRITTEN) for effect in decision.effects):
        return True
    return store.durable(before) != store.durable(decision.call)


def _save(before: Call, decision: Decision, transaction: Transaction) -> None:
    connection, after = transaction.connection, decision.call
    store.save(connection, before, after, decision.effects)
    if after.end is not None and after.session is not None:
        call_sessions.over(connection, after.session)
    for effect in decision.effects:
        if isinstance(effect, Ended):
            tell_change(transaction, before, after, effect.at_ms)
            settle(transaction, after, effect.at_ms, is_late=False)
    if after.end is None and before.began_at_ms != after.began_at_ms:
        tell_change(transaction, before, after, after.began_at_ms or 0)
    if after.group is None or not after.has_own_group:
        return
    if come := after.seats.keys() - before.seats.keys():
        store.stays(connection, after.group, come)
    for effect in decision.effects:
        if isinstance(effect, ProposeRemove) and effect.account not in after.seats:
            _let_go(transaction, after.group, effect.account)


def _let_go(
    transaction: Transaction, group: ConversationId, account: AccountId
) -> None:
    """The next who commits in the call's group takes them out."""
    if conversations.mark_leaving(transaction.connection, group, account):
        transaction.publish(LeaveAsked(group, account))
