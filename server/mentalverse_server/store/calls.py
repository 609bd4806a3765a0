"""Calls in the database: the document of each, its seats, and what is noted of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from mentalverse_signaling.call_events import CallRole, LinkQuality, Presence
from mentalverse_signaling.calls.effects import (
    Attended,
    Effect,
    Ended,
    Ledger,
    Noted,
)
from mentalverse_signaling.calls.model import Call, Seat
from mentalverse_signaling.errors import CallFull
from mentalverse_signaling.ids import AccountId, CallId, ConversationId, DeviceId

from .tables import group_devices, members
from .tables_attendance import call_counted, call_receipts
from .tables_calls import (
    call_acts,
    call_attendance,
    call_consents,
    call_seats,
    calls,
)

LEADING = (CallRole.FACILITATOR, CallRole.CO_FACILITATOR)
"""Roles that see how long everybody was there."""

_OF_CALLS = (
    *(call_seats, call_attendance, call_acts, call_consents),
    *(call_receipts, call_counted),
)

_decoder = msgspec.json.Decoder(Call)


def durable(call: Call) -> Call:
    """The part of a call that is written down; two that are equal need no write."""
    return msgspec.structs.replace(
        call,
        seq=0,
        seats={account: _settled(seat) for account, seat in call.seats.items()},
        line={
            account: msgspec.structs.replace(one, beat_ms=0)
            for account, one in call.line.items()
        },
        hands=(),
        piece=None,
        spotlight=None,
        presenter=None,
        feeds={},
        pairs={},
    )


def _settled(seat: Seat) -> Seat:
    """A seat without what comes back with its client's next words."""
    gone = seat.presence is Presence.AWAY
    return msgspec.structs.replace(
        seat,
        beat_ms=0,
        presence=Presence.AWAY if gone else Presence.ON,
        is_muted=True,
        has_camera=False,
        quality=LinkQuality.GOOD,
    )


def add(connection: Connection, call: Call) -> CallId:
    """Store a new call, unless one is open in its conversation; the id of either."""
    query = select(calls.c.id).where(calls.c.open_in == call.conversation)
    before = connection.execute(query).scalar_one_or_none()
    if before is not None:
        return CallId(before)
    connection.execute(
        insert(calls).values(
            id=call.id,
            conversation=call.conversation,
            open_in=call.conversation,
            key_group=call.group,
            session=call.session,
            opened_at_ms=call.opened_at_ms,
            document=_document(call),
        )
    )
    return call.id


def save(
    connection: Connection, before: Call, after: Call, effects: Iterable[Effect]
) -> None:
    """Write what a decision changed of a call, and what is to be noted of it.

    Raises `CallFull` if a seat is taken already: the database has the last word.
    """
    connection.execute(
        update(calls)
        .where(calls.c.id == after.id)
        .values(key_group=after.group, document=_document(after))
    )
    _save_seats(connection, after.id, before.seats, after.seats)
    for effect in effects:
        _note(connection, after.id, effect)


def open_calls(connection: Connection) -> list[Call]:
    """Every call that is not over."""
    query = select(calls.c.document).where(calls.c.open_in.is_not(None))
    return [_decoder.decode(text) for text in connection.execute(query).scalars()]


def kept(connection: Connection, call: CallId) -> Call | None:
    """A call that is open, or was and is still kept."""
    query = select(calls.c.document).where(calls.c.id == call)
    text = connection.execute(query).scalar_one_or_none()
    return None if text is None else _decoder.decode(text)


def has_led(connection: Connection, call: CallId, account: AccountId) -> bool:
    """Whether somebody was there as one of those who lead."""
    query = select(call_attendance.c.id).where(
        call_attendance.c.call == call,
        call_attendance.c.account == account,
        call_attendance.c.role.in_([role.value for role in LEADING]),
    )
    return connection.execute(query.limit(1)).first() is not None


