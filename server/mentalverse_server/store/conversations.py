"""Conversations: who is in them, since when, and how far they have read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from mentalverse_signaling.conversation import ConversationKind, Leaf, Membership, Seat
from mentalverse_signaling.errors import Conflict
from mentalverse_signaling.ids import AccountId, ConversationId, DeviceId, GroupId

from .freezing import FreezeRow, freezes_of
from .tables import accounts, conversations, group_devices, members
from .tables_identity import device_lists


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """A conversation without its people."""

    id: ConversationId
    kind: ConversationKind
    group: GroupId
    head: int
    epoch: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DeviceSpan:
    """The part of the log that is for one device."""

    account: AccountId
    joined_seq: int
    """Row of the commit that added it; the first device of a conversation has 0."""
    left_seq: int | None
    """Row of the commit that removed it, the last one it may read."""
    cursor: int
    """How far it has stored the log; used for retention only."""


@dataclass(frozen=True, slots=True)
class ConversationState:
    """Everything the server knows of a conversation, at one moment."""

    id: ConversationId
    group: GroupId
    epoch: int
    head: int
    membership: Membership
    devices: Mapping[DeviceId, DeviceSpan]
    """Every device that is or was in the group."""
    handles: Mapping[AccountId, str]
    """Of the current members."""
    list_counters: Mapping[AccountId, int]
    """Numbers of their newest device lists."""
    freezes: tuple[FreezeRow, ...] = ()
    """Of this conversation's groups, the oldest first."""

    @property
    def frozen(self) -> FreezeRow | None:
        """Set while nothing is taken, because a commit did not apply."""
        open_ones = (each for each in self.freezes if each.recreated_at is None)
        return next(open_ones, None)

    @property
    def kind(self) -> ConversationKind:
        """What the conversation is for."""
        return self.membership.kind


def create_conversation(
    connection: Connection,
    conversation: ConversationId,
    group: GroupId,
    kind: ConversationKind,
    creator: Leaf,
    seat: Seat,
    *,
    now: datetime,
) -> None:
    """Open a conversation with one leaf, at epoch 0 and an empty log.

    `Conflict` if the conversation or the group exists.
    """
    account, device = creator
    try:
        connection.execute(
            insert(conversations).values(
                id=conversation,
                kind=kind,
                group_id=group,
                head=0,
                epoch=0,
                created_at=now,
            )
        )
    except IntegrityError:
        raise Conflict("this conversation or group exists") from None
    _insert_members(connection, conversation, {account: seat})
    _put_devices(connection, conversation, [(account, device)], joined_seq=0)


def conversation(
    connection: Connection, conversation: ConversationId
) -> ConversationRow | None:
    """The conversation with this id."""
    query = select(conversations).where(conversations.c.id == conversation)
    row = connection.execute(query).one_or_none()
    return None if row is None else _row(row)


def _row(row: Row[Any]) -> ConversationRow:
    return ConversationRow(
        id=row.id,
        kind=ConversationKind(row.kind),
        group=row.group_id,
        head=row.head,
        epoch=row.epoch,
        created_at=row.created_at,
    )


def head_and_span(
    connection: Connection, conversation: ConversationId, device: DeviceId
) -> tuple[int, DeviceSpan] | None:
    """How long the log is, and which part of it is for a device; one query.

    None for an unknown conversation and for a device that was never in it.
    """
    row = connection.execute(
        select(
            conversations.c.head,
            group_devices.c.account,
            group_devices.c.joined_seq,
            group_devices.c.left_seq,
            group_devices.c.cursor,
        )
        .join(group_devices, group_devices.c.conversation == conversations.c.id)
        .where(conversations.c.id == conversation, group_devices.c.device == device)
    ).one_or_none()
    if row is None:
        return None
    return row.head, DeviceSpan(row.account, row.joined_seq, row.left_seq, row.cursor)


def load_state(
    connection: Connection, conversation: ConversationId
) -> ConversationState | None:
    """A conversation with its people."""
    states = load_states(connection, [conversation])
    return states[0] if states else None


def load_states(
    connection: Connection, ids: Sequence[ConversationId]
) -> list[ConversationState]:
    """Those of `ids` that exist, in id order; four queries for any number."""
    people: dict[str, dict[AccountId, tuple[Seat, bool, str]]] = {}
    counters: dict[AccountId, int] = {}
    newest = (
        select(func.max(device_lists.c.counter))
        .where(device_lists.c.account == members.c.account)
        .scalar_subquery()
    )
    for row in connection.execute(
        select(members, accounts.c.handle, newest.label("list_counter"))
        .join(accounts, accounts.c.id == members.c.account, isouter=True)
        .where(members.c.conversation.in_(ids))
    ):
        counters[row.account] = row.list_counter or 0
        of_conversation = people.setdefault(row.conversation, {})
        of_conversation[row.account] = (Seat(row.seat), row.leaving, row.handle or "")
    spans: dict[str, dict[DeviceId, DeviceSpan]] = {}
    for row in connection.execute(
        select(group_devices).where(group_devices.c.conversation.in_(ids))
    ):
        span = DeviceSpan(row.account, row.joined_seq, row.left_seq, row.cursor)
        spans.setdefault(row.conversation, {})[row.device] = span
    freezes = freezes_of(connection, ids)
    found = connection.execute(
        select(conversations)
        .where(conversations.c.id.in_(ids))
        .order_by(conversations.c.id)
    )
    return [
        ConversationState(
            id=row.id,
            group=row.group_id,
            epoch=row.epoch,
            head=row.head,
            membership=_membership(
                ConversationKind(row.kind),
                people.get(row.id, {}),
                spans.get(row.id, {}),
            ),
            devices=spans.get(row.id, {}),
            handles={a: handle for a, (_, _, handle) in people.get(row.id, {}).items()},
            list_counters={a: counters[a] for a in people.get(row.id, {})},
            freezes=tuple(freezes.get(row.id, ())),
        )
        for row in found
    ]


