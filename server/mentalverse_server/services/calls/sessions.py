"""What is planned: sessions of the conversations that somebody is in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from mentalverse_signaling.calls.kinds import Kind
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    NotNow,
    QuotaExceeded,
)
from mentalverse_signaling.fields import Fact
from mentalverse_signaling.ids import ConversationId, SessionId, new_id
from mentalverse_signaling.session_events import (
    MAX_SESSIONS,
    PhasePlan,
    SessionCancel,
    SessionChange,
    SessionChanged,
    SessionKindList,
    SessionKindView,
    SessionList,
    SessionPlan,
    Sessions,
    SessionScreen,
    SessionStatus,
    SessionView,
)

from ...store import call_sessions as store
from ...store.call_sessions import SessionRow
from ...store.conversations import ConversationState, load_state
from ...store.engine import Connection, Database
from ...store.transaction import Transaction
from ...store.writer import Writer, WriterLane
from ...transport.connections import Principal
from .members import leads, require_leaf
from .outgoing import tell_planned

HALF_A_DAY_MS = 12 * 3_600_000
FARTHEST_MS = 366 * 24 * 3_600_000
MAX_AHEAD = 400
"""Sessions of one conversation that are still to come."""

Told = Callable[[ConversationId, str, Fact], None]


class Planning:
    """Plans sessions; who is in the conversation is told of each."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        kinds: Mapping[str, Kind],
        rng: Callable[[int], bytes],
        now_ms: Callable[[], int],
    ) -> None:
        self._database = database
        self._writer = writer
        self._kinds = kinds
        self._rng = rng
        self._now_ms = now_ms
        self.tell: Told | None = None
        """Set once the live connections are there."""

    def kinds(self) -> SessionKindList:
        """The kinds of session of this server."""
        return SessionKindList(tuple(kind_view(kind) for kind in self._kinds.values()))

    async def plan(self, principal: Principal, request: SessionPlan) -> SessionView:
        """Plan a session; the same request again is the same session."""
        kind = self._kinds.get(request.kind)
        if kind is None:
            raise BadRequest("no such kind of session")
        session = SessionRow(
            id=SessionId(new_id(self._rng)),
            request=request.request,
            conversation=request.conversation,
            kind=kind.id,
            status=SessionStatus.PLANNED,
            starts_at_ms=request.starts_at,
            minutes=request.minutes or kind.minutes or 60,
            capacity=request.capacity or kind.max_participants,
            media=request.media or kind.media,
            needs_screening=request.needs_screening or kind.needs_screening,
            account=principal.account,
        )
        self._check(session, kind)
        plan = partial(_plan, principal, session, self._now_ms())

        def script(transaction: Transaction) -> SessionRow:
            planned = plan(transaction)
            if planned is session:
                self._tell_outside(transaction, None, session, principal)
            return planned

        return await self._change(principal, script)

    async def change(self, principal: Principal, request: SessionChange) -> SessionView:
        """Move or resize a session that has not begun."""

        def script(transaction: Transaction) -> SessionRow:
            before = _own(transaction.connection, principal, request.session)
            after = replace(
                before,
                starts_at_ms=_or(request.starts_at, before.starts_at_ms),
                minutes=_or(request.minutes, before.minutes),
                capacity=_or(request.capacity, before.capacity),
                media=before.media if request.media is None else request.media,
            )
            if after != before:
                self._check(after, self._kind(before))
                _require_planned(before, self._now_ms())
                store.put(transaction.connection, after)
                self._tell_outside(transaction, before, after, principal)
            return after

        return await self._change(principal, script)

    async def cancel(self, principal: Principal, request: SessionCancel) -> SessionView:
        """Call a session off that has not begun."""

        def script(transaction: Transaction) -> SessionRow:
            before = _own(transaction.connection, principal, request.session)
            if before.status is SessionStatus.CANCELLED:
                return before
            _require_planned(before, self._now_ms())
            after = replace(before, status=SessionStatus.CANCELLED)
            store.put(transaction.connection, after)
            self._tell_outside(transaction, before, after, principal)
            return after

        return await self._change(principal, script)

    async def list(self, principal: Principal, request: SessionList) -> Sessions:
        """The sessions of the conversations that the calling device is in."""
        now_ms = self._now_ms()
        since_ms = _or(request.since, now_ms - HALF_A_DAY_MS)
        views = await self._database.read(
            self._views, principal, request.conversation, since_ms
        )
        return Sessions(now_ms, views[:MAX_SESSIONS], more=len(views) > MAX_SESSIONS)

    async def screen(self, principal: Principal, request: SessionScreen) -> None:
        """Somebody fits into a circle, or does not, says who leads it."""
        at_ms = self._now_ms()

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            state = load_state(connection, request.conversation)
            require_leaf(state, principal)
            assert state is not None  # noqa: S101 - `require_leaf` raises
            if not leads(state, principal.account):
                raise Forbidden("who leads the circle says who fits")
            if request.member not in state.membership.seats:
                raise NotFound("nobody of this circle")
            store.screen(
                connection,
                request.conversation,
                request.member,
                fits=request.fits,
                said_by=principal.account,
                at_ms=at_ms,
            )

        await self._writer.run(script, lane=WriterLane.OTHER)

    def _tell_outside(
        self,
        transaction: Transaction,
        before: SessionRow | None,
        after: SessionRow,
        principal: Principal,
    ) -> None:
        now_ms, by = self._now_ms(), principal.account
        tell_planned(transaction, self._rng, before, after, by, now_ms)

    async def _change(
        self, principal: Principal, script: Callable[[Transaction], SessionRow]
    ) -> SessionView:
        row = await self._writer.run(script, lane=WriterLane.COMMIT)
        view = self._view(row, is_screened=True)
        if self.tell is not None:
            told = self._view(row, is_screened=not row.needs_screening)
            self.tell(row.conversation, "session.changed", SessionChanged(told))
        return view

    def _views(
        self,
        connection: Connection,
        principal: Principal,
        conversation: ConversationId | None,
        since_ms: int,
    ) -> tuple[SessionView, ...]:
        device, most = principal.device, MAX_SESSIONS + 1
        rows = store.of_device(connection, device, conversation, since_ms, most)
        within = {row.conversation for row in rows}
        fits = store.screened(connection, principal.account, within)
        led = _led(connection, principal, within)
        return tuple(
            self._view(
                row,
                is_screened=not row.needs_screening or row.conversation in fits | led,
            )
            for row in rows
        )

    def _view(self, row: SessionRow, *, is_screened: bool) -> SessionView:
        return SessionView(
            session=row.id,
            conversation=row.conversation,
            kind=row.kind,
            status=row.status,
            starts_at=row.starts_at_ms,
            minutes=row.minutes,
            capacity=row.capacity,
            staff_seats=self._kind(row).staff_seats,
            media=row.media,
            needs_screening=row.needs_screening,
            is_screened=is_screened,
            planned_by=row.account,
            call=row.call if row.status is SessionStatus.OPEN else None,
        )

    def _kind(self, row: SessionRow) -> Kind:
        kind = self._kinds.get(row.kind)
        if kind is None:
            raise NotNow("this kind of session is no longer held here")
        return kind

    def _check(self, session: SessionRow, kind: Kind) -> None:
        if not kind.min_participants <= session.capacity <= kind.max_participants:
            raise BadRequest("this kind of session has other seats")
        now_ms = self._now_ms()
        if not now_ms - HALF_A_DAY_MS <= session.starts_at_ms <= now_ms + FARTHEST_MS:
            raise BadRequest("a session begins within a year")


