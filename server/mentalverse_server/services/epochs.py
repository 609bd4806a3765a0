"""The end of an epoch: what every commit goes through, whoever made it.

One commit per epoch, decided by a compare-and-swap on (group, epoch) in the
transaction that stores the commit, the membership that follows from it and the
GroupInfo of the epoch it begins. A repeated commit is answered as the first time.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mentalverse_crypto.public import DeclaredChange, MlsError, decode_declared
from mentalverse_signaling.conversation import Change, Leaf, Membership
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    EpochTaken,
    Forbidden,
    NotFound,
    StaleEpoch,
)
from mentalverse_signaling.events import CommitAccepted
from mentalverse_signaling.ids import (
    AccountId,
    ClientId,
    ConversationId,
    DeviceId,
    id_bytes,
    id_text,
)

from ..clock import to_millis
from ..store import groups
from ..store.conversations import ConversationState, apply_membership, load_state
from ..store.engine import Connection
from ..store.messages import RowKind, append_in_script
from ..store.writer import Transaction
from . import bundle_parts
from .circle_news import tell_members
from .delivery import frozen
from .directory import RoomChanged, room_after, room_of


@dataclass(frozen=True, slots=True)
class Bundle:
    """A commit whose own bytes are in order, and what comes with it."""

    conversation: ConversationId
    client_id: ClientId
    commit: bytes = field(repr=False)
    group_info: bytes | None = field(repr=False)
    group: bytes
    epoch: int
    """The epoch that the commit ends."""
    change: Change


def declared_change(authenticated_data: bytes) -> Change:
    """What a commit says of itself that it adds and removes, else `BadRequest`."""
    try:
        declared = decode_declared(authenticated_data)
    except MlsError:
        raise BadRequest("authenticated_data declares no valid change") from None
    return Change(
        adds=tuple(map(_leaf, declared.adds)),
        removes=tuple(map(_leaf, declared.removes)),
    )


def _leaf(declared: DeclaredChange) -> Leaf:
    return AccountId(id_text(declared.account_id)), DeviceId(
        id_text(declared.device_id)
    )


def load(connection: Connection, conversation: ConversationId) -> ConversationState:
    """The conversation as it stands, else `NotFound`."""
    state = load_state(connection, conversation)
    if state is None:
        raise NotFound("no such conversation")
    return state


def check_was_member(state: ConversationState, device: DeviceId) -> None:
    """Strangers learn nothing, not even that the conversation exists: `NotFound`."""
    if device not in state.devices:
        raise NotFound("no such conversation")


def check_is_member(state: ConversationState, device: DeviceId) -> None:
    """`NotFound` for a stranger, `Forbidden` for a device that was removed."""
    check_was_member(state, device)
    if state.devices[device].left_seq is not None:
        raise Forbidden("this device is no longer in the conversation")


def answered_before(
    connection: Connection, state: ConversationState, actor: Leaf, bundle: Bundle
) -> CommitAccepted | None:
    """The first answer to a commit that ended its epoch; None while it is open.

    Raises `EpochTaken` for everybody but the winner, `Conflict` for other bytes
    under the winner's key, `BadRequest` for another group or a future epoch,
    `StaleEpoch` for a group that is over, and `Frozen` while a fresh one has to come.
    """
    if bundle.group in room_of(state).earlier:
        raise StaleEpoch("the commit is of a group that is over")
    if id_bytes(state.group) != bundle.group:
        raise BadRequest("the commit is of another group")
    if bundle.epoch > state.epoch:
        raise BadRequest("the commit is of an epoch that has not begun")
    if bundle.epoch == state.epoch:
        if state.frozen is not None:
            raise frozen()
        return None
    winner = groups.winning_commit(connection, state.group, bundle.epoch)
    key = (actor[1], bundle.client_id)
    if winner is None or (winner.device, winner.client_id) != key:
        raise EpochTaken("another commit is the one for this epoch")
    if winner.payload != bundle.commit:
        raise Conflict("this client_id was used for another commit")
    return CommitAccepted(winner.seq, to_millis(winner.at), bundle.epoch + 1)


def end_epoch(
    transaction: Transaction,
    state: ConversationState,
    actor: Leaf,
    bundle: Bundle,
    after: Membership,
) -> CommitAccepted:
    """Make the commit the one of its epoch, or raise `EpochTaken`."""
    connection, conversation = transaction.connection, bundle.conversation
    device, client_id = actor[1], bundle.client_id
    row = append_in_script(
        transaction,
        conversation,
        RowKind.COMMIT,
        bundle.commit,
        device=device,
        client_id=client_id,
    )
    taken = groups.take_epoch(
        transaction, state.group, bundle.epoch, row.seq, device, client_id
    )
    if not taken:
        raise EpochTaken("another commit is the one for this epoch")
    apply_membership(connection, conversation, state.membership, after, row.seq)
    tell_members(transaction, state, after)
    transaction.publish(RoomChanged(conversation, room_after(state, after)))
    bundle_parts.keep(transaction, actor[0], bundle.commit, None)
    bundle_parts.keep(transaction, actor[0], bundle.group_info, None)
    # Without a GroupInfo of the epoch begun, that of the one before is of no use.
    before = groups.group_info(connection, state.group)
    bundle_parts.let_go(transaction, before.group_info if before else None)
    groups.replace_group_info(
        connection, state.group, bundle.epoch + 1, bundle.group_info
    )
    return CommitAccepted(row.seq, to_millis(row.at), bundle.epoch + 1)
