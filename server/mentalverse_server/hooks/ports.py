"""What is asked of others: a Protocol for each of them, with frozen answers.

An answer is yes, no or neither. What "neither" means is a matter of each decision, and
said where it is taken; an exception, a late answer and one of another shape are all
`UNKNOWN`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from mentalverse_signaling.ids import AccountId


class Verdict(Enum):
    """Yes, no, or neither."""

    ALLOW = "allow"
    DENY = "deny"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider says."""

    verdict: Verdict
    reason_code: str = ""
    """Why not; short and stable. Empty where it is allowed."""
    valid_until_ms: int | None = None
    """From then on it counts no longer; none: it says nothing about that."""
    evidence_ref: str = ""
    """By what the provider can find it again; never shown to members."""


UNKNOWN = Answer(Verdict.UNKNOWN)


class Credentials(Protocol):
    """Who knows of licences and trainings."""

    async def circle_open(self, account: AccountId) -> Answer:
        """Whether somebody's licence lets them lead a therapy circle now."""
