"""Rejected commits, frozen conversations, and the fresh groups that followed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.errors import Conflict
from mentalverse_signaling.freezing import RejectReason
from mentalverse_signaling.ids import (
    ID_BYTES,
    AccountId,
    ConversationId,
    DeviceId,
    GroupId,
    id_bytes,
    id_text,
)

from .tables import conversations, group_infos
from .tables_freezing import freezes, rejections
from .tables_recovery import rejoins
from .transaction import Transaction


@dataclass(frozen=True, slots=True)
class FreezeRow:
    """A group that is, or was, frozen."""

    group: GroupId
    epoch: int
    """That the rejected commit ended: the last one all agreed on."""
    seq: int
    """Row of the rejected commit."""
    committer: AccountId
    devices: frozenset[DeviceId]
    """That were in the group before the rejected commit, and still are."""
    at: datetime
    stuck: bool
    """There were too many of them: nobody begins anew by themselves."""
    recreated_at: datetime | None
    """When a fresh group took its place."""


def freezes_of(
    connection: Connection, ids: Sequence[ConversationId]
) -> dict[ConversationId, list[FreezeRow]]:
    """Every freeze of these conversations, the oldest first."""
    found: dict[ConversationId, list[FreezeRow]] = {}
    for row in connection.execute(
        select(freezes).where(freezes.c.conversation.in_(ids)).order_by(freezes.c.at)
    ):
        freeze = FreezeRow(
            group=row.group_id,
            epoch=row.epoch,
            seq=row.seq,
            committer=row.committer,
            devices=_ids(row.devices),
            at=row.at,
            stuck=row.stuck,
            recreated_at=row.recreated_at,
        )
        found.setdefault(row.conversation, []).append(freeze)
    return found


def _ids(octets: bytes) -> frozenset[DeviceId]:
    places = range(0, len(octets), ID_BYTES)
    return frozenset(DeviceId(id_text(octets[at : at + ID_BYTES])) for at in places)


def record_rejection(
    transaction: Transaction,
    group: GroupId,
    epoch: int,
    leaf: Leaf,
    reason: RejectReason,
) -> None:
    """Remember that a device cannot apply a commit; the first time counts."""
    account, device = leaf
    key = (
        rejections.c.group_id == group,
        rejections.c.epoch == epoch,
        rejections.c.device == device,
    )
    connection = transaction.connection
    if connection.execute(select(rejections.c.at).where(*key)).first() is None:
        connection.execute(
            insert(rejections).values(
                group_id=group,
                epoch=epoch,
                device=device,
                account=account,
                reason=reason,
                at=transaction.now,
            )
        )


def withdraw_rejections(
    connection: Connection, group: GroupId, device: DeviceId
) -> None:
    """The device is back in the group: what it could not apply hurts no longer."""
    connection.execute(
        delete(rejections).where(
            rejections.c.group_id == group, rejections.c.device == device
        )
    )


def rejecting(connection: Connection, group: GroupId, epoch: int) -> set[AccountId]:
    """The accounts that cannot apply the commit that ended an epoch."""
    found = connection.execute(
        select(rejections.c.account).where(
            rejections.c.group_id == group, rejections.c.epoch == epoch
        )
    )
    return set(found.scalars())


def returned_since(
    connection: Connection, conversation: ConversationId, seq: int
) -> set[DeviceId]:
    """Devices that came back from outside after a row of the log."""
    found = connection.execute(
        select(rejoins.c.device).where(
            rejoins.c.conversation == conversation, rejoins.c.seq > seq
        )
    )
    return set(found.scalars())


def freeze(
    transaction: Transaction, conversation: ConversationId, frozen: FreezeRow
) -> None:
    """From now on nothing is taken in the group."""
    transaction.connection.execute(
        insert(freezes).values(
            group_id=frozen.group,
            conversation=conversation,
            epoch=frozen.epoch,
            seq=frozen.seq,
            committer=frozen.committer,
            devices=b"".join(map(id_bytes, sorted(frozen.devices))),
            at=frozen.at,
            stuck=frozen.stuck,
        )
    )


def replace_group(
    transaction: Transaction,
    conversation: ConversationId,
    before: GroupId,
    after: GroupId,
) -> None:
    """Put a fresh group at epoch 0 in the place of a frozen one.

    `Conflict` if the id of the fresh group is taken.
    """
    connection = transaction.connection
    try:
        connection.execute(
            update(conversations)
            .where(conversations.c.id == conversation)
            .values(group_id=after, epoch=0)
        )
    except IntegrityError:
        raise Conflict("this group exists") from None
    connection.execute(
        update(freezes)
        .where(freezes.c.group_id == before)
        .values(recreated_at=transaction.now)
    )
    connection.execute(delete(rejections).where(rejections.c.group_id == before))
    connection.execute(delete(group_infos).where(group_infos.c.group_id == before))


def stuck_conversations(connection: Connection) -> int:
    """How many conversations wait for the operator."""
    counted = connection.execute(
        select(func.count()).where(freezes.c.stuck, freezes.c.recreated_at.is_(None))
    )
    return int(counted.scalar_one())
