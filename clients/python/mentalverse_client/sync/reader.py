"""Follows the server: reads logs, hears notices; `welcoming` joins.

A log is read page by page until its head, one reader per conversation at a time.
A push applies at once if it is the next row and can be read; otherwise the log is
asked (see `receiving`). Rows the server leaves out of a page are noticed by their
numbers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from secrets import SystemRandom
from typing import Any

import msgspec

from mentalverse_crypto.content import Typing
from mentalverse_crypto.detached import is_detached
from mentalverse_crypto.errors import MlsError
from mentalverse_signaling.cursor import Step, contiguous, on_head, rewound
from mentalverse_signaling.device_events import (
    CheckpointReached,
    DeviceCheckpoint,
    DevicesChanged,
)
from mentalverse_signaling.errors import (
    CursorExpired,
    Fault,
    Internal,
    SignalingError,
)
from mentalverse_signaling.events import (
    ConversationAdvanced,
    ConversationList,
    Conversations,
    ConversationSync,
    ConversationView,
    CursorAdvance,
    Empty,
    Fact,
    GroupWelcomed,
    LeaveRequested,
    LogPage,
    LogRow,
    MessageSent,
)
from mentalverse_signaling.freeze_events import GroupFrozen, GroupRecreated
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.key_events import KeysRemaining

from ..account.device import Device
from ..account.device_watch import DeviceWatch
from ..account.keys import KeyPool
from ..account.renewal import Renewal
from ..errors import (
    BlobDamaged,
    NotConnected,
    NotProven,
    PartUnavailable,
    PeerChanged,
)
from ..groups import fresh
from ..groups.people import learn, outsiders
from ..groups.receiving import Applied
from ..groups.room import Room
from ..line.connection import Connection
from ..log.alarms import AlarmKind
from ..log.transparency import Transparency
from ..store.records import Standing
from ..updates import Update, UpdateKind, Updates
from .parts import Parts
from .welcoming import Welcoming

LEAVE_JITTER_SECONDS = 3.0
"""Spreads the members who all could commit somebody's leaving."""

_log = logging.getLogger(__name__)
_uniform = SystemRandom().uniform


