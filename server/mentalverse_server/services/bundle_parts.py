"""Parts of a commit's bundle that stand in blobs, because they are large.

What the bundle holds instead names the blob and its hash (`Detached` of
`mentalverse_crypto`). The transaction that accepts the bundle looks whether the blob
is there, whole and the committer's own, and keeps it for as long as it is needed:

    commit       for ever, like its row of the log
    Welcome      one day longer than Welcomes are
    GroupInfo    until a day after the next one, for who is fetching it
"""

from __future__ import annotations

from datetime import datetime, timedelta

from mentalverse_crypto.public import Detached, MlsError, read_detached
from mentalverse_signaling.blob_api import BlobPurpose
from mentalverse_signaling.errors import BadRequest
from mentalverse_signaling.ids import AccountId, BlobId, id_text

from ..store import blobs
from ..store.retention import WELCOME_DAYS
from ..store.transaction import Transaction

KEPT_FOR_WELCOME = timedelta(days=WELCOME_DAYS + 1)
KEPT_AFTER_USE = timedelta(days=1)


def detached(part: bytes | None) -> Detached | None:
    """What a part refers to, None if it stands for itself, else `BadRequest`."""
    try:
        return None if part is None else read_detached(part)
    except MlsError:
        raise BadRequest("a part of the bundle refers to no blob") from None


def keep(
    transaction: Transaction,
    account: AccountId,
    part: bytes | None,
    until: datetime | None,
) -> None:
    """Keep the blob of a part until then; None for as long as nobody lets it go.

    Raises `BadRequest` if the account has stored no such blob, or it is kept for
    another part: letting that one go would take this one away.
    """
    reference = detached(part)
    if reference is None:
        return
    connection = transaction.connection
    blob = BlobId(id_text(reference.blob))
    row = blobs.find(connection, blob)
    if (
        row is None
        or row.completed_at is None
        or (row.account, row.purpose) != (account, BlobPurpose.GROUP)
        or (row.size, row.sha256) != (reference.size, reference.sha256)
    ):
        raise BadRequest("a part of the bundle has not been stored")
    if row.expires_at is None:
        raise BadRequest("a blob stands for two parts")
    blobs.set_expiry(connection, blob, until)


def let_go(transaction: Transaction, part: bytes | None) -> None:
    """Forget the blob of a part that nobody needs from now on."""
    reference = detached(part)
    if reference is not None:
        blobs.set_expiry(
            transaction.connection,
            BlobId(id_text(reference.blob)),
            transaction.now + KEPT_AFTER_USE,
        )
