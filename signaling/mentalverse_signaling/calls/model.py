"""A call as a value: seats, people who wait, and what the room is doing.

Everything here can be written down as it is: structs of plain fields. What a server
keeps in rows, and what it forgets with a restart, is said at `Call`.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from ..call_events import (
    MAX_PARTICIPANT_SEATS,
    CallEndReason,
    CallRole,
    LinkQuality,
    Presence,
)
from ..conversation import ConversationKind
from ..feed_events import FeedLabel
from ..ids import AccountId, CallId, ClientId, ConversationId, DeviceId, SessionId
from ..line_quality import LossBucket, RttBucket
from ..quota import Bucket
from ..recording_events import OnWithdraw, RecordingState
from ..session_events import AgendaPhase
from .kinds import Kind
from .rights import STAFF_ROLES
from .topology import Route

RECONNECTING_MS = 4_000
"""Without a beat the others read "reconnecting". One comes every three seconds, so a
beat that is late is no news, and one that is lost is."""
LEASE_MS = 10_000
"""Without a beat the seat is `away`, and the client stops its own capture: nobody is
heard while the others read that they are gone."""
RELEASE_MS = 60_000
"""Without a beat the seat is given up. Later than the lease, so that a short loss does
not cost two commits of the call's group."""
EMPTY_MS = 300_000
"""With nobody there, and nobody waiting, the call ends."""
PAUSED_MS = 300_000
"""With nobody to lead the room it ends. Until then it is locked and everybody sees the
time run, so that people are not left alone with what they have just said."""


class Feed(Struct, frozen=True):
    """What one connection sends: its microphone and camera, or its screen."""

    account: AccountId
    device: DeviceId
    conn_epoch: int
    label: FeedLabel
    is_paused: bool = False
    """By who sends it."""
    is_held: bool = False
    """By who leads, with a hard mute; lifted by nobody but the sender."""

    @property
    def id(self) -> str:
        """Never the bare account: a page that was reloaded is another feed."""
        return feed_id(self.account, self.conn_epoch, self.label)


def feed_id(account: str, conn_epoch: int, label: FeedLabel) -> str:
    """`account:conn_epoch`, and `:screen` for a presentation."""
    name = f"{account}:{conn_epoch}"
    return name if label is FeedLabel.MAIN else f"{name}:{label.value}"


class Seat(Struct, frozen=True, kw_only=True):
    """One account's place in a call, and the connection that holds it."""

    account: AccountId
    device: DeviceId
    handle: str
    number: int
    """1 to 8 for participants, 9 and 10 for staff; unique in the call."""
    role: CallRole
    conn_id: ClientId
    conn_epoch: int
    """Grows with each connection of the call; names its feeds."""
    resume_digest: bytes
    """Of the token that lets this connection come back; the token is kept nowhere."""
    joined_at_ms: int
    beat_ms: int
    """When the connection was last heard of."""
    presence: Presence = Presence.ON
    leased_since_ms: int | None
    """Begin of the current interval of attendance; none while the seat is away."""
    is_stepped_out: bool = False
    """Away by their own wish, and still there: the lease runs on."""
    is_flagged: bool = False
    """Asked for help, and lets who leads know."""
    is_muted: bool = True
    has_camera: bool = False
    quality: LinkQuality = LinkQuality.GOOD
    gives_support: bool = False
    licence_checked_at_ms: int | None = None
    agreed_hash: str | None = None

    @property
    def is_licensed(self) -> bool:
        """Whether their licence was good when they came."""
        return self.licence_checked_at_ms is not None

    @property
    def is_leased(self) -> bool:
        """Whether the lease of the connection has not lapsed."""
        return self.leased_since_ms is not None

    @property
    def is_staff(self) -> bool:
        """Whether it is one of the staff seats."""
        return self.number > MAX_PARTICIPANT_SEATS

    @property
    def leads(self) -> bool:
        """Whether whoever sits here may lead the room."""
        return self.role in STAFF_ROLES and self.role is not CallRole.OBSERVER

    @property
    def shown(self) -> Presence:
        """What the others see."""
        return Presence.AWAY if self.is_stepped_out else self.presence


class Waiting(Struct, frozen=True, kw_only=True):
    """Somebody in the waiting room."""

    account: AccountId
    device: DeviceId
    handle: str
    conn_id: ClientId
    resume_digest: bytes
    order: int
    """As people came; before all others for who was moved back. Survives a reload."""
    since_ms: int
    beat_ms: int
    role: CallRole
    is_alone: bool = False
    gives_support: bool = False
    """Here to support others, by the operator's word."""
    licence_checked_at_ms: int | None = None
    """When it was last found good; none: never, or too long ago."""
    agreed_hash: str | None = None


class Pair(Struct, frozen=True):
    """What is known of the path between two connections."""

    pc_gen: int
    bucket: Bucket
    """Signals that may still be sent."""


class KeySwitch(Struct, frozen=True):
    """An epoch of the call's group that not everybody sends under yet."""

    epoch: int
    transition: int
    prepared_at_ms: int
    confirmed: frozenset[AccountId] = frozenset()


class Piece(Struct, frozen=True):
    """A talking piece that goes round."""

    order: tuple[AccountId, ...]
    at: int
    turn: int
    turn_ms: int | None
    turn_ends_at_ms: int | None
    is_turn_told: bool = False
    """The timer has told that the turn is over; nobody is muted."""

    @property
    def holder(self) -> AccountId:
        """Whose turn it is."""
        return self.order[self.at]


