"""MLS groups as the Delivery Service sees them: epochs, GroupInfo, Welcomes.

One commit per epoch (RFC 9420 §14): a compare-and-swap on the conversation's
epoch in the transaction that appends the commit, with the key (group, epoch) of
`epochs` behind it. Everything that belongs to a commit is stored by the same
script, so a loser leaves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.ids import (
    ClientId,
    ConversationId,
    DeviceId,
    GroupId,
    WelcomeId,
)

from .facts import WelcomeQueued
from .tables import conversations, epochs, group_infos, messages, welcomes
from .transaction import Transaction


@dataclass(frozen=True, slots=True)
class CommitRow:
    """The commit that ended an epoch."""

    epoch: int
    """The epoch it was made in; the group's next one is this + 1."""
    seq: int
    at: datetime
    device: DeviceId
    client_id: ClientId
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class GroupInfoRow:
    """The latest GroupInfo of a group, and the epoch it is of."""

    epoch: int
    group_info: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WelcomeRow:
    """A Welcome that waits for its device."""

    id: WelcomeId
    device: DeviceId
    conversation: ConversationId
    kind: ConversationKind
    joined_seq: int
    payload: bytes = field(repr=False)


def take_epoch(
    transaction: Transaction,
    group: GroupId,
    epoch: int,
    seq: int,
    device: DeviceId,
    client_id: ClientId,
) -> bool:
    """End `epoch` with the commit in row `seq`: true for exactly one caller.

    After false the script must raise, so that its row of the log is undone.
    """
    connection = transaction.connection
    swapped = connection.execute(
        update(conversations)
        .where(conversations.c.group_id == group, conversations.c.epoch == epoch)
        .values(epoch=epoch + 1)
    )
    if swapped.rowcount != 1:
        return False
    connection.execute(
        insert(epochs).values(
            group_id=group, epoch=epoch, seq=seq, device=device, client_id=client_id
        )
    )
    return True


def winning_commit(
    connection: Connection, group: GroupId, epoch: int
) -> CommitRow | None:
    """The commit that ended `epoch`; None while the epoch is open."""
    row = connection.execute(
        select(epochs, messages.c.at, messages.c.payload)
        .join(conversations, conversations.c.group_id == epochs.c.group_id)
        .join(
            messages,
            (messages.c.conversation == conversations.c.id)
            & (messages.c.seq == epochs.c.seq),
        )
        .where(epochs.c.group_id == group, epochs.c.epoch == epoch)
    ).one_or_none()
    if row is None:
        return None
    return CommitRow(row.epoch, row.seq, row.at, row.device, row.client_id, row.payload)


def replace_group_info(
    connection: Connection, group: GroupId, epoch: int, group_info: bytes | None
) -> None:
    """Keep the GroupInfo of the newest epoch; None if nobody gave one."""
    connection.execute(delete(group_infos).where(group_infos.c.group_id == group))
    if group_info is not None:
        connection.execute(
            insert(group_infos).values(
                group_id=group, epoch=epoch, group_info=group_info
            )
        )


def group_info(connection: Connection, group: GroupId) -> GroupInfoRow | None:
    """The latest GroupInfo that was stored."""
    row = connection.execute(
        select(group_infos.c.epoch, group_infos.c.group_info).where(
            group_infos.c.group_id == group
        )
    ).one_or_none()
    return None if row is None else GroupInfoRow(row.epoch, row.group_info)


def queue_welcomes(transaction: Transaction, queued: Sequence[WelcomeRow]) -> None:
    """Store Welcomes and announce them."""
    if not queued:
        return
    transaction.connection.execute(
        insert(welcomes),
        [
            {
                "id": welcome.id,
                "device": welcome.device,
                "conversation": welcome.conversation,
                "joined_seq": welcome.joined_seq,
                "payload": welcome.payload,
                "created_at": transaction.now,
            }
            for welcome in queued
        ],
    )
    for welcome in queued:
        transaction.publish(
            WelcomeQueued(
                welcome_id=welcome.id,
                conversation=welcome.conversation,
                kind=welcome.kind,
                device=welcome.device,
                joined_seq=welcome.joined_seq,
                payload=welcome.payload,
            )
        )


def welcomes_of(
    connection: Connection, device: DeviceId, limit: int | None = None
) -> list[WelcomeRow]:
    """The Welcomes a device has not confirmed, oldest first."""
    rows = connection.execute(
        select(welcomes, conversations.c.kind)
        .join(conversations, conversations.c.id == welcomes.c.conversation)
        .where(welcomes.c.device == device)
        .order_by(welcomes.c.created_at, welcomes.c.id)
        .limit(limit)
    )
    return [
        WelcomeRow(
            id=row.id,
            device=row.device,
            conversation=row.conversation,
            kind=ConversationKind(row.kind),
            joined_seq=row.joined_seq,
            payload=row.payload,
        )
        for row in rows
    ]


def confirm_welcome(
    connection: Connection, welcome: WelcomeId, device: DeviceId
) -> bool:
    """Drop a Welcome of this device; false if there is none."""
    dropped = connection.execute(
        delete(welcomes).where(welcomes.c.id == welcome, welcomes.c.device == device)
    )
    return dropped.rowcount == 1
