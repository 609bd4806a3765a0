"""How often a device came back into a group from outside."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select

from mentalverse_signaling.ids import ConversationId, DeviceId

from .tables_recovery import rejoins
from .transaction import Transaction


def record(
    transaction: Transaction, conversation: ConversationId, device: DeviceId, seq: int
) -> None:
    """Remember the external commit in row `seq`."""
    transaction.connection.execute(
        insert(rejoins).values(
            conversation=conversation, device=device, seq=seq, at=transaction.now
        )
    )


def since(
    connection: Connection,
    conversation: ConversationId,
    device: DeviceId,
    begin: datetime,
) -> list[datetime]:
    """When the device came back after `begin`, oldest first."""
    times = connection.execute(
        select(rejoins.c.at)
        .where(
            rejoins.c.conversation == conversation,
            rejoins.c.device == device,
            rejoins.c.at > begin,
        )
        .order_by(rejoins.c.seq)
    )
    return list(times.scalars())
