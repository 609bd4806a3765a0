"""A person's own account over HTTPS (`mentalverse_signaling.proof_api`)."""

from __future__ import annotations

from aiohttp import web

from mentalverse_signaling.proof_api import ProofGive

from ..services.identity import Identity
from ..services.proofs import Proofs
from ..throttle import Throttle
from ..transport.connections import Principal
from .api import BASE
from .callers import caller_of
from .security import json_response, read_body


class OwnAccountApi:
    """Handlers: who asks, bounds, then one call of a service."""

    def __init__(
        self, identity: Identity, proofs: Proofs, *, attempts: Throttle[str]
    ) -> None:
        """`attempts` counts by account."""
        self._identity = identity
        self._proofs = proofs
        self._attempts = attempts

    def routes(self) -> list[web.RouteDef]:
        """Every endpoint of this API."""
        return [web.post(f"{BASE}/proof", self._prove)]

    async def _prove(self, request: web.Request) -> web.Response:
        principal = await self._caller(request)
        body = await read_body(request, ProofGive)
        return json_response(await self._proofs.give(principal, body))

    async def _caller(self, request: web.Request) -> Principal:
        principal = await caller_of(request, self._identity)
        self._attempts.check(principal.account)
        return principal
