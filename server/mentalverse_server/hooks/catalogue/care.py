"""Help in a crisis, duty, safety.

Of a crisis no more leaves than that a case is in a state: a band, a place or a person
is in no field. Duty is told the same with cases and without.
"""

from __future__ import annotations

from enum import Enum

from .fields import AccountRef, CaseRef, Count, Data, Minutes, Moment


class CaseState(Enum):
    """How far a case has come."""

    OPEN = "open"
    OFFERED = "offered"
    HELD = "held"
    ESCALATED = "escalated"
    TRANSFERRED = "transferred"
    GAP = "gap"
    CLOSED = "closed"


class CaseChanged(Data, frozen=True, kw_only=True):
    """A case is in this state; what there is to it is fetched by who may."""

    case: CaseRef
    state: CaseState


class FollowUp(Data, frozen=True, kw_only=True):
    """Somebody is to be asked how they are."""

    case: CaseRef
    due: Moment


class DutyRole(Enum):
    """As whom somebody stands by."""

    PEER = "peer"
    PROFESSIONAL = "professional"
    SUPERVISOR = "supervisor"


class Duty(Data, frozen=True, kw_only=True):
    """A shift began, ended, or nobody was there."""

    role: DutyRole
    minutes: Minutes
    account: AccountRef | None = None
    """Nobody, where duty is not covered."""
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
