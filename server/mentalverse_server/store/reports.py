"""Reports: sealed octets, and what the server knows of the reported rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from mentalverse_signaling.blob_api import BlobPurpose
from mentalverse_signaling.ids import (
    AccountId,
    BlobId,
    ConversationId,
    DeviceId,
    ReportId,
)

from .tables import group_devices, messages
from .tables_blobs import blobs
from .tables_recovery import report_blobs, report_rows, reports


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """A row of the log as the server has it."""

    seq: int
    at: datetime
    size: int
    """Octets of its ciphertext."""


@dataclass(frozen=True, slots=True)
class ReportHead:
    """Who reported what, and when; without the sealed octets."""

    id: ReportId
    account: AccountId
    device: DeviceId
    conversation: ConversationId
    at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report whole."""

    head: ReportHead
    rows: tuple[ReportedRow, ...]
    """In order of `seq`."""
    sealed: bytes = field(repr=False)


def visible_head(
    connection: Connection, conversation: ConversationId, account: AccountId, head: int
) -> int | None:
    """The last row that any device of the account may or might read.

    `head` is that of the conversation. None if the account was never in it.
    """
    spans = connection.execute(
        select(group_devices.c.left_seq).where(
            group_devices.c.conversation == conversation,
            group_devices.c.account == account,
        )
    ).scalars()
    return max((head if left is None else left for left in spans), default=None)


def rows_of(
    connection: Connection, conversation: ConversationId, seqs: Sequence[int]
) -> tuple[ReportedRow, ...]:
    """Those of these rows that exist, in order."""
    found = connection.execute(
        select(messages.c.seq, messages.c.at, func.length(messages.c.payload))
        .where(messages.c.conversation == conversation, messages.c.seq.in_(seqs))
        .order_by(messages.c.seq)
    )
    return tuple(ReportedRow(*row) for row in found)


def add(connection: Connection, report: StoredReport) -> None:
    """Keep a report."""
    head = report.head
    connection.execute(
        insert(reports).values(
            id=head.id,
            account=head.account,
            device=head.device,
            conversation=head.conversation,
            at=head.at,
            sealed=report.sealed,
        )
    )
    connection.execute(
        insert(report_rows),
        [
            {"report": head.id, "seq": row.seq, "at": row.at, "size": row.size}
            for row in report.rows
        ],
    )


def find(connection: Connection, report: ReportId) -> StoredReport | None:
    """The report with this id."""
    row = connection.execute(
        select(reports).where(reports.c.id == report)
    ).one_or_none()
    if row is None:
        return None
    rows = connection.execute(
        select(report_rows.c.seq, report_rows.c.at, report_rows.c.size)
        .where(report_rows.c.report == report)
        .order_by(report_rows.c.seq)
    )
    head = ReportHead(
        row.id, row.account, row.device, row.conversation, row.at, row.closed_at
    )
    return StoredReport(head, tuple(ReportedRow(*each) for each in rows), row.sealed)


def times_since(
    connection: Connection, account: AccountId, begin: datetime
) -> list[datetime]:
    """When the account reported after `begin`, oldest first."""
    times = connection.execute(
        select(reports.c.at)
        .where(reports.c.account == account, reports.c.at > begin)
        .order_by(reports.c.at)
    )
    return list(times.scalars())


def newest(connection: Connection, limit: int) -> list[tuple[ReportHead, int]]:
    """The newest reports with the number of their rows, newest first."""
    count = (
        select(func.count())
        .where(report_rows.c.report == reports.c.id)
        .scalar_subquery()
    )
    found = connection.execute(
        select(
            reports.c.id,
            reports.c.account,
            reports.c.device,
            reports.c.conversation,
            reports.c.at,
            reports.c.closed_at,
            count,
        )
        .order_by(reports.c.at.desc(), reports.c.id)
        .limit(limit)
    )
    return [(ReportHead(*row[:6]), row[6]) for row in found]


def close(connection: Connection, report: ReportId, now: datetime) -> bool:
    """Close a case and let go of its files; whether there is such a report."""
    connection.execute(
        update(reports)
        .where(reports.c.id == report, reports.c.closed_at.is_(None))
        .values(closed_at=now)
    )
    connection.execute(delete(report_blobs).where(report_blobs.c.report == report))
    found = connection.execute(select(reports.c.id).where(reports.c.id == report))
    return found.first() is not None


# --- files that are held ---


def attachments(
    connection: Connection, named: Sequence[BlobId]
) -> list[tuple[BlobId, int]]:
    """Those of `named` that are complete attachments, with their size, by id."""
    found = connection.execute(
        select(blobs.c.id, blobs.c.size)
        .where(
            blobs.c.id.in_(named),
            blobs.c.purpose == BlobPurpose.ATTACHMENT.value,
            blobs.c.completed_at.is_not(None),
        )
        .order_by(blobs.c.id)
    )
    return [(BlobId(row.id), row.size) for row in found]


def held_bytes(connection: Connection, account: AccountId, now: datetime) -> int:
    """Octets of the files that the open reports of an account hold."""
    total = connection.execute(
        select(func.coalesce(func.sum(blobs.c.size), 0))
        .select_from(report_blobs)
        .join(reports, reports.c.id == report_blobs.c.report)
        .join(blobs, blobs.c.id == report_blobs.c.blob)
        .where(reports.c.account == account, report_blobs.c.held_until > now)
    ).scalar_one()
    return int(total)


def hold(
    connection: Connection, report: ReportId, held: Sequence[BlobId], until: datetime
) -> None:
    """Keep files for a report."""
    rows = [{"report": report, "blob": blob, "held_until": until} for blob in held]
    if rows:
        connection.execute(insert(report_blobs), rows)


def held(connection: Connection, report: ReportId) -> tuple[BlobId, ...]:
    """The files that a report holds, by id."""
    found = connection.execute(
        select(report_blobs.c.blob)
        .where(report_blobs.c.report == report)
        .order_by(report_blobs.c.blob)
    )
    return tuple(BlobId(blob) for blob in found.scalars())
