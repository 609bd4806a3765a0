"""Pages to a webhook, signed with the secret that its receiver holds too.

The id is the page's, the same at each attempt: the key of idempotency. The operator
writes the address, so it may lie in the operator's own network. Redirects are failures,
and what is answered beside the status is not read.
"""

from __future__ import annotations

import aiohttp
import msgspec
from aiohttp import hdrs

from ...clock import Clock, to_millis
from ...config import ConfigError
from ...hooks.signing import (
    MAX_SECRET_BYTES,
    MIN_SECRET_BYTES,
    Secret,
    read_secret,
    signed_headers,
)
from .page import NotTaken, Page, instant

CONNECT_SECONDS = 5.0


class WebhookSender:
    """Has one HTTP session; made on the event loop, then `close`."""

    def __init__(self, secret: Secret, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock
        # No cookies and no proxy from the environment. Whoever holds the worker of a
        # target bounds the whole of a request.
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def send(self, page: Page, address: str) -> str:
        """POST it; the status. Raises `NotTaken` for all but 2xx."""
        body = payload(page)
        seconds = to_millis(self._clock.now()) // 1000
        headers = {
            hdrs.CONTENT_TYPE: "application/json",
            hdrs.USER_AGENT: "MentalVerse",
            **signed_headers((self._secret,), page.id, seconds, body),
        }
        try:
            async with self._http.post(
                address, data=body, headers=headers, allow_redirects=False
            ) as response:
                status = response.status
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise NotTaken(f"no answer ({type(error).__name__})") from None
        if not 200 <= status < 300:
            raise NotTaken(f"answered {status}")
        return f"answered {status}"

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()


def payload(page: Page) -> bytes:
    """The JSON of a page."""
    data = {
        "title": page.title,
        "text": page.text,
        "band": None if page.band is None else f"A{page.band}",
        "due_at": None if page.due_ms is None else instant(page.due_ms),
        "is_drill": page.is_drill,
        "link": page.link,
    }
    return msgspec.json.encode(
        {
            "type": f"desk.{page.kind}",
            "timestamp": instant(page.made_at_ms),
            "data": data,
        }
    )


def read_webhook_secret(text: str) -> Secret:
    """The secret of a file: `whsec_` and base64 of 24 to 64 octets.

    Raises:
        ConfigError: it is something else.
    """
    try:
        return read_secret(text)
    except ValueError:
        raise ConfigError(
            "paging.webhook_secret_file holds no secret: whsec_ and base64 of "
            f"{MIN_SECRET_BYTES} to {MAX_SECRET_BYTES} octets"
        ) from None
