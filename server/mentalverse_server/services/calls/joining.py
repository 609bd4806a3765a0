"""Coming into a call: who somebody is there, a seat or a place, and back to it.

The token that comes with a seat brings it back on another socket; what is kept of it is
its hash, so that who reads the database or the memory cannot sit down on a seat.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from mentalverse_signaling.call_events import (
    CallJoin,
    CallResume,
    CallRole,
    HostPresence,
    HostView,
    SeatHeld,
    WaitingPlace,
)
from mentalverse_signaling.calls.commands import Join, Resume
from mentalverse_signaling.calls.hosts import host_view
from mentalverse_signaling.calls.model import LEASE_MS, Call
from mentalverse_signaling.calls.snapshot import snapshot
from mentalverse_signaling.calls.views import recording_view
from mentalverse_signaling.conversation import ConversationKind, Seat
from mentalverse_signaling.errors import E2eeRequired, NoSeat
from mentalverse_signaling.ids import AccountId, ConversationId
from mentalverse_signaling.recording_events import RecordingView
from mentalverse_signaling.roles import BADGES
from mentalverse_signaling.roster_events import CallJoined

from ...store import call_sessions, roles
from ...store.conversations import load_state
from ...store.engine import Connection, Database
from ...transport.connections import Connection as Socket
from ...transport.connections import Principal
from .access import Access
from .licences import Licences
from .members import require_leaf
from .rooms import Room, Rooms

_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Who:
    """What a conversation says of somebody who would like to come in."""

    handle: str
    role: CallRole
    is_screened: bool
    gives_support: bool


class Joining:
    """Seats, and the way back to them."""

    def __init__(
        self,
        rooms: Rooms,
        database: Database,
        access: Access,
        rng: Callable[[int], bytes],
        licences: Licences,
    ) -> None:
        self._rooms = rooms
        self._database = database
        self._access = access
        self._rng = rng
        self._licences = licences

    async def join(self, socket: Socket, request: CallJoin) -> CallJoined:
        """A seat, or a place in the line; the same `conn_id` again is the same join."""
        if not request.caps.e2ee:
            raise E2eeRequired("frames have to be sealed")
        room = self._rooms.get(request.call)
        principal = socket.principal
        who = await self._database.read(_who, principal, room.call.conversation)
        token = base64.urlsafe_b64encode(self._rng(_TOKEN_BYTES)).decode().rstrip("=")
        is_lead = who.role is CallRole.FACILITATOR
        supports = is_lead or (who.gives_support and not room.call.kind.is_led)
        checked_ms = None
        if supports:
            account, kind = principal.account, room.call.kind
            checked_ms = await self._licences.checked_at_ms(account, kind)
        command = Join(
            account=principal.account,
            device=principal.device,
            conn_id=request.conn_id,
            handle=who.handle,
            role=who.role,
            resume_digest=digest(token),
            agreement_hash=request.agreement_hash,
            is_alone=request.alone,
            is_screened=who.is_screened,
            gives_support=who.gives_support,
            licence_answered_at_ms=checked_ms,
        )
        await self._rooms.decide(room, command)
        room.bind(request.conn_id, socket)
        return await self._joined(room, principal.account, token)

    async def resume(self, socket: Socket, request: CallResume) -> CallJoined:
        """The same seat on this socket; its `conn_epoch` stays."""
        room = self._rooms.get(request.call)
        account = socket.principal.account
        command = Resume(
            account=account,
            device=socket.principal.device,
            resume_digest=digest(request.resume_token),
        )
        await self._rooms.decide(room, command)
        held = room.call.seats.get(account) or room.call.line.get(account)
        if held is None:
            raise NoSeat("no seat of this call is theirs")
        room.bind(held.conn_id, socket)
        return await self._joined(room, account, request.resume_token)

    async def _joined(self, room: Room, account: AccountId, token: str) -> CallJoined:
        if account not in room.call.seats:
            read = self._database.read
            staff = await read(_staff, room.call.conversation)
            if account not in room.call.seats:
                place = _place(room.call, account, self._host(room, staff))
                asked, seq = _to_agree_to(room.call), room.call.seq
                return CallJoined(room.call.id, seq, None, None, place, asked)
        call = room.call
        seat = call.seats[account]
        held = SeatHeld(
            member=account,
            device=seat.device,
            seat_no=seat.number,
            role=seat.role,
            conn_epoch=seat.conn_epoch,
            access=self._access.of(call, account),
            lease_seconds=LEASE_MS // 1000,
            resume_token=token,
        )
        roster = snapshot(call, account, self._rooms.now_ms)
        return CallJoined(call.id, call.seq, held, roster, None)

    def _host(self, room: Room, staff: frozenset[AccountId]) -> HostView:
        host = host_view(room.call)
        if host.presence is not HostPresence.AWAY:
            return host
        elsewhere = any(
            other is not room and other.call.seats[account].is_leased
            for other in self._rooms
            for account in staff & other.call.seats.keys()
        )
        if elsewhere:
            return msgspec.structs.replace(host, presence=HostPresence.IN_ANOTHER_CALL)
        return host


def digest(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


def _place(call: Call, account: AccountId, host: HostView) -> WaitingPlace:
    order = [one.account for one in call.in_line()]
    if account not in order:
        raise NoSeat("no seat of this call is theirs")
    is_recording = _to_agree_to(call) is not None
    return WaitingPlace(order.index(account) + 1, host, is_recording)


def _to_agree_to(call: Call) -> RecordingView | None:
    """What nobody comes in without having agreed to."""
    current = call.recording
    if current is None or not current.binds_newcomers:
        return None
    return recording_view(call, current)


def _who(
    connection: Connection, principal: Principal, conversation: ConversationId
) -> Who:
    """Raises `NotFound` for strangers, `NotAMember` for a device without a leaf."""
    state = load_state(connection, conversation)
    require_leaf(state, principal)
    assert state is not None  # noqa: S101 - `require_leaf` raises
    account = principal.account
    is_staff = state.membership.seats[account] is Seat.STAFF
    leads = is_staff and state.kind is ConversationKind.CIRCLE
    return Who(
        handle=state.handles.get(account, ""),
        role=CallRole.FACILITATOR if leads else CallRole.PARTICIPANT,
        is_screened=bool(call_sessions.screened(connection, account, [conversation])),
        gives_support=bool(BADGES & set(roles.roles_of(connection, account))),
    )


def _staff(
    connection: Connection, conversation: ConversationId
) -> frozenset[AccountId]:
    """Who leads the calls of a conversation."""
    state = load_state(connection, conversation)
    seats = {} if state is None else state.membership.seats
    return frozenset(account for account, seat in seats.items() if seat is Seat.STAFF)
