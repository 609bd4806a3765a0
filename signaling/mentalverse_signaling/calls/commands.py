"""What can happen to a call: the only ways in.

Whoever passes a command on has authenticated its account and device, and knows from
which connection it came (`conn_id`). Whether that connection has the seat, and whether
the seat may do that, is decided here. What is asked for twice happens once.
"""

from __future__ import annotations

from msgspec import Struct

from ..call_events import CallEndReason, CallRole, KeyCause, LinkQuality, RestartReason
from ..circle_events import EXTEND_MINUTES, RemoveReason
from ..feed_events import FeedLabel
from ..ids import AccountId, ClientId, ConversationId, DeviceId
from ..line_quality import LossBucket, RttBucket
from ..recording_events import OnWithdraw


class Join(Struct, frozen=True, kw_only=True):
    """Take a seat, or a place in the line."""

    account: AccountId
    device: DeviceId
    conn_id: ClientId
    handle: str
    role: CallRole = CallRole.PARTICIPANT
    """What they were granted: the role they come with, not the one they may get."""
    resume_digest: bytes
    """Of the token that the answer carries."""
    agreement_hash: str | None = None
    is_alone: bool = False
    is_screened: bool = True
    gives_support: bool = False
    """Whether the operator says that they are here to support others."""
    licence_answered_at_ms: int | None = None
    """When their licence was last found good; none: never, or it is not."""


class Resume(Struct, frozen=True, kw_only=True):
    """The same connection, on another socket."""

    account: AccountId
    device: DeviceId
    resume_digest: bytes


class TimePassed(Struct, frozen=True):
    """Nothing but that."""


class EpochPrepared(Struct, frozen=True):
    """A commit to the group that keys the frames was accepted."""

    epoch: int
    cause: KeyCause | None
    """None: not known, which is as good as a removal."""


class EngineReplaced(Struct, frozen=True):
    """The engine has lost the room, and it was made again."""


class EngineKept(Struct, frozen=True):
    """After a restart of the server: what the engine goes on forwarding."""

    feeds: tuple[str, ...]
    """Names as `feed_id` makes them."""


class MemberGone(Struct, frozen=True):
    """An account or its device is no longer in the conversation."""

    account: AccountId
    device: DeviceId | None = None
    """None: whichever."""


class Declined(Struct, frozen=True):
    """Somebody of the conversation will not come."""

    account: AccountId


class HideAddresses(Struct, frozen=True):
    """One of two no longer wishes that the other learns their address."""


class Stop(Struct, frozen=True):
    """The call is over for a reason that lies outside of it."""

    reason: CallEndReason


class AskedForHelp(Struct, frozen=True, kw_only=True):
    """Somebody of the call has opened a case, and steps out. It is never refused."""

    account: AccountId
    tells_staff: bool


class Seated(Struct, frozen=True, kw_only=True):
    """What is asked by whoever holds a seat; it counts as a beat."""

    account: AccountId
    conn_id: ClientId


class Beat(Seated, frozen=True, kw_only=True):
    """Still there. Also from the line."""


class Leave(Seated, frozen=True, kw_only=True):
    """Give the seat, or the place in the line, up."""


class LeaveElsewhere(Struct, frozen=True):
    """Another device of the account gives its seat, or its place in the line, up."""

    account: AccountId


class End(Seated, frozen=True, kw_only=True):
    """End the call for everybody."""


class Attach(Seated, frozen=True, kw_only=True):
    """Name the group that keys the frames."""

    group: ConversationId


class SetState(Seated, frozen=True, kw_only=True):
    """What one's own tile shows, and how the line has been at its worst."""

    is_muted: bool
    has_camera: bool
    quality: LinkQuality = LinkQuality.GOOD
    is_away: bool | None = None
    loss: LossBucket | None = None
    rtt: RttBucket | None = None


class Signal(Seated, frozen=True, kw_only=True):
    """A sealed signal to another device."""

    to: DeviceId
    pc_gen: int
    sealed: bytes


class RestartPeer(Seated, frozen=True, kw_only=True):
    """A path is being made anew."""

    peer: DeviceId | None
    reason: RestartReason
    pc_gen: int


