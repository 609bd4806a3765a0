"""How many calls a connection may make, and when to come back.

A bucket holds at most `burst` tokens and gains `rate_per_second`. A call costs
one or more. Time is the caller's monotonic seconds, so a wall-clock jump neither
locks a person out nor opens the gate.

What is rare and remembered in the database is counted by the day instead, in the
database's own time: a restart gives nobody a fresh share.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct


@dataclass(frozen=True, slots=True)
class Rate:
    """A limit: sustained calls per second, and how many may come at once."""

    rate_per_second: float
    burst: float


class Lane(StrEnum):
    """Which quota, deadline and place in the writer's batch an event has."""

    HOT = "hot"
    """Messages: pipelined, many per second."""
    COMMIT = "commit"
    """Epoch changes: few, serial, each costs every member work."""
    READ = "read"
    """Pages of the log and directory look-ups."""
    ACCOUNT = "account"
    """Sign-in, devices, keys."""
    CALL = "call"
    """Calls with sound and picture: signals come in bursts while a path is made."""
    CRISIS = "crisis"
    """Help: first in everything, and without a rate. What comes twice changes nothing,
    and one connection's calls run one after the other."""


RATES: dict[Lane, Rate] = {
    Lane.HOT: Rate(rate_per_second=20, burst=100),
    Lane.COMMIT: Rate(rate_per_second=20 / 60, burst=20),
    Lane.READ: Rate(rate_per_second=20, burst=200),
    Lane.ACCOUNT: Rate(rate_per_second=2, burst=50),
    Lane.CALL: Rate(rate_per_second=40, burst=400),
}
"""Defaults per connection; the server's configuration may change them. A lane that is
not here has no limit."""


class Bucket(Struct, frozen=True, gc=False):
    """Tokens left, and the monotonic second at which that was true."""

    tokens: float
    at_seconds: float


def full(rate: Rate, at_seconds: float) -> Bucket:
    """A bucket nobody has drawn from."""
    return Bucket(tokens=rate.burst, at_seconds=at_seconds)


def take(
    rate: Rate, bucket: Bucket, at_seconds: float, cost: float = 1.0
) -> tuple[Bucket, int | None]:
    """Draw `cost` tokens.

    Returns the bucket afterwards and None, or the refilled bucket and the
    milliseconds after which the same call would succeed.
    """
    elapsed = max(0.0, at_seconds - bucket.at_seconds)
    tokens = min(rate.burst, bucket.tokens + elapsed * rate.rate_per_second)
    if tokens >= cost:
        return Bucket(tokens - cost, at_seconds), None
    wait_seconds = (cost - tokens) / rate.rate_per_second
    return Bucket(tokens, at_seconds), max(1, math.ceil(wait_seconds * 1000))


DAY = timedelta(days=1)


def wait_of_day(times: Sequence[datetime], per_day: int, now: datetime) -> int | None:
    """Milliseconds until one more is allowed; None if it is allowed `now`.

    `times` are those of the day before `now`, oldest first; `per_day` is at least 1.
    """
    if len(times) < per_day:
        return None
    wait = times[-per_day] + DAY - now
    return int(wait.total_seconds() * 1000) + 1
