"""What is planned: sessions, who was found to fit, and what checks came to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from mentalverse_signaling.call_events import CallMedia
from mentalverse_signaling.ids import (
    AccountId,
    CallId,
    ClientId,
    ConversationId,
    DeviceId,
    SessionId,
)
from mentalverse_signaling.session_events import SessionStatus

from .tables import group_devices
from .tables_calls import call_checks, call_screenings, call_sessions


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A call that is planned."""

    id: SessionId
    request: ClientId
    conversation: ConversationId
    kind: str
    status: SessionStatus
    starts_at_ms: int
    minutes: int
    capacity: int
    media: CallMedia
    needs_screening: bool
    account: AccountId
    """Who has planned it."""
    call: CallId | None = None


def get(connection: Connection, session: SessionId) -> SessionRow | None:
    """The session of this id."""
    query = select(call_sessions).where(call_sessions.c.id == session)
    row = connection.execute(query).one_or_none()
    return None if row is None else _session(row)


def planned_before(
    connection: Connection, account: AccountId, request: ClientId
) -> SessionRow | None:
    """What the same request has planned already."""
    query = select(call_sessions).where(
        call_sessions.c.account == account, call_sessions.c.request == request
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _session(row)


def put(connection: Connection, session: SessionRow) -> None:
    """Store a session, in the place of the one that has its id."""
    connection.execute(delete(call_sessions).where(call_sessions.c.id == session.id))
    connection.execute(insert(call_sessions).values(asdict(session)))


def planned_ahead(
    connection: Connection, conversation: ConversationId, now_ms: int
) -> int:
    """How many are planned in a conversation from now on."""
    query = (
        select(func.count())
        .select_from(call_sessions)
        .where(
            call_sessions.c.conversation == conversation,
            call_sessions.c.starts_at_ms >= now_ms,
        )
    )
    return int(connection.execute(query).scalar_one())


def of_device(
    connection: Connection,
    device: DeviceId,
    conversation: ConversationId | None,
    since_ms: int,
    limit: int,
) -> list[SessionRow]:
    """Those of the conversations of a device, from a time on; earliest first."""
    table = call_sessions
    where = [
        group_devices.c.device == device,
        group_devices.c.left_seq.is_(None),
        table.c.starts_at_ms >= since_ms,
    ]
    if conversation is not None:
        where.append(table.c.conversation == conversation)
    query = (
        select(table)
        .join(group_devices, group_devices.c.conversation == table.c.conversation)
        .where(*where)
        .order_by(table.c.starts_at_ms, table.c.id)
        .limit(limit)
    )
    return [_session(row) for row in connection.execute(query)]


def opened(connection: Connection, session: SessionId, call: CallId) -> None:
    """A call is open for it."""
    _set(connection, session, status=SessionStatus.OPEN, call=call)


def over(connection: Connection, session: SessionId) -> None:
    """Its call is over."""
    _set(connection, session, status=SessionStatus.OVER)


def _set(connection: Connection, session: SessionId, **values: Any) -> None:
    connection.execute(
        update(call_sessions).where(call_sessions.c.id == session).values(values)
    )


# --- who fits -----------------------------------------------------------------------


def screened(
    connection: Connection, account: AccountId, within: Iterable[ConversationId]
) -> frozenset[ConversationId]:
    """Into which of these circles somebody was found to fit."""
    query = select(call_screenings.c.conversation).where(
        call_screenings.c.account == account,
        call_screenings.c.conversation.in_(list(within)),
    )
    return frozenset(connection.execute(query).scalars())


def screen(
    connection: Connection,
    conversation: ConversationId,
    account: AccountId,
    *,
    fits: bool,
    said_by: AccountId,
    at_ms: int,
) -> None:
    """Somebody fits into a circle, or does not."""
    table = call_screenings
    connection.execute(
        delete(table).where(
            table.c.conversation == conversation, table.c.account == account
        )
    )
    if fits:
        connection.execute(
            insert(table).values(
                conversation=conversation, account=account, said_by=said_by, at_ms=at_ms
            )
        )


# --- checks -------------------------------------------------------------------------


def note_check(
    connection: Connection,
    account: AccountId,
    at_ms: int,
    result: str,
    codes: Iterable[str],
) -> None:
    """What a check before a call came to."""
    connection.execute(
        insert(call_checks).values(
            account=account, at_ms=at_ms, result=result, codes=" ".join(codes)
        )
    )


def forget_checks(connection: Connection, before_ms: int) -> None:
    """Delete what checks came to before then."""
    connection.execute(delete(call_checks).where(call_checks.c.at_ms < before_ms))


def _session(row: Row[Any]) -> SessionRow:
    whole = SessionRow(**row._mapping)
    return replace(
        whole, status=SessionStatus(whole.status), media=CallMedia(whole.media)
    )
