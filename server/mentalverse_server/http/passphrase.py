"""The passphrase over HTTPS (`mentalverse_signaling.passphrase_api`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aiohttp import web

from mentalverse_signaling.events import Empty
from mentalverse_signaling.passphrase_api import (
    PassphraseBegin,
    PassphraseProof,
    PassphraseSet,
)
from mentalverse_signaling.quota import Rate

from ..services.identity import Identity
from ..services.passphrases import Passphrases
from ..throttle import Throttle
from ..transport.admission import network_of
from ..transport.connections import Principal
from .api import BASE
from .callers import caller_of
from .security import (
    Network,
    client_address,
    json_response,
    octets_response,
    read_body,
)

GUESSES: Final = Rate(rate_per_second=1 / 60, burst=20)
"""Proofs tried for one handle, from wherever: 20 at once, then one a minute. It never
locks anybody out for good, and recovery words and passkeys are not counted."""


class PassphraseApi:
    """Handlers: who asks, bounds, then one call of the service."""

    def __init__(
        self,
        passphrases: Passphrases,
        identity: Identity,
        *,
        attempts: Throttle[str],
        guesses: Throttle[str],
        trusted_proxies: Sequence[Network],
    ) -> None:
        """`attempts` counts by address or account, `guesses` by handle."""
        self._passphrases = passphrases
        self._identity = identity
        self._attempts = attempts
        self._guesses = guesses
        self._trusted = trusted_proxies

    def routes(self) -> list[web.RouteDef]:
        """Every endpoint of this API."""
        base = f"{BASE}/passphrase"
        return [
            web.put(base, self._put),
            web.delete(base, self._delete),
            web.post(f"{base}/begin", self._begin),
            web.post(f"{base}/backup", self._backup),
        ]

    async def _put(self, request: web.Request) -> web.Response:
        principal = await self._caller(request)
        await self._passphrases.put(principal, await read_body(request, PassphraseSet))
        return json_response(Empty())

    async def _delete(self, request: web.Request) -> web.Response:
        await self._passphrases.delete(await self._caller(request))
        return json_response(Empty())

    async def _begin(self, request: web.Request) -> web.Response:
        self._count_address(request)
        body = await read_body(request, PassphraseBegin)
        return json_response(await self._passphrases.begin(body.handle))

    async def _backup(self, request: web.Request) -> web.Response:
        self._count_address(request)
        body = await read_body(request, PassphraseProof)
        self._guesses.check(body.handle)
        return octets_response(await self._passphrases.backup(body))

    async def _caller(self, request: web.Request) -> Principal:
        principal = await caller_of(request, self._identity)
        self._attempts.check(principal.account)
        return principal

    def _count_address(self, request: web.Request) -> None:
        self._attempts.check(network_of(client_address(request, self._trusted)))
