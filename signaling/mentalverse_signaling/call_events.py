"""Payloads of calls: who is in one, on which seat, and the way to each other.

A call belongs to a conversation, and one is open there at a time. Who takes part holds
a seat: it is the account's, and one device of it, a leaf of the group, sits on it.
`member` is that account, `device` that leaf. A newer connection of the same account
takes the seat over with a higher `conn_epoch`, and the older one is told once
(`seat.replaced`). A seat is a lease: `call.beat` every 3 s, and every other command
that names the call counts as one. Losing the socket never ends media; `call.resume` on
a new socket goes on with the same seat and the same `conn_epoch`.

Notices carry `call` and `seq`, the call's own counter from 1. Each notice for all seats
is one more than the one before; one for some carries the number of the last one for
all. So who sees a number that is neither theirs nor one more has missed something, and
reads `roster.fetch`. Nothing of a call enters a log of conversations.

What is said, and how a connection between two devices is made, is sealed: the server
carries `sealed` and sees from whom, to whom, which `pc_gen` and how long it is.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .conversation import ConversationKind
from .fields import Counter, Fact, Payload, Seq, TimestampMs, Token
from .ids import (
    AccountIdField,
    CallIdField,
    ClientIdField,
    ConversationIdField,
    DeviceIdField,
    SessionIdField,
)
from .line_quality import LossBucket, RttBucket

MAX_PARTICIPANT_SEATS = 8
MAX_STAFF_SEATS = 2
MAX_CALL_SEATS = MAX_PARTICIPANT_SEATS + MAX_STAFF_SEATS
MAX_WAITING = 32
"""People in the line of one call; the next is refused with `call_full`."""
MAX_SEALED_SIGNAL_BYTES = 17 * 1024
"""Room for the padding bucket of 16 KiB, and for the framing around it."""
MAX_OPEN_CALLS = 200
BEAT_SECONDS = 3
ECHO_SECONDS = 30
"""How long the room of one lasts in which a path is tried."""

SeatNumber = Annotated[int, Meta(ge=1, le=MAX_CALL_SEATS)]
"""1 to 8 are participants', 9 and 10 the staff's."""
ConnEpoch = Counter
"""Rises whenever another connection of the account takes the seat."""
PcGen = Annotated[int, Meta(ge=1, le=(1 << 31) - 1)]
"""Number of a PeerConnection between two devices, from 1."""
Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)", max_length=64)]
"""SHA-256 in hexadecimal digits."""
KindName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}$(?!\n)")]
"""A kind of session, by its name in the registry of kinds."""
SealedSignal = Annotated[bytes, Meta(min_length=1, max_length=MAX_SEALED_SIGNAL_BYTES)]


class Topology(StrEnum):
    """Who connects to whom; decided when the call opens, and never changed."""

    P2P = "p2p"
    MESH = "mesh"
    SFU = "sfu"


class CallMedia(StrEnum):
    """The most that a call carries; nobody has to send any of it."""

    AUDIO = "audio"
    VIDEO = "video"


class CallRole(StrEnum):
    """What somebody may do in a call."""

    PARTICIPANT = "participant"
    FACILITATOR = "facilitator"
    CO_FACILITATOR = "co_facilitator"
    LEADER = "leader"
    """A participant who leads today: phases and the talking piece."""
    OBSERVER = "observer"
    """Visible, agreed to, and on a staff seat."""


class Presence(StrEnum):
    """What is known of whoever holds a seat."""

    ON = "on"
    RECONNECTING = "reconnecting"
    """No beat for 4 s."""
    AWAY = "away"
    """No beat for 10 s, or stepped out by their own wish."""


class LinkQuality(StrEnum):
    """How a member's own client finds its connection."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


class Standing(StrEnum):
    """What the server vouches for of somebody who leads, or gives support."""

    NONE = "none"
    PEER = "peer"
    """Here to support others by the operator's word, and not for a licence."""
    LICENSED = "licensed"
    """The licence was found good; `licence_checked_at` says when."""


class HostPresence(StrEnum):
    """Whether somebody is there who lets people in."""

    ONLINE = "online"
    IN_ANOTHER_CALL = "in_another_call"
    AWAY = "away"


class LeaveReason(StrEnum):
    """Why a seat is free again."""

    LEFT = "left"
    LEASE = "lease"
    """No beat for 60 s."""
    REMOVED = "removed"
    HELD = "held"
    """Moved back to the waiting room."""
    ENDED = "ended"


class CallEndReason(StrEnum):
    """Why a call is over."""

    ENDED = "ended"
    """Somebody who may has ended it."""
    EMPTY = "empty"
    """Nobody was there for 5 min, or the last one left."""
    NO_FACILITATOR = "no_facilitator"
    DECLINED = "declined"
    UNANSWERED = "unanswered"
    CASE_OVER = "case_over"


