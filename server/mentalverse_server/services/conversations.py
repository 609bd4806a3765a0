"""Conversations: opened, listed, read and left."""

from __future__ import annotations

from functools import partial

from mentalverse_signaling.conversation import ConversationKind, Leaf, seat_of_founder
from mentalverse_signaling.envelope import MAX_PAGE_BYTES, MAX_PAGE_CONVERSATIONS
from mentalverse_signaling.errors import Conflict, CursorExpired, Forbidden, NotFound
from mentalverse_signaling.events import (
    ConversationCreate,
    Conversations,
    ConversationsFound,
    ConversationSync,
    ConversationView,
    CursorAdvance,
    FoundConversation,
    LogPage,
    LogRow,
    MemberView,
)
from mentalverse_signaling.ids import AccountId, ConversationId, DeviceId

from ..clock import to_millis
from ..store import conversations as store
from ..store.conversations import ConversationState, DeviceSpan, load_state
from ..store.engine import Connection, Database
from ..store.facts import LeaveAsked
from ..store.messages import page
from ..store.writer import Transaction, Writer, WriterLane
from ..transport.connections import Principal
from .directory import RoomChanged, room_of
from .epochs import check_is_member, load
from .fresh_groups import frozen_view


class ConversationService:
    """Opens conversations and reads their logs, each device its own part."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def create(
        self, principal: Principal, request: ConversationCreate
    ) -> ConversationView:
        """Open a conversation whose only leaf is the caller's device.

        The same request by the same device gives the conversation as it is.
        `Conflict` if an id is in use otherwise.
        """
        script = partial(_create, principal, request)
        return await self._writer.run(script, lane=WriterLane.COMMIT)

    async def list(
        self, principal: Principal, after: ConversationId | None
    ) -> Conversations:
        """A page of the conversations that this device is or was in."""
        states = await self._database.read(
            store.conversations_of_device,
            principal.device,
            after=after or "",
            limit=MAX_PAGE_CONVERSATIONS + 1,
        )
        shown = states[:MAX_PAGE_CONVERSATIONS]
        return Conversations(
            tuple(view(state, principal.device) for state in shown),
            more=len(states) > len(shown),
        )

    async def find(
        self, principal: Principal, after: ConversationId | None
    ) -> ConversationsFound:
        """A page of the account's conversations that this device is not in."""
        rows = await self._database.read(
            store.conversations_without,
            principal.account,
            principal.device,
            after=after or "",
            limit=MAX_PAGE_CONVERSATIONS + 1,
        )
        shown = rows[:MAX_PAGE_CONVERSATIONS]
        return ConversationsFound(
            tuple(FoundConversation(row.id, row.group, row.kind) for row in shown),
            more=len(rows) > len(shown),
        )

    async def sync(self, principal: Principal, request: ConversationSync) -> LogPage:
        """A page of the part of the log that is for this device.

        `NotFound` for strangers; `CursorExpired` if `since` is before the
        device's own beginning.
        """
        return await self._database.read(_page, principal.device, request)

    async def leave(self, principal: Principal, conversation: ConversationId) -> None:
        """Ask to leave: the next committer removes the account's devices.

        Asking again is fine. `NotFound` for strangers, `Forbidden` for a device
        that was removed.
        """
        script = partial(_leave, (principal.account, principal.device), conversation)
        await self._writer.run(script, lane=WriterLane.COMMIT)

    async def advance(self, principal: Principal, request: CursorAdvance) -> None:
        """Remember how far the device has stored the log; never goes back."""
        script = partial(_advance, principal.device, request)
        await self._writer.run(script, lane=WriterLane.OTHER)


def view(state: ConversationState, device: DeviceId) -> ConversationView:
    """A conversation as one of its devices may see it.

    A device that was removed is told nothing from after that.
    """
    span = state.devices[device]
    is_in = span.left_seq is None
    return ConversationView(
        conversation=state.id,
        group=state.group,
        kind=state.kind,
        epoch=state.epoch if is_in else 0,
        head=_visible_head(state.head, span),
        joined_seq=span.joined_seq,
        left_seq=span.left_seq,
        cursor=span.cursor,
        members=_members(state) if is_in else (),
        frozen=frozen_view(state) if is_in else None,
    )


def _members(state: ConversationState) -> tuple[MemberView, ...]:
    membership = state.membership
    devices: dict[AccountId, list[DeviceId]] = {}
    for account, device in sorted(membership.leaves):
        devices.setdefault(account, []).append(device)
    return tuple(
        MemberView(
            account=account,
            handle=state.handles.get(account, ""),
            seat=membership.seats[account],
            devices=tuple(owned),
            leaving=account in membership.leaving,
            list_counter=state.list_counters.get(account, 0),
        )
        for account, owned in devices.items()
    )


def _visible_head(head: int, span: DeviceSpan) -> int:
    """The last row a device may read: for a removed one the row that removed it."""
    return head if span.left_seq is None else span.left_seq


def _create(
    principal: Principal, request: ConversationCreate, transaction: Transaction
) -> ConversationView:
    connection, creator = transaction.connection, (principal.account, principal.device)
    if principal.is_guest and request.kind is not ConversationKind.CRISIS:
        raise Forbidden("a guest opens a conversation to be helped in")
    before = load_state(connection, request.conversation)
    if before is not None:
        if not _is_creation(before, creator, request):
            raise Conflict("this conversation exists")
        return view(before, principal.device)
    store.create_conversation(
        connection,
        request.conversation,
        request.group,
        request.kind,
        creator,
        seat_of_founder(request.kind),
        now=transaction.now,
    )
    state = load(connection, request.conversation)
    transaction.publish(RoomChanged(request.conversation, room_of(state)))
    return view(state, principal.device)


def _is_creation(
    state: ConversationState, creator: Leaf, request: ConversationCreate
) -> bool:
    """Whether the conversation is what this request made: only a creator joins at 0."""
    account, device = creator
    span = state.devices.get(device)
    return (
        span is not None
        and (span.account, span.joined_seq) == (account, 0)
        and (state.group, state.kind) == (request.group, request.kind)
    )


def _page(
    connection: Connection, device: DeviceId, request: ConversationSync
) -> LogPage:
    found = store.head_and_span(connection, request.conversation, device)
    if found is None:
        raise NotFound("no such conversation")
    head, span = found
    if request.since < span.joined_seq:
        raise CursorExpired("the log before this device joined is not for it")
    last = _visible_head(head, span)
    rows = (
        page(
            connection,
            request.conversation,
            request.since,
            last,
            request.limit,
            MAX_PAGE_BYTES,
        )
        if request.since < last
        else ()
    )
    return LogPage(
        tuple(LogRow(row.seq, to_millis(row.at), row.payload) for row in rows), last
    )


def _leave(actor: Leaf, conversation: ConversationId, transaction: Transaction) -> None:
    account, device = actor
    check_is_member(load(transaction.connection, conversation), device)
    if store.mark_leaving(transaction.connection, conversation, account):
        transaction.publish(LeaveAsked(conversation, account))


def _advance(
    device: DeviceId, request: CursorAdvance, transaction: Transaction
) -> None:
    connection = transaction.connection
    conversation, seq = request.conversation, request.seq
    if store.advance_cursor(connection, conversation, device, seq):
        return
    if store.head_and_span(connection, conversation, device) is None:
        raise NotFound("no such conversation")
