"""Commits of members: the changes they declare, and the Welcomes they bring.

The server sees the declared change and not the real one: members compare the two
and refuse a commit that lies (RFC 9750 gives the Delivery Service no more).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import accumulate

from mentalverse_crypto.public import ContentType, MlsError, read_welcome
from mentalverse_signaling.conversation import (
    Change,
    ConversationKind,
    Leaf,
    apply_change,
)
from mentalverse_signaling.envelope import MAX_BUNDLE_BYTES, MAX_PAGE_BYTES
from mentalverse_signaling.errors import BadRequest, Forbidden, TooLarge
from mentalverse_signaling.events import (
    CommitAccepted,
    GroupCommit,
    GroupWelcomed,
    Welcomes,
)
from mentalverse_signaling.ids import AccountId, DeviceId, WelcomeId, new_id

from ..store import accounts, blocks, calls, groups
from ..store.conversations import ConversationState
from ..store.engine import Database
from ..store.groups import WelcomeRow
from ..store.writer import Transaction, Writer, WriterLane
from ..transport.connections import Principal
from .bundle_parts import KEPT_FOR_WELCOME, detached, keep
from .delivery import check_binding, framing_header
from .epochs import (
    Bundle,
    answered_before,
    check_was_member,
    declared_change,
    end_epoch,
    load,
)
from .live import live_device

MAX_LISTED_WELCOMES = 50
"""Most Welcomes of one answer; their bytes are bounded too."""


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
        `ConversationFull` as the rules of `signaling.conversation` say. A newcomer
        who has blocked the committer is answered for as somebody who does not exist.
        """
        bundle = read_bundle(request)
        welcomes = [
            (WelcomeId(new_id(self._rng)), device) for _, device in bundle.change.adds
        ]
        actor = (principal.account, principal.device)
        script = partial(_commit, actor, request, bundle, welcomes)
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
    change = declared_change(header.authenticated_data)
    check_welcome(request.welcome, change)
    if not set(request.staff) <= {account for account, _ in change.adds}:
        raise BadRequest("a staff seat is for an account that is added")
    return Bundle(
        conversation=request.conversation,
        client_id=request.client_id,
        commit=request.commit,
        group_info=request.group_info,
        group=header.group_id,
        epoch=header.epoch,
        change=change,
    )


def check_welcome(welcome: bytes | None, change: Change) -> None:
    """Whether a Welcome is for as many devices as are added, else `BadRequest`."""
    if welcome is None:
        if change.adds:
            raise BadRequest("a commit that adds devices needs a Welcome")
        return
    if detached(welcome) is not None:
        return  # whom it is for, nobody reads who does not fetch it
    try:
        invited = len(read_welcome(welcome).refs)
    except MlsError:
        raise BadRequest("not a Welcome (RFC 9420 §12.4.3.1)") from None
    if invited != len(change.adds):
        raise BadRequest("the Welcome is not for as many devices as are added")


def _commit(
    actor: Leaf,
    request: GroupCommit,
    bundle: Bundle,
    welcomes: list[tuple[WelcomeId, DeviceId]],
    transaction: Transaction,
) -> CommitAccepted:
    connection = transaction.connection
    state = load(connection, request.conversation)
    check_was_member(state, actor[1])
    before = answered_before(connection, state, actor, bundle)
    if before is not None:
        return before
    newcomers = {account for account, _ in bundle.change.adds}
    newcomers -= state.membership.seats.keys()
    if newcomers and state.kind is ConversationKind.CALL:
        _check_admitted(transaction, state, newcomers)
    hidden = blocks.hidden_among(connection, newcomers, actor[0])
    for leaf in (actor, *bundle.change.adds):
        live_device(connection, leaf, hidden)
    if not set(request.staff).isdisjoint(state.membership.seats):
        raise BadRequest("a seat is given to newcomers and does not change")
    named = [device for _, device in bundle.change.removes]
    after = apply_change(
        state.membership,
        actor,
        bundle.change,
        request.staff,
        revoked=accounts.revoked_among(connection, named),
    )
    accepted = end_epoch(transaction, state, actor, bundle, after)
    queue_welcomes(transaction, state, actor, request.welcome, welcomes, accepted.seq)
    return accepted


def _check_admitted(
    transaction: Transaction, state: ConversationState, newcomers: set[AccountId]
) -> None:
    """In the group of a call are those who have a seat in it, and nobody else."""
    seated = calls.seated_for(transaction.connection, state.id)
    if seated is None or not newcomers <= seated:
        raise Forbidden("only who was let into the call is added to its group")


def queue_welcomes(
    transaction: Transaction,
    state: ConversationState,
    actor: Leaf,
    payload: bytes | None,
    welcomes: list[tuple[WelcomeId, DeviceId]],
    joined_seq: int,
) -> None:
    """Welcomes become visible with the winning commit, and only with it."""
    if payload is None:
        return
    keep(transaction, actor[0], payload, transaction.now + KEPT_FOR_WELCOME)
    rows = [
        WelcomeRow(
            id=welcome,
            device=device,
            conversation=state.id,
            kind=state.kind,
            joined_seq=joined_seq,
            payload=payload,
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
