"""What is known of each blob: whose it is, its size and hash, until when it is kept.

The octets are files (`blob_files`). A blob is complete once `completed_at` is set,
which happens after its file is durable. From `expires_at` on nobody is shown it. Its
file goes then, too, unless its owner deleted it before (`kept_until`: it may yet be
reported) or a report that is open holds it (`report_blobs`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Connection,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from mentalverse_signaling.blob_api import BlobPurpose
from mentalverse_signaling.ids import AccountId, BlobId

from .tables_blobs import blobs
from .tables_recovery import report_blobs

MIN_CHARGED_BYTES = 16 * 1024
"""What a blob counts at least: it bounds how many rows an account can have."""


@dataclass(frozen=True, slots=True)
class BlobRow:
    """One blob."""

    id: BlobId
    account: AccountId
    purpose: BlobPurpose
    size: int
    sha256: bytes
    created_at: datetime
    completed_at: datetime | None
    expires_at: datetime | None
    kept_until: datetime | None = None
    """Of one that its owner deleted: until when it can be held for a report."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What an account has stored for one purpose, and its open uploads of both."""

    charged_bytes: int
    withdrawn_bytes: int
    """Charged apart: deleted by the account, and kept for a while all the same."""
    open_uploads: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What all accounts have stored, and what they are about to."""

    complete_bytes: int
    open_uploads: int


def charged_bytes(size: int) -> int:
    """What a blob of `size` counts against a quota."""
    return max(size, MIN_CHARGED_BYTES)


def find(connection: Connection, blob: BlobId) -> BlobRow | None:
    """The blob with this id."""
    row = connection.execute(select(blobs).where(blobs.c.id == blob)).one_or_none()
    if row is None:
        return None
    return BlobRow(**{**row._mapping, "purpose": BlobPurpose(row.purpose)})


def create(connection: Connection, row: BlobRow) -> None:
    """Store a blob that is not there yet."""
    values = {name: getattr(row, name) for name in row.__slots__}
    connection.execute(insert(blobs).values(values | {"purpose": row.purpose.value}))


def usage(connection: Connection, account: AccountId, purpose: BlobPurpose) -> Usage:
    """What counts against the quota of an account, open uploads included."""
    charged = case(
        (blobs.c.size < MIN_CHARGED_BYTES, MIN_CHARGED_BYTES), else_=blobs.c.size
    )
    is_this = blobs.c.purpose == purpose.value
    is_withdrawn = blobs.c.kept_until.is_not(None)
    row = connection.execute(
        select(
            func.sum(charged).filter(is_this, ~is_withdrawn),
            func.sum(charged).filter(is_this, is_withdrawn),
            func.count().filter(blobs.c.completed_at.is_(None)),
        ).where(blobs.c.account == account)
    ).one()
    return Usage(int(row[0] or 0), int(row[1] or 0), int(row[2]))


def extend(connection: Connection, blob: BlobId, expires_at: datetime | None) -> None:
    """Keep an upload that is not complete until `expires_at`."""
    connection.execute(
        update(blobs)
        .where(blobs.c.id == blob, blobs.c.completed_at.is_(None))
        .values(expires_at=expires_at)
    )


def complete(
    connection: Connection, blob: BlobId, now: datetime, expires_at: datetime | None
) -> None:
    """Show the blob to who asks for it."""
    connection.execute(
        update(blobs)
        .where(blobs.c.id == blob, blobs.c.completed_at.is_(None))
        .values(completed_at=now, expires_at=expires_at)
    )


def set_expiry(
    connection: Connection, blob: BlobId, expires_at: datetime | None
) -> None:
    """Keep a complete blob until `expires_at`, or for ever."""
    connection.execute(
        update(blobs).where(blobs.c.id == blob).values(expires_at=expires_at)
    )


def forget(connection: Connection, blob: BlobId) -> None:
    """Delete the row; the caller deletes the file after the commit."""
    connection.execute(delete(blobs).where(blobs.c.id == blob))


def withdraw(
    connection: Connection, blob: BlobId, now: datetime, kept_until: datetime
) -> None:
    """Show the blob to nobody from `now` on, and keep it for a report until then."""
    connection.execute(
        update(blobs)
        .where(blobs.c.id == blob)
        .values(expires_at=now, kept_until=kept_until)
    )


def forget_over(connection: Connection, now: datetime, limit: int) -> list[BlobId]:
    """Delete at most `limit` rows whose time is over; their files are next."""
    is_held = exists().where(
        report_blobs.c.blob == blobs.c.id, report_blobs.c.held_until > now
    )
    over = (
        select(blobs.c.id)
        .where(
            blobs.c.expires_at <= now,
            or_(blobs.c.kept_until.is_(None), blobs.c.kept_until <= now),
            ~is_held,
        )
        .limit(limit)
    )
    found = [BlobId(blob) for blob in connection.execute(over).scalars()]
    connection.execute(delete(blobs).where(blobs.c.id.in_(found)))
    return found


def known(connection: Connection, ids: Collection[BlobId]) -> set[BlobId]:
    """Those of `ids` that have a row."""
    query = select(blobs.c.id).where(blobs.c.id.in_(ids))
    return {BlobId(blob) for blob in connection.execute(query).scalars()}


def totals(connection: Connection) -> Totals:
    """Sums over every account, for the metrics."""
    is_open = blobs.c.completed_at.is_(None)
    row = connection.execute(
        select(
            func.coalesce(func.sum(case((is_open, 0), else_=blobs.c.size)), 0),
            func.count().filter(is_open),
        )
    ).one()
    return Totals(int(row[0]), int(row[1]))
