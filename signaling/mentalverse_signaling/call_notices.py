"""What is told of calls, unasked: who comes and goes, signals, and fresh keys.

`call_events` says how notices are numbered. All of them are hints: who missed one reads
the roster.
"""

from __future__ import annotations

from .attendance_events import Attendance
from .call_events import (
    CallEndReason,
    CallView,
    ConnEpoch,
    HostView,
    KeyCause,
    LeaveReason,
    PcGen,
    RestartReason,
    RosterMember,
    WaitingMember,
)
from .fields import Counter, Fact, Seq, TimestampMs
from .ids import AccountIdField, CallIdField, ConversationIdField, DeviceIdField


class CallStarted(Fact, frozen=True):
    """A call is open. To every device of the conversation, not of the seats alone."""

    call: CallIdField
    seq: Seq
    view: CallView


class CallDeclined(Fact, frozen=True):
    """Somebody will not come."""

    call: CallIdField
    seq: Seq
    member: AccountIdField


class CallPaused(Fact, frozen=True):
    """Nobody leads: the room is locked, and ends at `until`."""

    call: CallIdField
    seq: Seq
    until: TimestampMs


class CallContinued(Fact, frozen=True):
    """Somebody leads again."""

    call: CallIdField
    seq: Seq


class CallEnded(Fact, frozen=True):
    """A call is over. To every device of the conversation."""

    call: CallIdField
    seq: Seq
    reason: CallEndReason
    planned_minutes: Seq | None = None
    attendance: tuple[Attendance, ...] = ()
    """What the reader may know of it, as `attendance.fetch` answers."""


class CallAttached(Fact, frozen=True):
    """The group that keys the frames from now on."""

    call: CallIdField
    seq: Seq
    conversation: ConversationIdField


class MemberWaited(Fact, frozen=True):
    """Somebody knocks, or moved up. To the staff, and the place to whoever waits."""

    call: CallIdField
    seq: Seq
    waiting: WaitingMember


class HostChanged(Fact, frozen=True):
    """Somebody else lets people in, or nobody does. To those who wait."""

    call: CallIdField
    seq: Seq
    host: HostView


class MemberAdmitted(Fact, frozen=True):
    """Somebody may come in. To the staff and to them: they join again."""

    call: CallIdField
    seq: Seq
    member: AccountIdField


class MemberJoined(Fact, frozen=True):
    """A seat is taken, or taken over by another device of its account."""

    call: CallIdField
    seq: Seq
    joined: RosterMember


class MemberChanged(Fact, frozen=True):
    """A seat is not as it was."""

    call: CallIdField
    seq: Seq
    changed: RosterMember


class MemberLeft(Fact, frozen=True):
    """A seat is free again, or a place in the line (then to the staff)."""

    call: CallIdField
    seq: Seq
    member: AccountIdField
    reason: LeaveReason


class MemberRemoved(Fact, frozen=True):
    """Somebody was removed: connections to them close at once. Also to them."""

    call: CallIdField
    seq: Seq
    member: AccountIdField
    device: DeviceIdField


class MemberFlagged(Fact, frozen=True):
    """A member asked for help and lets who leads know. To the staff alone."""

    call: CallIdField
    seq: Seq
    member: AccountIdField


class SeatReplaced(Fact, frozen=True):
    """Another connection of the account has the seat. Once, to the one before."""

    call: CallIdField
    seq: Seq
    conn_epoch: ConnEpoch
    """Of the one that has it now, or would have it."""


class SeatMuted(Fact, frozen=True):
    """Whoever leads asks for silence, or has made it. To that member."""

    call: CallIdField
    seq: Seq
    is_held: bool


class UnmuteInvited(Fact, frozen=True):
    """Whoever leads would like to hear this member. Nothing is turned on."""

    call: CallIdField
    seq: Seq


class SignalSent(Fact, frozen=True):
    """A sealed signal of another seat."""

    call: CallIdField
    seq: Seq
    member: AccountIdField
    device: DeviceIdField
    conn_epoch: ConnEpoch
    pc_gen: PcGen
    sealed: bytes


class PeerRestarted(Fact, frozen=True):
    """The other side makes the path anew."""

    call: CallIdField
    seq: Seq
    member: AccountIdField
    device: DeviceIdField
    conn_epoch: ConnEpoch
    pc_gen: PcGen
    reason: RestartReason


class KeyPrepared(Fact, frozen=True):
    """A commit was accepted: install its keys, then `key.confirm`."""

    call: CallIdField
    seq: Seq
    epoch: Seq
    transition: Counter
    cause: KeyCause


class KeySwitched(Fact, frozen=True):
    """Everybody is ready, or 1.5 s are over: send under this epoch."""

    call: CallIdField
    seq: Seq
    epoch: Seq
    transition: Counter


EVENTS: tuple[tuple[str, type[Fact]], ...] = (
    ("call.started", CallStarted),
    ("call.declined", CallDeclined),
    ("call.paused", CallPaused),
    ("call.continued", CallContinued),
    ("call.ended", CallEnded),
    ("call.attached", CallAttached),
    ("member.waited", MemberWaited),
    ("host.changed", HostChanged),
    ("member.admitted", MemberAdmitted),
    ("member.joined", MemberJoined),
    ("member.changed", MemberChanged),
    ("member.left", MemberLeft),
    ("member.removed", MemberRemoved),
    ("member.flagged", MemberFlagged),
    ("seat.replaced", SeatReplaced),
    ("seat.muted", SeatMuted),
    ("seat.unmute_invited", UnmuteInvited),
    ("signal.sent", SignalSent),
    ("peer.restarted", PeerRestarted),
    ("key.prepared", KeyPrepared),
    ("key.switched", KeySwitched),
)
"""Name and payload of each notice, for the registry."""
