"""Whether the calls of a conversation hide each person's address from the others.

The relay is the rule between somebody who looks for support and who gives it. Only
both together lift it, and either takes that back alone, at once. A call in a crisis,
and one aside, is relayed whatever anybody wishes (`Kind.is_relayed`).
"""

from __future__ import annotations

from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.roles import Role

from ...store import call_routes, roles
from ...store.conversations import ConversationState
from ...store.engine import Connection


def hides_addresses(connection: Connection, state: ConversationState) -> bool:
    """Whether a call that opens there now has to."""
    if not is_relayed_by_rule(connection, state):
        return False
    wishing = call_routes.wishing(connection, state.id)
    return not state.membership.seats.keys() <= wishing


def is_relayed_by_rule(connection: Connection, state: ConversationState) -> bool:
    """Between somebody who looks for support and who gives it, each keeps theirs."""
    if state.kind is not ConversationKind.DIRECT:
        return False
    held = [set(roles.roles_of(connection, one)) for one in state.membership.seats]
    gives = [Role.MENTOR in one or Role.RESPONDER in one for one in held]
    looks = [Role.MENTEE in one for one in held]
    return any(gives) and any(looks)
