"""Going down without losing anybody.

    SIGTERM → not ready → no new connections, clients told when to come back
            → calls in progress end → the writer commits what is queued
            → sockets close with 1012 → the database closes

Liveness stays true throughout, so that nothing kills the server while it works
through the list. A second signal skips the waiting: every acknowledged write is
on disk already, which is why a crash needs none of this.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StopRequest:
    """Set by the first SIGTERM or Ctrl-C; `hurried` by the second."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.hurried = asyncio.Event()

    def ask(self) -> None:
        """Ask to stop, or, if that was asked before, to stop waiting."""
        (self.hurried if self.asked.is_set() else self.asked).set()

    async def unless_hurried(self, work: Coroutine[Any, Any, None]) -> None:
        """Do `work`, but stop waiting for it when asked a second time."""
        task = asyncio.create_task(work, name="mentalverse-drain")
        hurry = asyncio.create_task(self.hurried.wait(), name="mentalverse-hurry")
        done, waiting = await asyncio.wait(
            {task, hurry}, return_when=asyncio.FIRST_COMPLETED
        )
        for unfinished in waiting:
            unfinished.cancel()
        if task in done:
            task.result()

    @contextmanager
    def on_signals(self) -> Iterator[StopRequest]:
        """Listen to SIGTERM and SIGINT inside the block."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self.ask)
        try:
            yield self
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)