class ConfirmKey(Seated, frozen=True, kw_only=True):
    """This connection can open frames of an epoch."""

    epoch: int
    transition: int


class PublishFeed(Seated, frozen=True, kw_only=True):
    """Send a camera with its microphone, or a screen."""

    label: FeedLabel


class PauseOwnFeed(Seated, frozen=True, kw_only=True):
    """Stop one's own feed in the engine, or let it go on."""

    label: FeedLabel
    is_paused: bool


class ReplaceLeg(Seated, frozen=True, kw_only=True):
    """The engine cannot restart this connection's media: its feeds get a new epoch."""


class Admit(Seated, frozen=True, kw_only=True):
    """Let somebody in, or everybody as long as there are seats."""

    member: AccountId | None = None


class Hold(Seated, frozen=True, kw_only=True):
    """Move somebody back to the waiting room."""

    member: AccountId


class Remove(Seated, frozen=True, kw_only=True):
    """Put somebody out of the call, or out of its line, for good."""

    member: AccountId
    reason: RemoveReason


class Mute(Seated, frozen=True, kw_only=True):
    """Ask for silence, or make it."""

    member: AccountId
    is_hard: bool = False


class InviteUnmute(Seated, frozen=True, kw_only=True):
    """Ask somebody to speak. Nothing is turned on for them."""

    member: AccountId


class SetRole(Seated, frozen=True, kw_only=True):
    """Give somebody in the call a role."""

    member: AccountId
    role: CallRole


class Lock(Seated, frozen=True, kw_only=True):
    """Lock the room, or unlock it."""

    is_locked: bool


class Spotlight(Seated, frozen=True, kw_only=True):
    """Show one member large, or nobody."""

    member: AccountId | None = None


class ClaimScreen(Seated, frozen=True, kw_only=True):
    """Become the one who presents."""


class ReleaseScreen(Seated, frozen=True, kw_only=True):
    """Stop presenting."""


class RevokeScreen(Seated, frozen=True, kw_only=True):
    """End whoever's presentation."""


class RaiseHand(Seated, frozen=True, kw_only=True):
    """Ask to speak."""


class LowerHand(Seated, frozen=True, kw_only=True):
    """Take one's own hand down, or another's."""

    member: AccountId | None = None


class AdvancePhase(Seated, frozen=True, kw_only=True):
    """Go on to a phase."""

    index: int
    minutes: int | None = None


class ExtendPhase(Seated, frozen=True, kw_only=True):
    """Give the phase that is on more time."""

    index: int
    minutes: int = EXTEND_MINUTES


class StartPiece(Seated, frozen=True, kw_only=True):
    """Begin a round."""

    order: tuple[AccountId, ...] = ()
    turn_seconds: int | None = None


class PassPiece(Seated, frozen=True, kw_only=True):
    """Pass the piece on."""

    turn: int


class StopPiece(Seated, frozen=True, kw_only=True):
    """End the round."""


class OpenSide(Seated, frozen=True, kw_only=True):
    """Ask one member aside; only checked here, the call aside is another call."""

    member: AccountId


class RequestRecording(Seated, frozen=True, kw_only=True):
    """Ask everybody whether the call may be recorded."""

    request: ClientId
    purpose: str
    text_hash: str
    on_withdraw: OnWithdraw
    receivers: tuple[AccountId, ...]
    recorder: DeviceId


class GiveConsent(Seated, frozen=True, kw_only=True):
    """Agree; the signature was checked. Also from the line."""

    request: ClientId
    signature: bytes


class WithdrawConsent(Seated, frozen=True, kw_only=True):
    """Not, or no longer."""

    request: ClientId


class StartRecording(Seated, frozen=True, kw_only=True):
    """The recorder begins."""

    request: ClientId


class StopRecording(Seated, frozen=True, kw_only=True):
    """Stop; by the recorder also the word that it has stopped."""

    request: ClientId


Command = (
    Join
    | Resume
    | TimePassed
    | EpochPrepared
    | EngineReplaced
    | EngineKept
    | MemberGone
    | Declined
    | HideAddresses
    | LeaveElsewhere
    | Stop
    | AskedForHelp
    | Seated
)
