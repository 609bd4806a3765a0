"""Where an asynchronous provider of somebody else's runs: a loop of its own.

`async def` is a promise not to block that nothing enforces. On the server's loop one
`time.sleep` holds up everybody, and no deadline is noticed before it is over. So each
provider has a thread with a loop: what it blocks is itself. The thread is a daemon and
ends with the process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from threading import Thread
from typing import Any

from .threads import carried


class OwnLoop:
    """One thread with one event loop; started with the first question."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self, make: Callable[[], Coroutine[Any, Any, object]]) -> object:
        """What the coroutine gives or raises. Cancelled, it is cancelled over there."""
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.new_event_loop()
            Thread(
                target=_run,
                args=(loop,),
                name=f"mentalverse-provider-{self._name}",
                daemon=True,
            ).start()
        there = asyncio.run_coroutine_threadsafe(_contained(make), loop)
        return await asyncio.wrap_future(there)

    def close(self) -> None:
        """End the loop, as soon as the provider lets it. Waits for nothing."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)


async def _contained(make: Callable[[], Coroutine[Any, Any, object]]) -> object:
    """SystemExit in a task would end the loop."""
    try:
        return await make()
    except (SystemExit, KeyboardInterrupt) as error:
        raise carried(error) from None


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()