class Reader:
    """Keeps every conversation at the server's head."""

    def __init__(
        self,
        device: Device,
        connection: Connection,
        updates: Updates,
        adopt: Callable[[Room], None],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        transparency: Transparency,
        watch: DeviceWatch,
        parts: Parts,
    ) -> None:
        self.rooms: dict[str, Room] = {}
        self._device = device
        self._connection = connection
        self._updates = updates
        self._watch = watch
        self._parts = parts
        self._renewal = Renewal(device)
        self._adopt = adopt
        self._spawn = spawn
        self._transparency = transparency
        self._keys = KeyPool(device)
        self._welcomes = Welcoming(
            device,
            connection,
            parts,
            self._keys,
            transparency.alarms,
            self,
            adopt,
            transparency.log.checked_list,
        )
        self._locks: dict[str, asyncio.Lock] = {}
        self._viewing = asyncio.Lock()
        self._handlers: dict[type[Fact], Callable[[Any], Coroutine[Any, Any, None]]] = {
            MessageSent: self._on_row,
            ConversationAdvanced: self._on_hint,
            GroupWelcomed: self._welcomes.take,
            LeaveRequested: self._on_leave,
            GroupFrozen: self._on_freeze,
            GroupRecreated: self._on_freeze,
            KeysRemaining: self._on_keys,
            DevicesChanged: self._on_devices,
        }
        self._told_writes = -1

    async def catch_up(self) -> None:
        """Bring everything to where the server is; raises when the line breaks."""
        await self._checkpoint()
        await self._renewal.renew_if_due()
        await self._keys.refill(self._connection)
        await self._welcomes.take_all()
        for view, asked_at in await self._views():
            room = self.rooms.get(view.conversation)
            if room is not None:
                await self._compare_or_pass(room, view, asked_at)

    def connected(self) -> None:
        """A new connection: the server may know of writes that are not here."""
        self._told_writes = -1
        self._welcomes.forget_damage()
        self._watch.look([self._device.profile.identity.account])

    async def _checkpoint(self) -> None:
        """Tell how far this store is; one that was further is the newer one.

        Then every ratchet here is an older copy, and keys of it have been used.
        """
        vault = self._device.profile.vault
        if vault.writes == self._told_writes:
            return
        told = vault.writes
        answer = await self._connection.call(
            "device.checkpoint", DeviceCheckpoint(told), CheckpointReached
        )
        if answer.reached > told:
            for room in self.rooms.values():
                room.require_renewal()
                self._adopt(room)
            vault.raise_writes(answer.reached)
        self._told_writes = told

    async def hear(self, fact: Fact) -> None:
        """Act on a notice."""
        handler = self._handlers.get(type(fact))
        if handler is not None:
            await handler(fact)

    async def sync(self, room: Room) -> None:
        """Read a conversation's log to its end."""
        async with self._locks.setdefault(room.id, asyncio.Lock()):
            while room.is_followed and await self._page(room):
                pass

    async def _page(self, room: Room) -> bool:
        """Read one page; whether another one follows."""
        since = room.record.cursor
        try:
            page = await self._connection.call(
                "conversation.sync", ConversationSync(room.id, since), LogPage
            )
        except CursorExpired:
            # Removed and added again while away: the commits in between are not
            # for this device. The Welcome of the new joining leads on.
            room.update_record(standing=Standing.LEFT, cause="you were removed")
            self._updates.publish(Update(UpdateKind.CONVERSATION, room.id))
            return False
        if not contiguous(since, [row.seq for row in page.rows]):
            raise Internal("the server left rows out of its log")
        await self._take(room, page.rows, from_log=True)
        return bool(page.rows) and room.record.cursor < page.head

    async def _take(
        self, room: Room, rows: Sequence[LogRow], *, from_log: bool
    ) -> None:
        """Apply rows, and tell the program what they held."""
        standing = room.record.standing
        rows = [await self._whole_row(room, row) for row in rows]
        applied = room.receive(rows, from_log=from_log)
        if applied.list_needed is not None:
            applied = await self._with_list(room, rows, applied, from_log=from_log)
        broken = room.record.standing is Standing.BROKEN
        breaks = broken and standing is not Standing.BROKEN
        # What cannot be applied may be a fresh group's that left this device out.
        if applied.members_changed or breaks:
            await self._views_if_possible()
        self._publish(room, applied)
        if applied.history.heads:
            self._transparency.look_again()
        if applied.members_changed or room.record.standing is not standing:
            self._updates.publish(Update(UpdateKind.CONVERSATION, room.id))
            # The standing may be one in which the courier has something to do.
            self._adopt(room)
        if applied.must_sync and not from_log:
            await self.sync(room)

    async def _whole_row(self, room: Room, row: LogRow) -> LogRow:
        """The row with its commit, if another stands in for that.

        One that cannot be had stays as it is, and is refused where rows are applied.

        Raises:
            PartUnavailable: the server does not give it now.
        """
        if not is_detached(row.payload) or row.seq <= room.record.cursor:
            return row
        staged = room.staged()
        if staged is not None and staged.commit == row.payload:
            return row
        try:
            payload = await self._parts.whole(row.payload)
        except (BlobDamaged, MlsError) as error:
            _log.warning("a commit could not be fetched: %s", error)
            return row
        return msgspec.structs.replace(row, payload=payload)

    async def _with_list(
        self,
        room: Room,
        rows: Sequence[LogRow],
        applied: Applied,
        *,
        from_log: bool,
    ) -> Applied:
        """Go on with rows once the lists are known that they are judged by.

        Raises:
            SignalingError, NotConnected: a list was not given; the rows wait.
        """
        asked: set[AccountId] = set()
        while (account := applied.list_needed) is not None:
            self._publish(room, applied)
            with suppress(NotProven, PeerChanged):
                await self._transparency.log.checked_list(account)
            asked.add(account)
            changed = applied.members_changed
            applied = room.receive(rows, from_log=from_log, asked=asked)
            applied.members_changed |= changed
        return applied

    def _publish(self, room: Room, applied: Applied) -> None:
        for kind, messages in (
            (UpdateKind.MESSAGE, applied.history.arrived),
            (UpdateKind.CHANGED, applied.history.changed),
        ):
            for message in messages:
                self._updates.publish(Update(kind, message.conversation, message.id))
        for message in applied.history.arrived:
            if not message.mine:
                room.signs.wrote(message.account, message.at)
        for sign in applied.history.signs:
            if isinstance(sign.body, Typing):
                room.signs.heard(sign.account, sign.at, on=sign.body.on)
                self._updates.publish(Update(UpdateKind.TYPING, room.id))
            else:
                room.signs.was_here(sign.at)
                self._updates.publish(Update(UpdateKind.READ, room.id))

    async def _compare_or_pass(
        self, room: Room, view: ConversationView, asked_at: int
    ) -> None:
        """One conversation the server refuses must not keep the others waiting."""
        try:
            await self._compare(room, view, asked_at)
        except PartUnavailable as error:
            _log.warning("a conversation could not be compared: %s", error.code)
        except SignalingError as error:
            if error.fault is Fault.SERVER:
                raise
            _log.warning("a conversation could not be compared: %s", error.code)

    async def _compare(self, room: Room, view: ConversationView, asked_at: int) -> None:
        """Bring one conversation to where the server says it is.

        `asked_at`: the cursor when the view was asked for. Rows that were pushed
        since then may have overtaken it, and say nothing about a shorter log.
        """
        if view.head >= view.cursor > room.record.cursor:
            # The server was told of rows that this state has not seen.
            room.require_renewal()
            self._adopt(room)
        if room.is_followed and rewound(asked_at, view.head):
            room.rewind(view.head, view.epoch)
            self._updates.publish(Update(UpdateKind.REWOUND, room.id))
        elif on_head(room.record.cursor, view.head) is Step.SYNC:
            await self.sync(room)
        if view.cursor < room.record.cursor:
            told = CursorAdvance(room.id, room.record.cursor)
            await self._connection.call("cursor.advance", told, Empty)
        for account in room.record.leaving:
            self._spawn(self._let_go(room, account))

    async def _views(self) -> list[tuple[ConversationView, int]]:
        """How all conversations stand, each with the cursor when that was asked for.

        One at a time: else an earlier answer could be heeded after a later one.
        """
        views: list[tuple[ConversationView, int]] = []
        async with self._viewing:
            more = True
            while more:
                after = views[-1][0].conversation if views else None
                cursors = {id: room.record.cursor for id, room in self.rooms.items()}
                listed = await self._connection.call(
                    "conversation.list", ConversationList(after), Conversations
                )
                for view in listed.conversations:
                    views.append((view, cursors.get(view.conversation, 0)))
                more = listed.more and bool(listed.conversations)
            for view, _ in views:
                self._take_over(view)
        return views

    def _take_over(self, view: ConversationView) -> None:
        """What only the server can know of a conversation."""
        room = self.rooms.get(view.conversation)
        if room is None:
            return
        self._heed(room, view)
        self._watch.look(learn(self._device, room, view) | room.unlisted())
        for account in outsiders(room, view):
            alarms = self._transparency.alarms
            alarms.tell(AlarmKind.OUTSIDER, account, room.id)

    def _heed(self, room: Room, view: ConversationView) -> None:
        if fresh.heed(room, view):
            self._updates.publish(Update(UpdateKind.CONVERSATION, room.id))
            self._adopt(room)

    async def look_at_views(self) -> None:
        """Ask the server how all conversations stand.

        Raises:
            SignalingError, NotConnected: it gave no answer.
        """
        await self._views()

    async def _views_if_possible(self) -> None:
        try:
            await self._views()
        except (NotConnected, SignalingError):
            _log.debug("names of new members will be asked for on the next connect")

    # --- notices ---

    async def _on_row(self, sent: MessageSent) -> None:
        room = self.rooms.get(sent.conversation)
        if room is not None and room.is_followed:
            if is_detached(sent.payload):
                await self.sync(room)
                return
            row = LogRow(sent.seq, sent.at, sent.payload)
            await self._take(room, (row,), from_log=False)

    async def _on_hint(self, hint: ConversationAdvanced) -> None:
        room = self.rooms.get(hint.conversation)
        if room is not None and hint.head > room.record.cursor:
            await self.sync(room)

    async def _on_freeze(self, _: GroupFrozen | GroupRecreated) -> None:
        await self._views()

    async def _on_keys(self, _: KeysRemaining) -> None:
        await self._keys.refill(self._connection)

    async def _on_devices(self, changed: DevicesChanged) -> None:
        self._watch.look([changed.account])

    async def entered(self, room: Room) -> None:
        """Learn who is called what in a conversation, and read its log."""
        await self._views_if_possible()
        self._updates.publish(Update(UpdateKind.CONVERSATION, room.id))
        await self.sync(room)

    async def _on_leave(self, asked: LeaveRequested) -> None:
        room = self.rooms.get(asked.conversation)
        if room is not None:
            self._spawn(self._let_go(room, asked.account))

    async def _let_go(self, room: Room, account: AccountId) -> None:
        """Commit the leaving of somebody who asked for it, unless others did."""
        if account == self._device.profile.identity.account:
            return
        await asyncio.sleep(_uniform(0, LEAVE_JITTER_SECONDS))
        planned = any(account in entry.remove for _, entry in room.waiting())
        may_commit = room.is_followed and not room.is_held
        if may_commit and account in room.accounts and not planned:
            room.plan_change(remove=[account])
            self._adopt(room)
