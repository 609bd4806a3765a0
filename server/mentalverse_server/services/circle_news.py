"""Tells outside who came into a circle, and who went: ids and roles, and no name."""

from __future__ import annotations

from mentalverse_signaling.conversation import ConversationKind, Membership, Seat
from mentalverse_signaling.ids import AccountId

from ..clock import to_millis
from ..hooks.catalogue.fields import Role
from ..hooks.catalogue.sessions import CircleMember, CircleReason
from ..store import accounts
from ..store.conversations import ConversationState
from ..store.transaction import Transaction
from .telling import tell


def tell_members(
    transaction: Transaction, state: ConversationState, after: Membership
) -> None:
    """Tell what a commit changes of a circle's accounts."""
    if state.kind is not ConversationKind.CIRCLE:
        return
    before = state.membership
    for account in sorted(after.seats.keys() - before.seats.keys()):
        seat = after.seats[account]
        _tell(transaction, state, account, seat, "joined", CircleReason.JOINED)
    for account in sorted(before.seats.keys() - after.seats.keys()):
        if accounts.account(transaction.connection, account) is None:
            continue  # deleted: nothing more is told of them
        went = account in before.leaving
        step = "left" if went else "removed"
        reason = CircleReason.OWN_WISH if went else CircleReason.ENDED
        _tell(transaction, state, account, before.seats[account], step, reason)


def _tell(
    transaction: Transaction,
    state: ConversationState,
    account: AccountId,
    seat: Seat,
    step: str,
    reason: CircleReason,
) -> None:
    role = Role.FACILITATOR if seat is Seat.STAFF else Role.PARTICIPANT
    data = CircleMember(party=account, role=role, reason_code=reason)
    tell(
        *(transaction, f"circle.member_{step}", state.id, data),
        at_ms=to_millis(transaction.now),
        about=(account,),
        occasion=f"{state.group}:{state.epoch}:{account}",
    )
