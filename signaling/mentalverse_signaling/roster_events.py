"""Payloads of calls: all of a call as it is now, and what is answered with it.

Whoever joins, resumes or has missed a notice is given the whole roster, and makes its
tiles the same; nobody relies on having seen each change.
"""

from __future__ import annotations

from .call_events import (
    CallAttach,
    CallBeat,
    CallCheck,
    CallCheckView,
    CallDecline,
    CallEnd,
    CallJoin,
    CallLeave,
    CallList,
    CallResume,
    Calls,
    CallSeq,
    CallStart,
    CallView,
    CheckRecord,
    IceAccess,
    IceRefresh,
    KeyConfirm,
    PeerRestart,
    RosterFetch,
    RosterMember,
    SeatHeld,
    SignalSend,
    StateSet,
    WaitingMember,
    WaitingPlace,
)
from .circle_events import PhaseView, PieceView
from .feed_events import FeedView
from .fields import Empty, Fact, Payload, Seq, TimestampMs
from .ids import AccountIdField, CallIdField, ConversationIdField
from .recording_events import RecordingView


class Roster(Fact, frozen=True):
    """A call as it is after the notice `seq`."""

    call: CallIdField
    seq: Seq
    now: TimestampMs
    view: CallView
    group: ConversationIdField | None
    """Whose group keys the frames; None: who leads has not made it yet."""
    members: tuple[RosterMember, ...]
    waiting: tuple[WaitingMember, ...]
    """In order. Empty to those who do not lead."""
    is_locked: bool
    paused_until: TimestampMs | None
    """Nobody leads: then it ends."""
    feeds: tuple[FeedView, ...]
    hands: tuple[AccountIdField, ...]
    """In order."""
    phase: PhaseView | None
    piece: PieceView | None
    spotlight: AccountIdField | None
    presenter: AccountIdField | None
    recording: RecordingView | None
    flagged: tuple[AccountIdField, ...] = ()
    """Who asked for help and lets who leads know. Empty to those who do not lead."""
    key_epoch: Seq | None = None
    """Of the newest `key.prepared`; None: there was none so far."""
    key_transition: Seq = 0


class CallJoined(Fact, frozen=True):
    """Answer to `call.join` and `call.resume`: a seat with the roster, or a place."""

    call: CallIdField
    seq: Seq
    seat: SeatHeld | None
    roster: Roster | None
    """Set with `seat`."""
    waiting: WaitingPlace | None
    recording: RecordingView | None = None
    """Set with `waiting`: to be agreed to before there is a seat (`is_recording`)."""


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("call.check", CallCheck, CallCheckView),
    ("check.record", CheckRecord, Empty),
    ("call.start", CallStart, CallView),
    ("call.list", CallList, Calls),
    ("call.decline", CallDecline, Empty),
    ("call.join", CallJoin, CallJoined),
    ("call.resume", CallResume, CallJoined),
    ("call.beat", CallBeat, CallSeq),
    ("call.leave", CallLeave, Empty),
    ("call.end", CallEnd, Empty),
    ("call.attach", CallAttach, Empty),
    ("roster.fetch", RosterFetch, Roster),
    ("ice.refresh", IceRefresh, IceAccess),
    ("signal.send", SignalSend, Empty),
    ("peer.restart", PeerRestart, Empty),
    ("key.confirm", KeyConfirm, Empty),
    ("state.set", StateSet, Empty),
)
"""Name, payload and answer of each command of `call_events`, for the registry."""
