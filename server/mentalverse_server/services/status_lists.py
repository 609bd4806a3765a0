"""The status lists as they are published: signed anew every half minute at most.

Anybody may ask, and need not say who they are; so what is asked costs the database one
reading and the processor one signature for each list in that time, however many ask.
What is taken back stands in the next copy, and a copy is good for ten minutes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from mentalverse_signaling.errors import NotFound

from ..hooks.defaults.credential_rules import status_list
from ..store import credentials as store
from ..store.engine import Connection, Database
from .credential_keys import Issuer

LIST_SECONDS = 600
KEEP_SECONDS = 30
MAX_KEPT = 64
"""Copies; a list has places for 131,072 credentials, and there are two of each."""
_PURPOSES = frozenset(each.value for each in status_list.Purpose)


class StatusLists:
    """Signs lists, and keeps what it has signed for a moment."""

    def __init__(
        self, database: Database, issuer: Issuer, now_ms: Callable[[], int]
    ) -> None:
        self._database = database
        self._issuer = issuer
        self._now_ms = now_ms
        self._kept: dict[tuple[int, str], tuple[int, str]] = {}
        self._signing = asyncio.Lock()

    async def token(self, number: int, purpose: str) -> str:
        """A status list as it is published, good for `LIST_SECONDS`.

        Raises `NotFound`: no such list.
        """
        if purpose not in _PURPOSES or number < 0:
            raise NotFound("no such status list")
        async with self._signing:
            now_s = self._now_ms() // 1000
            at_s, token = self._kept.get((number, purpose), (0, ""))
            if token and at_s <= now_s < at_s + KEEP_SECONDS:
                return token
            token = await self._signed(number, purpose, now_s)
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            self._kept[number, purpose] = now_s, token
            return token

    async def _signed(self, number: int, purpose: str, now_s: int) -> str:
        def read(connection: Connection) -> frozenset[int]:
            if number > store.newest_list(connection):
                raise NotFound("no such status list")
            return store.set_bits(connection, number, purpose)

        bits = await self._database.read(read)
        return await asyncio.to_thread(self._sign, number, purpose, bits, now_s)

    def _sign(self, number: int, purpose: str, bits: frozenset[int], now_s: int) -> str:
        key = self._issuer.keys.current
        published = status_list.PublishedList(
            self._issuer.list_url(number, purpose),
            key.did,
            status_list.Purpose(purpose),
            status_list.list_of(bits),
            now_s,
            now_s + LIST_SECONDS,
        )
        return status_list.sign_list(published, key)
