"""The account API under `/api/v1` (`mentalverse_signaling.account_api`)."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from mentalverse_signaling.account_api import (
    ChallengeRequest,
    InviteRedeem,
    ServerInfo,
    SignIn,
)
from mentalverse_signaling.events import Empty

from ..services.identity import Identity
from ..transport.admission import network_of
from .security import Network, bearer_token, client_address, json_response, read_body
from .throttle import Throttle

BASE = "/api/v1"


class AccountApi:
    """Handlers: bounds first, then the body, then one call of the service."""

    def __init__(
        self,
        identity: Identity,
        info: ServerInfo,
        throttle: Throttle,
        trusted_proxies: Sequence[Network],
    ) -> None:
        self._identity = identity
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
        await self._identity.sign_out(bearer_token(request))
        return json_response(Empty())

    def _count(self, request: web.Request) -> None:
        self._throttle.check(network_of(client_address(request, self._trusted)))
