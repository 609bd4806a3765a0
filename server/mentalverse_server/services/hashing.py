"""Slow hashes: one at a time, in a thread of its own, and few may wait for it.

Each costs 64 MiB (`auth.slow_hash`), and who asks for it has not signed in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from mentalverse_signaling.errors import Overloaded

MAX_WAITING = 32
RETRY_AFTER_MS = 5_000

_T = TypeVar("_T")


class Hashing:
    """A thread and its queue; `close` ends it."""

    def __init__(self, what: str) -> None:
        self._thread = ThreadPoolExecutor(1, f"mentalverse-{what}")
        self._waiting = 0

    async def run(self, work: Callable[[], _T]) -> _T:
        """What `work` returns; `Overloaded` if too many wait."""
        if self._waiting >= MAX_WAITING:
            raise Overloaded("too many secrets are being checked", RETRY_AFTER_MS)
        self._waiting += 1
        try:
            running = asyncio.get_running_loop().run_in_executor(self._thread, work)
            return await running
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Stop the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)
