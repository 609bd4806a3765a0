"""The groups of this device, as calls need them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress

from mentalverse_crypto.attendance import mark
from mentalverse_crypto.ciphersuite import sign
from mentalverse_crypto.content import Body, Content, Unknown
from mentalverse_crypto.group import members
from mentalverse_crypto.identity import AccountIdentity
from mentalverse_signaling.conversation import ConversationKind, Leaf
from mentalverse_signaling.ids import AccountId, ConversationId, DeviceId

from ..account.trust import leaf_of
from ..engine import Engine
from ..errors import NotAMember
from ..groups.beside import open_beside, seal_beside
from ..groups.room import Room
from .group_rules import Change, Leaves
from .key_ring import EpochKeys, keys_of

LOOK_SECONDS = 0.25


class EngineGroups:
    """`CallGroups` on the engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def group(self, conversation: str) -> EngineGroup:
        """One of them; waits until this device is in it."""
        await self._engine.until(lambda: conversation in self._engine.rooms)
        return EngineGroup(self._engine, self._engine.rooms[conversation])

    async def make(self) -> ConversationId:
        """See `CallGroups`."""
        return (await self._engine.create(ConversationKind.CALL, [])).id

    def change(self, group: ConversationId, change: Change) -> None:
        """See `CallGroups`."""
        room = self._engine.rooms.get(group)
        if room is None:
            raise NotAMember("this device is not in the group of the call")
        room.plan_change(change.add, change.remove, change.staff)
        self._engine.adopt(room)

    def leaves(self, group: ConversationId) -> Leaves | None:
        """See `CallGroups`."""
        room = self._engine.rooms.get(group)
        if room is None or not room.is_followed:
            return None
        devices: dict[AccountId, set[DeviceId]] = defaultdict(set)
        for account, device in room.leaves:
            devices[account].add(device)
        return {account: frozenset(held) for account, held in devices.items()}

    def people(self, conversation: ConversationId) -> frozenset[AccountId]:
        """See `CallGroups`."""
        room = self._engine.rooms.get(conversation)
        return frozenset() if room is None else room.accounts

    def planned(self, group: ConversationId) -> frozenset[AccountId]:
        """See `CallGroups`."""
        room = self._engine.rooms.get(group)
        entries = () if room is None else [entry for _, entry in room.waiting()]
        return frozenset(it for e in entries for it in (*e.add, *e.remove))


class EngineAccounts:
    """`Accounts` on the engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sign(self, octets: bytes) -> bytes:
        """See `Accounts`."""
        return sign(self._engine.device.profile.device_key, octets)

    def now_ms(self) -> int:
        """See `Accounts`."""
        return self._engine.device.now_ms()

    async def identity(self, account: AccountId) -> AccountIdentity:
        """See `Accounts`."""
        listed = await self._engine.checked_list(account)
        return AccountIdentity(listed.account_id, listed.account_public)


class EngineGroup:
    """`KeyGroup` on a room."""

    def __init__(self, engine: Engine, room: Room) -> None:
        self._engine = engine
        self._room = room

    @property
    def kind(self) -> ConversationKind:
        """Of the conversation that it belongs to."""
        return self._room.record.kind

    def keys(self) -> EpochKeys:
        """Of the epoch as it is now."""
        return keys_of(self._room.state)

    def mark(self, session: bytes, call: bytes) -> bytes:
        """See `KeyGroup`."""
        return mark(self._room.state, session, call)

    async def later_than(self, epoch: int) -> None:
        """Wait until there is a later epoch. Fresh keys alone are told to nobody."""
        while self._room.state.epoch <= epoch:
            self._engine.updates.require_running()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._engine.updates.next().wait()

    def signature_key(self, leaf: Leaf) -> bytes | None:
        """See `KeyGroup`."""
        return next(
            (
                member.signature_key
                for member in members(self._room.state)
                if leaf_of(member.credential) == leaf
            ),
            None,
        )

    def renew(self) -> None:
        """See `KeyGroup`."""
        self._room.spent_keys_at_ms = self._room.record.keys_at_ms
        self._engine.adopt(self._room)

    def seal(self, body: Body) -> bytes:
        """See `seal_beside`."""
        return seal_beside(self._engine.device, self._room, body)

    def open(self, message: bytes) -> tuple[Leaf, Content | Unknown]:
        """See `open_beside`."""
        return open_beside(self._engine.device, self._room, message)
