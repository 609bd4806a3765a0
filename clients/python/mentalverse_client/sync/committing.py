"""Takes a planned change of the group to the log, against whoever else changes it.

A commit is staged, sent, and applied when its row is seen: the log decides which of
two commits ends an epoch, and an answer that got lost decides nothing. The loser
plans anew from what is still outstanding, which may be nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from secrets import SystemRandom

import msgspec

from mentalverse_crypto.errors import NoCommonSuite
from mentalverse_crypto.framing import decode_message
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.errors import (
    Conflict,
    EpochTaken,
    Internal,
    NotFound,
    StaleEpoch,
    Unavailable,
)
from mentalverse_signaling.events import CommitAccepted, GroupCommit
from mentalverse_signaling.ids import AccountId, ClientId, DeviceId, new_id
from mentalverse_signaling.key_events import KeysTake, KeysTaken

from ..account.trust import leaf_of
from ..groups.duty import stranded
from ..groups.room import Room
from ..store.records import Outgoing, Staged, Task
from .link import Link

MAX_COMMIT_ATTEMPTS = 5
"""How often a change that lost its epoch to another is planned anew."""
COMMIT_JITTER_SECONDS = 1.0
_uniform = SystemRandom().uniform


class Committer:
    """Commits for one conversation."""

    def __init__(self, room: Room, link: Link, rng: Callable[[int], bytes]) -> None:
        self._room = room
        self._link = link
        self._rng = rng

    async def change(self, position: int, entry: Outgoing) -> bool:
        """Commit a planned change, or a part of the way to it; whether it is done.

        Raises:
            SignalingError: refused, or to be tried again, by its fault.
            MlsError: a KeyPackage or its credential is not acceptable.
        """
        self._room.require_sendable()
        staged = self._room.staged()
        if staged is None:
            todo = self._room.outstanding(entry)
            if not todo:
                return True
            if entry.attempts >= MAX_COMMIT_ATTEMPTS:
                raise Conflict("others changed the group at the same time")
            entry = msgspec.structs.replace(entry, attempts=entry.attempts + 1)
            self._room.update_entry(position, entry)
            staged = await self._stage(entry, todo.accounts)
        await self._commit(staged, entry.staff)
        return not self._room.outstanding(entry)

    async def fulfil(self) -> None:
        """Commit what the group owes to the device lists.

        Raises:
            Unavailable: a revoked device is its account's last in the group, and none
                that could take its place has a KeyPackage.
            SignalingError, MlsError: as `change`.
        """
        self._room.require_sendable()
        staged = self._room.staged()
        if staged is None:
            staged = await self._stage(self._plan())
        await self._commit(staged, ())

    async def renew(self) -> None:
        """Give this leaf fresh keys, and commit what waits to be committed."""
        self._room.require_sendable()
        staged = self._room.staged()
        if staged is None:
            staged = self._room.stage(self._plan(), ())
        await self._commit(staged, ())

    def _plan(self) -> Outgoing:
        return Outgoing(
            task=Task.CHANGE, client_id=ClientId(new_id(self._rng)), written_at_ms=0
        )

    async def _stage(
        self, entry: Outgoing, accounts: Collection[AccountId] = ()
    ) -> Staged:
        """Stage a plan together with what the group owes to the device lists."""
        packages = await self._take_packages(accounts)
        packages += await self._take_devices(self._room.duty().add)
        packages = self._room.settle_suite(packages)
        duty = self._room.duty()
        if stranded(duty, self._room.leaves):
            raise Unavailable("a revoked device cannot be replaced so far")
        entry = msgspec.structs.replace(
            entry,
            add_devices=(*entry.add_devices, *duty.add),
            remove_devices=(*entry.remove_devices, *duty.remove),
        )
        return self._room.stage(entry, packages)

    async def _commit(self, staged: Staged, staff: tuple[AccountId, ...]) -> None:
        """Send a staged commit; it is applied when its row is seen in the log."""
        payload = GroupCommit(
            self._room.id,
            staged.client_id,
            staged.commit,
            staged.welcome,
            staged.group_info,
            staff,
        )
        await self._link.store(staged.parts)
        try:
            await self._link.call("group.commit", payload, CommitAccepted)
        except (EpochTaken, StaleEpoch):
            await asyncio.sleep(_uniform(0, COMMIT_JITTER_SECONDS))
        # The row that took the epoch settles it: ours is applied, another one
        # drops what was staged. Until that row is seen, the commit is sent again.
        await self._link.sync(self._room)
        if self._room.staged() == staged:
            raise Internal("an epoch has ended, and its commit is not in the log")

    async def _take_packages(self, accounts: Collection[AccountId]) -> list[KeyPackage]:
        """Those of every device of these accounts; all of them have to be listed."""
        packages: list[KeyPackage] = []
        for account in sorted(accounts):
            found, lacking = await self._take(account)
            if lacking:
                raise NoCommonSuite(
                    "a device of this person does not support the encryption of "
                    "this conversation"
                )
            if not found:
                raise NotFound(
                    "this person has not been connected yet, or not for a long time"
                )
            packages += found
        return packages

    async def _take_devices(self, leaves: Collection[Leaf]) -> list[KeyPackage]:
        """Those of these devices; those that have none are noted as absent."""
        packages: list[KeyPackage] = []
        for account in sorted({account for account, _ in leaves}):
            wanted = tuple(sorted(d for a, d in leaves if a == account))
            found, _ = await self._take(account, wanted)
            given = {_device_of(package) for package in found}
            self._room.absent.update(set(wanted) - given)
            packages += [package for package in found if _device_of(package) in wanted]
        return packages

    async def _take(
        self, account: AccountId, devices: tuple[DeviceId, ...] | None = None
    ) -> tuple[list[KeyPackage], tuple[DeviceId, ...]]:
        """One per suite that comes into question, and who has none of these."""
        request = KeysTake(account, self._room.suites, devices)
        taken = await self._link.call("keys.take", request, KeysTaken)
        found = [decode_message(entry.package) for entry in taken.packages]
        mine = [package for package in found if isinstance(package, KeyPackage)]
        await self._link.require_listed([package.leaf_node for package in mine])
        return mine, taken.lacking


def _device_of(package: KeyPackage) -> DeviceId:
    return leaf_of(package.leaf_node.credential)[1]
