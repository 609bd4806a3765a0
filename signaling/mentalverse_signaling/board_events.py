"""Payloads of the crisis desk: the board, everything that supervisors look at.

No names of persons, and nobody compared with anybody.
"""

from __future__ import annotations

from .crisis_events import BandNumber, CaseChannel, CaseStatus, Tag
from .desk_events import DutyStatus
from .fields import Fact, Handle, Payload, Seq, TimestampMs
from .ids import AccountIdField, CaseIdField


class DeskBoard(Payload, frozen=True):
    """Everything that supervisors look at: no names of persons, no ranking."""


class BoardCase(Fact, frozen=True):
    """An open case on the board."""

    case: CaseIdField
    band: BandNumber
    status: CaseStatus
    opened_at: TimestampMs
    accept_due_at: TimestampMs
    language: Tag
    region: Tag
    channel: CaseChannel
    asked: tuple[Handle, ...]
    """Whom it is offered to at this moment."""
    holder: Handle | None
    guests: tuple[Handle, ...]
    level: Seq
    """Rungs of the ladder that have fired."""
    paging: tuple[str, ...]
    """The tiers that are being paged."""
    paged_at: TimestampMs | None
    acked_by: str
    next_rung_at: TimestampMs | None
    person_away_until: TimestampMs | None
    responder_away_until: TimestampMs | None
    silence_level: Seq
    asks_for_supervisor: bool
    is_clustered: bool
    is_trusted: bool
    drill: bool
    back_up_advised: bool = False
    """So urgent that a professional should be there, and none is."""
    return_reason: str = ""
    """Why the holder wants to give it back, until a supervisor has agreed."""


class BoardResponder(Fact, frozen=True):
    """Somebody of the team."""

    account: AccountIdField
    handle: Handle
    duty: DutyStatus
    is_online: bool
    is_supervisor: bool
    slots_used: Seq
    max_slots: Seq
    resting_until: TimestampMs | None
    languages: tuple[Tag, ...]
    takes_urgent: bool


class BoardTier(Fact, frozen=True):
    """People on call behind rungs of the ladder."""

    tier: str
    """`tier_1`, `supervisor` and so on: names of the policy."""
    targets: Seq
    tested_at: TimestampMs | None
    """When the last test page of its worst target was sent."""
    is_tested: bool
    """Whether somebody acknowledged a test page of every target lately."""


class BoardUncovered(Fact, frozen=True):
    """An hour to come in which nobody is planned who may take it."""

    starts_at: TimestampMs
    language: Tag
    is_urgent: bool
    """Whether only the skill for A0 and A1 is missing."""


class BandFigures(Fact, frozen=True):
    """How one band was served, by arrivals within a span of time.

    `answered_in_time` of `judged` is F3: who left, and who still waits past the due
    time, counts as missed; who waits and is not due yet is `excluded`.
    """

    band: BandNumber
    arrivals: Seq
    judged: Seq
    answered_in_time: Seq
    excluded: Seq
    objective_percent: Seq
    wait_p50_ms: Seq | None
    wait_p90_ms: Seq | None
    wait_p99_ms: Seq | None


class BoardSpan(Fact, frozen=True):
    """Figures of the arrivals since `since`."""

    since: TimestampMs
    bands: tuple[BandFigures, ...]


class BoardView(Fact, frozen=True):
    """Answer to `desk.board`."""

    now: TimestampMs
    policy: str
    """The revision under which cases open now."""
    is_surge: bool
    surge_why: str
    urgent_capacity_left: Seq
    """A0 and A1 that could be taken at once."""
    cases: tuple[BoardCase, ...]
    responders: tuple[BoardResponder, ...]
    spans: tuple[BoardSpan, ...]
    """This half hour, and the last 24 hours."""
    staff_needed: Seq | None
    """By the calculator, for this half hour's arrivals; None: too few to say."""
    staff_present: Seq
    follow_ups_due: Seq
    follow_ups_overdue: Seq
    overrides_unconfirmed: Seq
    canary_at: TimestampMs | None
    """When the desk last proved to itself that it works."""
    spooled: Seq
    """Requests that wait for the database."""
    is_demo: bool
    tiers: tuple[BoardTier, ...] = ()
    """In the order in which they are paged."""
    uncovered: tuple[BoardUncovered, ...] = ()
    """Of the next 24 hours; nothing is known before anybody plans a shift."""
    is_rota_empty: bool = True
    """Whether no shift to come is planned at all."""
