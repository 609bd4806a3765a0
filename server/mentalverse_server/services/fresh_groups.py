"""Who may begin the fresh group of a frozen conversation, and who is in it.

The arithmetic is in `signaling.freezing`; here are the facts that it needs.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from mentalverse_signaling.conversation import Leaf, Membership
from mentalverse_signaling.errors import BadRequest, Conflict, Forbidden, RateLimited
from mentalverse_signaling.freeze_events import FrozenView
from mentalverse_signaling.freezing import makers, staying, turn_begins
from mentalverse_signaling.ids import AccountId, DeviceId

from ..store.conversations import ConversationState
from ..store.freezing import FreezeRow


def fresh_leaves(state: ConversationState, freeze: FreezeRow) -> frozenset[Leaf]:
    """The devices of the fresh group."""
    before = {leaf for leaf in state.membership.leaves if leaf[1] in freeze.devices}
    accounts = staying({account for account, _ in before}, freeze.committer)
    return frozenset(leaf for leaf in before if leaf[0] in accounts)


def order_of(state: ConversationState, freeze: FreezeRow) -> tuple[AccountId, ...]:
    """The accounts that may begin the fresh group, in the order of their turns."""
    if freeze.stuck:
        return ()
    places: dict[AccountId, int] = {}
    for account, device in fresh_leaves(state, freeze):
        joined = state.devices[device].joined_seq
        places[account] = min(joined, places.get(account, joined))
    return makers(places, state.membership.seats, freeze.committer)


def frozen_view(state: ConversationState) -> FrozenView | None:
    """What the members of a frozen conversation are told; None for any other."""
    freeze = state.frozen
    if freeze is None:
        return None
    return FrozenView(
        epoch=freeze.epoch,
        committer=freeze.committer,
        makers=order_of(state, freeze),
        devices=tuple(sorted(device for _, device in fresh_leaves(state, freeze))),
    )


def recreated_at(state: ConversationState) -> list[datetime]:
    """When fresh groups were begun in the conversation."""
    return [each.recreated_at for each in state.freezes if each.recreated_at]


def check_turn(
    state: ConversationState, freeze: FreezeRow, account: AccountId, now: datetime
) -> None:
    """Whether an account may begin the fresh group at this moment.

    Raises `Forbidden`, or `RateLimited` with the time until its turn.
    """
    if freeze.stuck:
        raise Forbidden("it was begun anew too often: the operator has to look")
    order = order_of(state, freeze)
    begins = turn_begins(order, account, freeze.at, recreated_at(state))
    if begins is None:
        raise Forbidden("the fresh group is begun by another member")
    if now < begins:
        wait = (begins - now) // timedelta(milliseconds=1) + 1
        raise RateLimited("it is another member's turn, or too soon", wait)


def fresh_membership(
    state: ConversationState,
    freeze: FreezeRow,
    actor: Leaf,
    adds: tuple[Leaf, ...],
    revoked: frozenset[DeviceId],
) -> Membership:
    """The membership that the first commit of a fresh group gives.

    Nobody comes who was not there, and no account goes but the committer's; a device
    without a KeyPackage may be left out. Raises `BadRequest` or `Conflict`.
    """
    allowed = fresh_leaves(state, freeze)
    leaves = frozenset(adds) | {actor}
    if len(leaves) != len(adds) + 1:
        raise BadRequest("a device is named twice in one commit")
    if not leaves <= allowed:
        raise Conflict("a device was not in the group before, or is not to be")
    accounts = {account for account, _ in leaves}
    missing = {account for account, device in allowed if device not in revoked}
    if missing - accounts:
        raise Conflict("somebody is missing in the fresh group")
    before = state.membership
    return replace(
        before,
        seats={a: seat for a, seat in before.seats.items() if a in accounts},
        leaves=leaves,
        leaving=before.leaving & accounts,
    )
