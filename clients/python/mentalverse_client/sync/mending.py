"""Decides what this device does about a commit that does not apply.

| Conversation                          | Then                                       |
|---------------------------------------|--------------------------------------------|
| a commit does not apply here          | tell the server which, and why             |
| it is not frozen by that              | after a pause come back alone (`returns`)  |
| frozen, and this account begins       | in its turn make the fresh group (`fresh`) |
| frozen, and another one begins        | wait for a Welcome                         |
| frozen, and nobody may begin any more | say so, and wait                           |

The pause lets the others who cannot follow either say so first. Without it one after
the other would come back into a group that the next bad commit breaks again.

A fresh group that the server refuses for good is left to the others, and tried again
after an hour if nobody could begin it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from secrets import SystemRandom
from typing import Protocol

from mentalverse_crypto.errors import MlsError
from mentalverse_crypto.framing import decode_message
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_signaling.errors import Fault, RateLimited, SignalingError, StaleEpoch
from mentalverse_signaling.events import CommitAccepted
from mentalverse_signaling.freeze_events import (
    FrozenView,
    GroupRecreate,
    GroupReject,
    RejectionNoted,
)
from mentalverse_signaling.freezing import TURN
from mentalverse_signaling.ids import GroupId
from mentalverse_signaling.key_events import KeysTake, KeysTaken

from ..account.device import Device
from ..errors import NotConnected, NotProven, PeerChanged
from ..groups import fresh
from ..groups.commit_rules import CommitRefused
from ..groups.room import Room
from ..store.records import Staged, Standing
from .link import Link

RETURN_SECONDS = 10.0
"""How long others have to say that they cannot follow either."""
JITTER_SECONDS = 1.0
"""Spreads the devices of the account whose turn it is."""
RETRY_SECONDS = 5.0
LEAVE_SECONDS = 3600.0

_Freeze = tuple[str, FrozenView | None]
_NO_FREEZE: _Freeze = ("", None)

_log = logging.getLogger(__name__)
_uniform = SystemRandom().uniform


class MendingLink(Link, Protocol):
    """What mending needs of the client around it."""

    @property
    def rooms(self) -> dict[str, Room]:
        """Every conversation of this device by id."""

    def adopt(self, room: Room) -> None:
        """Look into a conversation again."""

    async def entered(self, room: Room) -> None:
        """Learn who is called what in it, and read on."""

    async def look_at_views(self) -> None:
        """Ask the server how all conversations stand."""


class Mending:
    """Rejects commits, and begins fresh groups."""

    def __init__(
        self, device: Device, link: MendingLink, come_back: Callable[[], None]
    ) -> None:
        """`come_back`: called when `may_return` may have changed."""
        self._device = device
        self._link = link
        self._come_back = come_back
        self._work = asyncio.Event()
        self._told: dict[str, tuple[str, int]] = {}
        """By conversation: group and epoch of the commit that was rejected last."""
        self._turns: dict[str, tuple[_Freeze, float]] = {}
        """By conversation: a freeze, and the loop's time at which our turn begins."""
        self._alone: dict[tuple[str, int], float] = {}
        """By rejected commit: the loop's time from which the device may return."""
        self._wake_at: float | None = None

    def look(self) -> None:
        """See whether there is something to do."""
        self._work.set()

    def may_return(self, room: Room) -> bool:
        """Whether a conversation that cannot be followed may be come back into."""
        if room.record.frozen:
            return False
        if room.record.rejects is None:
            return True
        return self._alone.get(_commit(room), float("inf")) <= _now()

    async def run(self) -> None:
        """Mend whatever can be mended, until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._wake_at):
                    await self._work.wait()
            self._work.clear()
            self._wake_at = None
            await self._link.ready()
            for room in list(self._link.rooms.values()):
                try:
                    await self._mend(room)
                except (NotConnected, SignalingError) as error:
                    _log.debug("mending was put off: %s", error)
                    self._wake(_now() + RETRY_SECONDS)

    async def _mend(self, room: Room) -> None:
        is_broken = room.record.standing is Standing.BROKEN
        if is_broken and not room.record.frozen:
            await self._reject(room)
            if self.may_return(room):
                self._come_back()
        if room.record.frozen and self._is_our_turn(room):
            await self._begin_or_leave(room)

    # --- rejecting ---

    async def _reject(self, room: Room) -> None:
        """Tell the server of a commit that does not apply; once for each start."""
        commit, reason = _commit(room), room.record.rejects
        if reason is None:
            return
        if self._told.get(room.id) == commit:
            self._wake(self._alone[commit])
            return
        group, epoch = commit
        request = GroupReject(room.id, GroupId(group), epoch, reason)
        pause = RETURN_SECONDS + _uniform(0, JITTER_SECONDS)
        try:
            noted = await self._link.call("group.reject", request, RejectionNoted)
        except StaleEpoch:
            # Others were faster: the fresh group is there, and so is our Welcome.
            noted = RejectionNoted(frozen=True)
        except SignalingError as error:
            if error.fault is Fault.SERVER:
                raise
            _log.warning("a rejection was not taken: %s", error.code)
            noted, pause = RejectionNoted(frozen=False), 0.0
        self._told[room.id] = commit
        self._alone[commit] = _now() + pause
        self._wake(self._alone[commit])
        if noted.frozen:
            await self._link.look_at_views()

    # --- beginning anew ---

    def _is_our_turn(self, room: Room) -> bool:
        """Whether to begin now; if our turn is later, this is looked at again then."""
        freeze, own = room.freeze, self._device.profile.identity.account
        known, due = self._turns.get(room.id, (_NO_FREEZE, _now()))
        if fresh.staged(self._device, room) is None:
            if freeze is None or own not in freeze.makers:
                return False
            if freeze.epoch not in room.state.resumption_psks:
                return False
            if known != _freeze(room):
                wait = freeze.makers.index(own) * TURN.total_seconds()
                due = self._begins_in(room, wait)
        # Else a first commit was sent: whether it was taken, only the server knows.
        self._wake(due)
        return due <= _now()

    def _begins_in(self, room: Room, seconds: float) -> float:
        """Put our turn off; the loop's time at which it begins."""
        due = _now() + seconds + _uniform(0, JITTER_SECONDS)
        self._turns[room.id] = (_freeze(room), due)
        self._wake(due)
        return due

    async def _begin_or_leave(self, room: Room) -> None:
        try:
            await self._begin(room)
        except RateLimited as error:
            self._begins_in(room, (error.retry_after_ms or 0) / 1000)
        except (
            SignalingError,
            MlsError,
            CommitRefused,
            NotProven,
            PeerChanged,
        ) as error:
            if isinstance(error, SignalingError) and error.fault is Fault.SERVER:
                raise
            _log.warning("a fresh group was not begun: %s", error)
            fresh.unstage(self._device, room)
            self._begins_in(room, LEAVE_SECONDS)
            await self._link.look_at_views()

    async def _begin(self, room: Room) -> None:
        made = fresh.staged(self._device, room)
        if made is None and room.freeze is not None:
            # What can be read of the group that ends is read before it does.
            await self._link.sync(room)
            made = await self._stage(room, room.freeze)
        if made is None:
            return
        await self._link.store(made.parts)
        request = GroupRecreate(
            room.id,
            made.client_id,
            GroupId(room.record.group),
            made.commit,
            made.welcome or b"",
            made.group_info or b"",
        )
        accepted = await self._link.call("group.recreate", request, CommitAccepted)
        fresh.enter(self._device, room, made, accepted)
        self._link.adopt(room)
        await self._link.entered(room)

    async def _stage(self, room: Room, freeze: FrozenView) -> Staged:
        leaves = fresh.wanted(room, self._device.leaf, freeze)
        found: list[KeyPackage] = []
        for account in sorted({account for account, _ in leaves}):
            devices = tuple(sorted(d for a, d in leaves if a == account))
            request = KeysTake(account, room.suites, devices)
            taken = await self._link.call("keys.take", request, KeysTaken)
            messages = [decode_message(entry.package) for entry in taken.packages]
            found += [each for each in messages if isinstance(each, KeyPackage)]
        packages = fresh.for_leaves(found, leaves)
        await self._link.require_listed([package.leaf_node for package in packages])
        return fresh.stage(self._device, room, freeze, packages)

    def _wake(self, at: float) -> None:
        """Look again at a time of the loop, or before."""
        if at > _now():
            self._wake_at = at if self._wake_at is None else min(at, self._wake_at)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _freeze(room: Room) -> _Freeze:
    return room.record.group, room.freeze


def _commit(room: Room) -> tuple[str, int]:
    """Which commit does not apply: the one that ends the epoch of the group state."""
    return room.record.group, room.state.epoch
