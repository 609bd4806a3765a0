"""What is asked of others, and how an answer looks.

An answer is yes, no or neither. What "neither" means is a matter of each decision, and
said where it is taken; an exception, a late answer and one of another shape are all
`UNKNOWN`. Whoever writes a provider needs this module and nothing else of the server.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Protocol

from mentalverse_signaling.ids import AccountId


class Verdict(Enum):
    """Yes, no, or neither."""

    ALLOW = "allow"
    DENY = "deny"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why not: the closed list. A no without one of these is no answer."""

    NOT_KNOWN = "not_known"
    """The provider has never heard of them."""
    NO_LICENCE = "no_licence"
    NO_CREDENTIAL = "no_credential"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    TRAINING_MISSING = "training_missing"
    SUPERVISION_OVERDUE = "supervision_overdue"
    CHECK_FAILED = "check_failed"
    """A background or licence check was not passed."""
    JURISDICTION = "jurisdiction"
    """Not licensed where the other person is."""
    DUAL_RELATIONSHIP = "dual_relationship"
    AT_CAPACITY = "at_capacity"
    CONSENT_MISSING = "consent_missing"
    NOT_COVERED = "not_covered"
    """Nobody pays for it."""
    TOO_LITTLE_CREDIT = "too_little_credit"
    LIMIT_REACHED = "limit_reached"
    BY_POLICY = "by_policy"
    """A rule of the house; `evidence_ref` leads to which."""


MAX_EVIDENCE_CHARS = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider says."""

    verdict: Verdict
    reason_code: str = ""
    """Why not: one of `Reason`. Empty where it is allowed."""
    valid_until_ms: int | None = None
    """From then on it counts no longer; none: it says nothing about that."""
    evidence_ref: str = ""
    """By what the provider can find it again; never shown to members. At most
    `MAX_EVIDENCE_CHARS`."""


UNKNOWN = Answer(Verdict.UNKNOWN)


class Credentials(Protocol):
    """Who knows of licences and trainings."""

    async def circle_open(self, account: AccountId) -> Answer:
        """Whether somebody's licence lets them lead a therapy circle now."""
