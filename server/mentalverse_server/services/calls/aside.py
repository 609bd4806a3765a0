"""What is around a call: who may hear of it, who will not come, and calls aside."""

from __future__ import annotations

from mentalverse_signaling.call_events import (
    MAX_OPEN_CALLS,
    CallCheckView,
    CallDecline,
    CallMedia,
    Calls,
    CallStart,
    CheckRecord,
)
from mentalverse_signaling.calls.commands import Declined, OpenSide
from mentalverse_signaling.calls.effects import Member, Push
from mentalverse_signaling.calls.views import call_view
from mentalverse_signaling.circle_events import SideOpen, SideOpened, SideView
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.errors import BadRequest
from mentalverse_signaling.ids import AccountId, ConversationId
from mentalverse_signaling.quota import Rate

from ...clock import Clock
from ...store import call_sessions
from ...store import calls as store
from ...store.conversations import load_state
from ...store.engine import Connection, Database
from ...store.transaction import Transaction
from ...store.writer import Writer, WriterLane
from ...throttle import Throttle
from ...transport.connections import Connection as Socket
from ...transport.connections import Principal
from .access import Access
from .media import Media
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
        media: Media,
    ) -> None:
        self._rooms = rooms
        self._database = database
        self._writer = writer
        self._access = access
        self._opening = opening
        self._seated = seated
        self._media = media
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
        return Calls(tuple(views[:MAX_OPEN_CALLS]))

    async def decline(self, principal: Principal, request: CallDecline) -> None:
        """The caller will not come."""
        room = self._rooms.get(request.call)
        await self._database.read(_require_leaf, principal, room.call.conversation)
        await self._rooms.decide(room, Declined(principal.account))

    def check(self, principal: Principal) -> CallCheckView:
        """What the check before a call needs."""
        self._checks.check(principal.account)
        return CallCheckView(self._access.to_try(), self._media.is_offered, None)

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
