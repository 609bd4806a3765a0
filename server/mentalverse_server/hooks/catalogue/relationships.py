"""Mentors and mentees, their goals, and runs of matching."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from msgspec import Meta

from .fields import AccountRef, Code, Count, Data, GlobalHash, GoalRef, Revision, Role


class RelationshipReason(Enum):
    """Why a relationship is as it is now."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"
    REMATCHED = "rematched"
    LAPSED = "lapsed"
    SAFETY = "safety"
    OTHER = "other"


class RelationshipMember(Data, frozen=True, kw_only=True):
    """One of the two."""

    party: AccountRef
    role: Role


class RelationshipChanged(Data, frozen=True, kw_only=True):
    """A step of a relationship."""

    members: Annotated[tuple[RelationshipMember, ...], Meta(max_length=2)]
    phase: Annotated[int, Meta(ge=0, le=9)] | None = None
    reason_code: RelationshipReason | None = None
    score_rev: Revision | None = None
    """Which scorer proposed it; never the score."""


class GoalChanged(Data, frozen=True, kw_only=True):
    """Both say that a goal was set, moved or reached; nobody else knows which."""

    goal: GoalRef
    kind: Code
    attested_by: Annotated[tuple[AccountRef, ...], Meta(min_length=2, max_length=2)]


class MatchRun(Data, frozen=True, kw_only=True):
    """A run of matching, or the audit of one."""

    n: Count
    summary_hash: GlobalHash | None = None
