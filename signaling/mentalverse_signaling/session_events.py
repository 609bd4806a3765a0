"""Payloads of sessions: calls that are planned, and what is agreed to before.

A session is a call of some kind at some time. Kinds are data of the server, so that a
new one needs no new client.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .call_events import MAX_PARTICIPANT_SEATS, CallMedia, Hash, KindName
from .crisis_events import Tag
from .fields import Counter, Empty, Fact, Payload, Seq, TimestampMs
from .ids import (
    AccountIdField,
    CallIdField,
    ClientIdField,
    ConversationIdField,
    SessionIdField,
)

MAX_KINDS = 64
MAX_SESSIONS = 200
MAX_SESSION_MINUTES = 240
MAX_AGREEMENT_CHARS = 16_000
FEEDBACK_DAYS = 14
"""After a session; then nobody is asked any more."""

SessionMinutes = Annotated[int, Meta(ge=5, le=MAX_SESSION_MINUTES)]
Participants = Annotated[int, Meta(ge=1, le=MAX_PARTICIPANT_SEATS)]


class AgendaPhase(StrEnum):
    """What a circle is doing."""

    OPEN = "open"
    CHECK_IN = "check_in"
    ACTIVITY = "activity"
    SHARE = "share"
    CLOSING = "closing"
    DEBRIEF = "debrief"


class Instrument(StrEnum):
    """What somebody is asked after a session."""

    HELPED = "helped"
    """How much it helped: 1 (not at all) to 5 (a great deal)."""


class SessionStatus(StrEnum):
    """Where a planned session is."""

    PLANNED = "planned"
    OPEN = "open"
    OVER = "over"
    CANCELLED = "cancelled"


class SessionKinds(Payload, frozen=True):
    """The kinds of session of this server."""


class PhasePlan(Fact, frozen=True):
    """One phase of an agenda."""

    phase: AgendaPhase
    minutes: Seq


class SessionKindView(Fact, frozen=True):
    """A kind of session: data of the server, not code."""

    kind: KindName
    minutes: Seq
    media: CallMedia
    min_participants: Seq
    max_participants: Seq
    staff_seats: Seq
    needs_licensed_lead: bool
    has_waiting_room: bool
    needs_agreement: bool
    needs_booking: bool
    is_low_bandwidth: bool
    phases: tuple[PhasePlan, ...]


class SessionKindList(Fact, frozen=True):
    """Answer to `session.kinds`: at most `MAX_KINDS`."""

    kinds: tuple[SessionKindView, ...]


class SessionPlan(Payload, frozen=True):
    """Plan a call. The same `request` again is the same session.

    In a circle its staff plans, elsewhere anybody who is in the conversation.
    """

    request: ClientIdField
    conversation: ConversationIdField
    kind: KindName
    starts_at: TimestampMs
    minutes: SessionMinutes | None = None
    """None: what the kind says."""
    capacity: Participants | None = None
    """Participants; within what the kind allows. None: its most."""
    media: CallMedia | None = None
    needs_screening: bool = False
    """Only who was found to fit (`session.screen`) may come."""


class SessionView(Fact, frozen=True):
    """A planned session."""

    session: SessionIdField
    conversation: ConversationIdField
    kind: KindName
    status: SessionStatus
    starts_at: TimestampMs
    minutes: Seq
    capacity: Seq
    staff_seats: Seq
    media: CallMedia
    needs_screening: bool
    is_screened: bool
    """Whether the caller was found to fit; also true where that is not asked."""
    planned_by: AccountIdField
    call: CallIdField | None
    """Set while it is open."""


class SessionChange(Payload, frozen=True):
    """Move or resize a session that has not begun. None leaves a field as it is."""

    session: SessionIdField
    starts_at: TimestampMs | None = None
    minutes: SessionMinutes | None = None
    capacity: Participants | None = None
    media: CallMedia | None = None


class SessionCancel(Payload, frozen=True):
    """Call a session off that has not begun."""

    session: SessionIdField


class SessionList(Payload, frozen=True):
    """The sessions of the conversations that the calling device is in."""

    conversation: ConversationIdField | None = None
    """None: of all of them."""
    since: TimestampMs | None = None
    """Those that begin from here on; None: from half a day ago."""


class Sessions(Fact, frozen=True):
    """Answer to `session.list`: at most `MAX_SESSIONS`, the earliest first."""

    now: TimestampMs
    sessions: tuple[SessionView, ...]
    more: bool = False


class SessionScreen(Payload, frozen=True):
    """Who leads a circle says whether somebody fits into it."""

    conversation: ConversationIdField
    member: AccountIdField
    fits: bool


class AgreementGet(Payload, frozen=True):
    """The text that is agreed to before joining."""

    language: Tag = ""
    """`de-AT` is `de`; one that there is no text in: the server's first."""


class AgreementView(Fact, frozen=True):
    """Answer to `agreement.get`. Each language's text has a hash of its own."""

    hash: Hash
    version: Counter
    language: Tag
    text: Annotated[str, Meta(max_length=MAX_AGREEMENT_CHARS)]


class SessionChanged(Fact, frozen=True):
    """A session was planned, moved or called off. To the conversation's devices."""

    session: SessionView


class SessionFeedback(Payload, frozen=True):
    """Answer after a session. The last answer counts; each can be given anew."""

    session: SessionIdField
    instrument: Instrument
    score: Annotated[int, Meta(ge=1, le=5)]


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("session.kinds", SessionKinds, SessionKindList),
    ("session.plan", SessionPlan, SessionView),
    ("session.change", SessionChange, SessionView),
    ("session.cancel", SessionCancel, SessionView),
    ("session.list", SessionList, Sessions),
    ("session.screen", SessionScreen, Empty),
    ("session.feedback", SessionFeedback, Empty),
    ("agreement.get", AgreementGet, AgreementView),
)
"""Name, payload and answer of each command, for the registry."""
EVENTS: tuple[tuple[str, type[Fact]], ...] = (("session.changed", SessionChanged),)
"""Name and payload of each notice, for the registry."""
