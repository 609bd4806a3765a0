"""What has not reached anybody of an account: who is to be woken, read from the log.

Nothing is queued for pushing. Whether somebody is to be woken follows from the rows of
a conversation, how far its devices have read, and what a device was told before, so a
server that died before it pushed finds the same again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, exists, func, insert, or_, select

from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.ids import AccountId, ConversationId, DeviceId
from mentalverse_signaling.push_api import QuietHours

from .blocks import hidden_among
from .messages import RowKind
from .push_subscriptions import SubscriptionRow
from .tables import (
    accounts,
    conversations,
    devices,
    group_devices,
    idempotency,
    members,
    messages,
    welcomes,
)
from .tables_push import push_muted, push_quiet, push_subscriptions, push_told

MAX_RUNG = 64
"""Devices that one call wakes."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A device that nobody has looked at since something came."""

    subscription: SubscriptionRow
    conversation: ConversationId
    head: int
    """Of the log when this was read: what the device will have been told of."""
    since: datetime
    """When the first came that the account has not seen and the device not heard of."""
    told_at: datetime | None
    """When it was last woken for this conversation."""
    quiet: QuietHours | None


def conversations_behind(
    connection: Connection, after: str, limit: int
) -> list[ConversationId]:
    """Conversations in id order in which a subscribed device has something to read."""
    welcomed = exists().where(
        welcomes.c.device == group_devices.c.device,
        welcomes.c.conversation == group_devices.c.conversation,
    )
    query = (
        select(group_devices.c.conversation)
        .distinct()
        .join(push_subscriptions, push_subscriptions.c.device == group_devices.c.device)
        .join(conversations, conversations.c.id == group_devices.c.conversation)
        .where(
            group_devices.c.left_seq.is_(None),
            group_devices.c.conversation > after,
            or_(conversations.c.head > group_devices.c.cursor, welcomed),
        )
        .order_by(group_devices.c.conversation)
        .limit(limit)
    )
    return [ConversationId(found) for found in connection.execute(query).scalars()]


def pending(
    connection: Connection, looked_at: Sequence[ConversationId]
) -> list[Pending]:
    """The devices that are to be woken for these conversations, now or later."""
    found = []
    for row in connection.execute(_subscribed_in(looked_at)).all():
        since = _unseen_since(connection, row)
        if since is not None and not _is_with_somebody_blocked(connection, row):
            found.append(_pending(row, since))
    return found


def to_ring(
    connection: Connection, conversation: ConversationId, by: AccountId
) -> list[tuple[SubscriptionRow, QuietHours | None]]:
    """The devices of everybody but `by` that may be woken for a call there."""
    rows = connection.execute(_subscribed_in([conversation])).all()
    return [
        (_subscription(row), _quiet(row))
        for row in rows[:MAX_RUNG]
        if row.account != by and not _is_with_somebody_blocked(connection, row)
    ]


def note_told(
    connection: Connection,
    device: DeviceId,
    conversation: ConversationId,
    seq: int,
    now: datetime,
) -> None:
    """The device was woken for the conversation up to this row."""
    key = (push_told.c.device == device, push_told.c.conversation == conversation)
    connection.execute(delete(push_told).where(*key))
    connection.execute(
        insert(push_told).values(
            device=device, conversation=conversation, seq=seq, at=now
        )
    )


def _subscribed_in(looked_at: Sequence[ConversationId]) -> Select[Any]:
    """Subscribed devices of these groups that are not out and have it not muted."""
    device, conversation = group_devices.c.device, group_devices.c.conversation
    muted = exists().where(
        push_muted.c.device == device, push_muted.c.conversation == conversation
    )
    told = (push_told.c.device == device) & (push_told.c.conversation == conversation)
    return (
        select(
            push_subscriptions,
            conversation,
            conversations.c.head,
            conversations.c.kind,
            push_told.c.seq,
            push_told.c.at,
            push_quiet.c.zone,
            push_quiet.c.from_minute,
            push_quiet.c.to_minute,
        )
        .select_from(push_subscriptions)
        .join(group_devices, device == push_subscriptions.c.device)
        .join(conversations, conversations.c.id == conversation)
        .join(devices, devices.c.id == device)
        .join(accounts, accounts.c.id == push_subscriptions.c.account)
        .join(push_told, told, isouter=True)
        .join(
            push_quiet,
            push_quiet.c.account == push_subscriptions.c.account,
            isouter=True,
        )
        .where(
            conversation.in_(looked_at),
            group_devices.c.left_seq.is_(None),
            devices.c.revoked_at.is_(None),
            accounts.c.disabled_at.is_(None),
            ~muted,
        )
        .order_by(conversation, device)
    )


def _unseen_since(connection: Connection, row: Any) -> datetime | None:
    """When the first row came that is news to the account and to this device."""
    told = row.seq or 0
    seen = connection.execute(
        select(func.max(group_devices.c.cursor)).where(
            *_of_account(row.conversation, row.account)
        )
    ).scalar_one()
    own = exists().where(
        idempotency.c.conversation == messages.c.conversation,
        idempotency.c.seq == messages.c.seq,
        idempotency.c.device.in_(
            select(group_devices.c.device).where(
                *_of_account(row.conversation, row.account)
            )
        ),
    )
    written: datetime | None = connection.execute(
        select(messages.c.at)
        .where(
            messages.c.conversation == row.conversation,
            messages.c.seq > max(told, seen),
            messages.c.kind == RowKind.APPLICATION,
            ~own,
        )
        .order_by(messages.c.seq)
        .limit(1)
    ).scalar()
    return written or _invited_since(connection, row, told)


def _invited_since(connection: Connection, row: Any, told: int) -> datetime | None:
    """When the account was brought in, if none of its devices knows that."""
    welcome = (
        welcomes.c.device == group_devices.c.device,
        welcomes.c.conversation == group_devices.c.conversation,
    )
    came_in = (
        select(group_devices.c.device)
        .where(*_of_account(row.conversation, row.account), ~exists().where(*welcome))
        .limit(1)
    )
    if connection.execute(came_in).first() is not None:
        return None
    found: datetime | None = connection.execute(
        select(func.min(welcomes.c.created_at)).where(
            welcomes.c.device == row.device,
            welcomes.c.conversation == row.conversation,
            welcomes.c.joined_seq > told,
        )
    ).scalar()
    return found


def _is_with_somebody_blocked(connection: Connection, row: Any) -> bool:
    """In a conversation of two: whether the account has blocked the other."""
    if row.kind != ConversationKind.DIRECT:
        return False
    others = connection.execute(
        select(members.c.account).where(
            members.c.conversation == row.conversation,
            members.c.account != row.account,
        )
    ).scalars()
    return any(hidden_among(connection, [row.account], each) for each in others.all())


def _of_account(conversation: ConversationId, account: AccountId) -> tuple[Any, ...]:
    """The account's devices in the group."""
    return (
        group_devices.c.conversation == conversation,
        group_devices.c.account == account,
        group_devices.c.left_seq.is_(None),
    )


def _pending(row: Any, since: datetime) -> Pending:
    return Pending(
        _subscription(row), row.conversation, row.head, since, row.at, _quiet(row)
    )


def _subscription(row: Any) -> SubscriptionRow:
    return SubscriptionRow(
        row.device,
        row.account,
        row.endpoint,
        row.p256dh,
        row.auth,
        row.server_key,
        row.created_at,
    )


def _quiet(row: Any) -> QuietHours | None:
    if row.zone is None:
        return None
    return QuietHours(row.zone, row.from_minute, row.to_minute)
