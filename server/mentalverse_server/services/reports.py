"""Reports of messages: kept for the safety team, unreadable for the server.

What is reported proves itself to who holds the team's key. The server only adds
what it knows: that rows of these numbers existed, when they came and how long they
are. The rows may be older than the reporting device, because a device is given the
history of its account.

A report may name the stored files of its messages. They are held until the report is
settled (`report_course`), whatever their sender does: in no greater number, size or
time than `ReportLimits` says, so that reports cannot fill the disk. What does not fit
is not held, and the report is taken all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    RateLimited,
)
from mentalverse_signaling.ids import BlobId
from mentalverse_signaling.quota import DAY, wait_of_day
from mentalverse_signaling.recovery_api import ReportReceived, ReportSend

from ..clock import to_millis
from ..store import conversations, reports
from ..store.reports import ReportHead, StoredReport
from ..store.writer import Transaction, Writer, WriterLane
from ..transport.connections import Principal
from .report_course import tell_state

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ReportLimits:
    """How much one account may report."""

    per_day: int = 50
    held_bytes: int = 256 * 1024 * 1024
    """Of all files that unsettled reports of the account hold."""
    held_for: timedelta = timedelta(days=180)
    """Should nobody decide."""


class Reports:
    """Takes reports."""

    def __init__(
        self,
        writer: Writer,
        *,
        has_safety_team: bool,
        limits: ReportLimits = ReportLimits(),
    ) -> None:
        self._writer = writer
        self._has_safety_team = has_safety_team
        self._limits = limits

    async def send(self, principal: Principal, request: ReportSend) -> ReportReceived:
        """Keep a report; the same one again gives the same answer.

        `Forbidden` where nobody could open it, `NotFound` if the account was never
        in the conversation, `BadRequest` for rows that it could not read,
        `Conflict` if the id is in use, `RateLimited` beyond the limit of a day.
        """
        if not self._has_safety_team:
            raise Forbidden("this server has no safety team to report to")
        if len(set(request.seqs)) != len(request.seqs):
            raise BadRequest("a row is reported twice")
        script = partial(_send, principal, request, self._limits)
        received = await self._writer.run(script, lane=WriterLane.OTHER)
        log.info("report.received", report=request.report)
        return received


def _send(
    principal: Principal,
    request: ReportSend,
    limits: ReportLimits,
    transaction: Transaction,
) -> ReportReceived:
    connection, now = transaction.connection, transaction.now
    before = reports.find(connection, request.report)
    if before is not None:
        if not _is_same(before, principal, request):
            raise Conflict("the id of the report is in use")
        return _received(before.head, transaction)
    report = _report(principal, request, transaction)
    times = reports.times_since(connection, principal.account, now - DAY)
    wait_ms = wait_of_day(times, limits.per_day, now)
    if wait_ms is not None:
        raise RateLimited("too many reports of this account today", wait_ms)
    reports.add(connection, report)
    fitting = _fitting(principal, request, limits, transaction)
    reports.hold(connection, request.report, fitting, now + limits.held_for)
    tell_state(transaction, report.head)
    return _received(report.head, transaction)


def _received(head: ReportHead, transaction: Transaction) -> ReportReceived:
    held = reports.held(transaction.connection, head.id)
    return ReportReceived(head.id, to_millis(head.at), held)


def _fitting(
    principal: Principal,
    request: ReportSend,
    limits: ReportLimits,
    transaction: Transaction,
) -> list[BlobId]:
    """Those of the named files that are there and within the limits."""
    connection = transaction.connection
    held = reports.held_bytes(connection, principal.account, transaction.now)
    fitting = []
    for blob, size in reports.attachments(connection, request.blobs):
        if held + size <= limits.held_bytes:
            fitting.append(blob)
            held += size
    return fitting


def _is_same(before: StoredReport, principal: Principal, request: ReportSend) -> bool:
    seqs = tuple(row.seq for row in before.rows)
    head = before.head
    return (head.account, head.conversation, seqs, before.sealed) == (
        principal.account,
        request.conversation,
        tuple(sorted(request.seqs)),
        request.sealed,
    )


def _report(
    principal: Principal, request: ReportSend, transaction: Transaction
) -> StoredReport:
    connection, conversation = transaction.connection, request.conversation
    found = conversations.conversation(connection, conversation)
    if found is None:
        raise NotFound("no such conversation")
    last = reports.visible_head(connection, conversation, principal.account, found.head)
    if last is None:
        raise NotFound("no such conversation")
    rows = reports.rows_of(connection, conversation, request.seqs)
    if len(rows) != len(request.seqs) or rows[-1].seq > last:
        raise BadRequest("a row is not one that this account could read")
    head = ReportHead(
        request.report,
        principal.account,
        principal.device,
        conversation,
        transaction.now,
    )
    return StoredReport(head, rows, request.sealed)
