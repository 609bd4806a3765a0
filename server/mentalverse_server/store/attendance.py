"""What devices signed of a call, and what counts of it for each party."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, exists, func, insert, or_, select, update

from mentalverse_signaling.attendance_text import MARK_BYTES
from mentalverse_signaling.call_events import CallRole
from mentalverse_signaling.calls.counting import REVIEWED_SESSIONS, Counted, Receipt
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.ids import AccountId, CallId, DeviceId, SessionId

from .calls import LEADING
from .tables import conversations
from .tables_attendance import call_counted, call_receipts
from .tables_calls import call_attendance, calls

_SILENT = (ConversationKind.CRISIS.value, ConversationKind.SIDE.value)


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A receipt as a device has signed it."""

    call: CallId
    account: AccountId
    device: DeviceId
    role: CallRole
    minutes: int
    marks: tuple[bytes, ...]
    signature: bytes
    at_ms: int


def keep(connection: Connection, row: ReceiptRow) -> bool:
    """Keep a receipt, unless the device has signed for as many minutes before.

    Returns:
        Whether it is another one than before.
    """
    table = call_receipts
    which = (
        (table.c.call == row.call)
        & (table.c.account == row.account)
        & (table.c.device == row.device)
    )
    before = connection.execute(select(table.c.minutes).where(which)).scalar()
    if before is not None and before >= row.minutes:
        return False
    values = {
        "role": row.role.value,
        "minutes": row.minutes,
        "marks": b"".join(sorted(row.marks)),
        "signature": row.signature,
        "at_ms": row.at_ms,
    }
    if before is not None:
        connection.execute(update(table).where(which).values(values))
    else:
        ids = {"call": row.call, "account": row.account, "device": row.device}
        connection.execute(insert(table).values({**ids, **values}))
    return True


def receipts(connection: Connection, call: CallId) -> tuple[Receipt, ...]:
    """What was signed of a call, in no order."""
    query = select(call_receipts).where(call_receipts.c.call == call)
    return tuple(
        Receipt(AccountId(row.account), row.minutes, frozenset(_marks(row.marks)))
        for row in connection.execute(query)
    )


def roles(connection: Connection, call: CallId) -> dict[AccountId, CallRole]:
    """The role of each party: one that leads if they ever had it, else the last."""
    table = call_attendance
    query = select(table.c.account, table.c.role).where(table.c.call == call)
    held: dict[AccountId, CallRole] = {}
    for account, role in connection.execute(query.order_by(table.c.id)):
        if held.get(account) not in LEADING:
            held[AccountId(account)] = CallRole(role)
    return held


def roles_of(
    connection: Connection, call: CallId, account: AccountId
) -> frozenset[CallRole]:
    """The roles in which somebody held a seat that they have given up."""
    table = call_attendance
    query = select(table.c.role).where(table.c.call == call, table.c.account == account)
    return frozenset(map(CallRole, connection.execute(query).scalars()))


def ended_at_ms(connection: Connection, call: CallId) -> int | None:
    """When a call was over; None while it is not."""
    query = select(calls.c.ended_at_ms).where(calls.c.id == call)
    return connection.execute(query).scalar_one_or_none()


def settled(connection: Connection, call: CallId) -> dict[AccountId, Counted]:
    """What counts for each party of a call of which that is certain."""
    query = select(call_counted).where(call_counted.c.call == call)
    return {
        AccountId(row.account): Counted(
            row.minutes, is_countersigned=row.is_countersigned
        )
        for row in connection.execute(query)
    }


def settle(
    connection: Connection,
    call: CallId,
    account: AccountId,
    *,
    session: SessionId | None,
    role: CallRole,
    counted: Counted,
    in_review: bool,
    at_ms: int,
) -> None:
    """Write down what counts for a party; once for each."""
    connection.execute(
        insert(call_counted).values(
            call=call,
            account=account,
            session=session,
            role=role.value,
            minutes=counted.minutes,
            is_countersigned=counted.is_countersigned,
            in_review=in_review,
            at_ms=at_ms,
        )
    )


def countersigned_before(connection: Connection, account: AccountId) -> list[bool]:
    """Of somebody's sessions that were settled last, the newest first."""
    table = call_counted
    query = (
        select(table.c.is_countersigned)
        .where(table.c.account == account)
        .order_by(table.c.at_ms.desc(), table.c.call)
        .limit(REVIEWED_SESSIONS)
    )
    return list(connection.execute(query).scalars())


def unsettled(connection: Connection, ended_before_ms: int, limit: int) -> list[CallId]:
    """Calls that were over before then, of which it is not certain what counts.

    Those that were planned or signed for; none of a crisis and none aside.
    """
    seated, done = call_attendance, call_counted
    is_settled = exists().where(
        done.c.call == seated.c.call, done.c.account == seated.c.account
    )
    is_signed = exists().where(call_receipts.c.call == calls.c.id)
    query = (
        select(calls.c.id)
        .join(seated, seated.c.call == calls.c.id)
        .join(conversations, conversations.c.id == calls.c.conversation)
        .where(
            calls.c.ended_at_ms <= ended_before_ms,
            conversations.c.kind.not_in(_SILENT),
            or_(calls.c.session.is_not(None), is_signed),
            ~is_settled,
        )
        .distinct()
        .order_by(calls.c.id)
        .limit(limit)
    )
    return [CallId(call) for call in connection.execute(query).scalars()]


def signatures(connection: Connection, call: CallId, account: AccountId) -> list[bytes]:
    """Of what the devices of an account signed of a call."""
    table = call_receipts
    query = select(table.c.signature).where(
        table.c.call == call, table.c.account == account
    )
    return list(connection.execute(query).scalars())


def came_at_ms(connection: Connection, call: CallId, account: AccountId) -> int | None:
    """When somebody first had a seat that they have given up since."""
    table = call_attendance
    query = select(func.min(table.c.from_ms)).where(
        table.c.call == call, table.c.account == account
    )
    found: int | None = connection.execute(query).scalar()
    return found


def _marks(stored: bytes) -> Iterable[bytes]:
    return (stored[at : at + MARK_BYTES] for at in range(0, len(stored), MARK_BYTES))
