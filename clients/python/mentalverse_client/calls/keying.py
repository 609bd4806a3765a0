"""Keeps the keys of a call in step with the group that its roster names."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from mentalverse_signaling import call_events as wire
from mentalverse_signaling.call_events import KeyCause
from mentalverse_signaling.call_notices import KeyPrepared
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.ids import ConversationId
from mentalverse_signaling.roster_events import Roster

from ..account.profile import Rng
from .group_rules import may_key
from .key_renewal import Renewal, renew
from .key_ring import KeyRing
from .ports import CallGroups, KeyGroup

_log = logging.getLogger(__name__)

Confirm = Callable[[wire.KeyConfirm], Awaitable[bool]]
"""Tells the server; whether it was heard."""


class Keying:
    """The keys of one call. `run` it in one task for each group it is to follow.

    Args:
        groups: Those of this device.
        own: Account and device.
        rng: Source of randomness.
        now_ms: A clock that does not go back.
        roster: The call as it is now.
        confirm: See `Confirm`.
        moved: Called whenever there are later keys than before.
    """

    def __init__(
        self,
        groups: CallGroups,
        own: Leaf,
        rng: Rng,
        now_ms: Callable[[], int],
        roster: Callable[[], Roster | None],
        confirm: Confirm,
        moved: Callable[[], None],
    ) -> None:
        self._groups, self._own, self._rng = groups, own, rng
        self._now_ms, self._roster = now_ms, roster
        self._confirm, self._moved = confirm, moved
        self._confirmed = 0
        self._renewal: Renewal | None = None
        self.ring = KeyRing(own, rng, now_ms)
        self.group: KeyGroup | None = None
        """Whose members have the keys; None: not known yet."""

    @property
    def is_ready(self) -> bool:
        """Whether there are keys to send and to open with."""
        return self.ring.entered >= 0

    async def run(self, conversation: ConversationId) -> None:
        """Take keys from a group, until cancelled; earlier ones count no more."""
        is_paused = self.ring.is_paused
        self.ring, self.group = KeyRing(self._own, self._rng, self._now_ms), None
        self.ring.is_paused = is_paused
        group = await self._groups.group(conversation)
        roster = self._roster()
        if roster is None or not may_key(roster, conversation, group.kind):
            return _log.warning("the server names a group that is not of this call")
        self.group = group
        while True:
            self.ring.enter(group.keys())
            await self.confirm()
            self._moved()
            await group.later_than(self.ring.entered)

    def look(self) -> None:
        """See that no epoch lasts too long (`key_renewal`); a few times a second."""
        group, roster = self.group, self._roster()
        if group is None or roster is None or not self.is_ready:
            return
        self._renewal, is_due = renew(
            self._renewal,
            self.ring.entered,
            roster.members,
            self._own[0],
            self._now_ms(),
        )
        if is_due:
            group.renew()

    async def prepared(self, told: KeyPrepared) -> None:
        """The server says that a commit was accepted."""
        is_removal = told.cause not in (KeyCause.ADD, KeyCause.REFRESH)
        self.ring.prepared(told.epoch, is_removal)
        await self.confirm()

    async def confirm(self) -> None:
        """Say that frames of the newest epoch can be opened, once they can."""
        roster = self._roster()
        if roster is None or roster.key_epoch is None:
            return
        transition = roster.key_transition
        if roster.key_epoch <= self.ring.entered and transition > self._confirmed:
            confirm = wire.KeyConfirm(roster.call, roster.key_epoch, transition)
            if await self._confirm(confirm):
                self._confirmed = transition
