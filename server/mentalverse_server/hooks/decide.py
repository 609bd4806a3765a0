"""A deadline for every question to a provider.

`asyncio.timeout` waits for whoever swallows the cancellation, and takes the answer of
whoever blocks after it. So a question is a task that is waited for and then abandoned,
and a late answer is none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from .ports import UNKNOWN, Answer

MAX_ABANDONED = 100
"""Questions that were never answered; with more of them nothing is asked any more."""

log = structlog.get_logger()


class Asking:
    """Puts questions to one provider."""

    def __init__(self, decision: str) -> None:
        self._decision = decision
        self._abandoned: set[asyncio.Task[Answer]] = set()

    async def ask(
        self, question: Coroutine[Any, Any, Answer], deadline_seconds: float
    ) -> Answer:
        """The answer, if there is one in time; else `UNKNOWN`."""
        if len(self._abandoned) > MAX_ABANDONED:
            question.close()
            return UNKNOWN
        task = asyncio.create_task(question, name=f"mentalverse-hook-{self._decision}")
        done, _ = await asyncio.wait({task}, timeout=deadline_seconds)
        if not done:
            self._abandoned.add(task)
            task.add_done_callback(self._abandoned.discard)
            task.cancel()
            log.warning("hooks.late", decision=self._decision)
            return UNKNOWN
        problem = None if task.cancelled() else task.exception()
        if task.cancelled() or problem is not None:
            log.warning("hooks.failed", decision=self._decision, exc_info=problem)
            return UNKNOWN
        answer = task.result()
        return answer if isinstance(answer, Answer) else UNKNOWN
