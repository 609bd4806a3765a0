"""Takes a planned change of the group to the log, against whoever else changes it.

A commit is staged, sent, and applied when its row is seen: the log decides which of
two commits ends an epoch, and an answer that got lost decides nothing. The loser
plans anew from what is still outstanding, which may be nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from secrets import SystemRandom

import msgspec

from mentalverse_crypto.framing import decode_message
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_signaling.errors import (
    Conflict,
    EpochTaken,
    Internal,
    NotFound,
    StaleEpoch,
)
from mentalverse_signaling.events import (
    CommitAccepted,
    GroupCommit,
    KeysTake,
    KeysTaken,
)
from mentalverse_signaling.ids import AccountId, ClientId, new_id

from .link import Link
from .records import Outgoing, Staged, Task
from .room import Room

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
            add, remove = self._room.outstanding(entry)
            if not add and not remove:
                return True
            if entry.attempts >= MAX_COMMIT_ATTEMPTS:
                raise Conflict("others changed the group at the same time")
            packages = await self._take_packages(add)
            entry = msgspec.structs.replace(entry, attempts=entry.attempts + 1)
            self._room.update_entry(position, entry)
            staged = self._room.stage(entry, packages)
        await self._commit(staged, entry.staff)
        return not any(self._room.outstanding(entry))

    async def renew(self) -> None:
        """Give this leaf fresh keys, and commit what waits to be committed."""
        self._room.require_sendable()
        staged = self._room.staged()
        if staged is None:
            plan = Outgoing(
                task=Task.CHANGE, client_id=ClientId(new_id(self._rng)), written_at_ms=0
            )
            staged = self._room.stage(plan, ())
        await self._commit(staged, ())

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
        try:
            await self._link.call("group.commit", payload, CommitAccepted)
        except (EpochTaken, StaleEpoch):
            await asyncio.sleep(_uniform(0, COMMIT_JITTER_SECONDS))
        # The row that took the epoch settles it: ours is applied, another one
        # drops what was staged. Until that row is seen, the commit is sent again.
        await self._link.sync(self._room)
        if self._room.staged() == staged:
            raise Internal("an epoch has ended, and its commit is not in the log")

    async def _take_packages(self, accounts: set[AccountId]) -> list[KeyPackage]:
        packages: list[KeyPackage] = []
        for account in sorted(accounts):
            taken = await self._link.call("keys.take", KeysTake(account), KeysTaken)
            found = [decode_message(entry.package) for entry in taken.packages]
            mine = [package for package in found if isinstance(package, KeyPackage)]
            if not mine:
                raise NotFound("this person has no device that can be added")
            packages += mine
        await self._link.require_listed([package.leaf_node for package in packages])
        return packages
