"""Everything a decision looks at: the open cases, the responders, the policies.

A desk is one value. Whoever decides reads it whole and writes back what changed, in
one transaction; so "nobody more urgent waits for this responder" is a fact about the
same moment in which the responder is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import msgspec

from .case import Case
from .override import Override
from .policy import Policy

CRISIS = "crisis"
"""The skill of who may take A0 and A1."""
MINORS = "minors"
"""The skill of who may talk with minors."""
PROFESSIONAL = "professional"
"""The skill of who may come in as back-up: see `back_up`."""


class Duty(Enum):
    """What a responder is doing."""

    OFF = "off"
    ON = "on"
    PAUSED = "paused"
    """A break, which always works; or two offers went by unanswered."""


class Credential(Enum):
    """Whether somebody may do this work, as far as it is known."""

    GOOD = "good"
    UNKNOWN = "unknown"
    """The register did not answer for longer than a good answer lasts."""
    REVOKED = "revoked"


class EarlyStart(msgspec.Struct, frozen=True):
    """A supervisor lets somebody begin once before they have rested."""

    allowed_by: str
    until_ms: int


class Responder(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who answers."""

    id: str
    duty: Duty = Duty.OFF
    is_online: bool = False
    credential: Credential = Credential.GOOD
    is_supervisor: bool = False
    is_robot: bool = False
    """It answers canaries, and nobody else does; it answers nothing else."""
    skills: Mapping[str, int] = msgspec.field(default_factory=dict)
    """From 0 to 5."""
    languages: tuple[str, ...] = ()
    """Empty: any."""
    regions: tuple[str, ...] = ()
    """Empty: any."""
    max_slots: int = 2
    """Text conversations at a time; a voice or video one takes them all."""
    takes_overflow: bool = False
    """By their own consent: one A0 more than `max_slots`."""
    avoids: frozenset[str] = frozenset()
    """People they know, or who blocked them, or whom they blocked."""
    idle_since_ms: int = 0
    urgent_today: int = 0
    """A0 and A1 of this duty."""
    expired_in_row: int = 0
    resting_until_ms: int = 0
    """No offer before: after a hard case."""
    duty_ended_at_ms: int | None = None
    early_start: EarlyStart | None = None

    def skill(self, name: str) -> int:
        """From 0 to 5."""
        return self.skills.get(name, 0)


class SurgeReason(Enum):
    """Why a surge began."""

    WAITING = "waiting"
    """A0 or A1 have nobody on the way to them."""
    FORECAST = "forecast"


class Surge(msgspec.Struct, frozen=True):
    """More people ask than can be answered in time; see `surge`."""

    since_ms: int
    why: SurgeReason
    calm_since_ms: int | None = None
    """Since when nothing of it is to be seen any more."""


class Desk(msgspec.Struct, frozen=True):
    """One moment of everything."""

    policies: Mapping[str, Policy]
    policy: str
    """The revision under which cases open now."""
    cases: Mapping[str, Case] = msgspec.field(default_factory=dict)
    """All that are not over, and those whose place is kept."""
    responders: Mapping[str, Responder] = msgspec.field(default_factory=dict)
    overrides: Mapping[str, Override] = msgspec.field(default_factory=dict)
    """All that are not reviewed; they outlive their case."""
    surge: Surge | None = None
    breach_percent: int = 0
    """The last forecast: how likely somebody urgent waits too long soon."""

    def policy_of(self, case: Case) -> Policy:
        """What this case was promised."""
        return self.policies[case.policy]
