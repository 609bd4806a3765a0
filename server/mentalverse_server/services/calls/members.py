"""Who may hear of a call: those of its conversation, each with a leaf of its group."""

from __future__ import annotations

from mentalverse_signaling.conversation import Seat
from mentalverse_signaling.errors import NotAMember, NotFound
from mentalverse_signaling.ids import AccountId

from ...store.conversations import ConversationState
from ...transport.connections import Principal


def require_leaf(state: ConversationState | None, principal: Principal) -> None:
    """`NotFound` for strangers, `NotAMember` for a device without a leaf."""
    if state is None or principal.account not in state.membership.seats:
        raise NotFound("no such conversation")
    if (principal.account, principal.device) not in state.membership.leaves:
        raise NotAMember("this device is not in the group")


def leads(state: ConversationState, account: AccountId) -> bool:
    """Whether an account leads the conversation's calls."""
    return state.membership.seats.get(account) is Seat.STAFF