def open_for(connection: Connection, device: DeviceId) -> frozenset[ConversationId]:
    """The conversations with an open call in which a device has a leaf."""
    query = (
        select(calls.c.open_in)
        .join(group_devices, group_devices.c.conversation == calls.c.open_in)
        .where(group_devices.c.device == device, group_devices.c.left_seq.is_(None))
    )
    return frozenset(connection.execute(query).scalars())


def seated_for(
    connection: Connection, group: ConversationId
) -> frozenset[AccountId] | None:
    """Who has a seat in the open call whose frames this group keys; None: no call."""
    query = select(calls.c.id).where(
        calls.c.key_group == group, calls.c.open_in.is_not(None)
    )
    call = connection.execute(query).scalar_one_or_none()
    if call is None:
        return None
    seats = select(call_seats.c.account).where(call_seats.c.call == call)
    return frozenset(connection.execute(seats).scalars())


def stays(
    connection: Connection, group: ConversationId, accounts: Iterable[AccountId]
) -> None:
    """Nobody commits the leaving of these: they have come back before anybody did."""
    connection.execute(
        update(members)
        .where(members.c.conversation == group, members.c.account.in_(list(accounts)))
        .values(leaving=False)
    )


def forget(connection: Connection, before_ms: int) -> int:
    """Delete calls that were over before then, with all that was noted; how many."""
    over = select(calls.c.id).where(calls.c.ended_at_ms < before_ms)
    for table in _OF_CALLS:
        connection.execute(delete(table).where(table.c.call.in_(over)))
    return connection.execute(
        delete(calls).where(calls.c.ended_at_ms < before_ms)
    ).rowcount


def _document(call: Call) -> str:
    seq = call.seq
    kept = msgspec.structs.replace(durable(call), seq=seq)
    return msgspec.json.encode(kept).decode()


def _save_seats(
    connection: Connection,
    call: CallId,
    before: Mapping[AccountId, Seat],
    after: Mapping[AccountId, Seat],
) -> None:
    rows = {account: _row(call, seat) for account, seat in after.items()}
    known = {account: _row(call, seat) for account, seat in before.items()}
    gone = [account for account, row in known.items() if rows.get(account) != row]
    come = [row for account, row in rows.items() if known.get(account) != row]
    if gone:
        connection.execute(
            delete(call_seats).where(
                call_seats.c.call == call, call_seats.c.account.in_(gone)
            )
        )
    if come:
        try:
            connection.execute(insert(call_seats), come)
        except IntegrityError:
            raise CallFull("the seat is taken") from None


def _row(call: CallId, seat: Seat) -> dict[str, object]:
    return {
        "call": call,
        "seat_no": seat.number,
        "account": seat.account,
        "device": seat.device,
        "role": seat.role.value,
        "conn_epoch": seat.conn_epoch,
        "joined_at_ms": seat.joined_at_ms,
    }


def _note(connection: Connection, call: CallId, effect: Effect) -> None:
    match effect:
        case Attended():
            connection.execute(
                insert(call_attendance).values(
                    call=call,
                    account=effect.account,
                    role=effect.role.value,
                    from_ms=effect.from_ms,
                    until_ms=effect.until_ms,
                )
            )
        case Noted():
            connection.execute(
                insert(call_acts).values(
                    call=call,
                    at_ms=effect.at_ms,
                    act=effect.act.value,
                    account=effect.by,
                    on_account=effect.on,
                    role=effect.role and effect.role.value,
                    reason=effect.reason and effect.reason.value,
                    detail=effect.detail,
                )
            )
        case Ledger():
            recording = effect.recording
            connection.execute(
                insert(call_consents).values(
                    call=call,
                    request=recording.id,
                    at_ms=effect.at_ms,
                    account=effect.by,
                    state=recording.state.value,
                    document=msgspec.json.encode(recording).decode(),
                )
            )
        case Ended():
            connection.execute(
                update(calls)
                .where(calls.c.id == call)
                .values(
                    open_in=None,
                    ended_at_ms=effect.at_ms,
                    end_reason=effect.reason.value,
                )
            )
