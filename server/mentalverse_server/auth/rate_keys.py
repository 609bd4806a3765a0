"""What stands for an address where it is counted: an HMAC under a key of the day.

The key is drawn when the day's first address comes, and is in memory alone. Tomorrow,
or after a restart, nobody can tell whose key it was: the addresses of IPv4 are few
enough to try them all, but not without the key.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import date

from ..clock import Clock
from ..transport.admission import network_of

KEY_BYTES = 32
RATE_KEY_BYTES = 16


class RateKeys:
    """Keys for addresses; those of two days have nothing in common."""

    def __init__(self, clock: Clock, rng: Callable[[int], bytes]) -> None:
        self._clock = clock
        self._rng = rng
        self._day: date | None = None
        self._key = b""

    def of(self, address: str) -> bytes:
        """16 octets for an address: an IPv4 one, or the /64 of an IPv6 one."""
        today = self._clock.now().date()
        if today != self._day:
            self._day, self._key = today, self._rng(KEY_BYTES)
        network = network_of(address).encode()
        return hmac.digest(self._key, network, "sha256")[:RATE_KEY_BYTES]
