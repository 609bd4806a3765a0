"""Epoch changes: one commit per epoch, and the membership that follows from it.

A commit, its place in the log, the membership it declares, its Welcomes and its
GroupInfo are one transaction, decided by a compare-and-swap on (group, epoch).
The server sees the declared change and not the real one: members compare the two
and refuse a commit that lies (RFC 9750 gives the Delivery Service no more).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import accumulate

from mentalverse_crypto.public import (
    ContentType,
    DeclaredChange,
    MlsError,
    decode_declared,
    read_welcome,
)
from mentalverse_signaling.conversation import Change, Leaf, apply_change
from mentalverse_signaling.envelope import MAX_BUNDLE_BYTES, MAX_PAGE_BYTES
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    EpochTaken,
    Forbidden,
    NotFound,
    TooLarge,
)
from mentalverse_signaling.events import (
    CommitAccepted,
    GroupCommit,
    GroupWelcomed,
    Welcomes,
)
from mentalverse_signaling.ids import (
    AccountId,
    DeviceId,
    WelcomeId,
    id_bytes,
    id_text,
    new_id,
)

from ..clock import to_millis
from ..store import accounts, groups
from ..store.conversations import ConversationState, apply_membership, load_state
from ..store.engine import Connection, Database
from ..store.groups import WelcomeRow
from ..store.messages import RowKind, append_in_script
from ..store.writer import Transaction, Writer, WriterLane
from ..transport.connections import Principal
from .delivery import check_binding, framing_header
from .directory import RoomChanged, room_after

MAX_LISTED_WELCOMES = 50
"""Most Welcomes of one answer; their bytes are bounded too."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A `group.commit` whose own bytes are in order."""

    request: GroupCommit
    epoch: int
    """The epoch that the commit ends."""
    change: Change
    group: bytes


class Groups:
    """Takes epochs, and keeps the Welcomes that follow."""

    def __init__(
        self, database: Database, writer: Writer, rng: Callable[[int], bytes]
    ) -> None:
        self._database = database
        self._writer = writer
        self._rng = rng

    async def commit(
        self, principal: Principal, request: GroupCommit
    ) -> CommitAccepted:
        """Make `request` the commit of its epoch, or say `EpochTaken`.

        The same commit again gives the same answer, whatever came after it.
        Raises `NotFound`, `Forbidden`, `BadRequest`, `TooLarge`, `Conflict` or
        `ConversationFull` as the rules of `signaling.conversation` say.
        """
        bundle = read_bundle(request)
        welcomes = [
            (WelcomeId(new_id(self._rng)), device) for _, device in bundle.change.adds
        ]
        actor = (principal.account, principal.device)
        script = partial(_commit, actor, bundle, welcomes)
        return await self._writer.run(script, lane=WriterLane.COMMIT)

    async def welcomes(self, principal: Principal) -> Welcomes:
        """The Welcomes that wait for this device, as many as fit one answer."""
        rows = await self._database.read(
            groups.welcomes_of, principal.device, MAX_LISTED_WELCOMES
        )
        sizes = accumulate(len(row.payload) for row in rows)
        fitting = sum(1 for total in sizes if total <= MAX_PAGE_BYTES)
        return Welcomes(
            tuple(_welcomed(row) for row in rows[:fitting]),
            more=fitting < len(rows) or len(rows) == MAX_LISTED_WELCOMES,
        )

    async def confirm_welcome(self, principal: Principal, welcome: WelcomeId) -> None:
        """Drop a Welcome that the device has processed; one dropped before is fine."""

        def script(transaction: Transaction) -> None:
            groups.confirm_welcome(transaction.connection, welcome, principal.device)

        await self._writer.run(script, lane=WriterLane.OTHER)


def read_bundle(request: GroupCommit) -> Bundle:
    """Check what can be checked without the database, else `BadRequest`, `TooLarge`."""
    size = len(request.commit) + len(request.welcome or b"")
    if size + len(request.group_info or b"") > MAX_BUNDLE_BYTES:
        raise TooLarge("commit, Welcome and GroupInfo are too large together")
    header = framing_header(request.commit)
    check_binding(header, header.group_id, request.client_id)
    if header.content_type is not ContentType.COMMIT:
        raise BadRequest("not a commit")
    change = _declared_change(header.authenticated_data)
    _check_welcome(request.welcome, change)
    if not set(request.staff) <= {account for account, _ in change.adds}:
        raise BadRequest("a staff seat is for an account that is added")
    return Bundle(request, header.epoch, change, header.group_id)


def _declared_change(authenticated_data: bytes) -> Change:
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


