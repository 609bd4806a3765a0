"""Both connections of this device with a forwarder, and when they are given up.

A path shows that it lives by what comes over it: over the one leg what others send, and
over the other the forwarder's reports of what it gets, about one a second. Both legs
have the same way to it, so where one falls silent the other is judged more strictly.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from mentalverse_signaling.ids import CallId
from mentalverse_signaling.roster_events import Roster

from .leg import Leg
from .leg_rules import is_claimed
from .peer import Common
from .ports import Line
from .publishing import Publishing
from .subscribing import Subscribing
from .watchdog import PathWatch

DEAF_MS = 4_000
"""Without a report of the forwarder for so long, what is sent to it is lost."""
DEAF_TOO_MS = 1_500
"""The same where nothing comes in either."""


class Legs:
    """`run` them in one task, and `reconcile` whenever the roster is another one.

    Args:
        common: What all connections of the call share.
        line: To the server.
        call: Its id.
        jitter: From 0 to 1.
        epoch: `conn_epoch` of this device's seat.
    """

    def __init__(
        self,
        common: Common,
        line: Line,
        call: CallId,
        jitter: Callable[[], float],
        epoch: int,
    ) -> None:
        shared = common, line, call, jitter, self._on_replaced
        self.publishing = Publishing(*shared)
        self.subscribing = Subscribing(*shared)
        self._own = common.own[0]
        self._epoch = epoch
        self._roster: Roster | None = None
        self._watch = PathWatch(is_polite=False, jitter=jitter)
        self._heard, self._heard_ms = (0, 0), 0

    @property
    def both(self) -> tuple[Leg, Leg]:
        """To the forwarder, and from it."""
        return self.publishing, self.subscribing

    async def run(self) -> None:
        """Publish, and receive what is wanted, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.publishing.run())
            tasks.create_task(self.subscribing.run())

    def reconcile(self, roster: Roster) -> None:
        """Receive the feeds of everybody else."""
        self._roster = roster
        self.subscribing.want(it for it in roster.feeds if it.member != self._own)
        own = next((it for it in roster.members if it.member == self._own), None)
        # A higher number that was not asked for: a notice was missed.
        if own is not None and not self.publishing.wants_path:
            self.restarted(own.conn_epoch)

    def restarted(self, epoch: int) -> None:
        """The engine is another one; `epoch`: of one's own feeds from now on."""
        if epoch > self._epoch:
            self._epoch = epoch
            for leg in self.both:
                leg.rebuild()

    async def look(self, now_ms: int) -> None:
        """Give up what is dead; to be called several times a second."""
        leg = self.subscribing
        if leg.path_state != "new" and self._watch.look(
            now_ms, leg.built, leg.path_state, leg.arrived, sends=self._is_claimed
        ):
            leg.give_up_path()
        await self._look_at_publishing(now_ms)

    @property
    def _is_claimed(self) -> bool:
        members = () if self._roster is None else self._roster.members
        leg = self.subscribing
        return is_claimed(leg.wanted, leg.had, members)

    async def _look_at_publishing(self, now_ms: int) -> None:
        leg = self.publishing
        heard = leg.built, await leg.heard()
        if heard != self._heard or not leg.connected.is_set():
            self._heard, self._heard_ms = heard, now_ms
        deaf_ms = DEAF_TOO_MS if self._watch.in_trouble else DEAF_MS
        is_deaf = now_ms - self._heard_ms >= deaf_ms
        if leg.path_state in ("failed", "closed") or is_deaf:
            self._heard_ms = now_ms
            leg.give_up_path()

    def _on_replaced(self, epoch: int) -> None:
        self._epoch = max(self._epoch, epoch)
