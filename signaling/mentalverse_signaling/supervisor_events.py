"""Payloads of the crisis desk: what only supervisors may ask for.

What they look at is `desk.board` (`desk_events`); what they plan and decide beforehand
is in `rota_events` and `policy_events`.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .board_events import BoardView
from .crisis_events import BandNumber, CaseMineView
from .fields import Fact, Payload, Seq
from .ids import AccountIdField, CaseIdField, ClientIdField

MAX_AUDIT_ROWS = 200
AuditRow = Annotated[str, Meta(max_length=8_192)]
"""One row of the log as JSON: a line of `mentalverse crisis audit export`."""
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", max_length=64)]


class DutyAllow(Payload, frozen=True):
    """Let somebody else begin within the next hour, before their rest is over."""

    account: AccountIdField


class CaseAgreeReturn(Payload, frozen=True):
    """Agree that an A0 or A1 goes back to the queue; not by whoever has it."""

    case: CaseIdField


class DrillStart(Payload, frozen=True):
    """Ask for help as an exercise: the caller is the person, and everything is real.

    Responders are asked and people on call are paged; each offer and page says that it
    is a drill. It is in no figure. The caller's own screens for asking show the rest.
    """

    request: ClientIdField
    band: BandNumber


class AuditList(Payload, frozen=True):
    """The log of the desk, from a row on. To be verified by whoever asks."""

    after: Seq | None = None
    """The number of the last row that the caller has; None: from the start."""
    limit: Annotated[int, Meta(ge=1, le=MAX_AUDIT_ROWS)] = MAX_AUDIT_ROWS


class AuditRows(Fact, frozen=True):
    """Answer to `audit.list`."""

    rows: tuple[AuditRow, ...]
    total: Seq
    """Rows that there are."""
    head: Hash | None
    """Hash of the newest row; None: there is none."""


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("duty.allow", DutyAllow, BoardView),
    ("case.agree_return", CaseAgreeReturn, BoardView),
    ("drill.start", DrillStart, CaseMineView),
    ("audit.list", AuditList, AuditRows),
)
"""Name, payload and answer of each command, for the registry."""
