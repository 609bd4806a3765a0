"""What a blob may be, and the transactions that make, complete and delete one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mentalverse_signaling.blob_api import (
    MAX_ARCHIVE_PIECE_BYTES,
    MAX_BLOB_OVERHEAD_BYTES,
    MAX_GROUP_PART_BYTES,
    BlobCreate,
    BlobPurpose,
    BlobStatus,
)
from mentalverse_signaling.errors import (
    Conflict,
    Forbidden,
    NotFound,
    QuotaExceeded,
    TooLarge,
)
from mentalverse_signaling.ids import BlobId

from ..clock import to_millis
from ..store import blobs
from ..store.blobs import BlobRow, Usage, charged_bytes
from ..store.retention import WELCOME_DAYS
from ..store.transaction import Transaction
from ..transport.connections import Principal


@dataclass(frozen=True, slots=True)
class BlobLimits:
    """How much an account may store, and for how long."""

    max_attachment_bytes: int = 10 * 1024 * 1024
    """Before padding and encryption."""
    attachment_quota_bytes: int = 512 * 1024 * 1024
    archive_quota_bytes: int = 256 * 1024 * 1024
    group_quota_bytes: int = 256 * 1024 * 1024
    max_open_uploads: int = 4
    attachment_lifetime: timedelta = timedelta(days=90)
    group_lifetime: timedelta = timedelta(days=WELCOME_DAYS + 1)
    """Of a part that no bundle refers to so far."""
    upload_lifetime: timedelta = timedelta(days=1)
    kept_after_deletion: timedelta = timedelta(days=30)
    """For as long as clients can report a message that its sender deleted."""

    def max_bytes(self, purpose: BlobPurpose) -> int:
        """Octets of one stored blob."""
        return {
            BlobPurpose.ATTACHMENT: self.max_attachment_bytes + MAX_BLOB_OVERHEAD_BYTES,
            BlobPurpose.ARCHIVE: MAX_ARCHIVE_PIECE_BYTES + MAX_BLOB_OVERHEAD_BYTES,
            BlobPurpose.GROUP: MAX_GROUP_PART_BYTES,
        }[purpose]

    def quota_bytes(self, purpose: BlobPurpose) -> int:
        """What an account may have stored for `purpose`."""
        return {
            BlobPurpose.ATTACHMENT: self.attachment_quota_bytes,
            BlobPurpose.ARCHIVE: self.archive_quota_bytes,
            BlobPurpose.GROUP: self.group_quota_bytes,
        }[purpose]

    def kept_until(self, purpose: BlobPurpose, now: datetime) -> datetime | None:
        """When a blob completed `now` is forgotten; None for never."""
        lifetime = {
            BlobPurpose.ATTACHMENT: self.attachment_lifetime,
            BlobPurpose.ARCHIVE: None,
            BlobPurpose.GROUP: self.group_lifetime,
        }[purpose]
        return None if lifetime is None else now + lifetime


DEFAULT_LIMITS = BlobLimits()


def create(
    principal: Principal,
    request: BlobCreate,
    limits: BlobLimits,
    transaction: Transaction,
) -> tuple[BlobRow, bool]:
    """The row, and whether it is new; `Blobs.create` says what it raises."""
    connection, now = transaction.connection, transaction.now
    row = BlobRow(
        request.blob,
        principal.account,
        request.purpose,
        request.size,
        request.sha256,
        now,
        None,
        now + limits.upload_lifetime,
    )
    found = blobs.find(connection, request.blob)
    if found is not None:
        return _created_before(transaction, found, row), False
    if request.size > limits.max_bytes(request.purpose):
        raise TooLarge("the blob is over the limit")
    _check_quota(blobs.usage(connection, row.account, row.purpose), row, limits)
    blobs.create(connection, row)
    return row, True


def _created_before(
    transaction: Transaction, found: BlobRow, asked: BlobRow
) -> BlobRow:
    if (found.account, found.purpose, found.size, found.sha256) != (
        asked.account,
        asked.purpose,
        asked.size,
        asked.sha256,
    ):
        raise Conflict("the id is used for another blob")
    if found.completed_at is not None:
        if is_over(found, transaction.now):
            raise NotFound("the blob's time is over")
        return found
    blobs.extend(transaction.connection, found.id, asked.expires_at)
    return replace(found, expires_at=asked.expires_at)


def _check_quota(usage: Usage, row: BlobRow, limits: BlobLimits) -> None:
    """What was deleted makes room at once, up to one more share of the store.

    Beyond it somebody could fill the disk by deleting over and over; and if what was
    deleted went sooner instead, could rid themselves of what may be reported.
    """
    quota = limits.quota_bytes(row.purpose)
    charged = usage.charged_bytes + charged_bytes(row.size)
    if charged > quota:
        raise QuotaExceeded(f"{usage.charged_bytes} of {quota} bytes are used")
    if charged + usage.withdrawn_bytes > 2 * quota:
        raise QuotaExceeded("too much was deleted lately, and is kept for a while")
    if usage.open_uploads >= limits.max_open_uploads:
        raise QuotaExceeded(
            f"{usage.open_uploads} of {limits.max_open_uploads} uploads are open"
        )


def complete(
    sealed: BlobRow, limits: BlobLimits, transaction: Transaction
) -> BlobRow | None:
    """The complete row of a file that was made durable.

    None if the blob was deleted meanwhile, whether or not its id was announced anew, or
    is over, as with the account it was of.
    """
    connection, now = transaction.connection, transaction.now
    row = blobs.find(connection, sealed.id)
    if row is None or row.created_at != sealed.created_at:
        return None
    if row.completed_at is None and is_over(row, now):
        return None
    expires_at = limits.kept_until(row.purpose, now)
    blobs.complete(connection, row.id, now, expires_at)
    return replace(row, completed_at=now, expires_at=expires_at)


def delete(
    principal: Principal, blob: BlobId, limits: BlobLimits, transaction: Transaction
) -> BlobRow | None:
    """The row whose file is to be removed now; None if there is none.

    A complete attachment is withdrawn: nobody gets it any more, and it is kept for a
    while, because who was sent it may need to show it to the safety team. A complete
    part of a bundle stays, or a member could keep others from following: `Forbidden`.
    """
    connection, now = transaction.connection, transaction.now
    row = blobs.find(connection, blob)
    if row is None or (row.completed_at is not None and is_over(row, now)):
        return None
    if row.account != principal.account:
        if row.completed_at is not None:
            raise Forbidden("the blob belongs to another account")
        return None
    if row.completed_at is not None and row.purpose is BlobPurpose.ATTACHMENT:
        blobs.withdraw(connection, blob, now, now + limits.kept_after_deletion)
        return None
    if row.completed_at is not None and row.purpose is BlobPurpose.GROUP:
        raise Forbidden("a part of a bundle goes when its time is over")
    blobs.forget(connection, blob)
    return row


def give_up(blob: BlobId, transaction: Transaction) -> BlobRow | None:
    """Delete an upload whose octets are wrong, unless it is no upload any more."""
    row = blobs.find(transaction.connection, blob)
    if row is None or row.completed_at is not None:
        return None
    blobs.forget(transaction.connection, blob)
    return row


def is_over(row: BlobRow, now: datetime) -> bool:
    """Whether the blob is only waiting to be forgotten."""
    return row.expires_at is not None and row.expires_at <= now


def view(row: BlobRow, offset: int) -> BlobStatus:
    """The answer to the client that has `offset` octets here."""
    return BlobStatus(
        blob=row.id,
        size=row.size,
        offset=offset,
        complete=row.completed_at is not None,
        expires_at=None if row.expires_at is None else to_millis(row.expires_at),
    )
