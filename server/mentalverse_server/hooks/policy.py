"""What providers are asked, how long for, and what it means if they say nothing.

| Class | Silence |
|---|---|
| core | cannot happen: nobody is asked |
| open | the built-in way, or it goes on |
| degrade | with fewer people, and never with nobody |
| closed | a no |
| deferred | it stays pending and is asked again |

One policy for each decision and none for all: an outage of a register must not open a
door, and must not close the one to help. What stands here as asked of nobody is
decided by what this server knows itself; asking a provider for it is a defect, and
`providers.Providers.decide` raises for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType

from .answers import Value

HOUR_MS = 3_600_000


class Decision(StrEnum):
    """Everything that is decided by the table below."""

    CASE_OPEN = "case.open"
    """With the crisis button, leaving, and coming back."""
    ROUTING_HINT = "crisis.routing_hint"
    RESPONDER_ELIGIBLE = "crisis.responder_eligible"
    SESSION_START_PEER = "session.start_peer"
    SESSION_START_PROFESSIONAL = "session.start_professional"
    CIRCLE_OPEN_THERAPY = "circle.open_therapy"
    RUNNING_SESSION = "session.running"
    """Whether it goes on; calls as well."""
    JURISDICTION_ALLOWED = "jurisdiction.allowed"
    SAFEGUARDING = "safeguarding"
    """Minors, and pairs of whom one has blocked the other."""
    MATCH_SCORE = "match.score"
    MATCH_VETO = "match.veto"
    PAYMENT_AUTHORISE = "payment.authorise"
    SPEND_CARE = "tokens.spend_care"
    SPEND_EXTRAS = "tokens.spend_extras"
    CONTENT_LIST = "content.list"
    REWARD_EVALUATE = "reward.evaluate"
    CREDENTIAL_ISSUE = "credential.issue"
    EXPORT_CONSENT = "export.consent"


class Class(Enum):
    """See the table at the top."""

    CORE = "core"
    OPEN = "open"
    DEGRADE = "degrade"
    CLOSED = "closed"
    DEFERRED = "deferred"


class Meaning(Enum):
    """What is done when nothing is known."""

    GOES_ON = "goes_on"
    """It is allowed."""
    BUILT_IN = "built_in"
    """This server's own order or score."""
    SUPERVISORS = "supervisors"
    """Only supervisors; without one, the ladder of people who are paged."""
    REFUSED = "refused"
    """With what is left offered instead: another mentor, peers, the crisis desk."""
    TO_REVIEW = "to_review"
    """No proposal; a person looks at it."""
    BILLED_LATER = "billed_later"
    """It begins now."""
    NOTHING = "nothing"
    """An empty list."""
    PENDING = "pending"
    """Asked again later."""
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row."""

    method: str | None
    """Of a provider; None: nobody is asked."""
    deadline_ms: int | None
    silence: Meaning
    kind: Class
    last_good_ms: int | None = None
    """For so long the last yes counts while a provider says nothing."""
    value: Value = Value.NONE

    @property
    def deadline_seconds(self) -> float:
        """Raises `LookupError` where nobody is asked."""
        if self.deadline_ms is None:
            raise LookupError("nobody is asked this")
        return self.deadline_ms / 1000


_D, _C, _M = Decision, Class, Meaning

RULES: Mapping[Decision, Rule] = MappingProxyType(
    {
        _D.CASE_OPEN: Rule(None, None, _M.GOES_ON, _C.CORE),
        _D.ROUTING_HINT: Rule("hint", 150, _M.BUILT_IN, _C.OPEN, None, Value.REFS),
        _D.RESPONDER_ELIGIBLE: Rule(
            "eligible", 200, _M.SUPERVISORS, _C.DEGRADE, 72 * HOUR_MS
        ),
        _D.SESSION_START_PEER: Rule(
            "session_start", 300, _M.REFUSED, _C.CLOSED, 24 * HOUR_MS
        ),
        _D.SESSION_START_PROFESSIONAL: Rule(
            "session_start", 300, _M.REFUSED, _C.CLOSED, HOUR_MS
        ),
        _D.CIRCLE_OPEN_THERAPY: Rule(
            "circle_open", 300, _M.REFUSED, _C.CLOSED, HOUR_MS
        ),
        _D.RUNNING_SESSION: Rule(None, None, _M.GOES_ON, _C.OPEN),
        _D.JURISDICTION_ALLOWED: Rule("jurisdiction", 300, _M.REFUSED, _C.CLOSED),
        _D.SAFEGUARDING: Rule(None, None, _M.REFUSED, _C.CLOSED),
        _D.MATCH_SCORE: Rule("score", 2_000, _M.BUILT_IN, _C.OPEN, None, Value.SCORES),
        _D.MATCH_VETO: Rule("veto", 2_000, _M.TO_REVIEW, _C.CLOSED),
        _D.PAYMENT_AUTHORISE: Rule("authorise", 500, _M.BILLED_LATER, _C.OPEN),
        _D.SPEND_CARE: Rule("spend", 500, _M.BILLED_LATER, _C.OPEN),
        _D.SPEND_EXTRAS: Rule("spend", 500, _M.REFUSED, _C.CLOSED),
        _D.CONTENT_LIST: Rule("contents", 500, _M.NOTHING, _C.OPEN, None, Value.REFS),
        # Nobody waits for these; the deadline is that of any request that leaves.
        _D.REWARD_EVALUATE: Rule("evaluate", 15_000, _M.PENDING, _C.DEFERRED),
        _D.CREDENTIAL_ISSUE: Rule("check", 15_000, _M.PENDING, _C.DEFERRED),
        _D.EXPORT_CONSENT: Rule(None, None, _M.NOT_SENT, _C.CLOSED),
    }
)

ASKED = tuple(decision for decision, rule in RULES.items() if rule.method)
"""The decisions that a provider may be named for."""
