"""Acting without consent to keep somebody alive: two people, and a clock on the rescue.

The least invasive way comes first. What cannot be agreed on with the person is decided
by two: whoever talks with them and a supervisor. If no supervisor answers within a
minute, supervisors are paged until one answers or takes care of it, and one may act
alone, for a reason; then all of them are alarmed, and paged.

    opened ──cosigned; or alone, after a minute──▶ released ──contact──▶ confirmed
       └──withdrawn, while nothing is released                               │
                                                                 reviewed ◀──┘

From the release on, a clock runs until somebody records that the emergency services
*made contact* with the person. That they were called does not stop it (imminent-risk
policy of the Lifeline, PMC4491352); people are paged each time it runs out. Somebody
who did not act reviews each override within three days. All of this outlives the case.

What was stated and what was released are sealed: only their hashes are here. Which
bases hold differs from place to place, and is for the operator's counsel to say.
"""

from __future__ import annotations

from enum import Enum

import msgspec


class LegalBasis(Enum):
    """On what somebody acts."""

    SERIOUS_THREAT = "serious_threat"
    """To one who is able to lessen it (45 CFR 164.512(j))."""
    VITAL_INTERESTS = "vital_interests"
    """GDPR article 6(1)(d) and 9(2)(c)."""
    CHILD_PROTECTION = "child_protection"
    CONSENT = "consent"
    """The person agreed; two people still look at it."""


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """One decision to act, and what has become of it."""

    id: str
    case: str
    policy: str
    opened_by: str
    opened_at_ms: int
    basis: LegalBasis
    statement_hash: str
    released_hash: str
    to: str
    """To whom: a kind, such as `police` or `ambulance`, never a name."""
    person_informed: bool
    why_not_informed: str = ""
    drill: str = ""
    cosigned_by: str = ""
    alone_because: str = ""
    released_at_ms: int | None = None
    is_paged: bool = False
    """Supervisors are paged for want of a second person."""
    page_acked_by: str = ""
    """Who of them takes care of it; until it is released alone after all."""
    told: int = 0
    """How often somebody was told of what is due next."""
    confirmed_by: str = ""
    confirmed_at_ms: int | None = None

    @property
    def waits_for_contact(self) -> bool:
        """Whether it is released, and nobody knows that help has arrived."""
        return self.released_at_ms is not None and self.confirmed_at_ms is None
