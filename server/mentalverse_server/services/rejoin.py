"""Coming back into a group from outside (RFC 9420 §12.4.3.2).

A device that lost its state, or was added to its account while no other device of
it was there to add it, reads the group's GroupInfo and commits itself. Every member
sees it. Who steals a device's signature key could push the device out this way, so
it is for devices of members only, a few times a day, and without proof of an
earlier epoch (a resumption PSK) not for a device that was approved just before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from mentalverse_crypto.public import (
    ExternalCommitHeader,
    MlsError,
    read_external_commit,
)
from mentalverse_signaling.conversation import Leaf, apply_rejoin
from mentalverse_signaling.envelope import MAX_BUNDLE_BYTES
from mentalverse_signaling.errors import (
    BadRequest,
    Forbidden,
    NotFound,
    RateLimited,
    TooLarge,
)
from mentalverse_signaling.events import CommitAccepted, GroupInfoView, GroupRejoin
from mentalverse_signaling.ids import AccountId, ConversationId, id_bytes
from mentalverse_signaling.quota import DAY, wait_of_day

from ..store import freezing, groups, rejoins
from ..store.conversations import ConversationState
from ..store.engine import Connection, Database
from ..store.writer import Transaction, Writer, WriterLane
from ..transport.connections import Principal
from .delivery import check_binding
from .epochs import (
    Bundle,
    answered_before,
    declared_change,
    end_epoch,
    load,
)
from .live import live_device


@dataclass(frozen=True, slots=True)
class RejoinLimits:
    """How often, and by whom without proof."""

    per_day: int = 3
    """By one device into one group."""
    unproven_after: timedelta = DAY
    """Age from which a device may come back without a resumption PSK."""


class Rejoin:
    """Hands out GroupInfos, and takes external commits."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        limits: RejoinLimits = RejoinLimits(),
    ) -> None:
        self._database = database
        self._writer = writer
        self._limits = limits

    async def info(
        self, principal: Principal, conversation: ConversationId
    ) -> GroupInfoView:
        """The GroupInfo of the current epoch, for devices of its members.

        `NotFound` for strangers, `Forbidden` for who is no longer a member and for
        a revoked device.
        """
        return await self._database.read(_info, _leaf(principal), conversation)

    async def rejoin(
        self, principal: Principal, request: GroupRejoin
    ) -> CommitAccepted:
        """Make the external commit the one of its epoch, or say `EpochTaken`.

        The same commit again gives the same answer, whatever came after it. Raises
        `NotFound`, `Forbidden`, `BadRequest`, `TooLarge`, `Conflict`,
        `ConversationFull` or `RateLimited`.
        """
        header, bundle = read_rejoin(request)
        script = partial(_rejoin, _leaf(principal), header, bundle, self._limits)
        return await self._writer.run(script, lane=WriterLane.COMMIT)


def read_rejoin(request: GroupRejoin) -> tuple[ExternalCommitHeader, Bundle]:
    """Check what can be checked without the database, else `BadRequest`, `TooLarge`."""
    if len(request.commit) + len(request.group_info) > MAX_BUNDLE_BYTES:
        raise TooLarge("commit and GroupInfo are too large together")
    try:
        header = read_external_commit(request.commit)
    except MlsError:
        raise BadRequest("not an external commit (RFC 9420 §12.4.3.2)") from None
    framing = header.framing
    check_binding(framing, framing.group_id, request.client_id)
    change = declared_change(framing.authenticated_data)
    if header.removes != len(change.removes):
        raise BadRequest("the commit removes other leaves than it declares")
    return header, Bundle(
        conversation=request.conversation,
        client_id=request.client_id,
        commit=request.commit,
        group_info=request.group_info,
        group=framing.group_id,
        epoch=framing.epoch,
        change=change,
    )


def _leaf(principal: Principal) -> Leaf:
    return principal.account, principal.device


def _info(
    connection: Connection, caller: Leaf, conversation: ConversationId
) -> GroupInfoView:
    state = load(connection, conversation)
    _check_was_account(state, caller[0])
    if caller[0] not in state.membership.seats:
        raise Forbidden("this account is no longer in the conversation")
    live_device(connection, caller)
    row = groups.group_info(connection, state.group)
    is_current = row is not None and row.epoch == state.epoch
    return GroupInfoView(state.epoch, row.group_info if row and is_current else None)


def _rejoin(
    actor: Leaf,
    header: ExternalCommitHeader,
    bundle: Bundle,
    limits: RejoinLimits,
    transaction: Transaction,
) -> CommitAccepted:
    connection = transaction.connection
    state = load(connection, bundle.conversation)
    _check_was_account(state, actor[0])
    before = answered_before(connection, state, actor, bundle)
    if before is not None:
        return before
    _check_joiner(transaction, actor, header, limits)
    after = apply_rejoin(state.membership, actor, bundle.change)
    _check_rate(transaction, actor, bundle.conversation, limits)
    # The old leaf goes before the fresh one comes: the device's part of the log
    # begins anew.
    others = state.membership.leaves - {actor}
    state = replace(state, membership=replace(state.membership, leaves=others))
    accepted = end_epoch(transaction, state, actor, bundle, after)
    rejoins.record(transaction, bundle.conversation, actor[1], accepted.seq)
    freezing.withdraw_rejections(connection, state.group, actor[1])
    return accepted


def _check_was_account(state: ConversationState, account: AccountId) -> None:
    if account not in {span.account for span in state.devices.values()}:
        raise NotFound("no such conversation")


def _check_joiner(
    transaction: Transaction,
    actor: Leaf,
    header: ExternalCommitHeader,
    limits: RejoinLimits,
) -> None:
    device = live_device(transaction.connection, actor)
    joins = (header.account_id, header.device_id, header.signature_key)
    if joins != (id_bytes(actor[0]), id_bytes(actor[1]), device.signature_pub):
        raise BadRequest("the leaf that joins is not the caller's device")
    age = transaction.now - device.created_at
    if not header.knows_past and age < limits.unproven_after:
        raise Forbidden("a device this new needs a resumption PSK, or a member's add")


def _check_rate(
    transaction: Transaction,
    actor: Leaf,
    conversation: ConversationId,
    limits: RejoinLimits,
) -> None:
    now = transaction.now
    times = rejoins.since(transaction.connection, conversation, actor[1], now - DAY)
    wait_ms = wait_of_day(times, limits.per_day, now)
    if wait_ms is not None:
        raise RateLimited("the device came back too often today", wait_ms)
