"""Reports: sealed octets, and what the server knows of the reported rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from mentalverse_signaling.ids import AccountId, ConversationId, DeviceId, ReportId

from .tables import group_devices, messages
from .tables_recovery import report_rows, reports


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
    head = ReportHead(row.id, row.account, row.device, row.conversation, row.at)
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
            count,
        )
        .order_by(reports.c.at.desc(), reports.c.id)
        .limit(limit)
    )
    return [(ReportHead(*row[:5]), row[5]) for row in found]
