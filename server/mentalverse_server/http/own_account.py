"""A person's own account over HTTPS (`proof_api`, `account_export`)."""

from __future__ import annotations

from typing import Final

from aiohttp import hdrs, web

from mentalverse_signaling.errors import Unauthorised
from mentalverse_signaling.events import Empty
from mentalverse_signaling.proof_api import ProofGive
from mentalverse_signaling.quota import Rate

from ..services.erasure import Departed
from ..services.identity import Identity
from ..services.own_account import OwnAccounts
from ..services.proofs import Proofs
from ..throttle import Throttle
from ..transport.connections import Principal
from .api import BASE
from .callers import caller_of
from .security import bearer_token, json_response, read_body
from .streaming import stream

EXPORTS: Final = Rate(rate_per_second=1 / 600, burst=3)
"""Exports of one account: three at once, then one in ten minutes."""


class OwnAccountApi:
    """Handlers: who asks, bounds, then one call of a service."""

    def __init__(
        self,
        identity: Identity,
        proofs: Proofs,
        accounts: OwnAccounts,
        departed: Departed,
        *,
        attempts: Throttle[str],
        exports: Throttle[str],
    ) -> None:
        """Both throttles count by account."""
        self._identity = identity
        self._proofs = proofs
        self._accounts = accounts
        self._departed = departed
        self._attempts = attempts
        self._exports = exports

    def routes(self) -> list[web.RouteDef]:
        """Every endpoint of this API."""
        return [
            web.post(f"{BASE}/proof", self._prove),
            web.get(f"{BASE}/account/export", self._export, allow_head=False),
            web.delete(f"{BASE}/account", self._delete),
        ]

    async def _prove(self, request: web.Request) -> web.Response:
        principal = await self._caller(request)
        body = await read_body(request, ProofGive)
        return json_response(await self._proofs.give(principal, body))

    async def _export(self, request: web.Request) -> web.StreamResponse:
        principal = await self._caller(request)
        pieces = await self._accounts.export(principal)
        self._exports.check(principal.account)
        answer = web.StreamResponse()
        answer.content_type = "application/json"
        disposition = 'attachment; filename="account.json"'
        answer.headers[hdrs.CONTENT_DISPOSITION] = disposition
        await stream(request, answer, pieces)
        return answer

    async def _delete(self, request: web.Request) -> web.Response:
        try:
            principal = await self._caller(request)
        except Unauthorised:
            # The answer may have been lost, and the account with its sign-ins is gone.
            if await self._departed.was_deleted(bearer_token(request)):
                return json_response(Empty())
            raise
        await self._accounts.delete(principal)
        return json_response(Empty())

    async def _caller(self, request: web.Request) -> Principal:
        principal = await caller_of(request, self._identity)
        self._attempts.check(principal.account)
        return principal
