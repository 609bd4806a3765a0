"""What helps when a device is lost, and the way to report: over HTTPS.

    PUT    /api/v1/backup                    octets       → BackupStatus
    GET    /api/v1/backup/status                          → BackupStatus
    DELETE /api/v1/backup                                 → Empty
    POST   /api/v1/recovery/fetch            RecoveryFetch → octets
    PUT    /api/v1/pairing/{mailbox}/{slot}  octets       → Empty
    GET    /api/v1/pairing/{mailbox}/{slot}               → octets, or 204
    POST   /api/v1/reports                   ReportSend   → ReportReceived

Backups and reports carry a bearer token (RFC 6750 §2.1). Fetching a backup and the
pairing of a device need no sign-in, since who asks has none so far; they are
limited by address.

**Backup.** One per account: an envelope that only the account's recovery words or
another of its own secrets open. `Backup-Counter` rises with every backup; a lower
one is a `conflict`, and so is the same one with other octets. Who has nothing but
the words finds the envelope by a secret derived from them: `Backup-Lookup` is its
SHA-256 in hexadecimal digits, and `lookup` of `RecoveryFetch` the secret itself, so
that who reads the server's database cannot ask for it.

**Pairing.** Two devices of one account exchange a few values through a mailbox whose
random id only they know. A slot is written once (the same octets again are fine) and
read any number of times; the mailbox is gone ten minutes after its first slot was
written. A GET waits up to 20 seconds for its slot to be filled and answers 204 if it
was not. Nothing here is trusted: the devices authenticate what they exchange.

**Reports.** `sealed` is encrypted to `ServerInfo.safety_pub`, which this server
cannot open. The server adds when the reported rows were stored and how long they
are, as it knows them. Repeating the same report gives the same answer. What becomes of
it is told by `report.list` (`report_events`).

`blobs` names stored files of reported messages; knowing an id is permission, as in
`blob_api`. The server keeps them until the case is over, also if their sender
deletes them, within limits of its own: `held` of the answer says which. Naming one
tells the server that it belongs to the report, so it is the reporter's choice. No
report fails for a file that is gone or over the limits.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .fields import Counter, Fact, Payload, Seq, TimestampMs
from .ids import BlobIdField, ConversationIdField, ReportIdField

BACKUP_COUNTER = "Backup-Counter"
"""Header: decimal digits, at least 1."""
BACKUP_LOOKUP = "Backup-Lookup"
"""Header: SHA-256 of the lookup secret, 64 lower-case hexadecimal digits."""
MAX_BACKUP_BYTES = 512 * 1024
MAX_SLOT_BYTES = 256 * 1024
SLOTS = 8
"""Of one mailbox, numbered from 0."""
MAX_PADDED_REPORT_BYTES = 256 * 1024
"""Of a report before it is sealed."""
MAX_SEALED_BYTES = MAX_PADDED_REPORT_BYTES + 4 * 1024
"""That, and what sealing adds."""
MAX_REPORTED_ROWS = 50
MAX_REPORTED_BLOBS = 20

LookupSecret = Annotated[bytes, Meta(min_length=32, max_length=32)]


class BackupStatus(Fact, frozen=True):
    """The backup that the server holds; `not_found` if there is none."""

    counter: Seq
    at: TimestampMs
    size: Seq


class RecoveryFetch(Payload, frozen=True):
    """Ask for a backup by the secret whose hash came with it."""

    lookup: LookupSecret


class ReportSend(Payload, frozen=True):
    """Report messages of a conversation that the caller's account is or was in."""

    report: ReportIdField
    conversation: ConversationIdField
    seqs: Annotated[
        tuple[Counter, ...], Meta(min_length=1, max_length=MAX_REPORTED_ROWS)
    ]
    """Rows of the log, each once."""
    sealed: Annotated[bytes, Meta(min_length=1, max_length=MAX_SEALED_BYTES)]
    blobs: Annotated[tuple[BlobIdField, ...], Meta(max_length=MAX_REPORTED_BLOBS)] = ()
    """Files to keep for the case, of the reporter's choice."""


class ReportReceived(Fact, frozen=True):
    """The report is stored."""

    report: ReportIdField
    at: TimestampMs
    held: tuple[BlobIdField, ...] = ()
    """Those of the named files that are kept until the case is over."""
