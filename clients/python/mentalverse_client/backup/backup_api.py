"""The place of the account's backup on the server (`recovery_api`)."""

from __future__ import annotations

import hashlib
from typing import TypeVar

import aiohttp
import msgspec

from mentalverse_crypto.backup import MAX_BACKUP_BYTES
from mentalverse_signaling.errors import Internal, NotFound
from mentalverse_signaling.events import Empty, Fact
from mentalverse_signaling.recovery_api import (
    BACKUP_COUNTER,
    BACKUP_LOOKUP,
    BackupStatus,
    RecoveryFetch,
)

from ..errors import NotConnected
from ..line.attempts import persist
from ..line.connection import TokenSource
from ..line.http import read_answer
from ..line.session import HttpSession, read_at_most

_TIMEOUT = aiohttp.ClientTimeout(total=30)
_F = TypeVar("_F", bound=Fact)


class BackupApi(HttpSession):
    """One server's backup endpoints.

    What needs a sign-in is tried again while that may help, like a transfer of blobs.
    """

    def __init__(self, server_url: str) -> None:
        super().__init__(server_url, _TIMEOUT)

    async def status(self, token: TokenSource) -> BackupStatus | None:
        """What is stored; None if nothing is."""
        try:
            return await self._ask("GET", "/backup/status", token, BackupStatus)
        except NotFound:
            return None

    async def put(
        self, token: TokenSource, envelope: bytes, counter: int, lookup: bytes
    ) -> BackupStatus:
        """Store the envelope under a counter higher than that of any before.

        Raises:
            Conflict: the counter was reached, or the lookup secret is another
                account's.
        """
        headers = {
            BACKUP_COUNTER: str(counter),
            BACKUP_LOOKUP: hashlib.sha256(lookup).hexdigest(),
            "Content-Type": "application/octet-stream",
        }
        return await self._ask("PUT", "/backup", token, BackupStatus, envelope, headers)

    async def delete(self, token: TokenSource) -> None:
        """Let the server forget the backup; none is fine."""
        await self._ask("DELETE", "/backup", token, Empty)

    async def fetch(self, lookup: bytes) -> bytes:
        """The envelope that a lookup secret finds; needs no sign-in.

        Raises:
            NotFound: none is found by it.
        """
        body = msgspec.json.encode(RecoveryFetch(lookup))
        headers = {"Content-Type": "application/json"}
        url = self._base + "/recovery/fetch"
        try:
            async with self._session.post(url, data=body, headers=headers) as response:
                if response.status >= 400:
                    await read_answer(response, Empty)
                octets = await read_at_most(response, MAX_BACKUP_BYTES)
                if octets is None:
                    raise Internal("the server's backup is too long")
                return octets
        except (aiohttp.ClientError, OSError, TimeoutError):
            raise NotConnected("the server cannot be reached") from None

    async def _ask(
        self,
        method: str,
        path: str,
        token: TokenSource,
        answer: type[_F],
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> _F:
        async def attempt(bearer: str) -> _F:
            carried = {"Authorization": f"Bearer {bearer}"} | (headers or {})
            try:
                async with self._session.request(
                    method, self._base + path, data=body, headers=carried
                ) as response:
                    return await read_answer(response, answer)
            except (aiohttp.ClientError, OSError, TimeoutError):
                raise NotConnected("the server cannot be reached") from None

        return await persist(attempt, lambda: 0, token)
