"""What is to be done once a decision is written: values, carried out by the edge.

A push is lost with the socket it was meant for, and the roster tells the same again.
The others change what is outside the call: an engine, a group, rows, other services.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct

from ..attendance_events import Attendance
from ..call_events import CallEndReason, CallRole
from ..circle_events import RemoveReason
from ..fields import Fact
from ..ids import AccountId, ClientId, DeviceId
from .model import Recording


class Everybody(Struct, frozen=True):
    """All seats. Their pushes are counted by `seq`."""


class Conversation(Struct, frozen=True):
    """Every device of the conversation. Counted by `seq` as well."""


class Staff(Struct, frozen=True):
    """The seats that lead, and `also` whoever it is about."""

    also: AccountId | None = None


class Member(Struct, frozen=True):
    """The connection that holds the account's seat, or its place in the line."""

    account: AccountId


class Connection(Struct, frozen=True):
    """One connection, whether or not it still holds anything."""

    account: AccountId
    conn_id: ClientId


Audience = Everybody | Conversation | Staff | Member | Connection


class Push(Struct, frozen=True):
    """Send an event of the registry."""

    to: Audience
    event: str
    fact: Fact
    own: Mapping[AccountId, Fact] = {}
    """What goes to these accounts in the place of `fact`."""


class Kick(Struct, frozen=True):
    """The engine and TURN let go of one connection at once."""

    account: AccountId
    device: DeviceId
    conn_epoch: int


class DropFeed(Struct, frozen=True):
    """The engine lets go of one feed."""

    feed: str


class PauseFeed(Struct, frozen=True):
    """The engine passes a feed on no longer, or again."""

    feed: str
    is_paused: bool


class DestroyRoom(Struct, frozen=True):
    """The engine lets go of the whole room."""


class ProposeRemove(Struct, frozen=True):
    """The device has to leave the call's own group; whoever leads commits it."""

    account: AccountId
    device: DeviceId


class Act(Enum):
    """What somebody with a power has done: for the audit, and for who hands over."""

    ADMITTED = "admitted"
    HELD = "held"
    REMOVED = "removed"
    MUTED = "muted"
    INVITED = "invited"
    ROLE_SET = "role_set"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    REVOKED_SCREEN = "revoked_screen"
    PHASE_MOVED = "phase_moved"
    ENDED = "ended"
    SUCCEEDED = "succeeded"
    """Nobody's doing: who led was lost, and who helped leads now."""
    PAUSED = "paused"
    CONTINUED = "continued"
    AGREED = "agreed"
    """To the agreement, on joining."""


class Noted(Struct, frozen=True, kw_only=True):
    """To be written down with its time."""

    act: Act
    at_ms: int
    by: AccountId | None
    """None: the rules of the room."""
    on: AccountId | None = None
    role: CallRole | None = None
    reason: RemoveReason | None = None
    detail: str = ""


class Attended(Struct, frozen=True):
    """Somebody's seat was leased from one time to another; intervals do not overlap."""

    account: AccountId
    role: CallRole
    from_ms: int
    until_ms: int


class Ledger(Struct, frozen=True):
    """The recording as it is now belongs in the ledger of consents."""

    at_ms: int
    by: AccountId | None
    recording: Recording


class Ended(Struct, frozen=True):
    """The call is over; told exactly once, and last."""

    at_ms: int
    reason: CallEndReason
    planned_minutes: int | None
    attendance: tuple[Attendance, ...]


Effect = (
    Push
    | Kick
    | DropFeed
    | PauseFeed
    | DestroyRoom
    | ProposeRemove
    | Noted
    | Attended
    | Ledger
    | Ended
)
