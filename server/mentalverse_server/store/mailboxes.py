"""Pairing mailboxes: a few slots, written once, for some minutes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from mentalverse_signaling.ids import MailboxId

from .tables_recovery import pairing_mailboxes, pairing_slots

PRUNED_PER_STEP = 100


def slot(
    connection: Connection, mailbox: MailboxId, number: int, now: datetime
) -> bytes | None:
    """What a slot of a mailbox that is not over holds."""
    found = connection.execute(
        select(pairing_slots.c.payload)
        .join(pairing_mailboxes, pairing_mailboxes.c.id == pairing_slots.c.mailbox)
        .where(
            pairing_slots.c.mailbox == mailbox,
            pairing_slots.c.slot == number,
            pairing_mailboxes.c.expires_at > now,
        )
    ).scalar()
    return None if found is None else bytes(found)


def is_open(connection: Connection, mailbox: MailboxId, now: datetime) -> bool:
    """Whether the mailbox exists and is not over."""
    query = select(pairing_mailboxes.c.id).where(
        pairing_mailboxes.c.id == mailbox, pairing_mailboxes.c.expires_at > now
    )
    return connection.execute(query).scalar() is not None


def usage(connection: Connection, now: datetime) -> tuple[int, int]:
    """How many mailboxes are open, and how many octets they hold."""
    row = connection.execute(
        select(
            func.count(), func.coalesce(func.sum(pairing_mailboxes.c.size), 0)
        ).where(pairing_mailboxes.c.expires_at > now)
    ).one()
    return row[0], int(row[1])


def open_mailbox(
    connection: Connection, mailbox: MailboxId, expires_at: datetime
) -> None:
    """Open a mailbox, empty even if one of the same id was over before."""
    _drop(connection, [mailbox])
    connection.execute(
        insert(pairing_mailboxes).values(id=mailbox, expires_at=expires_at, size=0)
    )


def fill(
    connection: Connection, mailbox: MailboxId, number: int, payload: bytes
) -> None:
    """Write a slot that is empty."""
    connection.execute(
        insert(pairing_slots).values(mailbox=mailbox, slot=number, payload=payload)
    )
    connection.execute(
        update(pairing_mailboxes)
        .where(pairing_mailboxes.c.id == mailbox)
        .values(size=pairing_mailboxes.c.size + len(payload))
    )


def prune(connection: Connection, now: datetime) -> int:
    """Forget up to 100 mailboxes that are over; how many."""
    query = select(pairing_mailboxes.c.id).where(pairing_mailboxes.c.expires_at <= now)
    over = connection.execute(query.limit(PRUNED_PER_STEP)).scalars().all()
    if over:
        _drop(connection, [MailboxId(mailbox) for mailbox in over])
    return len(over)


def _drop(connection: Connection, mailboxes: list[MailboxId]) -> None:
    connection.execute(
        delete(pairing_slots).where(pairing_slots.c.mailbox.in_(mailboxes))
    )
    connection.execute(
        delete(pairing_mailboxes).where(pairing_mailboxes.c.id.in_(mailboxes))
    )
