"""Where a provider that blocks runs: a few threads that hold up nobody else.

They are daemons, so that one that never comes back does not keep the server from
ending; those of an executor are waited for at the end of the process. Each provider
has places of its own: one that hangs takes none of another's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread

MAX_THREADS = 8


class AllBusyError(Exception):
    """Every place is taken by a question that has not come back."""


class Threads:
    """Bounded; nothing waits for a place."""

    def __init__(self, limit: int = MAX_THREADS) -> None:
        self._limit = limit
        self._lock = Lock()
        self._taken = 0

    @property
    def taken(self) -> int:
        """Questions that run, abandoned ones as well."""
        return self._taken

    async def run(self, function: Callable[[], object]) -> object:
        """What it returns or raises. Cancelled, it runs on and keeps its place.

        Raises:
            AllBusyError: at once, when no place is free.
        """
        with self._lock:
            if self._taken >= self._limit:
                raise AllBusyError
            self._taken += 1
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[object] = loop.create_future()

        def settle(result: object, problem: BaseException | None) -> None:
            if outcome.done():
                return
            if problem is None:
                outcome.set_result(result)
            else:
                outcome.set_exception(carried(problem))

        def work() -> None:
            result: object = None
            problem: BaseException | None = None
            try:
                result = function()
            except BaseException as error:  # noqa: BLE001 - it is another's code
                problem = error
            with self._lock:
                self._taken -= 1
            with suppress(RuntimeError):  # the loop is closed: nobody waits
                loop.call_soon_threadsafe(settle, result, problem)

        try:
            Thread(target=work, name="mentalverse-provider", daemon=True).start()
        except RuntimeError:
            with self._lock:
                self._taken -= 1
            raise
        return await outcome


def carried(problem: BaseException) -> Exception:
    """As a task or a future may hold it: SystemExit would end the loop.

    `StopIteration` is not taken by a future at all.
    """
    if isinstance(problem, Exception) and not isinstance(problem, StopIteration):
        return problem
    return RuntimeError(f"the provider raised {type(problem).__name__}")
