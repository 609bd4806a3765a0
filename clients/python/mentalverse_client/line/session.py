"""HTTP to one server: connections that are closed, and bodies that are bounded."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import aiohttp

ADDRESS_PREFIX = "/api/v1"


class HttpSession:
    """The connections of one kind of request. `async with` closes them."""

    def __init__(
        self,
        server_url: str,
        timeout: aiohttp.ClientTimeout,
        *,
        decompress: bool = True,
    ) -> None:
        self._base = server_url.rstrip("/") + ADDRESS_PREFIX
        self._session = aiohttp.ClientSession(
            timeout=timeout, auto_decompress=decompress
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()


async def read_at_most(response: aiohttp.ClientResponse, most: int) -> bytes | None:
    """The body of an answer; None if it has more octets than `most`."""
    octets = bytearray()
    async for piece in response.content.iter_any():
        octets += piece
        if len(octets) > most:
            return None
    return bytes(octets)