def conversations_of_device(
    connection: Connection,
    device: DeviceId,
    *,
    after: str = "",
    limit: int | None = None,
) -> list[ConversationState]:
    """The conversations the device is or was in, in id order, from `after` on."""
    ids = connection.execute(
        select(group_devices.c.conversation)
        .where(group_devices.c.device == device, group_devices.c.conversation > after)
        .order_by(group_devices.c.conversation)
        .limit(limit)
    )
    return load_states(connection, list(ids.scalars()))


def conversations_without(
    connection: Connection,
    account: AccountId,
    device: DeviceId,
    *,
    after: str,
    limit: int,
) -> list[ConversationRow]:
    """The account's conversations in which the device has no leaf, in id order."""
    is_in = (
        select(group_devices.c.conversation)
        .where(group_devices.c.device == device, group_devices.c.left_seq.is_(None))
        .scalar_subquery()
    )
    query = (
        select(conversations)
        .join(members, members.c.conversation == conversations.c.id)
        .where(
            members.c.account == account,
            conversations.c.id > after,
            conversations.c.id.not_in(is_in),
        )
        .order_by(conversations.c.id)
        .limit(limit)
    )
    return [_row(row) for row in connection.execute(query)]


def apply_membership(
    connection: Connection,
    conversation: ConversationId,
    before: Membership,
    after: Membership,
    seq: int,
) -> None:
    """Store the difference that the commit in row `seq` made."""
    gone = before.seats.keys() - after.seats.keys()
    if gone:
        connection.execute(
            delete(members).where(
                members.c.conversation == conversation, members.c.account.in_(gone)
            )
        )
    come = {a: s for a, s in after.seats.items() if a not in before.seats}
    _insert_members(connection, conversation, come)
    removed = [device for _, device in before.leaves - after.leaves]
    if removed:
        connection.execute(
            update(group_devices)
            .where(
                group_devices.c.conversation == conversation,
                group_devices.c.device.in_(removed),
            )
            .values(left_seq=seq)
        )
    added = sorted(after.leaves - before.leaves)
    _put_devices(connection, conversation, added, joined_seq=seq)


def mark_leaving(
    connection: Connection, conversation: ConversationId, account: AccountId
) -> bool:
    """Remember that a member asked to leave; false if it is known, or no member."""
    marked = connection.execute(
        update(members)
        .where(
            members.c.conversation == conversation,
            members.c.account == account,
            members.c.leaving.is_(False),
        )
        .values(leaving=True)
    )
    return marked.rowcount == 1


def advance_cursor(
    connection: Connection, conversation: ConversationId, device: DeviceId, seq: int
) -> bool:
    """Move a device's cursor forward, never back, never beyond the head."""
    head = (
        select(conversations.c.head)
        .where(conversations.c.id == conversation)
        .scalar_subquery()
    )
    moved = connection.execute(
        update(group_devices)
        .where(
            group_devices.c.conversation == conversation,
            group_devices.c.device == device,
            group_devices.c.cursor < seq,
            head >= seq,
        )
        .values(cursor=seq)
    )
    return moved.rowcount == 1


def _membership(
    kind: ConversationKind,
    people: Mapping[AccountId, tuple[Seat, bool, str]],
    spans: Mapping[DeviceId, DeviceSpan],
) -> Membership:
    return Membership(
        kind=kind,
        seats={account: seat for account, (seat, _, _) in people.items()},
        leaves=frozenset(
            (span.account, device)
            for device, span in spans.items()
            if span.left_seq is None
        ),
        leaving=frozenset(a for a, (_, leaving, _) in people.items() if leaving),
    )


def _insert_members(
    connection: Connection,
    conversation: ConversationId,
    seats: Mapping[AccountId, Seat],
) -> None:
    if seats:
        connection.execute(
            insert(members),
            [
                {
                    "conversation": conversation,
                    "account": account,
                    "seat": seat,
                    "leaving": False,
                }
                for account, seat in sorted(seats.items())
            ],
        )


def _put_devices(
    connection: Connection,
    conversation: ConversationId,
    leaves: Sequence[Leaf],
    joined_seq: int,
) -> None:
    """A device that comes back reads from its new joining on, not what it missed."""
    for account, device in leaves:
        connection.execute(
            delete(group_devices).where(
                group_devices.c.conversation == conversation,
                group_devices.c.device == device,
            )
        )
        connection.execute(
            insert(group_devices).values(
                conversation=conversation,
                account=account,
                device=device,
                joined_seq=joined_seq,
                cursor=joined_seq,
            )
        )
