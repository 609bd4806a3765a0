"""Pages from memory: the database is away, and somebody asks for help.

There are no rows to write. Who is on call is known from the settings, and where their
browsers are from the last look. A page is tried as often as any other, until it was
taken, or the request has become a case, whose own pages follow.
"""

from __future__ import annotations

import asyncio
from collections import Counter

import structlog

from .on_call import OnCall, Target
from .page import Page
from .sending import GAPS_SECONDS, Adapters, PageCounters, attempt

MAX_AT_ONCE = 100
"""Pages on their way to one target; it has heard enough by then."""

log = structlog.get_logger()


class DirectPages:
    """Owns the tasks that send; `close` ends them."""

    def __init__(
        self, on_call: OnCall, adapters: Adapters, counters: PageCounters
    ) -> None:
        self._on_call = on_call
        self._adapters = adapters
        self._counters = counters
        self._turns: dict[str, asyncio.Lock] = {}
        self._waiting: Counter[str] = Counter()
        self._tasks: dict[str, set[asyncio.Task[None]]] = {}

    def page(self, key: str, tier: str, page: Page) -> None:
        """Page everybody of a tier for what `key` names."""
        targets = self._on_call.of(tier)
        if not targets:
            self._counters.attempts["none", "no_target"] += 1
            log.error("page.nobody_is_on_call", tier=tier)
        for target in targets:
            if self._waiting[target.text] >= MAX_AT_ONCE:
                log.error("page.too_many", tier=tier, channel=target.channel)
                continue
            self._begin(key, target, page)

    def cancel(self, key: str) -> None:
        """No page for it begins from here on."""
        for task in self._tasks.get(key, ()):
            task.cancel()

    async def close(self) -> None:
        """Stop at once."""
        tasks = [task for each in self._tasks.values() for task in each]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _begin(self, key: str, target: Target, page: Page) -> None:
        self._waiting[target.text] += 1
        task = asyncio.create_task(
            self._deliver(target, page), name="mentalverse-direct-page"
        )
        self._tasks.setdefault(key, set()).add(task)
        task.add_done_callback(lambda done: self._ended(key, target, done))

    def _ended(self, key: str, target: Target, task: asyncio.Task[None]) -> None:
        self._waiting[target.text] -= 1
        self._tasks[key].discard(task)
        if not self._tasks[key]:
            del self._tasks[key]

    async def _deliver(self, target: Target, page: Page) -> None:
        turn = self._turns.setdefault(target.text, asyncio.Lock())
        channel = target.channel.value
        for number, gap_seconds in enumerate(GAPS_SECONDS, start=1):
            await asyncio.sleep(gap_seconds)
            async with turn:
                went = await attempt(self._adapters, target, page)
            about = {"tier": target.tier, "channel": channel, "attempt": number}
            if went.was_taken:
                self._counters.attempts[channel, "taken"] += 1
                log.info("page.taken", **about)
                return
            self._counters.attempts[channel, "failed"] += 1
            log.warning("page.not_taken", **about, said=went.said)
        self._counters.attempts[channel, "given_up"] += 1
        log.error("page.given_up", tier=target.tier, channel=channel)