class Phase(Struct, frozen=True):
    """Where the agenda is."""

    index: int
    phase: AgendaPhase
    began_at_ms: int
    ends_at_ms: int
    """Planned; what comes after it is overtime."""


class Consent(Struct, frozen=True):
    """One person's signed word on one request."""

    account: AccountId
    device: DeviceId
    at_ms: int
    signature: bytes


class Recording(Struct, frozen=True, kw_only=True):
    """A request to record, and what became of it."""

    id: ClientId
    state: RecordingState
    requested_by: AccountId
    recorder: AccountId
    recorder_device: DeviceId
    purpose: str
    text_hash: str
    on_withdraw: OnWithdraw
    receivers: tuple[AccountId, ...]
    requested_at_ms: int
    consents: Mapping[AccountId, Consent] = field(default_factory=dict)
    started_at_ms: int | None = None
    stopped_at_ms: int | None = None
    confirm_by_ms: int | None = None
    """The recorder has to have stopped by then, or leaves."""

    @property
    def is_open(self) -> bool:
        """Whether it may still come to a recording, or is one."""
        return self.state not in (RecordingState.OFF, RecordingState.STOPPED)

    @property
    def binds_newcomers(self) -> bool:
        """Whether who comes in has to agree first, before any media."""
        return self.state in (RecordingState.ARMED, RecordingState.RECORDING)


class Call(Struct, frozen=True, kw_only=True):
    """One call.

    A server writes down what is above `hands`, in one row or many: a push that only
    changes what is below it need not reach a disk. `leases.revive` forgets that part.
    """

    id: CallId
    conversation: ConversationId
    conversation_kind: ConversationKind
    kind: Kind
    route: Route
    started_by: AccountId
    opened_at_ms: int
    session: SessionId | None = None
    starts_at_ms: int | None = None
    """When it is planned to begin; none for a call that nobody booked."""
    planned_minutes: int | None = None
    capacity: int
    """Seats for participants; within what the kind allows."""
    needs_screening: bool = False
    agreement_hashes: tuple[str, ...] = ()
    """Of the version in force when the call opened, in each of its languages."""
    group: ConversationId | None = None
    """Whose group keys the frames; none until who leads has made it."""
    seq: int = 0
    """Of the last push to everybody."""
    last_conn_epoch: int = 0
    last_transition: int = 0
    last_turn: int = 0
    """Of any talking piece: a late pass of the round before passes nothing."""
    seats: Mapping[AccountId, Seat] = field(default_factory=dict)
    line: Mapping[AccountId, Waiting] = field(default_factory=dict)
    let_in: frozenset[AccountId] = frozenset()
    """Participants who were admitted, and not put back since."""
    barred: frozenset[AccountId] = frozenset()
    """Who was removed does not come back to this call."""
    silenced: frozenset[AccountId] = frozenset()
    """Hard mutes: the engine passes nothing on of whom who leads has not asked to speak
    again, whatever seat they take meanwhile."""
    old_conns: Mapping[AccountId, tuple[ClientId, ...]] = field(default_factory=dict)
    """Connections of each account that are over, newest last."""
    attended_ms: Mapping[AccountId, int] = field(default_factory=dict)
    worst_loss: LossBucket | None = None
    """That any device told of; whose is kept nowhere. It only gets worse, so that it is
    written down a few times in a call."""
    worst_rtt: RttBucket | None = None
    reconnects: int = 0
    """How often a device was back after its lease was over, or its page was gone."""
    is_locked: bool = False
    has_led: bool = False
    """A facilitator has been there: a co-facilitator takes their place if need be."""
    has_staff: bool = False
    """Somebody who may lead has been there: their loss pauses the room."""
    paused_since_ms: int | None = None
    empty_since_ms: int | None = None
    began_at_ms: int | None = None
    """When two people were there first."""
    session_told: tuple[int, ...] = ()
    """Minutes before the end of the session that were told, 0 for the end."""
    phase: Phase | None = None
    phase_told: tuple[int, ...] = ()
    epoch: int = 0
    """The newest that everybody may send under; and its transition."""
    switched: int = 0
    prepared: tuple[KeySwitch, ...] = ()
    """Epochs that not everybody sends under yet, oldest first."""
    recording: Recording | None = None
    end: CallEndReason | None = None
    hands: tuple[AccountId, ...] = ()
    piece: Piece | None = None
    spotlight: AccountId | None = None
    presenter: AccountId | None = None
    feeds: Mapping[str, Feed] = field(default_factory=dict)
    pairs: Mapping[str, Pair] = field(default_factory=dict)
    """By the two `conn_epoch`."""

    @property
    def has_own_group(self) -> bool:
        """Whether being in the call is being in an MLS group made for it."""
        return self.kind.has_waiting_room

    def in_order(self) -> list[Seat]:
        """The seats by their numbers."""
        return sorted(self.seats.values(), key=lambda seat: seat.number)

    def in_line(self) -> list[Waiting]:
        """Who waits, in order."""
        return sorted(self.line.values(), key=lambda one: one.order)

    def lead(self) -> Seat | None:
        """The facilitator's seat."""
        facilitators = (
            seat for seat in self.seats.values() if seat.role is CallRole.FACILITATOR
        )
        return next(facilitators, None)

    def session_ends_at_ms(self) -> int | None:
        """When the session is over as planned; none if it has no length, or not begun.

        It begins when it is planned to, or when two are there if that is later: who
        comes early does not use it up.
        """
        if self.planned_minutes is None or self.began_at_ms is None:
            return None
        begins_ms = max(self.began_at_ms, self.starts_at_ms or 0)
        return begins_ms + self.planned_minutes * 60_000
