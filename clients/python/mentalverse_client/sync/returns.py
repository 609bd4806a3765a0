"""Decides when this device comes back into a conversation by itself (`rejoin`).

| Conversation                               | Then                                 |
|--------------------------------------------|--------------------------------------|
| cannot be followed any further             | at once                              |
| the same, because of somebody's commit     | once it is rejected (`mending`)      |
| is frozen                                  | never: a fresh group comes           |
| the account's, this device not in it, and  |                                      |
| it was handed a resumption PSK of the group| at once: it is a restored device     |
| it is on the account's list for a day      | at once                              |
| neither                                    | another device of the account adds it|

The server lets a device do so three times a day and conversation.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from secrets import SystemRandom
from typing import Protocol

from mentalverse_crypto import persist
from mentalverse_crypto.errors import MlsError
from mentalverse_signaling.errors import (
    EpochTaken,
    Fault,
    Frozen,
    SignalingError,
    StaleEpoch,
)
from mentalverse_signaling.events import (
    CommitAccepted,
    ConversationFind,
    ConversationsFound,
    GroupInfoRequest,
    GroupInfoView,
    GroupRejoin,
)
from mentalverse_signaling.ids import ConversationId, id_bytes

from ..account.device import Device
from ..account.kept import resumption_secrets
from ..errors import BlobDamaged, NotConnected
from ..groups.commit_rules import CommitRefused, may_return_unproven
from ..groups.room import Room
from ..store.records import Staged, Standing, load
from . import rejoin
from .link import Link
from .rejoin import Target

LOOK_SECONDS = 3600.0
"""How often is looked for conversations, and tried again what was refused."""
MAX_ATTEMPTS = 5
JITTER_SECONDS = 1.0

_log = logging.getLogger(__name__)
_uniform = SystemRandom().uniform


class ReturnLink(Link, Protocol):
    """What coming back needs of the client around it."""

    @property
    def rooms(self) -> dict[str, Room]:
        """Every conversation of this device by id."""

    def adopt(self, room: Room) -> None:
        """Take a conversation in."""

    async def entered(self, room: Room) -> None:
        """Learn who is called what in it, and read on."""


class Returns:
    """Brings this device back, one conversation after the other."""

    def __init__(
        self, device: Device, link: ReturnLink, may_return: Callable[[Room], bool]
    ) -> None:
        self._device = device
        self._vault = device.profile.vault
        self._link = link
        self._may_return = may_return
        self._work = asyncio.Event()
        self._not_before: dict[str, float] = {}
        self._find_again_at = 0.0

    def look(self, *, connected: bool = False) -> None:
        """See whether there is something to do; `connected` anew, look everywhere."""
        if connected:
            self._find_again_at = 0.0
        self._work.set()

    async def run(self) -> None:
        """Come back wherever this device can, until cancelled."""
        while True:
            await self._work.wait()
            self._work.clear()
            await self._link.ready()
            try:
                for target in [*self._unfinished(), *self._broken()]:
                    await self._come_back(target)
                for target in await self._found():
                    await self._come_back(target)
            except (NotConnected, SignalingError) as error:
                _log.debug("coming back was cut short: %s", error)

    # --- where to ---

    def _unfinished(self) -> Iterator[Target]:
        """Where a commit was sent and its answer is not known."""
        for name in self._vault.names("staged"):
            staged = load(self._vault, Staged, "staged", name)
            if staged is not None and staged.entering is not None:
                group_id = persist.restore(staged.next_state).group_id
                room = self._link.rooms.get(name)
                yield Target(ConversationId(name), group_id, staged.entering, room)

    def _broken(self) -> Iterator[Target]:
        for room in list(self._link.rooms.values()):
            if room.record.standing is Standing.BROKEN and self._may_return(room):
                yield Target(room.id, room.state.group_id, room.record.kind, room)

    async def _found(self) -> list[Target]:
        """The account's conversations that this device was never in."""
        if time.monotonic() < self._find_again_at:
            return []
        targets: list[Target] = []
        after, more = None, True
        while more:
            page = await self._link.call(
                "conversation.find", ConversationFind(after), ConversationsFound
            )
            for found in page.conversations:
                target = Target(
                    found.conversation, id_bytes(found.group), found.kind, None
                )
                if found.conversation not in self._link.rooms and self._may(target):
                    targets.append(target)
            more = page.more and bool(page.conversations)
            after = page.conversations[-1].conversation if more else None
        self._find_again_at = time.monotonic() + LOOK_SECONDS
        return targets

    def _may(self, target: Target) -> bool:
        """Whether the members and the server let this device in by itself."""
        if resumption_secrets(self._vault, target.group_id):
            return True
        device = self._device
        return may_return_unproven(device.profile.lists, device.leaf, device.now())

    # --- how ---

    async def _come_back(self, target: Target) -> None:
        """Come back into one conversation, or leave it for later.

        Raises:
            SignalingError, NotConnected: by the server's fault; the rest waits too.
        """
        if time.monotonic() < self._not_before.get(target.id, 0.0):
            return
        try:
            for _ in range(MAX_ATTEMPTS):
                if self._is_in(target) or await self._attempt(target):
                    return
                await asyncio.sleep(_uniform(0, JITTER_SECONDS))
        except SignalingError as error:
            if error.fault is Fault.SERVER and error.retry_after_ms is None:
                raise
            self._leave_for_later(target, error.code, error.retry_after_ms)
        except (MlsError, CommitRefused, BlobDamaged) as error:
            self._leave_for_later(target, str(error), None)

    def _is_in(self, target: Target) -> bool:
        """Whether somebody added this device in the meantime."""
        room = self._link.rooms.get(target.id)
        return room is not None and room.is_followed

    async def _attempt(self, target: Target) -> bool:
        """One commit; whether it is settled."""
        staged = load(self._vault, Staged, "staged", target.id)
        if staged is None or staged.entering is None:
            info = await self._link.call(
                "group.info", GroupInfoRequest(target.id), GroupInfoView
            )
            if info.group_info is None:
                self._leave_for_later(target, "the next commit has to come first", None)
                return True
            group_info = await self._link.whole(info.group_info)
            staged = rejoin.stage(self._device, target, group_info)
        await self._link.store(staged.parts)
        request = GroupRejoin(
            target.id, staged.client_id, staged.commit, staged.group_info or b""
        )
        try:
            accepted = await self._link.call("group.rejoin", request, CommitAccepted)
        except (EpochTaken, StaleEpoch):
            self._unstage(target)
            return False
        except Frozen:
            self._unstage(target)  # a fresh group comes first
            return True
        room = rejoin.enter(self._device, target, staged, accepted)
        self._link.adopt(room)
        await self._link.entered(room)
        return True

    def _unstage(self, target: Target) -> None:
        with self._vault.transaction() as write:
            write.delete("staged", target.id)

    def _leave_for_later(
        self, target: Target, cause: str, retry_after_ms: int | None
    ) -> None:
        _log.warning("a conversation could not be come back into: %s", cause)
        self._unstage(target)
        wait = LOOK_SECONDS if retry_after_ms is None else retry_after_ms / 1000
        self._not_before[target.id] = time.monotonic() + wait
