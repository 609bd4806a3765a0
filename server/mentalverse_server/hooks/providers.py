"""The one thing that services ask: a decision, in time, whatever providers do.

    read what is known of somebody ──┐
    ask all providers at once ───────┴→ deadline → rule → write what was said

Reading and writing share the deadline: a database that is slow makes a decision without
what was known before, and no decision late. What is written late is written still.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from mentalverse_signaling.ids import AccountId

from .decide import Asking, Heard
from .figures import Figures
from .memory import Memory, news
from .policy import RULES, Decision
from .ports import Answer, Question, Verdict
from .ruling import Kept, Ruling, ruled

T = TypeVar("T")

OWN_DEADLINE_SECONDS = 5.0
"""For what this server answers itself, out of its own database."""


class Providers:
    """Made by `make_providers`."""

    def __init__(
        self,
        askings: Mapping[Decision, Asking],
        own: Mapping[Decision, Asking],
        memory: Memory,
        now_ms: Callable[[], int],
        figures: Figures,
    ) -> None:
        """`own` answers where `askings` has nobody."""
        self._askings = askings
        self._own = own
        self._memory = memory
        self._now_ms = now_ms
        self.figures = figures
        self._late: set[asyncio.Task[Any]] = set()

    def asks(self, decision: Decision) -> bool:
        """Whether anybody is there to be asked. If not, nothing is held up for it."""
        return decision in self._askings or decision in self._own

    def asks_others(self, decision: Decision) -> bool:
        """Whether somebody is asked whom the operator has named."""
        return decision in self._askings

    async def decide(self, decision: Decision, question: Question) -> Ruling:
        """What is done. Raises `LookupError` for what nobody may be asked."""
        rule = RULES[decision]
        asking, seconds = self._askings.get(decision), rule.deadline_seconds
        is_own = asking is None
        if asking is None:
            asking, seconds = self._own.get(decision), OWN_DEADLINE_SECONDS
        if asking is None:
            return ruled(rule, (), None, self._now_ms())
        account: AccountId | None = getattr(question, "account", None)
        until = asyncio.get_running_loop().time() + seconds
        known = None
        if account is not None and rule.last_good_ms is not None:
            known = self._begin(self._memory.standing(decision, account))
        heard = await asking.ask(question, seconds)
        standing = None if known is None else await _within(known, until)
        now_ms = self._now_ms()
        ruling = ruled(rule, _heard(asking, heard), standing, now_ms)
        self._count(decision, ruling)
        if account is not None and known is not None and not is_own:
            said = news(_kept(heard, now_ms), standing)
            if said:
                written = self._begin(self._memory.keep(decision, account, said))
                await _within(written, until)
        return ruling

    async def was_taken_back(self, decision: Decision, account: AccountId) -> bool:
        """Whether this server itself says no, whatever anybody would answer now."""
        standing = await self._memory.standing(decision, account)
        return standing is not None and (standing.is_revoked or bool(standing.refused))

    async def forget(self) -> None:
        """What belongs to a round of housekeeping."""
        longest_ms = max(rule.last_good_ms or 0 for rule in RULES.values())
        await self._memory.forget(self._now_ms() - longest_ms)

    def _count(self, decision: Decision, ruling: Ruling) -> None:
        if ruling.verdict is Verdict.UNKNOWN:
            self.figures.unknown[decision] += 1
        if ruling.is_stale:
            self.figures.stale[decision] += 1

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        return task

    async def close(self) -> None:
        """Wait for what is still written."""
        if self._late:
            await asyncio.wait(self._late, timeout=OWN_DEADLINE_SECONDS)


async def _within(task: asyncio.Task[T], until: float) -> T | None:
    """What it gives by then; otherwise None, and it goes on."""
    left = until - asyncio.get_running_loop().time()
    await asyncio.wait({task}, timeout=max(left, 0))
    return task.result() if task.done() and not task.cancelled() else None


def _heard(asking: Asking, heard: Heard) -> list[tuple[str, Answer, bool]]:
    return [
        (line.provider, heard.of[line.provider], line.is_required)
        for line in asking.lines
    ]


def _kept(heard: Heard, now_ms: int) -> dict[str, Kept]:
    return {
        provider: Kept(one.verdict, one.reason_code, now_ms, one.valid_until_ms)
        for provider, one in heard.of.items()
        if one.verdict is not Verdict.UNKNOWN
    }