def _check_welcome(welcome: bytes | None, change: Change) -> None:
    if welcome is None:
        if change.adds:
            raise BadRequest("a commit that adds devices needs a Welcome")
        return
    try:
        invited = len(read_welcome(welcome).refs)
    except MlsError:
        raise BadRequest("not a Welcome (RFC 9420 §12.4.3.1)") from None
    if invited != len(change.adds):
        raise BadRequest("the Welcome is not for as many devices as are added")


def _commit(
    actor: Leaf,
    bundle: Bundle,
    welcomes: list[tuple[WelcomeId, DeviceId]],
    transaction: Transaction,
) -> CommitAccepted:
    connection, request = transaction.connection, bundle.request
    state = load_state(connection, request.conversation)
    if state is None:
        raise NotFound("no such conversation")
    check_was_member(state, actor[1])
    if id_bytes(state.group) != bundle.group:
        raise BadRequest("the commit is of another group")
    if bundle.epoch < state.epoch:
        return _epoch_over(connection, state, actor, bundle)
    if bundle.epoch > state.epoch:
        raise BadRequest("the commit is of an epoch that has not begun")
    _check_devices(connection, (actor, *bundle.change.adds))
    if not set(request.staff).isdisjoint(state.membership.seats):
        raise BadRequest("a seat is given to newcomers and does not change")
    after = apply_change(state.membership, actor, bundle.change, request.staff)
    row = append_in_script(
        transaction,
        request.conversation,
        RowKind.COMMIT,
        request.commit,
        device=actor[1],
        client_id=request.client_id,
    )
    taken = groups.take_epoch(
        transaction, state.group, bundle.epoch, row.seq, actor[1], request.client_id
    )
    if not taken:
        raise EpochTaken("another commit is the one for this epoch")
    apply_membership(connection, request.conversation, state.membership, after, row.seq)
    transaction.publish(RoomChanged(request.conversation, room_after(state, after)))
    _release(transaction, state, bundle, welcomes, row.seq)
    return CommitAccepted(row.seq, to_millis(row.at), bundle.epoch + 1)


def check_was_member(state: ConversationState, device: DeviceId) -> None:
    """Strangers learn nothing, not even that the conversation exists: `NotFound`."""
    if device not in state.devices:
        raise NotFound("no such conversation")


def check_is_member(state: ConversationState, device: DeviceId) -> None:
    """`NotFound` for a stranger, `Forbidden` for a device that was removed."""
    check_was_member(state, device)
    if state.devices[device].left_seq is not None:
        raise Forbidden("this device is no longer in the conversation")


def _epoch_over(
    connection: Connection, state: ConversationState, actor: Leaf, bundle: Bundle
) -> CommitAccepted:
    """The first answer again for the winner itself, else `EpochTaken`."""
    request = bundle.request
    winner = groups.winning_commit(connection, state.group, bundle.epoch)
    key = (actor[1], request.client_id)
    if winner is None or (winner.device, winner.client_id) != key:
        raise EpochTaken("another commit is the one for this epoch")
    if winner.payload != request.commit:
        raise Conflict("this client_id was used for another commit")
    return CommitAccepted(winner.seq, to_millis(winner.at), bundle.epoch + 1)


def _check_devices(connection: Connection, leaves: tuple[Leaf, ...]) -> None:
    """Only registered devices of the named account that are not revoked."""
    for account, device in leaves:
        row = accounts.device(connection, device)
        if row is None or row.account != account:
            raise BadRequest("a device is not one of the account it is named with")
        if row.revoked_at is not None:
            raise Forbidden("a device has been revoked")


def _release(
    transaction: Transaction,
    state: ConversationState,
    bundle: Bundle,
    welcomes: list[tuple[WelcomeId, DeviceId]],
    joined_seq: int,
) -> None:
    """What becomes visible with the winning commit, and only with it."""
    request = bundle.request
    if request.group_info is not None:
        groups.save_group_info(
            transaction.connection, state.group, bundle.epoch + 1, request.group_info
        )
    if request.welcome is not None:
        rows = [
            WelcomeRow(
                id=welcome,
                device=device,
                conversation=request.conversation,
                kind=state.kind,
                joined_seq=joined_seq,
                payload=request.welcome,
            )
            for welcome, device in welcomes
        ]
        groups.queue_welcomes(transaction, rows)


def _welcomed(row: WelcomeRow) -> GroupWelcomed:
    return GroupWelcomed(
        welcome=row.id,
        conversation=row.conversation,
        kind=row.kind,
        joined_seq=row.joined_seq,
        payload=row.payload,
    )
