"""What the tables know of an event, beyond what is told of it outside."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from mentalverse_signaling.ids import AccountId, SessionId

from . import call_sessions
from .tables_calls import call_attendance, calls


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
