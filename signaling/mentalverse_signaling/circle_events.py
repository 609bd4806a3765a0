"""Payloads of circles: who leads, and the tools of the room.

What the server enforces is who may do what, in which order, and until when. What
people say, write or feel travels sealed and is not here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .call_events import MAX_CALL_SEATS, CallRole
from .fields import Counter, Empty, Fact, Payload, Seq, TimestampMs
from .ids import AccountIdField, CallIdField, ConversationIdField
from .session_events import AgendaPhase

MAX_PHASES = 12
EXTEND_MINUTES = 5

PhaseMinutes = Annotated[int, Meta(ge=1, le=120)]
TurnSeconds = Annotated[int, Meta(ge=10, le=900)]
PhaseIndex = Annotated[int, Meta(ge=0, lt=MAX_PHASES)]


class RemoveReason(StrEnum):
    """Why somebody is removed; noted, and told to nobody in the room."""

    AGREEMENT = "agreement"
    """Broke what was agreed on."""
    SAFETY = "safety"
    DISTURBANCE = "disturbance"
    NOT_ALONE = "not_alone"
    MISTAKE = "mistake"
    """Should not have been let in."""


# --- who leads ----------------------------------------------------------------------


class SeatAdmit(Payload, frozen=True):
    """Let somebody in from the line, or everybody as long as there are seats."""

    call: CallIdField
    member: AccountIdField | None = None
    """None: everybody."""


class SeatHold(Payload, frozen=True):
    """Move somebody back to the waiting room, at the head of the line."""

    call: CallIdField
    member: AccountIdField


class SeatRemove(Payload, frozen=True):
    """Remove somebody from the call, or from its line; they do not come back to it."""

    call: CallIdField
    member: AccountIdField
    reason: RemoveReason


class SeatMute(Payload, frozen=True):
    """Ask somebody for silence, or make it."""

    call: CallIdField
    member: AccountIdField
    hard: bool = False
    """In the forwarder, until `seat.invite_unmute`. Where there is none it asks."""


class SeatInviteUnmute(Payload, frozen=True):
    """Invite somebody to speak. Nothing is turned on for them."""

    call: CallIdField
    member: AccountIdField


class SeatSetRole(Payload, frozen=True):
    """Give somebody in the call a role; the change is noted.

    A role that takes a staff seat needs a free one. `facilitator` hands the room over:
    the one before becomes `co_facilitator`.
    """

    call: CallIdField
    member: AccountIdField
    role: CallRole


class RoomLock(Payload, frozen=True):
    """Nobody new comes in; who waits goes on waiting."""

    call: CallIdField


class RoomUnlock(Payload, frozen=True):
    """The other way round."""

    call: CallIdField


class RoomSpotlight(Payload, frozen=True):
    """Show one member large to everybody, or nobody."""

    call: CallIdField
    member: AccountIdField | None = None


class ScreenClaim(Payload, frozen=True):
    """Become the one who presents; `not_now` while somebody else does."""

    call: CallIdField


class ScreenRelease(Payload, frozen=True):
    """Stop presenting."""

    call: CallIdField


class ScreenRevoke(Payload, frozen=True):
    """Who leads ends a presentation."""

    call: CallIdField


# --- order --------------------------------------------------------------------------


class HandRaise(Payload, frozen=True):
    """Ask to speak. Hands stand in the order in which the server saw them."""

    call: CallIdField


class HandPlace(Fact, frozen=True):
    """Answer to `hand.raise`."""

    place: Counter


class HandLower(Payload, frozen=True):
    """Take one's hand down; who leads may take down another's."""

    call: CallIdField
    member: AccountIdField | None = None
    """None: one's own."""


class PhaseView(Fact, frozen=True):
    """Where the agenda is. Overtime is shown, never cut."""

    index: PhaseIndex
    phase: AgendaPhase
    started_at: TimestampMs
    ends_at: TimestampMs


class PhaseAdvance(Payload, frozen=True):
    """Go on to the phase of this index. The one that is on already changes nothing."""

    call: CallIdField
    index: PhaseIndex
    minutes: PhaseMinutes | None = None
    """None: what the kind says."""


class PhaseExtend(Payload, frozen=True):
    """Give this phase more time."""

    call: CallIdField
    index: PhaseIndex
    minutes: PhaseMinutes = EXTEND_MINUTES


class PieceView(Fact, frozen=True):
    """The talking piece: who has it, and in which order it goes round."""

    order: tuple[AccountIdField, ...]
    position: Seq
    holder: AccountIdField
    turn: Counter
    """Rises with every pass."""
    turn_ends_at: TimestampMs | None
    """The timer tells, it does not mute. None: there is none."""


class PieceStart(Payload, frozen=True):
    """Begin a round; everybody, in seat order, unless `order` says another."""

    call: CallIdField
    order: Annotated[tuple[AccountIdField, ...], Meta(max_length=MAX_CALL_SEATS)] = ()
    turn_seconds: TurnSeconds | None = None


