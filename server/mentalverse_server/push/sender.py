"""One push to one browser: over HTTPS, to a public address, within ten seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

import aiohttp
from aiohttp import hdrs

from mentalverse_signaling.ids import ConversationId
from mentalverse_signaling.push_api import PushKind

from ..clock import Clock
from ..store.push_subscriptions import SubscriptionRow
from .encryption import encrypt_fresh, payload
from .endpoints import public_socket
from .vapid import PushKey, authorization

TIMEOUT_SECONDS = 10.0
KEPT_BY_SERVICE = timedelta(days=7)
"""How long a push service keeps it for a browser that is away."""
TOPIC = "update"
"""Of all our pushes: a browser that was away gets one, and nobody in between learns
how many conversations there were (RFC 8030 §5.4)."""
MAX_RETRY_AFTER = timedelta(hours=1)


class Verdict(Enum):
    """What a push service said."""

    TAKEN = auto()
    GONE = auto()
    """There is no such subscription any more."""
    REFUSED = auto()
    """It takes this push never."""
    LATER = auto()
    """It could not be reached, or is too busy."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a push service is to do for a browser that is away."""

    topic: str
    """It keeps the last push of each."""
    kept_for: timedelta


UPDATE = Delivery(TOPIC, KEPT_BY_SERVICE)


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict, and for `LATER` when at the earliest, if it said so."""

    verdict: Verdict
    after: timedelta = timedelta()


class Sender:
    """Has one HTTP session; made on the event loop, then `close`."""

    def __init__(
        self,
        keys: tuple[PushKey, ...],
        contact: str,
        clock: Clock,
        rng: Callable[[int], bytes],
        *,
        allow_private: bool,
    ) -> None:
        self._keys = {key.public: key for key in keys}
        self._contact = contact
        self._clock = clock
        self._rng = rng
        # No cookies, no proxy from the environment, no connection kept for long.
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, socket_factory=None if allow_private else public_socket
            ),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )

    async def send(
        self, to: SubscriptionRow, kind: PushKind, conversation: ConversationId
    ) -> Answer:
        """Push what happened in a conversation."""
        return await self.deliver(to, payload(kind, to.auth, conversation), UPDATE)

    async def deliver(self, to: SubscriptionRow, text: bytes, how: Delivery) -> Answer:
        """Push once. Never raises for what lies in the network or the service."""
        key = self._keys.get(to.server_key)
        if key is None:  # of another installation: no service would take it
            return Answer(Verdict.GONE)
        try:
            async with self._http.post(
                to.endpoint,
                data=encrypt_fresh(text, to.p256dh, to.auth, self._rng),
                headers=self._headers(key, to.endpoint, how),
                allow_redirects=False,
            ) as response:
                return _answer(response.status, response.headers.get(hdrs.RETRY_AFTER))
        except (aiohttp.ClientError, OSError, TimeoutError):
            return Answer(Verdict.LATER)
        except ValueError:  # an address that the library cannot make sense of
            return Answer(Verdict.REFUSED)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    def _headers(self, key: PushKey, endpoint: str, how: Delivery) -> dict[str, str]:
        signed = authorization(key, endpoint, self._contact, self._clock.now())
        return {
            hdrs.AUTHORIZATION: signed,
            hdrs.CONTENT_TYPE: "application/octet-stream",
            hdrs.CONTENT_ENCODING: "aes128gcm",
            hdrs.USER_AGENT: "MentalVerse",
            "TTL": str(int(how.kept_for.total_seconds())),
            "Topic": how.topic,
            "Urgency": "high",
        }


def _answer(status: int, retry_after: str | None) -> Answer:
    """RFC 8030 §5 and §7.3, and what services do beside it."""
    if 200 <= status < 300:
        return Answer(Verdict.TAKEN)
    if status in (404, 410):
        return Answer(Verdict.GONE)
    if status == 429 or status >= 500:
        return Answer(Verdict.LATER, _pause(retry_after))
    return Answer(Verdict.REFUSED)


def _pause(retry_after: str | None) -> timedelta:
    """Seconds only: a date needs an agreement about the time."""
    text = retry_after or ""
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        return timedelta()
    return min(timedelta(seconds=int(text)), MAX_RETRY_AFTER)
