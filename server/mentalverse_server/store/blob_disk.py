"""The threads that work on blob files: one that changes them, two that read.

One thread for every change means that no two requests write to one file at once,
and that what was asked first happens first. The number of calls that wait is
bounded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from mentalverse_signaling.errors import Overloaded, Unavailable

from .failures import RETRY_AFTER_MS

P = ParamSpec("P")
T = TypeVar("T")

MAX_WAITING_CALLS = 1_000
READING_THREADS = 2


class BlobDisk:
    """Runs functions of `BlobFiles` beside the event loop. Closed with `close()`.

    Both ways raise `Overloaded` when too many calls wait, `Unavailable` when the
    disk is full or fails, `FileNotFoundError`, and what the function raises itself.
    """

    def __init__(self) -> None:
        self._changing = ThreadPoolExecutor(1, "mentalverse-blob-write")
        self._reading = ThreadPoolExecutor(READING_THREADS, "mentalverse-blob-read")
        self._calls = 0

    async def change(
        self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`function(…)` in the one thread that changes files, in order.

        Giving up waiting does not stop what was begun.
        """
        return await self._run(self._changing, lambda: function(*args, **kwargs))

    async def read(
        self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`function(…)` in a thread that only looks."""
        return await self._run(self._reading, lambda: function(*args, **kwargs))

    def close(self) -> None:
        """Wait for what runs; what waits is cancelled."""
        self._changing.shutdown(wait=True, cancel_futures=True)
        self._reading.shutdown(wait=True, cancel_futures=True)

    async def _run(self, threads: ThreadPoolExecutor, call: Callable[[], T]) -> T:
        if self._calls >= MAX_WAITING_CALLS:
            raise Overloaded("too many file operations wait", RETRY_AFTER_MS)
        self._calls += 1
        work = asyncio.get_running_loop().run_in_executor(threads, call)
        work.add_done_callback(self._done)
        try:
            return await asyncio.shield(work)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise Unavailable("the disk does not take it", RETRY_AFTER_MS) from error

    def _done(self, work: asyncio.Future[Any]) -> None:
        self._calls -= 1
        if not work.cancelled():
            work.exception()
