"""What the tables know of an event, beyond what is told of it outside."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.ids import AccountId, CallId, SessionId
from mentalverse_signaling.session_events import SessionStatus

from . import call_sessions
from .tables import conversations, members
from .tables_calls import call_attendance, calls
from .tables_calls import call_sessions as planned


def conversation_of(connection: Connection, session: str) -> str | None:
    """Where a session was planned."""
    row = call_sessions.get(connection, SessionId(session))
    return None if row is None else row.conversation


def late_seconds(
    connection: Connection, session: str, account: AccountId
) -> int | None:
    """After the start of a session, until somebody first had a seat that they gave up.

    None: they never had, or nothing was planned.
    """
    row = call_sessions.get(connection, SessionId(session))
    query = (
        select(func.min(call_attendance.c.from_ms))
        .join(calls, calls.c.id == call_attendance.c.call)
        .where(calls.c.session == session, call_attendance.c.account == account)
    )
    came_ms = connection.execute(query).scalar()
    if row is None or came_ms is None:
        return None
    return int(max(0, came_ms - row.starts_at_ms) // 1000)


def held_ms(connection: Connection, session: str, account: AccountId) -> int:
    """How long somebody had a seat in the calls of a session."""
    table = call_attendance.c
    query = (
        select(func.sum(table.until_ms - table.from_ms))
        .join(calls, calls.c.id == table.call)
        .where(calls.c.session == session, table.account == account)
    )
    return int(connection.execute(query).scalar() or 0)


@dataclass(frozen=True, slots=True)
class Plan:
    """A session that was to be, and of whose conversation."""

    kind: str
    is_pair: bool
    members: tuple[AccountId, ...]


def plans_of(
    connection: Connection, account: AccountId, from_ms: int, last_ms: int
) -> list[Plan]:
    """What was planned in somebody's conversations and not called off."""
    query = (
        select(planned.c.kind, conversations.c.kind, conversations.c.id)
        .join(conversations, conversations.c.id == planned.c.conversation)
        .join(members, members.c.conversation == conversations.c.id)
        .where(
            members.c.account == account,
            planned.c.starts_at_ms.between(from_ms, last_ms),
            planned.c.status != SessionStatus.CANCELLED.value,
        )
        .order_by(planned.c.starts_at_ms, planned.c.id)
    )
    return [
        Plan(
            kind,
            ConversationKind(where) is ConversationKind.DIRECT,
            _members(connection, conversation),
        )
        for kind, where, conversation in connection.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class OwnPlan:
    """A session that somebody planned and did not call off."""

    session: SessionId
    call: CallId | None
    """That was open for it last."""
    kind: str
    starts_at_ms: int
    minutes: int
    pair: tuple[AccountId, ...]
    """Who is in the conversation of two; of a circle nobody."""


def planned_by(
    connection: Connection, account: AccountId, from_ms: int, until_ms: int
) -> list[OwnPlan]:
    """What somebody planned to begin in a span of time and did not call off."""
    query = (
        select(planned, conversations.c.kind.label("where"))
        .join(conversations, conversations.c.id == planned.c.conversation)
        .where(
            planned.c.account == account,
            planned.c.starts_at_ms >= from_ms,
            planned.c.starts_at_ms < until_ms,
            planned.c.status != SessionStatus.CANCELLED.value,
        )
        .order_by(planned.c.starts_at_ms, planned.c.id)
    )
    rows = connection.execute(query).all()
    pairs = {
        row.conversation
        for row in rows
        if ConversationKind(row.where) is ConversationKind.DIRECT
    }
    met = {pair: _members(connection, pair) for pair in pairs}
    return [
        OwnPlan(
            session=SessionId(row.id),
            call=row.call,
            kind=row.kind,
            starts_at_ms=row.starts_at_ms,
            minutes=row.minutes,
            pair=met.get(row.conversation, ()),
        )
        for row in rows
    ]


def _members(connection: Connection, conversation: str) -> tuple[AccountId, ...]:
    query = select(members.c.account).where(members.c.conversation == conversation)
    return tuple(AccountId(each) for each in connection.execute(query).scalars())
