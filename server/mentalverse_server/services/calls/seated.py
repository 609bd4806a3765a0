"""What whoever holds a seat asks for, and what the rules alone cannot answer."""

from __future__ import annotations

from mentalverse_signaling.call_events import CallAttach, IceAccess
from mentalverse_signaling.calls.commands import (
    Attach,
    Beat,
    GiveConsent,
    LeaveElsewhere,
)
from mentalverse_signaling.calls.snapshot import snapshot
from mentalverse_signaling.calls.views import phase_view, piece_view, recording_view
from mentalverse_signaling.circle_events import HandPlace, PhaseView, PieceView
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.errors import (
    BadRequest,
    NoSeat,
    NotFound,
    NotNow,
    StaleConnection,
)
from mentalverse_signaling.fields import Payload
from mentalverse_signaling.ids import CallId, ConversationId
from mentalverse_signaling.recording_events import (
    RecordingConsent,
    RecordingView,
    consent_octets,
)
from mentalverse_signaling.roster_events import Roster

from ...store.conversations import load_state
from ...store.engine import Connection, Database
from ...transport.connections import Connection as Socket
from ...transport.connections import Principal
from .access import Access
from .asked import ASKED, Seat
from .members import require_leaf
from .rooms import Room, Rooms
from .signed import require_signed


class Seated:
    """Commands of those who are in a call."""

    def __init__(self, rooms: Rooms, database: Database, access: Access) -> None:
        self._rooms = rooms
        self._database = database
        self._access = access

    def seat(self, socket: Socket, call: CallId) -> tuple[Room, Seat]:
        """The call, and the connection for which a socket speaks there.

        Raises:
            NotFound: there is no such call.
            NoSeat: the socket has neither joined nor resumed.
        """
        room = self._rooms.get(call)
        conn_id = room.conn_of(socket)
        if conn_id is None:
            raise NoSeat("join, or resume on this socket")
        return room, (socket.principal.account, conn_id)

    def holding(self, socket: Socket, call: CallId) -> tuple[Room, Seat]:
        """The same for whoever holds a seat, and has not lost it to a newer one.

        Raises:
            StaleConnection: another connection of the account has the seat.
        """
        room, (account, conn_id) = self.seat(socket, call)
        held = room.call.seats.get(account)
        if held is None:
            raise NoSeat("no seat of this call is theirs")
        if held.conn_id != conn_id:
            raise StaleConnection("another connection of the account has the seat")
        return room, (account, conn_id)

    async def ask(self, socket: Socket, event: str, payload: Payload) -> Room:
        """A command that the rules decide on as it is; the call after it."""
        room, seat = self.seat(socket, _call_of(payload))
        await self._rooms.decide(room, ASKED[event](seat, payload))
        counters = self._rooms.counters
        counters.signals += event == "signal.send"
        counters.path_restarts += event == "peer.restart"
        return room

    async def leave_elsewhere(self, socket: Socket, call: CallId) -> None:
        """Give up the seat that any device of the account has there; none is fine."""
        room = self._rooms.get(call)
        await self._rooms.decide(room, LeaveElsewhere(socket.account))

    async def roster(self, socket: Socket, call: CallId) -> Roster:
        """All of the call that the caller may know."""
        room, (account, conn_id) = self.seat(socket, call)
        await self._rooms.decide(room, Beat(account=account, conn_id=conn_id))
        if account not in room.call.seats:
            raise NoSeat("whoever waits sees who is there once they are in")
        return snapshot(room.call, account, self._rooms.now_ms)

    async def access(self, socket: Socket, call: CallId) -> IceAccess:
        """Fresh credentials, for whoever holds a seat."""
        room, (account, conn_id) = self.seat(socket, call)
        await self._rooms.decide(room, Beat(account=account, conn_id=conn_id))
        if account not in room.call.seats:
            raise NoSeat("credentials come with a seat")
        return self._access.of(room.call, account)

    async def attach(self, socket: Socket, request: CallAttach) -> None:
        """Name the group whose keys seal the frames."""
        room, (account, conn_id) = self.seat(socket, request.call)
        principal = socket.principal
        await self._database.read(_group_of_a_call, principal, request.conversation)
        group = request.conversation
        await self._rooms.decide(
            room, Attach(account=account, conn_id=conn_id, group=group)
        )

    async def consent(self, socket: Socket, request: RecordingConsent) -> RecordingView:
        """Agree to a recording, with a signature of the device that sits there."""
        room, (account, conn_id) = self.seat(socket, request.call)
        current = room.call.recording
        if current is None or current.id != request.request:
            raise NotFound("no such request")
        octets = consent_octets(
            request.call,
            request.request,
            current.text_hash,
            current.receivers,
            current.on_withdraw,
        )
        device = socket.principal.device
        await self._database.read(require_signed, device, request.signature, octets)
        await self._rooms.decide(
            room,
            GiveConsent(
                account=account,
                conn_id=conn_id,
                request=request.request,
                signature=request.signature,
            ),
        )
        return shown_recording(room)


def shown_recording(room: Room) -> RecordingView:
    """The recording that a command was about."""
    if room.call.recording is None:
        raise NotNow("the recording is over")
    return recording_view(room.call, room.call.recording)


def shown_phase(room: Room) -> PhaseView:
    """Where the agenda is after a command."""
    if room.call.phase is None:
        raise NotNow("the session has not begun")
    return phase_view(room.call.phase)


def shown_piece(room: Room) -> PieceView:
    """The talking piece after a command."""
    if room.call.piece is None:
        raise NotNow("the round is over")
    return piece_view(room.call.piece)


def shown_hand(room: Room, socket: Socket) -> HandPlace:
    """Where somebody's hand is after a command."""
    hands = room.call.hands
    account = socket.principal.account
    return HandPlace(hands.index(account) + 1 if account in hands else 1)


def _call_of(payload: Payload) -> CallId:
    call: CallId = payload.call  # type: ignore[attr-defined]
    return call


def _group_of_a_call(
    connection: Connection, principal: Principal, conversation: ConversationId
) -> None:
    state = load_state(connection, conversation)
    require_leaf(state, principal)
    assert state is not None  # noqa: S101 - `require_leaf` raises
    if state.kind is not ConversationKind.CALL:
        raise BadRequest("a call's keys are of a conversation of kind call")