class RestartReason(StrEnum):
    """Why a path is made anew."""

    DISCONNECTED = "disconnected"
    WATCHDOG = "watchdog"
    NET_CHANGE = "net_change"


class KeyCause(StrEnum):
    """Why there are new keys; one that a client does not know counts as `remove`."""

    ADD = "add"
    REFRESH = "refresh"
    REMOVE = "remove"


class CheckResult(StrEnum):
    """What the check before a call came to."""

    GOOD = "good"
    AUDIO_ONLY = "audio_only"
    BLOCKED = "blocked"


class CheckCode(StrEnum):
    """What the check before a call found."""

    MIC_DENIED = "mic_denied"
    CAMERA_DENIED = "camera_denied"
    NO_DEVICE = "no_device"
    IN_USE = "in_use"
    E2EE_UNSUPPORTED = "e2ee_unsupported"
    UDP_BLOCKED = "udp_blocked"
    TLS_ONLY = "tls_only"
    RELAY_UNAVAILABLE = "relay_unavailable"
    NO_MEDIA_PATH = "no_media_path"
    LOSS_HIGH = "loss_high"
    RTT_HIGH = "rtt_high"


# --- ways to each other -------------------------------------------------------------


class IceServer(Fact, frozen=True):
    """One entry of `RTCConfiguration.iceServers` (W3C WebRTC)."""

    urls: tuple[str, ...]
    username: str = ""
    credential: str = ""


class IceAccess(Fact, frozen=True):
    """Answer to `ice.refresh`: ask again after four fifths of `ttl_seconds`."""

    ice_servers: tuple[IceServer, ...]
    ttl_seconds: Seq
    relay: bool
    """Only relayed candidates may be used (`iceTransportPolicy` `relay`)."""


# --- before -------------------------------------------------------------------------


class CallCheck(Payload, frozen=True):
    """What the check before a call needs; 6 a minute for one account."""

    echo: bool = False
    """Also a room to try the path to the forwarder in; the one before is closed."""


class CallCheckView(Fact, frozen=True):
    """Answer to `call.check`."""

    access: IceAccess
    is_sfu_up: bool
    echo: CallIdField | None
    """A room of one for `ECHO_SECONDS`: there `feed.publish` (`main`), `feed.trickle`,
    `feed.subscribe` to one's own feed and `feed.answer` do what they do in a call, from
    this socket alone. None: not asked for, or there is no room for one now."""


class CheckRecord(Payload, frozen=True):
    """What the check came to: these codes and no more are kept."""

    result: CheckResult
    codes: Annotated[tuple[CheckCode, ...], Meta(max_length=len(CheckCode))] = ()


class CallStart(Payload, frozen=True):
    """Open a call in a conversation; one that is open there is answered instead.

    `session` is the planned one it belongs to. Refused with `relay_unavailable` or
    `sfu_unavailable` before anybody waits.
    """

    conversation: ConversationIdField
    media: CallMedia
    session: SessionIdField | None = None


class CallView(Fact, frozen=True):
    """A call, as anybody in its conversation may see it."""

    call: CallIdField
    conversation: ConversationIdField
    conversation_kind: ConversationKind
    kind: KindName
    media: CallMedia
    topology: Topology
    relay: bool
    started_by: AccountIdField
    started_at: TimestampMs
    seats: Seq
    """Planned, staff included."""
    taken: Seq
    session: SessionIdField | None
    planned_minutes: Seq | None
    has_waiting_room: bool
    agreement: Hash | None
    """Of the text to agree to before joining; None: there is none."""


class CallList(Payload, frozen=True):
    """The open calls of the conversations that the calling device is in."""


class Calls(Fact, frozen=True):
    """Answer to `call.list`: at most `MAX_OPEN_CALLS`, the newest first."""

    calls: tuple[CallView, ...]
    seated: tuple[CallIdField, ...] = ()
    """Those in which the caller's account has a seat, on whichever device."""


class CallDecline(Payload, frozen=True):
    """The caller will not come. In a call of two that ends it."""

    call: CallIdField


# --- seats --------------------------------------------------------------------------


class CallCaps(Payload, frozen=True):
    """What the joining client can do."""

    e2ee: bool
    """It seals every frame; without it the answer is `e2ee_required`."""
    ice_restart: bool = True
    """False: a path is made anew by `replace`."""
    simulcast: bool = False


class CallJoin(Payload, frozen=True):
    """Take a seat, or a place in the line. The same `conn_id` again is the same join.

    With `resume_token` a page that was loaded again gets its own seat back, with a
    higher `conn_epoch`.
    """

    call: CallIdField
    conn_id: ClientIdField
    caps: CallCaps
    agreement_hash: Hash | None = None
    """Of the text that the person has agreed to."""
    alone: bool = False
    """Nobody else hears: they are alone, or on headphones."""
    last_seq: Seq = 0
    resume_token: Token | None = None