class PiecePass(Payload, frozen=True):
    """Pass it on: who has it, always; or who leads. After the last the round is over.

    A `turn` that is over changes nothing, so that two who pass at once pass once.
    """

    call: CallIdField
    turn: Counter


class PieceStop(Payload, frozen=True):
    """End the round."""

    call: CallIdField


class SideOpen(Payload, frozen=True):
    """Ask one member aside: a call of two in a conversation of kind `side`.

    The caller's device has made it with the two of them. Between two who lead it is
    their back-channel.
    """

    call: CallIdField
    member: AccountIdField
    conversation: ConversationIdField


class SideView(Fact, frozen=True):
    """Answer to `side.open`: the call aside, which both join."""

    side: CallIdField


# --- what is told -------------------------------------------------------------------


class HandRaised(Fact, frozen=True):
    """Somebody would like to speak."""

    call: CallIdField
    seq: Seq
    member: AccountIdField
    place: Counter


class HandLowered(Fact, frozen=True):
    """A hand is down; those after it move up."""

    call: CallIdField
    seq: Seq
    member: AccountIdField


class PhaseMoved(Fact, frozen=True):
    """The agenda is elsewhere, or has more time."""

    call: CallIdField
    seq: Seq
    phase: PhaseView


class TimeScope(StrEnum):
    """Whose time is meant."""

    PHASE = "phase"
    SESSION = "session"
    TURN = "turn"
    """Of whoever has the talking piece."""


class TimeAnnounced(Fact, frozen=True):
    """So much is left: at 10, 5 and 1 min, and at 0, when overtime begins."""

    call: CallIdField
    seq: Seq
    scope: TimeScope
    remaining_minutes: Seq


class PieceMoved(Fact, frozen=True):
    """A round has begun, or the piece has passed on."""

    call: CallIdField
    seq: Seq
    piece: PieceView


class PieceStopped(Fact, frozen=True):
    """The round is over."""

    call: CallIdField
    seq: Seq


class SideOpened(Fact, frozen=True):
    """Somebody asks the reader aside. To the two of them."""

    call: CallIdField
    seq: Seq
    side: CallIdField
    conversation: ConversationIdField
    member: AccountIdField
    """Who asks."""


class ScreenClaimed(Fact, frozen=True):
    """Somebody presents."""

    call: CallIdField
    seq: Seq
    member: AccountIdField


class ScreenReleased(Fact, frozen=True):
    """Nobody presents."""

    call: CallIdField
    seq: Seq
    is_revoked: bool = False


class RoomLocked(Fact, frozen=True):
    """Nobody new comes in."""

    call: CallIdField
    seq: Seq


class RoomUnlocked(Fact, frozen=True):
    """The door is open as the kind of session says."""

    call: CallIdField
    seq: Seq


class RoomSpotlit(Fact, frozen=True):
    """One member is shown large, or nobody."""

    call: CallIdField
    seq: Seq
    member: AccountIdField | None


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("seat.admit", SeatAdmit, Empty),
    ("seat.hold", SeatHold, Empty),
    ("seat.remove", SeatRemove, Empty),
    ("seat.mute", SeatMute, Empty),
    ("seat.invite_unmute", SeatInviteUnmute, Empty),
    ("seat.set_role", SeatSetRole, Empty),
    ("room.lock", RoomLock, Empty),
    ("room.unlock", RoomUnlock, Empty),
    ("room.spotlight", RoomSpotlight, Empty),
    ("screen.claim", ScreenClaim, Empty),
    ("screen.release", ScreenRelease, Empty),
    ("screen.revoke", ScreenRevoke, Empty),
    ("hand.raise", HandRaise, HandPlace),
    ("hand.lower", HandLower, Empty),
    ("phase.advance", PhaseAdvance, PhaseView),
    ("phase.extend", PhaseExtend, PhaseView),
    ("piece.start", PieceStart, PieceView),
    ("piece.pass", PiecePass, Empty),
    ("piece.stop", PieceStop, Empty),
    ("side.open", SideOpen, SideView),
)
"""Name, payload and answer of each command, for the registry."""
EVENTS: tuple[tuple[str, type[Fact]], ...] = (
    ("hand.raised", HandRaised),
    ("hand.lowered", HandLowered),
    ("phase.advanced", PhaseMoved),
    ("phase.extended", PhaseMoved),
    ("time.announced", TimeAnnounced),
    ("piece.started", PieceMoved),
    ("piece.passed", PieceMoved),
    ("piece.stopped", PieceStopped),
    ("side.opened", SideOpened),
    ("screen.claimed", ScreenClaimed),
    ("screen.released", ScreenReleased),
    ("room.locked", RoomLocked),
    ("room.unlocked", RoomUnlocked),
    ("room.spotlit", RoomSpotlit),
)
"""Name and payload of each notice, for the registry."""
