"""Payloads of the crisis desk: its promises, and how they are changed.

A policy is one JSON document (`mentalverse_crisis.policy.Policy`). One supervisor
proposes a revision and says who signed it off; another one adopts it. Cases that are
open keep the revision under which they opened. Before anybody signs, `policy.try` says
what is unwise in it, how the last cases would have fared, and what the same people
would make of it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .crisis_events import BandNumber
from .fields import Fact, Handle, Payload, Seq, TimestampMs

MAX_POLICY_CHARS = 32_768
MAX_TRIED_DAYS = 90
MAX_TRIED_PEOPLE = 60

Document = Annotated[str, Meta(min_length=2, max_length=MAX_POLICY_CHARS)]
Revision = Annotated[str, Meta(min_length=1, max_length=64)]
Signer = Annotated[str, Meta(min_length=1, max_length=120)]
"""Name of the clinical owner who signed it off, as they sign."""
Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$(?!\n)")]


class FindingWeight(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    """Somebody would wait for nobody: it cannot be adopted."""
    WARNING = "warning"


class PolicyGet(Payload, frozen=True):
    """The policy under which cases open now, and how it came to be."""


class PolicyTry(Payload, frozen=True):
    """What would come of a document; nothing is changed."""

    document: Document
    days: Annotated[int, Meta(ge=1, le=MAX_TRIED_DAYS)] = 7
    """How far back to look for cases; drills are left out."""
    people: Annotated[int, Meta(ge=1, le=MAX_TRIED_PEOPLE)] | None = None
    """Responders in the simulation; None: as many as the roster has."""


class PolicyPropose(Payload, frozen=True):
    """Hand in a revision; it takes the place of one that waits. Answered as `get`."""

    document: Document
    signed_by: Signer
    signed_on: Day


class PolicyAdopt(Payload, frozen=True):
    """By another supervisor than who proposed it: cases open under it from here on."""

    revision: Revision
    """What the caller has read: refused if another proposal has taken its place."""
    document_hash: Annotated[str, Meta(pattern="^[0-9a-f]{64}$", max_length=64)]
    """SHA-256 of the document that they have read, as UTF-8."""


class PolicyDiscard(Payload, frozen=True):
    """Take back what was proposed. Nothing proposed is no error."""


class PolicyFinding(Fact, frozen=True):
    """One thing to mend."""

    weight: FindingWeight
    where: str
    """`bands.A0.plan`, `ladder.2`: the place in the document."""
    what: str
    """In a sentence, in English."""


class PolicyRevision(Fact, frozen=True):
    """A revision that is, or was, in force."""

    revision: Revision
    adopted_at: TimestampMs | None
    """None: since the desk was made."""
    proposed_by: Handle | None
    """None: it was there from the start, came by the command line, or they are gone."""
    adopted_by: Handle | None
    signed_by: str
    signed_on: str


class PolicyProposal(Fact, frozen=True):
    """A revision that waits for a second supervisor."""

    revision: Revision
    document: Document
    document_hash: str
    proposed_by: Handle | None
    is_mine: bool
    proposed_at: TimestampMs
    signed_by: str
    signed_on: str
    findings: tuple[PolicyFinding, ...]


class PolicyView(Fact, frozen=True):
    """Answer to all calls but `policy.try`."""

    now: TimestampMs
    revision: Revision
    document: Document
    """In force, indented, with every field."""
    findings: tuple[PolicyFinding, ...]
    history: tuple[PolicyRevision, ...]
    """The newest first; at most 50."""
    proposal: PolicyProposal | None
    clinical_owner: str
    """Of the settings: who is expected to sign."""


class PastFigures(Fact, frozen=True):
    """How cases of a band fared by what was promised then, and by the document."""

    band: BandNumber
    judged: Seq
    in_time: Seq
    """Under the policy of each."""
    in_time_here: Seq
    """With the same waits, by the document's promises."""


class TwinFigures(Fact, frozen=True):
    """What the same arrivals come to in the simulator, of each band."""

    band: BandNumber
    arrivals: Seq
    in_time_permille: Annotated[int, Meta(ge=0, le=1_000)]
    """Under the policy in force, by the document's promises."""
    in_time_permille_here: Annotated[int, Meta(ge=0, le=1_000)]
    """Under the document."""
    wait_p90_ms: Seq
    wait_p90_ms_here: Seq


class PolicyTrial(Fact, frozen=True):
    """Answer to `policy.try`."""

    problem: str
    """Why it cannot be followed at all, with the place; empty: it can."""
    findings: tuple[PolicyFinding, ...]
    past: tuple[PastFigures, ...]
    twin: tuple[TwinFigures, ...]
    """Empty: nobody came in that time, or the simulation took too long."""
    assumptions: tuple[str, ...]
    """What the simulation takes for granted, in sentences, in English."""


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("policy.get", PolicyGet, PolicyView),
    ("policy.try", PolicyTry, PolicyTrial),
    ("policy.propose", PolicyPropose, PolicyView),
    ("policy.adopt", PolicyAdopt, PolicyView),
    ("policy.discard", PolicyDiscard, PolicyView),
)
"""Name, payload and answer of each command, for the registry."""
