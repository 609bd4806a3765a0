"""Where the connections of a call may gather: relays, and credentials that end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from mentalverse_signaling.call_events import IceAccess

ACCESS_SHARE = 0.8
"""Credentials are asked for anew after this part of their time."""


class Relays:
    """What the server gave, as long as it holds.

    Args:
        refresh: Asks the server; None: no answer now.
        now_ms: A clock that does not go back.
    """

    def __init__(
        self,
        refresh: Callable[[], Awaitable[IceAccess | None]],
        now_ms: Callable[[], int],
    ) -> None:
        self._refresh, self._now_ms = refresh, now_ms
        self._known: IceAccess | None = None
        self._until_ms = 0
        self._asking = asyncio.Lock()

    def note(self, access: IceAccess) -> None:
        """The server gave these."""
        self._known = access
        self._until_ms = self._now_ms() + int(access.ttl_seconds * 1000 * ACCESS_SHARE)

    async def access(self) -> IceAccess | None:
        """What a connection that begins now may use; the old one if nobody answers."""
        async with self._asking:
            if self._known is None or self._now_ms() >= self._until_ms:
                fresh = await self._refresh()
                if fresh is not None:
                    self.note(fresh)
        return self._known
