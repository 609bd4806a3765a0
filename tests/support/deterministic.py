"""Randomness that repeats, for tests only."""

import random
from collections.abc import Callable


def seeded_rng(seed: int) -> Callable[[int], bytes]:
    """A source of octets that is the same for the same seed."""
    return random.Random(seed).randbytes
