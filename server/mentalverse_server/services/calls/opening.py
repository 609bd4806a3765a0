"""`call.start`: what is opened, the way its media goes, and who may open it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from weakref import WeakValueDictionary

from mentalverse_signaling.call_events import CallStart, CallView, Topology
from mentalverse_signaling.calls.decide import Decision
from mentalverse_signaling.calls.kinds import Kind
from mentalverse_signaling.calls.opening import open_call
from mentalverse_signaling.calls.views import call_view
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.errors import (
    Forbidden,
    NotFound,
    NotNow,
    RoleRequired,
)
from mentalverse_signaling.ids import AccountId, CallId, ConversationId, new_id

from ...store import call_sessions
from ...store import calls as store
from ...store.call_sessions import SessionRow
from ...store.conversations import ConversationState, load_state
from ...store.engine import Connection, Database
from ...store.transaction import Transaction
from ...store.writer import Writer, WriterLane
from ...transport.connections import Principal
from .access import Access
from .agreements import Agreements
from .hidden import hides_addresses
from .media import Media
from .members import leads, require_leaf
from .rooms import Rooms
from .starting import Starting

EARLY_MS = 30 * 60_000
"""Before a session begins, from which on its call may be opened."""
LATE_MS = 12 * 3_600_000

KIND_OF: Mapping[ConversationKind, str] = {
    ConversationKind.DIRECT: "direct",
    ConversationKind.CIRCLE: "group",
    ConversationKind.CRISIS: "crisis",
    ConversationKind.SIDE: "side",
}
"""The kind of a call that nobody has planned."""


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of a conversation when somebody opens a call in it."""

    state: ConversationState
    session: SessionRow | None


class Opening:
    """Opens calls: of two who begin one in a conversation, one gets the other's."""

    def __init__(
        self,
        rooms: Rooms,
        database: Database,
        writer: Writer,
        access: Access,
        kinds: Mapping[str, Kind],
        agreements: Agreements,
        rng: Callable[[int], bytes],
        media: Media,
        starting: Starting,
    ) -> None:
        self._rooms = rooms
        self._database = database
        self._writer = writer
        self._access = access
        self._kinds = kinds
        self._agreements = agreements
        self._rng = rng
        self._media = media
        self._starting = starting
        self.ring: Callable[[ConversationId, AccountId], None] | None = None
        """Told of each call that people may have to be woken for; set once."""
        self._turns: WeakValueDictionary[ConversationId, asyncio.Lock]
        self._turns = WeakValueDictionary()
        self._running: set[asyncio.Task[CallView]] = set()

    async def start(self, principal: Principal, request: CallStart) -> CallView:
        """The call that is open there now, whoever has opened it."""
        before = await self._database.read(_before, principal, request)
        task = asyncio.create_task(self._in_turn(principal, request, before))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _in_turn(
        self, principal: Principal, request: CallStart, before: Before
    ) -> CallView:
        where = request.conversation
        async with self.turn(where):
            room = self._rooms.in_conversation(where)
            if room is None:
                return await self._open(principal, request, before)
            return call_view(room.call)

    def turn(self, where: ConversationId) -> asyncio.Lock:
        """Held while it is decided there on a call that opens."""
        turn = self._turns.get(where)
        if turn is None:
            turn = self._turns[where] = asyncio.Lock()
        return turn

    async def _open(
        self, principal: Principal, request: CallStart, before: Before
    ) -> CallView:
        kind, session = self._kind(before), before.session
        _require_lead(principal, before, kind)
        now_ms = self._rooms.now_ms
        if session is not None:
            _require_time(session, now_ms)
        await self._starting.check(principal.account, before.state, kind)
        hides = await self._database.read(hides_addresses, before.state)
        opened = self._opened(principal, request, before, kind, hides=hides)
        is_forwarded = opened.call.route.topology is Topology.SFU
        if is_forwarded and not await self._media.has_room(opened.call):
            opened = self._opened(
                principal, request, before, kind, hides=hides, sfu=False
            )

        def script(transaction: Transaction) -> CallId:
            connection = transaction.connection
            call = store.add(connection, opened.call)
            if session is not None and call == opened.call.id:
                call_sessions.opened(connection, session.id, call)
            return call

        call = await self._writer.run(script, lane=WriterLane.COMMIT)
        if call != opened.call.id:
            return call_view(self._rooms.get(call).call)
        view = call_view(self._rooms.add(opened).call)
        # Whoever is asked aside is in a call already.
        if self.ring is not None and kind.id != KIND_OF[ConversationKind.SIDE]:
            self.ring(request.conversation, principal.account)
        return view

    def _opened(
        self,
        principal: Principal,
        request: CallStart,
        before: Before,
        kind: Kind,
        *,
        hides: bool,
        sfu: bool = True,
    ) -> Decision:
        session = before.session
        return open_call(
            CallId(new_id(self._rng)),
            request.conversation,
            before.state.kind,
            kind,
            by=principal.account,
            media=request.media if session is None else session.media,
            relay=hides,
            turn=self._access.has_relay,
            sfu=sfu and self._media.is_offered,
            now_ms=self._rooms.now_ms,
            session=None if session is None else session.id,
            starts_at_ms=None if session is None else session.starts_at_ms,
            minutes=None if session is None else session.minutes,
            capacity=None if session is None else session.capacity,
            needs_screening=session is not None and session.needs_screening,
            agreement_hashes=self._agreements.hashes,
        )

    def _kind(self, before: Before) -> Kind:
        session = before.session
        name = KIND_OF[before.state.kind] if session is None else session.kind
        kind = self._kinds.get(name)
        if kind is None:
            raise NotNow("this kind of session is no longer held here")
        return kind


def _before(connection: Connection, principal: Principal, request: CallStart) -> Before:
    state = load_state(connection, request.conversation)
    require_leaf(state, principal)
    assert state is not None  # noqa: S101 - `require_leaf` raises
    if state.kind not in KIND_OF:
        raise Forbidden("the group of a call has no calls of its own")
    session = None
    if request.session is not None:
        session = call_sessions.get(connection, request.session)
        if session is None or session.conversation != request.conversation:
            raise NotFound("no such session")
    return Before(state, session)


def _require_lead(principal: Principal, before: Before, kind: Kind) -> None:
    if kind.is_led and not leads(before.state, principal.account):
        raise RoleRequired("who leads the circle opens its calls")


def _require_time(session: SessionRow, now_ms: int) -> None:
    from_ms, until_ms = session.starts_at_ms - EARLY_MS, session.starts_at_ms + LATE_MS
    if session.status == "cancelled" or not from_ms <= now_ms <= until_ms:
        raise NotNow("the session is not now")
