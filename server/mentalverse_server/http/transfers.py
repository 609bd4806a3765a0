"""How many bodies may be on their way at once, per account and in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from mentalverse_signaling.errors import Overloaded, RateLimited
from mentalverse_signaling.ids import AccountId

MAX_TRANSFERS = 256
"""Each holds a few hundred KiB of memory at most."""
MAX_TRANSFERS_PER_ACCOUNT = 8
RETRY_AFTER_MS = 2_000


class Transfers:
    """Counts what is on its way."""

    def __init__(self) -> None:
        self._running: Counter[AccountId] = Counter()

    @contextmanager
    def one(self, account: AccountId) -> Iterator[None]:
        """Room for one transfer, else `RateLimited` or `Overloaded`."""
        if self._running[account] >= MAX_TRANSFERS_PER_ACCOUNT:
            raise RateLimited("too many transfers of this account", RETRY_AFTER_MS)
        if self._running.total() >= MAX_TRANSFERS:
            raise Overloaded("too many transfers", RETRY_AFTER_MS)
        self._running[account] += 1
        try:
            yield
        finally:
            self._running[account] -= 1
            if not self._running[account]:
                del self._running[account]
