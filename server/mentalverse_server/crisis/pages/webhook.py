"""Pages to a signed webhook, by the rules of Standard Webhooks (standardwebhooks.com).

    webhook-id: the page's, the same at each attempt: the key of idempotency
    webhook-timestamp: seconds since 1970
    webhook-signature: v1,base64(HMAC-SHA256(secret, id "." timestamp "." body))

The operator writes the address, so it may lie in the operator's own network. Redirects
are failures, and what is answered beside the status is not read.
"""

from __future__ import annotations

import base64
import binascii
import hmac

import aiohttp
import msgspec
from aiohttp import hdrs

from ...clock import Clock, to_millis
from ...config import ConfigError
from .page import NotTaken, Page, instant

SECRET_PREFIX = "whsec_"  # noqa: S105 - how the standard begins one
MIN_SECRET_BYTES, MAX_SECRET_BYTES = 24, 64
CONNECT_SECONDS = 5.0


class WebhookSender:
    """Has one HTTP session; made on the event loop, then `close`."""

    def __init__(self, secret: bytes, clock: Clock) -> None:
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
            "webhook-id": page.id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": signature(self._secret, page.id, seconds, body),
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


def signature(secret: bytes, page: str, seconds: int, body: bytes) -> str:
    """The header that proves where a webhook comes from."""
    signed = f"{page}.{seconds}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()


def read_webhook_secret(text: str) -> bytes:
    """The secret of a file: `whsec_` and base64 of 24 to 64 octets.

    Raises:
        ConfigError: it is something else.
    """
    encoded = text.removeprefix(SECRET_PREFIX)
    try:
        secret = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        secret = b""
    if encoded == text or not MIN_SECRET_BYTES <= len(secret) <= MAX_SECRET_BYTES:
        raise ConfigError(
            f"paging.webhook_secret_file holds no secret: {SECRET_PREFIX} and base64 "
            f"of {MIN_SECRET_BYTES} to {MAX_SECRET_BYTES} octets"
        )
    return secret
