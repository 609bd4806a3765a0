"""What people answer after sessions, sealed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select

from mentalverse_signaling.ids import AccountId, SessionId

from .engine import Connection
from .tables_calls import call_attendance, call_feedback, calls


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """One answer about one of those who accompanied."""

    session: SessionId
    account: AccountId
    about: AccountId
    instrument: str
    sealed: bytes
    at_ms: int


def put(connection: Connection, row: FeedbackRow) -> None:
    """Keep an answer in the place of the one before."""
    table = call_feedback
    connection.execute(
        delete(table).where(
            table.c.session == row.session,
            table.c.account == row.account,
            table.c.about == row.about,
            table.c.instrument == row.instrument,
        )
    )
    connection.execute(
        insert(table).values(
            session=row.session,
            account=row.account,
            about=row.about,
            instrument=row.instrument,
            sealed=row.sealed,
            at_ms=row.at_ms,
        )
    )


def about(
    connection: Connection, account: AccountId, from_ms: int, until_ms: int
) -> list[FeedbackRow]:
    """What was answered about somebody in a span of time, the earliest first."""
    table = call_feedback
    query = (
        select(table)
        .where(
            table.c.about == account, table.c.at_ms >= from_ms, table.c.at_ms < until_ms
        )
        .order_by(table.c.at_ms, table.c.session, table.c.account)
    )
    return [FeedbackRow(*row) for row in connection.execute(query)]


def left_at_ms(
    connection: Connection, session: SessionId, account: AccountId
) -> int | None:
    """When somebody gave up their last seat in a session; None if they had none."""
    seated = call_attendance
    query = (
        select(func.max(seated.c.until_ms))
        .join(calls, calls.c.id == seated.c.call)
        .where(calls.c.session == session, seated.c.account == account)
    )
    left_ms: int | None = connection.execute(query).scalar_one()
    return left_ms


def forget(connection: Connection, before_ms: int) -> None:
    """Delete what was answered before then."""
    connection.execute(delete(call_feedback).where(call_feedback.c.at_ms < before_ms))
