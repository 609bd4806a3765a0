"""What becomes of reports: decided by the safety team, appealed by who reported.

The rules are `mentalverse_signaling.reports`. Every step is stored and told in one
transaction. Nothing is done to the files of a report here: the housekeeping lets go of
them once it is settled, so that an appeal finds them as they were.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog

from mentalverse_signaling.errors import NotFound
from mentalverse_signaling.ids import AccountId, ReportId
from mentalverse_signaling.report_events import (
    MAX_REPORTS_SHOWN,
    Reports,
    ReportState,
    ReportView,
)
from mentalverse_signaling.reports import Course, ReportOutcome
from mentalverse_signaling.reports import appeal as appealed
from mentalverse_signaling.reports import decide as decided
from mentalverse_signaling.reports import decide_again as decided_again

from ..clock import Clock, to_millis
from ..hooks.catalogue.care import Complaint, ComplaintCategory, ComplaintState
from ..store import reports
from ..store.engine import Connection, Database
from ..store.reports import ReportHead
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from .telling import tell

log = structlog.get_logger()

_EVENTS = {
    ReportState.FILED: "safety.complaint_filed",
    ReportState.ACTIONED: "safety.actioned",
    ReportState.DISMISSED: "safety.actioned",
    ReportState.APPEALED: "safety.appealed",
}


class ReportCourses:
    """Shows whoever reported how far it is, and has it looked at again."""

    def __init__(self, database: Database, writer: Writer, clock: Clock) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock

    async def list(self, account: AccountId) -> Reports:
        """The newest reports of an account."""
        limit = MAX_REPORTS_SHOWN + 1
        found = await self._database.read(reports.of_account, account, limit)
        now = self._clock.now()
        shown = tuple(_view(head, now) for head in found[:MAX_REPORTS_SHOWN])
        return Reports(shown, more=len(found) > MAX_REPORTS_SHOWN)

    async def appeal(self, account: AccountId, report: ReportId) -> ReportView:
        """Have a report of the account looked at again.

        Raises:
            NotFound: the account has sent no such report.
            NotNow: nothing is decided yet, or the time for it is over.
            Conflict: it was looked at again already.
        """
        script = partial(_appeal, account, report)
        view = await self._writer.run(script, lane=WriterLane.OTHER)
        log.info("report.appealed", report=report)
        return view


def _appeal(
    account: AccountId, report: ReportId, transaction: Transaction
) -> ReportView:
    head = reports.head_to_move(transaction.connection, report)
    if head is None or head.account != account:
        raise NotFound("no such report")
    course = appealed(head.course, transaction.now)
    return _view(_moved(transaction, head, course), transaction.now)


def decide(
    connection: Connection,
    report: ReportId,
    outcome: ReportOutcome,
    now: datetime,
    *,
    again: bool = False,
) -> ReportHead | None:
    """The report after what the safety team decides; None if there is none.

    Args:
        again: of an appeal.

    Raises:
        Conflict: it was decided otherwise; or, again, nobody asks for another look.
    """
    head = reports.head_to_move(connection, report)
    if head is None:
        return None
    course = (decided_again if again else decided)(head.course, outcome, now)
    return _moved(Transaction(connection, now), head, course)


def _moved(transaction: Transaction, head: ReportHead, course: Course) -> ReportHead:
    if course == head.course:
        return head
    moved = replace(head, course=course)
    reports.move(transaction.connection, head.id, course)
    tell_state(transaction, moved)
    return moved


def tell_state(transaction: Transaction, head: ReportHead) -> None:
    """Tell endpoints how far a report has come.

    What it is about is sealed to the safety team, so that the server can name no
    category; whom it is about, it does not know either.
    """
    state = head.course.state
    tell(
        transaction,
        _EVENTS[state],
        head.id,
        Complaint(category=ComplaintCategory.OTHER, state=ComplaintState(state.value)),
        at_ms=to_millis(transaction.now),
        about=(head.account,),
        occasion="again" if head.course.second else "",
    )


def _view(head: ReportHead, now: datetime) -> ReportView:
    course = head.course
    newest = course.newest
    return ReportView(
        report=head.id,
        conversation=head.conversation,
        at=to_millis(head.at),
        state=course.state,
        decided_at=_ms(newest.at if newest else None),
        appealed_at=_ms(course.appealed_at),
        appeal_until=_ms(course.appeal_until(now)),
    )


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_millis(moment)
