"""What a server publishes for everybody: who issues its credentials, and which hold."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from ..errors import NotConnected
from .session import HttpSession, read_at_most

DOCUMENT_PATH: Final = "/.well-known/did.json"
_STATUS_PATH = re.compile(r"/credentials/status/[0-9]{1,6}/[a-z]{1,16}")
TIMEOUT_SECONDS = 15
MAX_PUBLISHED_BYTES = 8 * 1024 * 1024


class PublishedApi(HttpSession):
    """Addresses of one server that need no sign-in."""

    def __init__(self, server_url: str) -> None:
        super().__init__(server_url, aiohttp.ClientTimeout(total=TIMEOUT_SECONDS))
        self._server_url = server_url.rstrip("/")

    async def document(self) -> bytes:
        """Whose name its credentials are issued in. Raises `NotConnected`."""
        return await self._get(DOCUMENT_PATH)

    async def status_list(self, url: str) -> str | None:
        """What this server publishes at the path of a list; None: no such path.

        Whoever shows a credential chooses no host that this device speaks to, and what
        is fetched says itself which list it is. Raises `NotConnected`.
        """
        try:
            path = urlsplit(url).path
        except ValueError:
            return None
        if _STATUS_PATH.fullmatch(path) is None:
            return None
        return (await self._get(path)).decode("ascii", "replace")

    async def _get(self, path: str) -> bytes:
        try:
            async with self._session.get(
                self._server_url + path, allow_redirects=False
            ) as answer:
                body = await read_at_most(answer, MAX_PUBLISHED_BYTES)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NotConnected(str(error)) from None
        if answer.status != 200 or body is None:
            raise NotConnected(f"{path} is not published there")
        return body
