"""What is asked of others, and how an answer looks.

An answer is yes, no or neither. What "neither" means is a matter of each decision, and
said where it is taken; an exception, a late answer and one of another shape are all
`UNKNOWN`. Whoever writes a provider needs this module and nothing else of the server.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Annotated, Protocol

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
    value: tuple[int, ...] | tuple[str, ...] = ()
    """Where more than yes or no is asked: scores, or references, in order. Only with a
    yes."""


UNKNOWN = Answer(Verdict.UNKNOWN)


Said = Answer | Awaitable[Answer]
"""What a method gives: plain, or to be awaited."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Of an id: out of this process it goes as a pseudonym of its kind."""

    name: str


Account = Annotated[AccountId, Kind("account")]
Accounts = Annotated[tuple[AccountId, ...], Kind("account")]
Event = Annotated[str, Kind("event")]
Reference = Annotated[str, Kind("payment")]


@dataclass(frozen=True, slots=True)
class Eligible:
    """Whether somebody may answer people in a crisis."""

    account: Account


@dataclass(frozen=True, slots=True)
class SessionStart:
    """Whether somebody may begin to accompany people now."""

    account: Account
    is_professional: bool
    kind: str
    """Of the session, as `calls.kinds` names it."""


@dataclass(frozen=True, slots=True)
class CircleOpen:
    """Whether somebody may lead a therapy circle now."""

    account: Account


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """Whether somebody may work professionally with people of a region."""

    account: Account
    region: str
    """ISO 3166: "DE", "US-CA"."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """One mentee and those who may accompany them."""

    account: Account
    mentors: Accounts


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that may be worth a reward, by its name in the outbox."""

    account: Account
    event: Event
    rule: str


@dataclass(frozen=True, slots=True)
class Payment:
    """An amount for a service."""

    account: Account
    service: str
    micro: int
    """Millionths of the unit that the house counts in."""
    reference: Reference
    """The same payment has the same one, however often it is asked for."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who could be asked to answer somebody; nothing of the case."""

    responders: Accounts


@dataclass(frozen=True, slots=True)
class Topic:
    """What somebody would like to read about."""

    language: str
    topic: str


@dataclass(frozen=True, slots=True)
class Check:
    """A background or licence check."""

    account: Account
    check: str


Question = (
    Eligible
    | SessionStart
    | CircleOpen
    | Jurisdiction
    | Pairs
    | Fact
    | Payment
    | Candidates
    | Topic
    | Check
)


class Credentials(Protocol):
    """Who knows of licences and trainings."""

    def eligible(self, question: Eligible) -> Said:
        """For the crisis desk."""

    def session_start(self, question: SessionStart) -> Said:
        """For sessions with one person."""

    def circle_open(self, question: CircleOpen) -> Said:
        """For therapy circles."""

    def jurisdiction(self, question: Jurisdiction) -> Said:
        """For professional services in a region."""


class Matching(Protocol):
    """Who proposes pairs, or keeps them apart."""

    def score(self, question: Pairs) -> Said:
        """`value`: for each mentor 0 to 10,000, in the order asked."""

    def veto(self, question: Pairs) -> Said:
        """A no keeps the pair apart."""


class Rewards(Protocol):
    """Who judges what is worth a reward."""

    def evaluate(self, question: Fact) -> Said:
        """Nobody waits for it."""


class Payments(Protocol):
    """Who is paid, and for what."""

    def authorise(self, question: Payment) -> Said:
        """Before a service that somebody pays for."""

    def spend(self, question: Payment) -> Said:
        """Tokens, for care or for extras."""


class RoutingHint(Protocol):
    """Who knows whom to ask first in a crisis; may be ignored at any time."""

    def hint(self, question: Candidates) -> Said:
        """`value`: some of those asked about, the best first."""


class Content(Protocol):
    """Who has something to read."""

    def contents(self, question: Topic) -> Said:
        """`value`: references."""


class Checks(Protocol):
    """Who does background and licence checks."""

    def check(self, question: Check) -> Said:
        """Nobody waits for it."""
