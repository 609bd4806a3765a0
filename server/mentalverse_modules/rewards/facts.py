"""What happened, as integers that the server can verify.

A fact has no room for content, stars, or anything of a case: how urgent it was, how
many there were, how fast somebody answered. What is not here cannot be paid.
"""

from __future__ import annotations

import msgspec

PAYABLE = (
    "circle.closed",
    "credential.issued",
    "duty.ended",
    "feedback.submitted",
    "goal.completed",
    "goal.progressed",
    "goal.set",
    "period.month",
    "period.quarter",
    "relationship.graduated",
    "relationship.phase_changed",
    "session.attended",
    "training.assessment_passed",
)
"""Types that a rule may name. `period.*` are tallied here, of sessions (`tallies`)."""
NO_SHOW = "session.no_show"
"""Of whoever came and waited; judged by the rule of the session."""
AWARDED = "award.approved"
"""Of what two people have approved."""
LEVELS = ("basic", "advanced", "specialist", "master", "professional")
PROOFS = ("receipts", "credential", "consent", "co_attested", "graduated")
"""Receipts of both sides; a credential valid at the time; the beneficiary's consent to
be paid; a claim signed by both sides; a relationship that came to its end."""


class Measured(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ratio of a quarter that is over: points over raters, minutes kept over minutes
    published."""

    total: int
    count: int


class Fact(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """One event for one of its parties."""

    evt_id: str
    type: str
    occurred_at_ms: int
    beneficiary: str
    role: str
    kind: str = ""
    pair: str = ""
    """The relationship, or who else took part."""
    item: str = ""
    """What is paid once: a module, a level, a phase."""
    minutes: int = 0
    """Attended; of a no-show, waited."""
    planned_minutes: int = 0
    late_seconds: int = 0
    """After the start, until they were there."""
    level: str = ""
    """One of `LEVELS`, or none."""
    count: int = 0
    planned_count: int = 0
    step: str = ""
    proofs: tuple[str, ...] = ()
    """Of `PROOFS`."""
    is_drill: bool = False
    measures: dict[str, Measured] = {}
    amount_mvt: int = 0
    """Of an award: what was approved."""

    @property
    def place(self) -> tuple[int, str, str, str]:
        """Its place among the facts of an epoch, whenever it arrived."""
        return (self.occurred_at_ms, self.evt_id, self.beneficiary, self.role)
