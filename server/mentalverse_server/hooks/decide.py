"""A deadline for every question to a provider.

`asyncio.timeout` waits for whoever swallows the cancellation, and takes the answer of
whoever blocks after it. So a question is a task that is waited for and then abandoned,
and a late answer is none. What is abandoned is cancelled and counted; a provider that
leaves too many of them behind is asked no more until some have ended.

Several providers of one decision are asked at once and share one deadline. The first no
ends the waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import structlog

from .answers import Value, checked, together
from .breaker import Breaker
from .ports import UNKNOWN, Answer, Verdict
from .threads import AllBusyError

MAX_ABANDONED = 100
"""Questions that a provider was not waited for and has not ended; with more of them it
is asked nothing."""

Ask = Callable[[Any], Coroutine[Any, Any, object]]
"""Puts one question; the answer is not believed to have any shape."""

log = structlog.get_logger()


class Outcome(StrEnum):
    """What became of one question to one provider."""

    ALLOW = "allow"
    DENY = "deny"
    UNKNOWN = "unknown"
    """It says so itself."""
    LATE = "late"
    FAILED = "failed"
    INVALID = "invalid"
    BUSY = "busy"
    """Every thread for it is taken."""
    OPEN = "open"
    """The breaker: not asked."""
    DISABLED = "disabled"
    """Too many abandoned: not asked."""
    SPARED = "spared"
    """Another's no ended the waiting."""


FAULTS = frozenset({Outcome.LATE, Outcome.FAILED, Outcome.INVALID})

Noted = Callable[[str, Outcome, float], None]
"""Told of each question: the provider, what became of it, and the seconds it took."""


@dataclass(slots=True, eq=False)
class Abandoned:
    """Questions that one provider has not ended, over all decisions."""

    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    @property
    def are_too_many(self) -> bool:
        """Whether the provider is disabled."""
        return len(self.tasks) > MAX_ABANDONED

    def add(self, task: asyncio.Task[Any]) -> None:
        """Cancel it, and keep it until it ends."""
        self.tasks.add(task)
        task.add_done_callback(self._ended)
        task.cancel()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self.tasks.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that nothing logs it as overlooked


@dataclass(slots=True, eq=False)
class Line:
    """One provider, for one decision."""

    provider: str
    ask: Ask
    is_required: bool = True
    """Without its yes there is none. One that is not required can only say no."""
    abandoned: Abandoned = field(default_factory=Abandoned)
    """Shared by the lines of one provider."""
    breaker: Breaker = Breaker()

    async def put(self, question: object) -> tuple[object, float]:
        """What it says, and when it said so by the loop's clock."""
        try:
            said = await self.ask(question)
        except (SystemExit, KeyboardInterrupt) as error:
            # In a task these would end the server.
            raise RuntimeError(f"it raised {type(error).__name__}") from None
        return said, asyncio.get_running_loop().time()


@dataclass(frozen=True, slots=True)
class Heard:
    """What all providers of a decision said in time."""

    answer: Answer
    """Together."""
    of: Mapping[str, Answer]
    """By provider; `UNKNOWN` for silence."""


class Asking:
    """Puts questions of one decision to its providers."""

    def __init__(
        self,
        decision: str,
        lines: Sequence[Line],
        now_ms: Callable[[], int],
        noted: Noted = lambda provider, outcome, seconds: None,
        value: Value = Value.NONE,
    ) -> None:
        """`now_ms` is the wall clock, by which an answer may be over."""
        self.value = value
        self.decision = decision
        self.lines = tuple(lines)
        self._now_ms = now_ms
        self._noted = noted

    async def ask(self, question: object, deadline_seconds: float) -> Heard:
        """What is known when the deadline comes, or sooner. Raises nothing."""
        return await _Round(self, question, deadline_seconds).run()

    def now_ms(self) -> int:
        """The wall clock."""
        return self._now_ms()

    def note(self, line: Line, outcome: Outcome, seconds: float) -> None:
        """Keep what became of a question: the breaker, the figures, the log."""
        now_ms = _loop_ms()
        if outcome in FAULTS:
            was_open = line.breaker.is_open
            line.breaker = line.breaker.failed(now_ms)
            log.warning(
                "hooks.fault",
                decision=self.decision,
                provider=line.provider,
                fault=outcome.value,
                opened=line.breaker.is_open and not was_open,
            )
        elif outcome in {Outcome.ALLOW, Outcome.DENY, Outcome.UNKNOWN}:
            line.breaker = line.breaker.answered()
        self._noted(line.provider, outcome, seconds)


class _Round:
    """One question to all."""

    def __init__(self, asking: Asking, question: object, seconds: float) -> None:
        self._asking = asking
        self._question = question
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._deadline = self._began + seconds
        self._out: dict[asyncio.Task[tuple[object, float]], Line] = {}
        self._heard = {line.provider: UNKNOWN for line in asking.lines}

    async def run(self) -> Heard:
        for line in self._asking.lines:
            self._begin(line)
        try:
            await self._wait()
        finally:
            # Also when whoever asked has gone.
            for task, line in self._out.items():
                line.abandoned.add(task)
        answers = [(self._heard[li.provider], li.is_required) for li in self._lines]
        return Heard(together(answers), self._heard)

    @property
    def _lines(self) -> Sequence[Line]:
        return self._asking.lines

    def _begin(self, line: Line) -> None:
        if line.abandoned.are_too_many:
            self._asking.note(line, Outcome.DISABLED, 0)
            return
        breaker = line.breaker.asks(_loop_ms())
        if breaker is None:
            self._asking.note(line, Outcome.OPEN, 0)
            return
        line.breaker = breaker
        name = f"mentalverse-hook-{self._asking.decision}"
        self._out[asyncio.create_task(line.put(self._question), name=name)] = line

    async def _wait(self) -> None:
        while self._out:
            left = self._deadline - self._loop.time()
            done, _ = await asyncio.wait(
                self._out, timeout=max(left, 0), return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                return self._give_up(Outcome.LATE)
            for task in done:
                self._take(task, self._out.pop(task))
            if any(one.verdict is Verdict.DENY for one in self._heard.values()):
                return self._give_up(Outcome.SPARED)
        return None

    def _give_up(self, outcome: Outcome) -> None:
        for line in self._out.values():
            self._asking.note(line, outcome, self._loop.time() - self._began)

    def _take(self, task: asyncio.Task[tuple[object, float]], line: Line) -> None:
        seconds = self._loop.time() - self._began
        problem = None if task.cancelled() else task.exception()
        if isinstance(problem, AllBusyError):
            return self._asking.note(line, Outcome.BUSY, seconds)
        if task.cancelled() or problem is not None:
            log.info("hooks.raised", provider=line.provider, exc_info=problem)
            return self._asking.note(line, Outcome.FAILED, seconds)
        said, at = task.result()
        if at > self._deadline:
            return self._asking.note(line, Outcome.LATE, seconds)
        answer = checked(said, self._asking.now_ms(), self._asking.value)
        if answer is None:
            return self._asking.note(line, Outcome.INVALID, seconds)
        self._heard[line.provider] = answer
        return self._asking.note(line, Outcome(answer.verdict.value), seconds)


def _loop_ms() -> int:
    return int(asyncio.get_running_loop().time() * 1000)
