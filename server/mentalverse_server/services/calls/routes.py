"""`route.*`: what each of two wishes of the way their calls go."""

from __future__ import annotations

from mentalverse_signaling.calls.commands import HideAddresses
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.errors import Forbidden
from mentalverse_signaling.ids import ConversationId
from mentalverse_signaling.route_events import RouteSet, RouteView

from ...store import call_routes
from ...store.conversations import load_state
from ...store.engine import Connection, Database
from ...store.transaction import Transaction
from ...store.writer import Writer, WriterLane
from ...transport.connections import Principal
from .hidden import hides_addresses, is_relayed_by_rule
from .members import require_leaf
from .opening import Opening
from .rooms import Rooms


class Routes:
    """The wishes of the two of a direct conversation."""

    def __init__(
        self, rooms: Rooms, database: Database, writer: Writer, opening: Opening
    ) -> None:
        self._rooms = rooms
        self._database = database
        self._writer = writer
        self._opening = opening

    async def fetch(
        self, principal: Principal, conversation: ConversationId
    ) -> RouteView:
        """How the next call there goes."""
        return await self._database.read(_view, principal, conversation)

    async def set(self, principal: Principal, request: RouteSet) -> RouteView:
        """Keep a wish, or forget it; then a call that is open hides what it can."""
        at_ms, where = self._rooms.now_ms, request.conversation

        def script(transaction: Transaction) -> RouteView:
            connection = transaction.connection
            view = _view(connection, principal, where)
            if not request.direct:
                call_routes.take_back(connection, where, principal.account)
            elif view.may_choose:
                call_routes.wish(connection, where, principal.account, at_ms)
            else:
                raise Forbidden("there is nothing to choose between these two")
            return _view(connection, principal, where)

        # No call opens meanwhile, by a wish that was there a moment before.
        async with self._opening.turn(where):
            view = await self._writer.run(script, lane=WriterLane.OTHER)
            room = self._rooms.in_conversation(where)
            if view.relay and room is not None:
                await self._rooms.decide(room, HideAddresses())
        return view


def _view(
    connection: Connection, principal: Principal, conversation: ConversationId
) -> RouteView:
    state = load_state(connection, conversation)
    require_leaf(state, principal)
    assert state is not None  # noqa: S101 - `require_leaf` raises
    if state.kind is not ConversationKind.DIRECT:
        raise Forbidden("two people choose, in a conversation of their own")
    return RouteView(
        may_choose=is_relayed_by_rule(connection, state),
        wishes_direct=principal.account
        in call_routes.wishing(connection, conversation),
        relay=hides_addresses(connection, state),
    )
