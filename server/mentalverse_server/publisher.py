"""Tells connected devices what was committed.

Runs on the event loop right after COMMIT and before anybody is acknowledged, so
a row is on its way to its readers when its sender learns that it is durable. A
push is a hint: a device that misses it reads the log. Hence nothing here waits,
retries or remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

from mentalverse_signaling import device_events
from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.events import (
    ConversationAdvanced,
    GroupWelcomed,
    LeaveRequested,
    MessageSent,
)
from mentalverse_signaling.freeze_events import GroupFrozen, GroupRecreated
from mentalverse_signaling.ids import ConversationId, DeviceId
from mentalverse_signaling.key_events import KeysRemaining

from .clock import to_millis
from .services.directory import Directory, Room, RoomChanged
from .services.keys import PoolRanLow
from .store.facts import (
    AccountsTold,
    DevicesChanged,
    FreezeChanged,
    LeaveAsked,
    RowAppended,
    SignInEnded,
    WelcomeQueued,
)
from .transport.connections import Connections
from .transport.frames import Push, encode_push

_F = TypeVar("_F")


class Publisher:
    """Listens to the writer and pushes to the live connections."""

    def __init__(self, connections: Connections, directory: Directory) -> None:
        self._connections = connections
        self._directory = directory
        self._by_fact: dict[type[Any], Callable[[Any], None]] = {
            RowAppended: self._row_appended,
            RoomChanged: directory.replace,
            WelcomeQueued: self._welcome_queued,
            LeaveAsked: self._leave_asked,
            FreezeChanged: self._freeze_changed,
            SignInEnded: self._sign_in_ended,
            PoolRanLow: self._pool_ran_low,
            DevicesChanged: self._devices_changed,
            AccountsTold: self._accounts_told,
        }

    def listen(self, fact: type[_F], listener: Callable[[_F], None]) -> None:
        """Let `listener` have every fact of a type that is not pushed to devices."""
        self._by_fact[fact] = listener

    def on_committed(self, facts: Sequence[object]) -> None:
        """Announce the facts of a batch, in commit order."""
        by_fact = self._by_fact
        for fact in facts:
            announce = by_fact.get(type(fact))
            if announce is not None:
                announce(fact)

    def _row_appended(self, row: RowAppended) -> None:
        """To every device in the group at that row, the sender's own included.

        The removed devices of a commit are still among them: its `RoomChanged`
        follows the row.
        """
        room = self._directory.get(row.conversation)
        if room is None:
            self._directory.when_loaded(
                row.conversation, partial(self._advance, row.conversation, row.seq)
            )
            return
        push: Push | None = None
        hint: Push | None = None
        by_device = self._connections.by_device
        for device in room.devices:
            for connection in by_device(device):
                if connection.is_congested:
                    hint = hint or _advanced(row.conversation, row.seq)
                    connection.hint(row.conversation, hint)
                else:
                    push = push or _sent(row)
                    connection.send(push)

    def _advance(
        self, conversation: ConversationId, head: int, found: Room | SignalingError
    ) -> None:
        """The room was not in memory when the row came: a hint is enough."""
        if isinstance(found, Room):
            self._send(found.devices, _advanced(conversation, head))

    def _leave_asked(self, asked: LeaveAsked) -> None:
        room = self._directory.get(asked.conversation)
        if room is not None:
            fact = LeaveRequested(asked.conversation, asked.account)
            self._send(room.devices, encode_push("conversation.leave_requested", fact))

    def _freeze_changed(self, changed: FreezeChanged) -> None:
        conversation = changed.conversation
        push = (
            encode_push("group.recreated", GroupRecreated(conversation))
            if changed.recreated
            else encode_push("group.frozen", GroupFrozen(conversation))
        )
        self._send(changed.devices, push)

    def _welcome_queued(self, queued: WelcomeQueued) -> None:
        fact = GroupWelcomed(
            welcome=queued.welcome_id,
            conversation=queued.conversation,
            kind=queued.kind,
            joined_seq=queued.joined_seq,
            payload=queued.payload,
        )
        self._send((queued.device,), encode_push("group.welcomed", fact))

    def _pool_ran_low(self, low: PoolRanLow) -> None:
        fact = KeysRemaining((low.pool,))
        self._send((low.device,), encode_push("keys.ran_low", fact))

    def _devices_changed(self, changed: DevicesChanged) -> None:
        fact = device_events.DevicesChanged(changed.account, changed.counter)
        self._send(changed.audience, encode_push("account.devices_changed", fact))

    def _accounts_told(self, told: AccountsTold) -> None:
        push = encode_push(told.event, told.notice)
        for account in told.accounts:
            for connection in self._connections.by_account(account):
                connection.send(push)

    def _sign_in_ended(self, ended: SignInEnded) -> None:
        self._connections.end_sign_in(ended.sign_in, ended.reason)

    def _send(self, devices: Iterable[DeviceId], push: Push) -> None:
        for device in devices:
            for connection in self._connections.by_device(device):
                connection.send(push)


def _sent(row: RowAppended) -> Push:
    fact = MessageSent(row.conversation, row.seq, to_millis(row.at), row.payload)
    return encode_push("message.sent", fact)


def _advanced(conversation: ConversationId, head: int) -> Push:
    return encode_push(
        "conversation.advanced", ConversationAdvanced(conversation, head)
    )
