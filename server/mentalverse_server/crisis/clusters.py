"""When many ask for help from one network: told apart, never refused.

A school or a shelter is one address, so nothing is dropped: further cases are ordered
after the others of their band, and a supervisor sees that they belong together. The
address itself is kept nowhere (`auth.rate_keys`).
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable

from ..auth.rate_keys import RateKeys
from ..clock import Clock

MAX_KEYS = 10_000
MAX_OPENS = 64
"""Of one key that are remembered."""


class Clusters:
    """The opens of the last while, by what stands for their address."""

    def __init__(
        self, keys: RateKeys, clock: Clock, most: Callable[[], tuple[int, float]]
    ) -> None:
        """More opens than `most` says, within so many seconds, are a cluster."""
        self._keys = keys
        self._clock = clock
        self._most = most
        self._seen: OrderedDict[bytes, deque[tuple[float, str]]] = OrderedDict()

    def __len__(self) -> int:
        """Addresses that are remembered."""
        return len(self._seen)

    def is_beyond(self, address: str, request: str) -> bool:
        """Whether this open is one too many; the same request counts once."""
        now, key = self._clock.monotonic(), self._keys.of(address)
        opens, within_seconds = self._most()
        seen = self._seen.setdefault(key, deque(maxlen=MAX_OPENS))
        self._seen.move_to_end(key)
        while len(self._seen) > MAX_KEYS:
            self._seen.popitem(last=False)
        while seen and seen[0][0] <= now - within_seconds:
            seen.popleft()
        before = [known for _, known in seen]
        if request in before:
            return before.index(request) >= opens
        seen.append((now, request))
        return len(before) >= opens
