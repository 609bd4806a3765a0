"""How often one account may ask for something of another."""

from __future__ import annotations

from mentalverse_signaling.errors import RateLimited
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.quota import Bucket, Rate, full, take

from ..clock import Clock

MAX_PAIRS = 10_000
"""Requester and target pairs remembered; the one that came first is forgotten."""


class PairLimit:
    """One token bucket per requester and target."""

    def __init__(self, rate: Rate, clock: Clock) -> None:
        self._rate = rate
        self._clock = clock
        self._buckets: dict[tuple[AccountId, AccountId], Bucket] = {}

    def charge(self, requester: AccountId, target: AccountId) -> None:
        """Count one call; raises `RateLimited` when there were too many."""
        now, pair = self._clock.monotonic(), (requester, target)
        before = self._buckets.get(pair) or full(self._rate, now)
        self._buckets[pair], wait_ms = take(self._rate, before, now)
        if len(self._buckets) > MAX_PAIRS:
            del self._buckets[next(iter(self._buckets))]
        if wait_ms is not None:
            raise RateLimited("too many calls about this account", wait_ms)
