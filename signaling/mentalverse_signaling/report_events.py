"""Payloads of one's own reports: how far each is, and that it is looked at again.

A report goes in over HTTPS (`recovery_api`), sealed to the safety team. Here whoever
sent it sees what became of it (`reports` has the rules). No word of it is said again:
what is looked at anew is the sealed report itself.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from .fields import Fact, Payload, TimestampMs
from .ids import ConversationIdField, ReportIdField

MAX_REPORTS_SHOWN: Final = 100


class ReportState(StrEnum):
    """How far a report is."""

    FILED = "filed"
    """Nobody has decided yet."""
    ACTIONED = "actioned"
    """The safety team has acted."""
    DISMISSED = "dismissed"
    """The safety team has decided to do nothing."""
    APPEALED = "appealed"
    """It was decided, and is to be decided again."""


class ReportList(Payload, frozen=True):
    """The reports that the caller's account has sent."""


class ReportAppeal(Payload, frozen=True):
    """Have a decided report looked at again, once; the same again is fine."""

    report: ReportIdField


class ReportView(Fact, frozen=True):
    """A report as whoever sent it sees it."""

    report: ReportIdField
    conversation: ConversationIdField
    at: TimestampMs
    """When it came."""
    state: ReportState
    decided_at: TimestampMs | None
    """Of the newest decision, also while that is looked at again."""
    appealed_at: TimestampMs | None
    appeal_until: TimestampMs | None
    """Before then it can be appealed; null if it cannot, or not any more."""


class Reports(Fact, frozen=True):
    """Answer to `report.list`: the newest first, at most `MAX_REPORTS_SHOWN`."""

    reports: tuple[ReportView, ...]
    more: bool = False


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("report.list", ReportList, Reports),
    ("report.appeal", ReportAppeal, ReportView),
)
"""Name, payload and answer of each command, for the registry."""
