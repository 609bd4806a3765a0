"""Attempts per address on the endpoints that need no sign-in; requests per account."""

from __future__ import annotations

from collections import OrderedDict

from mentalverse_signaling.errors import RateLimited
from mentalverse_signaling.quota import Bucket, Rate, full, take

from ..clock import Clock

MAX_ADDRESSES = 10_000


class Throttle:
    """One token bucket per address or account, for at most 10,000 of them.

    The one unseen the longest is forgotten first: by then its bucket would
    have refilled, unless so many addresses attack at once that limiting by
    address is useless anyway.
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
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def check(self, address: str) -> None:
        """Count one attempt; raises `RateLimited` when there were too many."""
        now = self._clock.monotonic()
        before = self._buckets.pop(address, None) or full(self._rate, now)
        after, wait_ms = take(self._rate, before, now)
        self._buckets[address] = after
        if len(self._buckets) > MAX_ADDRESSES:
            self._buckets.popitem(last=False)
        if wait_ms is not None:
            raise RateLimited(self._refusal, wait_ms)
