"""How often somebody may do something: attempts of an address, calls of an account."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

from mentalverse_signaling.errors import RateLimited
from mentalverse_signaling.quota import Bucket, Rate, full, take

from .clock import Clock

K = TypeVar("K", bound=Hashable)

MAX_REMEMBERED = 10_000


class Throttle(Generic[K]):
    """One token bucket per address, account or pair, for at most 10,000 of them.

    The one unseen the longest is forgotten first: by then its bucket would have
    refilled, unless so many attack at once that limiting each is useless anyway.
    """

    def __init__(
        self,
        rate: Rate,
        clock: Clock,
        refusal: str = "too many attempts from this address",
    ) -> None:
        self._rate = rate
        self._clock = clock
        self._refusal = refusal
        self._buckets: OrderedDict[K, Bucket] = OrderedDict()

    def check(self, who: K) -> None:
        """Count one attempt; raises `RateLimited` when there were too many."""
        now = self._clock.monotonic()
        before = self._buckets.pop(who, None) or full(self._rate, now)
        after, wait_ms = take(self._rate, before, now)
        self._buckets[who] = after
        if len(self._buckets) > MAX_REMEMBERED:
            self._buckets.popitem(last=False)
        if wait_ms is not None:
            raise RateLimited(self._refusal, wait_ms)
