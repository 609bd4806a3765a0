"""Passkeys over HTTPS (`mentalverse_signaling.passkey_api`)."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from mentalverse_signaling.events import Empty
from mentalverse_signaling.passkey_api import PasskeyRegister, PasskeyUse

from ..services.identity import Identity
from ..services.passkeys import PasskeyService
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


class PasskeyApi:
    """Handlers: who asks, bounds, then one call of the service."""

    def __init__(
        self,
        passkeys: PasskeyService,
        identity: Identity,
        attempts: Throttle[str],
        trusted_proxies: Sequence[Network],
    ) -> None:
        """`attempts` counts by address, and by account where there is one."""
        self._passkeys = passkeys
        self._identity = identity
        self._attempts = attempts
        self._trusted = trusted_proxies

    def routes(self) -> list[web.RouteDef]:
        """Every endpoint of this API."""
        base = f"{BASE}/passkeys"
        return [
            web.post(f"{base}/begin", self._begin),
            web.post(base, self._register),
            web.get(base, self._list),
            web.delete(f"{base}/{{passkey:[A-Za-z0-9_-]{{1,1400}}}}", self._delete),
            web.post(f"{base}/use", self._begin_use),
            web.post(f"{base}/verify", self._verify),
            web.post(f"{base}/backup", self._backup),
        ]

    async def _begin(self, request: web.Request) -> web.Response:
        return json_response(await self._passkeys.begin(await self._caller(request)))

    async def _register(self, request: web.Request) -> web.Response:
        principal = await self._caller(request)
        body = await read_body(request, PasskeyRegister)
        return json_response(await self._passkeys.register(principal, body))

    async def _list(self, request: web.Request) -> web.Response:
        account = (await self._caller(request)).account
        return json_response(await self._passkeys.list(account))

    async def _delete(self, request: web.Request) -> web.Response:
        principal = await self._caller(request)
        await self._passkeys.delete(principal, request.match_info["passkey"])
        return json_response(Empty())

    async def _begin_use(self, request: web.Request) -> web.Response:
        self._count_address(request)
        return json_response(await self._passkeys.begin_use())

    async def _verify(self, request: web.Request) -> web.Response:
        principal = await self._caller(request)
        body = await read_body(request, PasskeyUse)
        return json_response(await self._passkeys.verify(principal, body))

    async def _backup(self, request: web.Request) -> web.Response:
        self._count_address(request)
        body = await read_body(request, PasskeyUse)
        return octets_response(await self._passkeys.backup(body))

    async def _caller(self, request: web.Request) -> Principal:
        principal = await caller_of(request, self._identity)
        self._attempts.check(principal.account)
        return principal

    def _count_address(self, request: web.Request) -> None:
        self._attempts.check(network_of(client_address(request, self._trusted)))
