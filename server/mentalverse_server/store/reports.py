"""Reports: sealed octets, and what the server knows of the reported rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
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
from mentalverse_signaling.ids import (
    AccountId,
    BlobId,
    ConversationId,
    DeviceId,
    ReportId,
)
from mentalverse_signaling.reports import Course, Decision, ReportOutcome

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
    course: Course = Course()


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report whole."""

    head: ReportHead
    rows: tuple[ReportedRow, ...]
    """In order of `seq`."""
    sealed: bytes = field(repr=False)


_HEAD: Sequence[Column[Any]] = [
    each for each in reports.columns if each is not reports.c.sealed
]
"""All of a report but what is sealed, which is large."""


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
    return StoredReport(
        _head(row), tuple(ReportedRow(*each) for each in rows), row.sealed
    )


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
    """The newest reports with the number of their rows.

    Those that are appealed first, then the newest first.
    """
    count = (
        select(func.count())
        .where(report_rows.c.report == reports.c.id)
        .scalar_subquery()
    )
    is_appealed = reports.c.appealed_at.is_not(None) & reports.c.closed_at.is_(None)
    query: Select[Any] = (
        select(*_HEAD, count.label("size"))
        .order_by(case((is_appealed, 0), else_=1), reports.c.at.desc(), reports.c.id)
        .limit(limit)
    )
    found = connection.execute(query)
    return [(_head(row), row.size) for row in found]


def of_account(
    connection: Connection, account: AccountId, limit: int
) -> list[ReportHead]:
    """The newest reports that an account has sent, newest first."""
    found = connection.execute(
        select(*_HEAD)
        .where(reports.c.account == account)
        .order_by(reports.c.at.desc(), reports.c.id)
        .limit(limit)
    )
    return [_head(row) for row in found]


def head_to_move(connection: Connection, report: ReportId) -> ReportHead | None:
    """The report with this id, for whoever moves it in this transaction alone."""
    query = select(*_HEAD).where(reports.c.id == report).with_for_update()
    row = connection.execute(query).one_or_none()
    return None if row is None else _head(row)


def move(connection: Connection, report: ReportId, course: Course) -> None:
    """Store how far a report has come."""
    first, second = course.first, course.second
    connection.execute(
        update(reports)
        .where(reports.c.id == report)
        .values(
            closed_at=course.closed_at,
            decided_at=first.at if first else None,
            outcome=first.outcome.value if first else None,
            appealed_at=course.appealed_at,
            second_outcome=second.outcome.value if second else None,
        )
    )


def is_unsettled(now: datetime) -> ColumnElement[bool]:
    """Of `reports`: it is not decided for good, or can still be appealed."""
    return or_(reports.c.closed_at.is_(None), reports.c.closed_at > now)


def _head(row: Row[Any]) -> ReportHead:
    first = second = None
    if row.outcome is not None:
        first = Decision(ReportOutcome(row.outcome), row.decided_at)
    if row.second_outcome is not None:
        second = Decision(ReportOutcome(row.second_outcome), row.closed_at)
    course = Course(first, row.appealed_at, second)
    return ReportHead(row.id, row.account, row.device, row.conversation, row.at, course)


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


def let_go(connection: Connection, now: datetime) -> None:
    """Forget which files were held for reports that are settled, or for too long."""
    is_needed = exists().where(reports.c.id == report_blobs.c.report, is_unsettled(now))
    connection.execute(
        delete(report_blobs).where(or_(report_blobs.c.held_until <= now, ~is_needed))
    )
