"""Random times from a source of uniform numbers, which whoever simulates passes in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Protocol, TypeVar

_Kind = TypeVar("_Kind")


class Chance(Protocol):
    """A seeded source, such as `random.Random`."""

    def random(self) -> float:
        """Uniform, from 0 up to but not including 1."""


def exponential(chance: Chance, mean: float) -> float:
    """A time without memory."""
    return -mean * math.log1p(-chance.random())


def log_normal(chance: Chance, median: float, spread: float) -> float:
    """A time as often above its median as below; by Box and Muller, 1958.

    `spread` is the standard deviation of the logarithm.
    """
    radius = math.sqrt(-2 * math.log1p(-chance.random()))
    return median * math.exp(spread * radius * math.cos(math.tau * chance.random()))


def drawn(chance: Chance, shares: Mapping[_Kind, float]) -> _Kind:
    """One of several, whose shares make 1."""
    left = chance.random()
    for kind, share in shares.items():
        last = kind
        left -= share
        if left < 0:
            break
    return last