class RosterMember(Fact, frozen=True):
    """Somebody on a seat."""

    member: AccountIdField
    device: DeviceIdField
    handle: str
    seat_no: SeatNumber
    role: CallRole
    conn_epoch: ConnEpoch
    presence: Presence
    joined_at: TimestampMs
    muted: bool = False
    camera: bool = False
    quality: LinkQuality = LinkQuality.GOOD
    is_held_mute: bool = False
    """Muted in the engine by who leads, until they are invited to speak again."""
    is_recorder: bool = False
    standing: Standing = Standing.NONE
    licence_checked_at: TimestampMs | None = None


class WaitingMember(Fact, frozen=True):
    """Somebody in the line; told to the staff alone."""

    member: AccountIdField
    handle: str
    since: TimestampMs
    place: Counter
    alone: bool = False


class SeatHeld(Fact, frozen=True):
    """The caller's own seat."""

    member: AccountIdField
    device: DeviceIdField
    seat_no: SeatNumber
    role: CallRole
    conn_epoch: ConnEpoch
    access: IceAccess
    lease_seconds: Seq
    """Until a seat without beats is `away`."""
    resume_token: Token


class HostView(Fact, frozen=True):
    """Who lets people in, for those who wait."""

    presence: HostPresence
    member: AccountIdField | None = None
    """None: nobody who leads has a seat."""
    handle: str = ""
    standing: Standing = Standing.NONE
    licence_checked_at: TimestampMs | None = None


class WaitingPlace(Fact, frozen=True):
    """The caller waits; `member.admitted` says when that is over: join again."""

    place: Counter
    host: HostView
    """`host.changed` tells of another."""
    is_recording: bool = False
    """Who comes in is recorded: their consent is asked for first."""


class CallSeq(Fact, frozen=True):
    """The number of the last notice for all: a gap is read with `roster.fetch`."""

    seq: Seq


class CallBeat(Payload, frozen=True):
    """The caller is there: every `BEAT_SECONDS`."""

    call: CallIdField
    rx: Annotated[tuple[DeviceIdField, ...], Meta(max_length=MAX_CALL_SEATS)] = ()
    """Devices from which something has come in since the last one."""


class CallResume(Payload, frozen=True):
    """Go on with one's seat on this socket: same `conn_epoch`, media untouched."""

    call: CallIdField
    resume_token: Token
    last_seq: Seq = 0


class CallLeave(Payload, frozen=True):
    """Give the seat, or the place in the line, up."""

    call: CallIdField
    elsewhere: bool = False
    """Whichever device of the account has it: that one hears `seat.replaced`."""


class CallEnd(Payload, frozen=True):
    """End the call for everybody: who leads it, or either of two."""

    call: CallIdField


class CallAttach(Payload, frozen=True):
    """The conversation of kind `call` whose group keys the frames of this call.

    Who leads the call has made it, and adds whom they admit. It may be attached anew
    by who leads and is no longer in the one before.
    """

    call: CallIdField
    conversation: ConversationIdField


class RosterFetch(Payload, frozen=True):
    """All that the caller may know of the call, as it is now."""

    call: CallIdField


class IceRefresh(Payload, frozen=True):
    """Fresh credentials: before each restart, and before the last ones end."""

    call: CallIdField


# --- one to another -----------------------------------------------------------------


class SignalSend(Payload, frozen=True):
    """A sealed `rtc.signal` for one device; both hold seats.

    At most 10 a second, 40 at once, from one device to one other.
    """

    call: CallIdField
    to: DeviceIdField
    pc_gen: PcGen
    sealed: SealedSignal


class PeerRestart(Payload, frozen=True):
    """The path to a device, or to the forwarder, is being made anew; to be counted."""

    call: CallIdField
    reason: RestartReason
    pc_gen: PcGen
    peer: DeviceIdField | None = None
    """None: the path to the forwarder."""


class KeyConfirm(Payload, frozen=True):
    """The caller can open frames of this epoch."""

    call: CallIdField
    epoch: Seq
    transition: Counter


class StateSet(Payload, frozen=True):
    """What the caller's own tile shows, which the server keeps in memory.

    Of the line it keeps the worst that anybody in the call told, and not who did.
    """

    call: CallIdField
    muted: bool
    camera: bool
    quality: LinkQuality = LinkQuality.GOOD
    away: bool | None = None
    """Steps out of the circle, or comes back; None: as it was."""
    loss_percent: LossBucket | None = None
    """Of the worst minute so far; shown to nobody. None: not known."""
    rtt_ms: RttBucket | None = None
