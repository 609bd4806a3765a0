"""Signs an event and posts it: the relay's way out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import structlog

from ..clock import Clock, to_millis
from ..errors import StartupError
from ..store.endpoints import EndpointRow
from .egress import Egress, Reply
from .egress import Outcome as Went
from .endpoint_keys import EndpointKeys
from .outward import Answered, Rendered
from .signing import SigningKey, signed_headers

MAX_RETRY_AFTER_SECONDS = 24 * 3_600

log = structlog.get_logger()


class SignedSend:
    """See `outward.Send`."""

    def __init__(self, egress: Egress, keys: EndpointKeys, clock: Clock) -> None:
        self._egress = egress
        self._keys = keys
        self._clock = clock

    async def __call__(self, endpoint: EndpointRow, rendered: Rendered) -> Answered:
        """One attempt, with the time of the attempt in what is signed."""
        try:
            reply = await self.reply(endpoint, rendered)
        except StartupError as error:
            log.error("hooks.no_key", endpoint=endpoint.id, reason=str(error))
            return Answered(status=None)
        if reply.outcome is not Went.ANSWERED:
            log.info("hooks.not_sent", endpoint=endpoint.id, why=reply.outcome.value)
            return Answered(status=None)
        now_ms = to_millis(self._clock.now())
        return Answered(reply.status, retry_after_seconds(reply.headers, now_ms))

    async def reply(
        self,
        endpoint: EndpointRow,
        rendered: Rendered,
        whole_seconds: float | None = None,
    ) -> Reply:
        """What came of one attempt. Raises `StartupError` where a key is missing."""
        now_ms = to_millis(self._clock.now())
        keys = await asyncio.to_thread(self._signers, endpoint, now_ms)
        headers = signed_headers(
            keys, rendered.message, now_ms // 1000, rendered.body
        ) | {"Content-Type": "application/json"}
        return await self._egress.post(
            endpoint.url,
            rendered.body,
            headers,
            whole_seconds=whole_seconds,
            may_be_private=not endpoint.public_only,
        )

    def _signers(self, endpoint: EndpointRow, now_ms: int) -> list[SigningKey]:
        """Every key that signs now. One whose time is over is deleted."""
        names = [endpoint.signing_key]
        until_ms = endpoint.previous_until_ms
        if endpoint.previous_key and until_ms is not None:
            if now_ms < until_ms:
                names.append(endpoint.previous_key)
            else:
                self._keys.forget(endpoint.previous_key)
        return [self._keys.get(name) for name in names]


def retry_after_seconds(headers: Mapping[str, str], now_ms: int) -> int:
    """What `Retry-After` asks for (RFC 9110 §10.2.3), up to a day; 0 for nothing."""
    given = {name.lower(): value for name, value in headers.items()}
    asked = given.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        seconds = int(asked[:9])
    else:
        try:
            moment_ms = to_millis(parsedate_to_datetime(asked))
        except (TypeError, ValueError):
            return 0
        seconds = (moment_ms - now_ms) // 1000
    return min(max(seconds, 0), MAX_RETRY_AFTER_SECONDS)
