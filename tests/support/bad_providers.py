"""Providers as bad as they come, and a measure of how late a decision is.

Each is a coroutine function that takes a question. None holds the loop: whoever blocks
does so in a thread, which is where the server lets them.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from mentalverse_server.hooks.ports import Answer, Reason, Verdict
from mentalverse_server.hooks.threads import Threads

Bad = Callable[[object], Coroutine[Any, Any, object]]

LINGER_SECONDS = 0.3
"""How much longer than it may whoever does not end takes."""
GRACE_SECONDS = 0.02
TRIES = 5


class Sly(Answer):
    """Would be another answer each time that it is read."""


async def hangs(question: object) -> object:
    return await asyncio.Event().wait()


async def swallows(question: object) -> object:
    """Takes no cancellation for one, and answers after it."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        await asyncio.sleep(LINGER_SECONDS)
    return Answer(Verdict.ALLOW)


async def raises(question: object) -> object:
    raise LookupError("the register is down")


async def cancels(question: object) -> object:
    raise asyncio.CancelledError


async def exits(question: object) -> object:
    sys.exit(1)


def late_by(seconds: float) -> Bad:
    """Answers so long after it was asked."""

    async def answers(question: object) -> object:
        await asyncio.sleep(seconds)
        return Answer(Verdict.ALLOW)

    return answers


def blocks_for(seconds: float, threads: Threads) -> Bad:
    """Sleeps in a thread, and answers then."""

    def answers() -> object:
        time.sleep(seconds)
        return Answer(Verdict.ALLOW)

    async def put(question: object) -> object:
        return await threads.run(answers)

    return put


def says(said: object) -> Bad:
    async def answers(question: object) -> object:
        return said

    return answers


LIES: tuple[object, ...] = (
    None,
    True,
    "allow",
    {"verdict": "allow"},
    (Verdict.ALLOW, "", None, ""),
    Verdict.ALLOW,
    Sly(Verdict.ALLOW),
    Answer("allow"),  # type: ignore[arg-type]
    Answer(Verdict.DENY),
    Answer(Verdict.DENY, "because"),
    Answer(Verdict.ALLOW, "because"),
    Answer(Verdict.DENY, [Reason.EXPIRED]),  # type: ignore[arg-type]
    Answer(Verdict.ALLOW, "", "2030-01-01"),  # type: ignore[arg-type]
    Answer(Verdict.ALLOW, "", 1e15),  # type: ignore[arg-type]
    Answer(Verdict.ALLOW, "", True),
    Answer(Verdict.ALLOW, "", -1),
    Answer(Verdict.ALLOW, "", 10**18),
    Answer(Verdict.ALLOW, "", None, b"x"),  # type: ignore[arg-type]
    Answer(Verdict.ALLOW, "", None, "x" * 201),
)
"""What is no answer, although some of it looks like a yes."""


async def least_delay(
    decide: Callable[[], Awaitable[object]], deadline_seconds: float
) -> float:
    """By how much `decide` is later than a wait of the same length beside it.

    The least of several tries, since a busy machine makes either late now and then;
    what waits for a provider that does not end is late each time.
    """
    least = float("inf")
    for _ in range(TRIES):
        reference = asyncio.create_task(_moment_after(asyncio.sleep(deadline_seconds)))
        decided = asyncio.create_task(_moment_after(decide()))
        least = min(least, await decided - await reference)
        if least <= GRACE_SECONDS:
            break
    return least


async def _moment_after(waited: Awaitable[object]) -> float:
    await waited
    return time.monotonic()
