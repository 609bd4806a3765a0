"""When many ask for help from one network: nobody is refused, some wait their turn.

An address stands for a telephone, or for a school, a shelter, a carrier's gateway. So
being many is no reason to say no. Those within the limit go before everything else that
is written; those beyond it one after the other, behind the messages of everybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from mentalverse_signaling.errors import RateLimited
from mentalverse_signaling.quota import Rate

from ..clock import Clock
from ..store.writer import WriterLane
from ..throttle import Throttle


class Crowds:
    """Turns by rate key (`auth.rate_keys`)."""

    def __init__(self, rate: Rate, clock: Clock) -> None:
        self._throttle: Throttle[bytes] = Throttle(rate, clock)
        # A turn lives as long as somebody holds it or waits for it.
        self._turns: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, rate_key: bytes) -> AsyncIterator[WriterLane]:
        """Where in the writer's queue this call stands; waits for it if need be."""
        try:
            self._throttle.check(rate_key)
        except RateLimited:
            async with self._turns.setdefault(rate_key, asyncio.Lock()):
                yield WriterLane.OTHER
        else:
            yield WriterLane.CRISIS
