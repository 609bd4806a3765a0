"""What is around a call: who may hear of it, who will not come, and calls aside."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from mentalverse_signaling.attendance_events import (
    AttendanceFetch,
    AttendanceView,
    CountedMinutes,
)
from mentalverse_signaling.call_events import (
    MAX_OPEN_CALLS,
    CallCheck,
    CallCheckView,
    CallDecline,
    CallMedia,
    Calls,
    CallStart,
    CheckRecord,
)
from mentalverse_signaling.calls.attendance import shown, so_far
from mentalverse_signaling.calls.commands import Declined, OpenSide
from mentalverse_signaling.calls.effects import Member, Push
from mentalverse_signaling.calls.model import Call
from mentalverse_signaling.calls.views import call_view
from mentalverse_signaling.circle_events import SideOpen, SideOpened, SideView
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.errors import BadRequest, NotFound
from mentalverse_signaling.ids import AccountId, CallId, ConversationId
from mentalverse_signaling.quota import Rate

from ...clock import Clock
from ...store import attendance, call_sessions
from ...store import calls as store
from ...store.conversations import load_state
from ...store.engine import Connection, Database
from ...store.transaction import Transaction
from ...store.writer import Writer, WriterLane
from ...throttle import Throttle
from ...transport.connections import Connection as Socket
from ...transport.connections import Principal
from .access import Access
from .echo import Echo
from .members import require_leaf
from .opening import Opening
from .rooms import Rooms
from .seated import Seated

CHECKS = Rate(rate_per_second=6 / 60, burst=6)


class Around:
    """Commands about calls that need no seat, and the call aside."""

    def __init__(
        self,
        rooms: Rooms,
        database: Database,
        writer: Writer,
        access: Access,
        opening: Opening,
        seated: Seated,
        clock: Clock,
        echo: Echo,
    ) -> None:
        self._rooms = rooms
        self._database = database
        self._writer = writer
        self._access = access
        self._opening = opening
        self._seated = seated
        self._echo = echo
        self._checks: Throttle[AccountId] = Throttle(CHECKS, clock, "six a minute")

    async def list(self, principal: Principal) -> Calls:
        """The open calls of the conversations that the calling device is in."""
        within = await self._database.read(store.open_for, principal.device)
        views = [
            call_view(room.call)
            for room in self._rooms
            if room.call.conversation in within
        ]
        views.sort(key=lambda view: view.started_at, reverse=True)
        shown = tuple(views[:MAX_OPEN_CALLS])
        seats = (
            room.call for room in self._rooms if principal.account in room.call.seats
        )
        seated = {call.id for call in seats}
        return Calls(shown, tuple(view.call for view in shown if view.call in seated))

    async def decline(self, principal: Principal, request: CallDecline) -> None:
        """The caller will not come."""
        room = self._rooms.get(request.call)
        await self._database.read(_require_leaf, principal, room.call.conversation)
        await self._rooms.decide(room, Declined(principal.account))

    async def check(self, socket: Socket, request: CallCheck) -> CallCheckView:
        """What the check before a call needs."""
        self._checks.check(socket.account)
        room = await self._echo.open(socket) if request.echo else None
        return CallCheckView(self._access.to_try(), self._echo.is_offered, room)

    async def attendance(
        self, principal: Principal, request: AttendanceFetch
    ) -> AttendanceView:
        """The minutes of those of whom the caller may know."""
        account = principal.account
        room = self._rooms.find(request.call)
        if room is None:
            return await self._database.read(_attended, principal, request.call)
        call, now_ms = room.call, self._rooms.now_ms
        if account not in call.attended_ms and account not in call.seats:
            await self._database.read(_require_leaf, principal, call.conversation)
        seat = call.seats.get(account)
        leads = seat is not None and seat.leads
        return _minutes(call, so_far(call, now_ms), account, leads=leads)

    async def record(self, principal: Principal, request: CheckRecord) -> None:
        """Keep what a check came to."""
        self._checks.check(principal.account)
        at_ms = self._rooms.now_ms

        def script(transaction: Transaction) -> None:
            call_sessions.note_check(
                transaction.connection,
                principal.account,
                at_ms,
                request.result.value,
                [code.value for code in dict.fromkeys(request.codes)],
            )

        await self._writer.run(script, lane=WriterLane.OTHER)

    async def open_side(self, socket: Socket, request: SideOpen) -> SideView:
        """Ask one member aside, in a conversation that the caller has made."""
        room, (account, conn_id) = self._seated.seat(socket, request.call)
        member = request.member
        await self._database.read(_of_two, request.conversation, account, member)
        await self._rooms.decide(
            room, OpenSide(account=account, conn_id=conn_id, member=member)
        )
        start = CallStart(request.conversation, CallMedia.VIDEO)
        view = await self._opening.start(socket.principal, start)
        call = room.call
        fact = SideOpened(call.id, call.seq, view.call, request.conversation, account)
        if self._rooms.carrier is not None:
            pushes = (Push(Member(a), "side.opened", fact) for a in (account, member))
            self._rooms.carrier.carry_out(room, tuple(pushes), call)
        return SideView(view.call)


def _require_leaf(
    connection: Connection, principal: Principal, conversation: ConversationId
) -> None:
    require_leaf(load_state(connection, conversation), principal)


def _attended(
    connection: Connection, principal: Principal, call: CallId
) -> AttendanceView:
    account = principal.account
    kept = store.kept(connection, call)
    if kept is None:
        raise NotFound("no such call")
    if account not in kept.attended_ms:
        require_leaf(load_state(connection, kept.conversation), principal)
    leads = store.has_led(connection, call, account)
    view = _minutes(kept, kept.attended_ms, account, leads=leads)
    counted = attendance.settled(connection, call).get(account)
    if counted is None:
        return view
    mine = CountedMinutes(counted.minutes, counted.is_countersigned)
    return msgspec.structs.replace(view, counted=mine)


def _minutes(
    call: Call, attended_ms: Mapping[AccountId, int], reader: AccountId, *, leads: bool
) -> AttendanceView:
    is_led = call.kind.is_led
    return AttendanceView(
        call=call.id,
        planned_minutes=call.planned_minutes,
        is_over=call.end is not None,
        attendance=shown(attended_ms, reader, is_led=is_led, leads=leads),
    )


def _of_two(
    connection: Connection,
    conversation: ConversationId,
    account: AccountId,
    member: AccountId,
) -> None:
    state = load_state(connection, conversation)
    if state is None or state.kind is not ConversationKind.SIDE:
        raise BadRequest("a call aside is in a conversation of kind side")
    if set(state.membership.seats) != {account, member}:
        raise BadRequest("a conversation aside is between the two")
