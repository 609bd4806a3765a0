"""What happens when a commit does not apply: rejections and fresh groups.

The server cannot tell a good commit from a bad one. It counts who says that one does
not apply, stops the conversation when they are half of the others, and lets one of
them begin a fresh group in its place (`signaling.freezing` has the rules). The log
goes on, seats and history stay; the group behind them is another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import structlog

from mentalverse_crypto.public import ContentType
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.envelope import MAX_BUNDLE_BYTES
from mentalverse_signaling.errors import BadRequest, Conflict, StaleEpoch, TooLarge
from mentalverse_signaling.events import CommitAccepted
from mentalverse_signaling.freeze_events import (
    GroupRecreate,
    GroupReject,
    RejectionNoted,
)
from mentalverse_signaling.freezing import is_frozen_by, is_stuck
from mentalverse_signaling.ids import DeviceId, GroupId, WelcomeId, id_text, new_id

from ..store import accounts, groups
from ..store import freezing as store
from ..store.conversations import ConversationState
from ..store.engine import Connection, Database
from ..store.facts import FreezeChanged
from ..store.freezing import FreezeRow
from ..store.groups import CommitRow
from ..store.writer import Transaction, Writer, WriterLane
from ..transport.connections import Principal
from . import bundle_parts
from .delivery import check_binding, framing_header
from .directory import RoomChanged, room_of
from .epochs import (
    Bundle,
    answered_before,
    check_is_member,
    declared_change,
    end_epoch,
    load,
)
from .fresh_groups import check_turn, fresh_membership, recreated_at
from .groups import check_welcome, queue_welcomes
from .live import live_device

log = structlog.get_logger()


@dataclass(slots=True)
class FreezeCounters:
    """What the operator sees."""

    rejections: int = 0
    frozen: int = 0
    recreated: int = 0
    stuck: int = 0
    """Conversations that wait for the operator at this moment."""


class Freezing:
    """Hears of commits that do not apply, and takes fresh groups."""

    def __init__(
        self, database: Database, writer: Writer, rng: Callable[[int], bytes]
    ) -> None:
        self._database = database
        self._writer = writer
        self._rng = rng
        self.counters = FreezeCounters()

    async def start(self) -> None:
        """Count what waits for the operator: a restart does not silence the alarm."""
        self.counters.stuck = await self._database.read(store.stuck_conversations)

    async def reject(
        self, principal: Principal, request: GroupReject
    ) -> RejectionNoted:
        """Note that the caller's device cannot apply a commit.

        The same rejection again changes nothing. Raises `NotFound`, `Forbidden`,
        `BadRequest` (there is no such commit, or it is from before the device came)
        or `StaleEpoch` (the group is over).
        """
        actor = (principal.account, principal.device)
        script = partial(_reject, actor, request)
        before, frozen = await self._writer.run(script, lane=WriterLane.COMMIT)
        self.counters.rejections += 1
        log.warning("group.rejected", reason=request.reason.value)
        if frozen is not None and before is None:
            self.counters.frozen += 1
            self.counters.stuck += frozen.stuck
            tell = log.error if frozen.stuck else log.warning
            tell(
                "group.stuck" if frozen.stuck else "group.frozen",
                conversation=request.conversation,
                account=frozen.committer,
            )
        return RejectionNoted(frozen is not None)

    async def recreate(
        self, principal: Principal, request: GroupRecreate
    ) -> CommitAccepted:
        """Put a fresh group in the place of a frozen one.

        The same commit again gives the same answer. Raises `NotFound`, `Forbidden`
        (not a maker), `RateLimited` (not their turn so far), `Conflict` (not frozen,
        begun by somebody else, or with other people), `BadRequest` or `TooLarge`.
        """
        bundle = read_recreation(request)
        welcomes = [
            (WelcomeId(new_id(self._rng)), device) for _, device in bundle.change.adds
        ]
        actor = (principal.account, principal.device)
        script = partial(_recreate, actor, request, bundle, welcomes)
        accepted, is_new = await self._writer.run(script, lane=WriterLane.COMMIT)
        if is_new:
            self.counters.recreated += 1
            log.warning("group.recreated", conversation=request.conversation)
        return accepted


def read_recreation(request: GroupRecreate) -> Bundle:
    """Check what can be checked without the database, else `BadRequest`, `TooLarge`."""
    size = len(request.commit) + len(request.welcome) + len(request.group_info)
    if size > MAX_BUNDLE_BYTES:
        raise TooLarge("commit, Welcome and GroupInfo are too large together")
    header = framing_header(request.commit)
    check_binding(header, header.group_id, request.client_id)
    if header.content_type is not ContentType.COMMIT or header.epoch != 0:
        raise BadRequest("not the first commit of a group")
    change = declared_change(header.authenticated_data)
    if change.removes:
        raise BadRequest("a fresh group has nobody to remove")
    check_welcome(request.welcome, change)
    return Bundle(
        conversation=request.conversation,
        client_id=request.client_id,
        commit=request.commit,
        group_info=request.group_info,
        group=header.group_id,
        epoch=header.epoch,
        change=change,
    )


def _reject(
    actor: Leaf, request: GroupReject, transaction: Transaction
) -> tuple[FreezeRow | None, FreezeRow | None]:
    """What the conversation was frozen by before, and is by now."""
    connection = transaction.connection
    state = load(connection, request.conversation)
    check_is_member(state, actor[1])
    live_device(connection, actor)
    if request.group != state.group:
        raise StaleEpoch("the group is over")
    if state.frozen is not None:
        return state.frozen, state.frozen
    commit = groups.winning_commit(connection, state.group, request.epoch)
    if commit is None:
        raise BadRequest("there is no such commit")
    if state.devices[actor[1]].joined_seq >= commit.seq:
        raise BadRequest("the commit is from before this device came")
    store.record_rejection(
        transaction, state.group, commit.epoch, actor, request.reason
    )
    freeze = _verdict(transaction, state, commit)
    if freeze is not None:
        store.freeze(transaction, state.id, freeze)
        frozen = replace(state, freezes=(*state.freezes, freeze))
        transaction.publish(RoomChanged(state.id, room_of(frozen)))
        transaction.publish(FreezeChanged(state.id, False, _devices(state)))
    return None, freeze


def _verdict(
    transaction: Transaction, state: ConversationState, commit: CommitRow
) -> FreezeRow | None:
    """The freeze that the rejections of a commit lead to, if they are enough."""
    connection = transaction.connection
    committer = state.devices[commit.device].account
    returned = store.returned_since(connection, state.id, commit.seq)
    there = {
        (account, device)
        for account, device in state.membership.leaves
        if state.devices[device].joined_seq < commit.seq or device in returned
    }
    rejecting = store.rejecting(connection, state.group, commit.epoch)
    if not is_frozen_by({account for account, _ in there}, committer, rejecting):
        return None
    return FreezeRow(
        group=state.group,
        epoch=commit.epoch,
        seq=commit.seq,
        committer=committer,
        devices=frozenset(device for _, device in there),
        at=transaction.now,
        stuck=is_stuck(recreated_at(state), transaction.now),
        recreated_at=None,
    )


def _recreate(
    actor: Leaf,
    request: GroupRecreate,
    bundle: Bundle,
    welcomes: list[tuple[WelcomeId, DeviceId]],
    transaction: Transaction,
) -> tuple[CommitAccepted, bool]:
    connection = transaction.connection
    state = load(connection, request.conversation)
    check_is_member(state, actor[1])
    fresh = GroupId(id_text(bundle.group))
    if state.group == fresh:
        before = answered_before(connection, state, actor, bundle)
        if before is None:
            raise Conflict("this group has begun otherwise")
        return before, False
    freeze = state.frozen
    if freeze is None or request.replaces != state.group:
        raise Conflict("the conversation is not frozen, or goes on already")
    check_turn(state, freeze, actor[0], transaction.now)
    for leaf in (actor, *bundle.change.adds):
        live_device(connection, leaf)
    after = fresh_membership(
        state, freeze, actor, bundle.change.adds, _revoked(connection, state)
    )
    last = groups.group_info(connection, state.group)
    bundle_parts.let_go(transaction, last.group_info if last else None)
    store.replace_group(transaction, state.id, state.group, fresh)
    over = replace(freeze, recreated_at=transaction.now)
    freezes = (*(each for each in state.freezes if each != freeze), over)
    begun = replace(state, group=fresh, epoch=0, freezes=freezes)
    accepted = end_epoch(transaction, begun, actor, bundle, after)
    queue_welcomes(transaction, state, actor, request.welcome, welcomes, accepted.seq)
    transaction.publish(FreezeChanged(state.id, True, _devices(state)))
    return accepted, True


def _devices(state: ConversationState) -> frozenset[DeviceId]:
    return frozenset(device for _, device in state.membership.leaves)


def _revoked(connection: Connection, state: ConversationState) -> frozenset[DeviceId]:
    return accounts.revoked_among(connection, sorted(_devices(state)))
