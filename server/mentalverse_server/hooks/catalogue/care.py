"""Help in a crisis, duty, safety.

Of a crisis no more leaves than that a case is in a state: a band, a place or a person
is in no field. Duty is told the same with cases and without.
"""

from __future__ import annotations

from enum import Enum

from .fields import AccountRef, CaseRef, Count, Data, Minutes, Moment, ShiftRef


class CaseState(Enum):
    """What a case has just come to; the same word as in the name of the event."""

    OPENED = "opened"
    BAND_CHANGED = "band_changed"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    ESCALATED = "escalated"
    BREACHED = "breached"
    TRANSFERRED = "transferred"
    GAP_STARTED = "gap_started"
    GAP_ENDED = "gap_ended"
    CLOSED = "closed"
    FOLLOWUP_DUE = "followup_due"
    FOLLOWUP_DONE = "followup_done"
    FOLLOWUP_OVERDUE = "followup_overdue"


class CaseChanged(Data, frozen=True, kw_only=True):
    """A case is in this state; what there is to it is fetched by who may."""

    case: CaseRef
    state: CaseState
    due: Moment | None = None
    """Of a follow-up: when somebody is to be asked how they are."""


class DutyRole(Enum):
    """As whom somebody stands by."""

    RESPONDER = "responder"
    SUPERVISOR = "supervisor"
    PROFESSIONAL = "professional"


class Duty(Data, frozen=True, kw_only=True):
    """A shift began or ended."""

    shift: ShiftRef
    account: AccountRef
    role: DutyRole
    minutes: Minutes
    checked_in: bool | None = None


class ComplaintCategory(Enum):
    """What a complaint is about."""

    CONDUCT = "conduct"
    BOUNDARIES = "boundaries"
    HARASSMENT = "harassment"
    PRIVACY = "privacy"
    DISCRIMINATION = "discrimination"
    CARE = "care"
    OTHER = "other"


class ComplaintState(Enum):
    """How far a complaint has come."""

    FILED = "filed"
    ACTIONED = "actioned"
    DISMISSED = "dismissed"
    APPEALED = "appealed"


class Complaint(Data, frozen=True, kw_only=True):
    """A complaint is in this state."""

    category: ComplaintCategory
    state: ComplaintState


class CoverageGap(Data, frozen=True, kw_only=True):
    """Fewer stand by than the plan wants."""

    role: DutyRole
    minutes: Minutes
    missing: Count
