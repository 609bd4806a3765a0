"""The log of a conversation: append in a script, read a page, answer a retry.

The log is gapless: the sequence number comes from the conversation's head in
the transaction that inserts the row, and the key (conversation, seq) keeps two
writers honest. Ordinary messages go through `Writer.append`, which does the
same for many at once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from sqlalchemy import Connection, func, insert, select, update

from mentalverse_signaling.errors import NotFound
from mentalverse_signaling.ids import ClientId, ConversationId, DeviceId

from .facts import RowAppended
from .tables import conversations, idempotency, messages
from .transaction import Transaction

_HASH_BYTES = 16


class RowKind(StrEnum):
    """What a row of the log carries: the content types of RFC 9420 §6, and one more."""

    APPLICATION = "application"
    SILENT = "silent"
    """An application message, or a proposal, that wakes nobody."""
    PROPOSAL = "proposal"
    COMMIT = "commit"


class Appended(Struct, frozen=True, gc=False):
    """Where a row is, and since when: what its sender is told, on every retry."""

    seq: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What an idempotency key was used for."""

    appended: Appended
    body_hash: bytes


@dataclass(frozen=True, slots=True)
class LogRowData:
    """One row of the log."""

    seq: int
    at: datetime
    kind: RowKind
    payload: bytes = field(repr=False)


def body_hash(payload: bytes) -> bytes:
    """BLAKE2b-128 of a payload: tells a retry from another message."""
    return hashlib.blake2b(payload, digest_size=_HASH_BYTES).digest()


def append_in_script(
    transaction: Transaction,
    conversation: ConversationId,
    kind: RowKind,
    payload: bytes,
    *,
    device: DeviceId | None = None,
    client_id: ClientId | None = None,
) -> Appended:
    """Append one row and announce it. `NotFound` for an unknown conversation.

    `device` and `client_id` go into the announcement only; a script that wants
    its retries answered records them where it looks them up.
    """
    seq = transaction.connection.execute(
        update(conversations)
        .where(conversations.c.id == conversation)
        .values(head=conversations.c.head + 1)
        .returning(conversations.c.head)
    ).scalar()
    if seq is None:
        raise NotFound("no such conversation")
    at = transaction.now
    transaction.connection.execute(
        insert(messages).values(
            conversation=conversation, seq=seq, at=at, kind=kind, payload=payload
        )
    )
    transaction.publish(RowAppended(conversation, seq, at, payload, device, client_id))
    return Appended(seq, at)


def page(
    connection: Connection,
    conversation: ConversationId,
    since: int,
    until: int | None,
    limit: int,
    max_bytes: int,
) -> list[LogRowData]:
    """Rows since < seq ≤ until in order: at most `limit` and `max_bytes`.

    One row is given whatever its size, so that a reader always gets on. `until`
    None means to the head.
    """
    last = _last_that_fits(connection, conversation, since, until, limit, max_bytes)
    if last is None:
        return []
    rows = connection.execute(
        select(messages.c.seq, messages.c.at, messages.c.kind, messages.c.payload)
        .where(
            messages.c.conversation == conversation,
            messages.c.seq > since,
            messages.c.seq <= last,
        )
        .order_by(messages.c.seq)
    )
    return [LogRowData(r.seq, r.at, RowKind(r.kind), r.payload) for r in rows]


def _last_that_fits(
    connection: Connection,
    conversation: ConversationId,
    since: int,
    until: int | None,
    limit: int,
    max_bytes: int,
) -> int | None:
    """Sizes first: 200 rows of the largest size would be 9 MiB in memory."""
    query = (
        select(messages.c.seq, func.length(messages.c.payload))
        .where(messages.c.conversation == conversation, messages.c.seq > since)
        .order_by(messages.c.seq)
        .limit(limit)
    )
    if until is not None:
        query = query.where(messages.c.seq <= until)
    last, total = None, 0
    for seq, size in connection.execute(query):
        total += size
        if last is not None and total > max_bytes:
            break
        last = seq
    return last


def idempotent(
    connection: Connection,
    conversation: ConversationId,
    device: DeviceId,
    client_id: ClientId,
) -> Known | None:
    """What this device's `client_id` was accepted for in this conversation."""
    row = connection.execute(
        select(idempotency.c.seq, idempotency.c.at, idempotency.c.body_hash).where(
            idempotency.c.conversation == conversation,
            idempotency.c.device == device,
            idempotency.c.client_id == client_id,
        )
    ).one_or_none()
    if row is None:
        return None
    return Known(Appended(row.seq, row.at), row.body_hash)
