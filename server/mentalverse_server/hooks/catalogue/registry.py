"""All events by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .accounting import Checkpoint, EndpointDisabled, Gap, PolicyActivated, Reward
from .care import CaseChanged, Complaint, CoverageGap, Duty
from .fields import Data, Tier
from .people import (
    AccountChanged,
    AccountErased,
    ConsentChanged,
    CredentialChanged,
    Supervision,
    TrainingDone,
)
from .relationships import GoalChanged, MatchRun, RelationshipChanged
from .sessions import (
    CircleHeld,
    CircleMember,
    FeedbackSubmitted,
    SessionAttended,
    SessionPlanned,
    SessionQuality,
    SessionRan,
)

SCHEMA = 1
_ZERO, _ONE, _TWO = Tier.OPERATIONS, Tier.MEMBER, Tier.SENSITIVE


@dataclass(frozen=True, slots=True)
class EventType:
    """One event."""

    name: str
    key: str
    """What its events are in order with: `session:ID` for "session"."""
    tier: Tier
    data: type[Data]
    schema: int = SCHEMA
    whatever_consent: bool = False
    """Told of somebody though they did not agree: it is what ends the telling."""
    about_nobody: bool = False
    """Of tier 1, and there is nobody to ask."""


def _family(
    family: str, steps: str, key: str, tier: Tier, data: type[Data]
) -> Iterator[EventType]:
    for step in steps.split():
        yield EventType(f"{family}.{step}", key, tier, data)


def _all() -> Iterator[EventType]:
    planned = "scheduled rescheduled cancelled no_show"
    yield from _family("session", planned, "session", _ONE, SessionPlanned)
    yield from _family("session", "started ended", "session", _ONE, SessionRan)
    yield from _family("session", "attended", "session", _ONE, SessionAttended)
    yield from _family("session", "quality", "session", _ZERO, SessionQuality)
    yield from _family("circle", "opened closed", "circle", _ONE, CircleHeld)
    members = "member_joined member_left member_removed"
    yield from _family("circle", members, "circle", _ONE, CircleMember)
    steps = "proposed consented started phase_changed adjusted ended graduated"
    yield from _family("relationship", steps, "relationship", _ONE, RelationshipChanged)
    goals = "set progressed completed"
    yield from _family("goal", goals, "relationship", _ONE, GoalChanged)
    yield from _family("feedback", "submitted", "session", _ONE, FeedbackSubmitted)
    yield from _care()
    yield from _people()
    runs = "run_started run_finished audit_published"
    yield from _family("match", runs, "run", _ZERO, MatchRun)
    yield from _accounting()


def _care() -> Iterator[EventType]:
    cases = (
        "opened band_changed offered accepted escalated breached transferred "
        "gap_started gap_ended closed"
    )
    yield from _family("crisis", cases, "case", _TWO, CaseChanged)
    due = "followup_due followup_done followup_overdue"
    yield from _family("crisis", due, "case", _TWO, CaseChanged)
    yield from _family("duty", "started ended", "shift", _ONE, Duty)
    yield EventType("duty.coverage_gap", "shift", _ONE, CoverageGap, about_nobody=True)
    complaints = "complaint_filed actioned appealed"
    yield from _family("safety", complaints, "complaint", _TWO, Complaint)


def _people() -> Iterator[EventType]:
    account = "account"
    yield from _family("account", "suspended reinstated", account, _ONE, AccountChanged)
    erased = EventType("account.erased", account, _ONE, AccountErased)
    yield _always(erased)
    yield from _family("consent", "granted", account, _ONE, ConsentChanged)
    yield _always(EventType("consent.withdrawn", account, _ONE, ConsentChanged))
    steps = "requested issued renewed expiring suspended revoked reinstated"
    yield from _family("credential", steps, "credential", _ONE, CredentialChanged)
    done = "minutes_recorded assessment_passed"
    yield from _family("training", done, account, _ONE, TrainingDone)
    yield from _family("supervision", "held overdue", account, _ONE, Supervision)


def _accounting() -> Iterator[EventType]:
    steps = "pending posted voided disputed reversed"
    yield from _family("reward", steps, "account", _ONE, Reward)
    yield from _family("ledger", "checkpoint", "ledger", _ZERO, Checkpoint)
    yield from _family("policy", "activated", "policy", _ZERO, PolicyActivated)
    yield from _family("delivery", "gap", "endpoint", _ZERO, Gap)
    yield from _family("endpoint", "disabled", "endpoint", _ZERO, EndpointDisabled)


def _always(event: EventType) -> EventType:
    return EventType(
        event.name, event.key, event.tier, event.data, whatever_consent=True
    )


EVENTS: dict[str, EventType] = {each.name: each for each in _all()}
"""By name, in the order of the catalogue."""