def kind_view(kind: Kind) -> SessionKindView:
    """A kind of session as it is shown."""
    return SessionKindView(
        kind=kind.id,
        minutes=kind.minutes or 0,
        media=kind.media,
        min_participants=kind.min_participants,
        max_participants=kind.max_participants,
        staff_seats=kind.staff_seats,
        needs_licensed_lead=kind.needs_licensed_lead,
        has_waiting_room=kind.has_waiting_room,
        needs_agreement=kind.needs_agreement,
        needs_booking=kind.needs_booking,
        is_low_bandwidth=kind.is_low_bandwidth,
        phases=tuple(PhasePlan(one.phase, one.minutes) for one in kind.phases),
    )


def _plan(
    principal: Principal, session: SessionRow, now_ms: int, transaction: Transaction
) -> SessionRow:
    connection = transaction.connection
    before = store.planned_before(connection, session.account, session.request)
    if before is not None:
        if (before.conversation, before.kind) != (session.conversation, session.kind):
            raise Conflict("this request has planned another session")
        return before
    _require_planner(connection, principal, session.conversation)
    if store.planned_ahead(connection, session.conversation, now_ms) >= MAX_AHEAD:
        raise QuotaExceeded("enough is planned for this conversation")
    store.put(connection, session)
    return session


def _own(
    connection: Connection, principal: Principal, session: SessionId
) -> SessionRow:
    row = store.get(connection, session)
    if row is None:
        raise NotFound("no such session")
    _require_planner(connection, principal, row.conversation)
    return row


def _require_planner(
    connection: Connection, principal: Principal, conversation: ConversationId
) -> None:
    """In a circle its staff plans, elsewhere anybody who is in it."""
    state = load_state(connection, conversation)
    require_leaf(state, principal)
    assert state is not None  # noqa: S101 - `require_leaf` raises
    if state.kind not in (ConversationKind.DIRECT, ConversationKind.CIRCLE):
        raise Forbidden("nothing is planned here")
    if state.kind is ConversationKind.CIRCLE and not leads(state, principal.account):
        raise Forbidden("who leads the circle plans its sessions")


def _require_planned(session: SessionRow, now_ms: int) -> None:
    if session.status is not SessionStatus.PLANNED:
        raise NotNow("the session has begun, or is called off")
    # Who kept what they planned is counted by what is left here.
    if session.starts_at_ms < now_ms - HALF_A_DAY_MS:
        raise NotNow("the session was to be long ago")


def _led(
    connection: Connection, principal: Principal, within: set[ConversationId]
) -> set[ConversationId]:
    """Those of these circles that somebody leads."""
    found: set[ConversationId] = set()
    for conversation in within:
        state: ConversationState | None = load_state(connection, conversation)
        if state is not None and leads(state, principal.account):
            found.add(conversation)
    return found


def _or(given: int | None, otherwise: int) -> int:
    return otherwise if given is None else given
