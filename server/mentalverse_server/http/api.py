"""The account API under `/api/v1`: `account_api` and `device_api` of the protocol."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from mentalverse_signaling.account_api import (
    ChallengeRequest,
    InviteRedeem,
    ServerInfo,
    SignIn,
)
from mentalverse_signaling.device_api import CredentialRenew, DevicesPublish
from mentalverse_signaling.events import Empty
from mentalverse_signaling.ids import AccountId

from ..services.devices import Devices
from ..services.identity import Identity
from ..throttle import Throttle
from ..transport.admission import network_of
from .callers import caller_of
from .security import Network, client_address, json_response, read_body

BASE = "/api/v1"
_ACCOUNT = "{account:[0-9a-f]{32}}"


class AccountApi:
    """Handlers: bounds first, then the body, then one call of the service."""

    def __init__(
        self,
        identity: Identity,
        devices: Devices,
        info: ServerInfo,
        throttle: Throttle[str],
        trusted_proxies: Sequence[Network],
    ) -> None:
        self._identity = identity
        self._devices = devices
        self._info = info
        self._throttle = throttle
        self._trusted = trusted_proxies

    def routes(self) -> list[web.RouteDef]:
        """Every endpoint of the account API."""
        return [
            web.get(f"{BASE}/server", self._server),
            web.post(f"{BASE}/invites/redeem", self._redeem),
            web.post(f"{BASE}/sign-in/challenge", self._challenge),
            web.post(f"{BASE}/sign-in", self._sign_in),
            web.post(f"{BASE}/sign-out", self._sign_out),
            web.get(f"{BASE}/accounts/{_ACCOUNT}/devices", self._newest),
            web.post(f"{BASE}/devices", self._publish),
            web.post(f"{BASE}/devices/renew", self._renew),
        ]

    async def _server(self, _request: web.Request) -> web.Response:
        return json_response(self._info)

    async def _redeem(self, request: web.Request) -> web.Response:
        self._count(request)
        body = await read_body(request, InviteRedeem)
        return json_response(await self._identity.redeem(body))

    async def _challenge(self, request: web.Request) -> web.Response:
        self._count(request)
        body = await read_body(request, ChallengeRequest)
        return json_response(await self._identity.challenge(body.device))

    async def _sign_in(self, request: web.Request) -> web.Response:
        self._count(request)
        body = await read_body(request, SignIn)
        return json_response(await self._identity.sign_in(body))

    async def _sign_out(self, request: web.Request) -> web.Response:
        self._count(request)
        principal = await caller_of(request, self._identity)
        await self._identity.revoke(principal, principal.sign_in)
        return json_response(Empty())

    async def _newest(self, request: web.Request) -> web.Response:
        self._count(request)
        account = AccountId(request.match_info["account"])
        return json_response(await self._devices.newest(account))

    async def _publish(self, request: web.Request) -> web.Response:
        self._count(request)
        body = await read_body(request, DevicesPublish)
        return json_response(await self._devices.publish(body))

    async def _renew(self, request: web.Request) -> web.Response:
        self._count(request)
        principal = await caller_of(request, self._identity)
        body = await read_body(request, CredentialRenew)
        return json_response(await self._devices.renew(principal, body))

    def _count(self, request: web.Request) -> None:
        self._throttle.check(network_of(client_address(request, self._trusted)))
