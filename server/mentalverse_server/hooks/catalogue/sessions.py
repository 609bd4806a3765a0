"""Sessions, circles, and what people say of them afterwards."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from msgspec import Meta

from mentalverse_signaling.line_quality import LossBucket, RttBucket

from .fields import (
    MAX_PARTIES,
    AccountRef,
    Code,
    Count,
    Data,
    Minutes,
    Moment,
    ReceiptHash,
    RelationshipRef,
    Role,
)


class EndReason(Enum):
    """Why a session is over."""

    COMPLETED = "completed"
    LEFT_EARLY = "left_early"
    EMPTY = "empty"
    REMOVED = "removed"
    FAILED = "failed"


class MediaMode(Enum):
    """With what people met."""

    VIDEO = "video"
    AUDIO = "audio"
    TEXT = "text"


class CircleReason(Enum):
    """Why somebody came, went or was put out."""

    INVITED = "invited"
    JOINED = "joined"
    OWN_WISH = "own_wish"
    ENDED = "ended"
    AGREEMENT = "agreement"
    SAFETY = "safety"


class Attended(Data, frozen=True, kw_only=True):
    """How long one party was there."""

    party: AccountRef
    role: Role
    attended_min: Minutes


Parties = Annotated[tuple[Attended, ...], Meta(max_length=MAX_PARTIES)]


class SessionPlanned(Data, frozen=True, kw_only=True):
    """A session was planned, moved or called off, or somebody did not come."""

    kind: Code
    planned_min: Minutes
    start: Moment
    by: Role
    notice_min: Minutes = 0
    relationship: RelationshipRef | None = None


class SessionRan(Data, frozen=True, kw_only=True):
    """A session began or ended."""

    kind: Code
    planned_min: Minutes
    parties: Parties = ()
    end_reason: EndReason | None = None
    media_mode: MediaMode
    relationship: RelationshipRef | None = None


class SessionAttended(Data, frozen=True, kw_only=True):
    """One party's attendance, as its receipt has it."""

    kind: Code
    party: AccountRef
    role: Role
    planned_min: Minutes
    attended_min: Minutes
    receipt_hash: ReceiptHash
    countersigned: bool
    on_time: bool | None = None
    relationship: RelationshipRef | None = None


class SessionQuality(Data, frozen=True, kw_only=True):
    """How the line was."""

    loss_percent: LossBucket
    rtt_ms: RttBucket
    reconnects: Count


class CircleHeld(Data, frozen=True, kw_only=True):
    """A circle opened or closed."""

    kind: Code
    seats: Count
    facilitators: Annotated[tuple[AccountRef, ...], Meta(max_length=MAX_PARTIES)]
    agenda_done: Count = 0
    parties: Parties = ()


class CircleMember(Data, frozen=True, kw_only=True):
    """Somebody came into a circle, went, or was put out."""

    party: AccountRef
    role: Role
    reason_code: CircleReason


class FeedbackSubmitted(Data, frozen=True, kw_only=True):
    """Somebody answered after a session; what they said stays sealed."""

    party: AccountRef
    instrument: Code
    in_range: bool
    """The answer is one that the instrument has; not what it says."""
