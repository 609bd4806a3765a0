"""Web Push over HTTPS (`mentalverse_signaling.push_api`)."""

from __future__ import annotations

from aiohttp import web

from mentalverse_signaling.events import Empty
from mentalverse_signaling.push_api import PushMuted, PushSubscribe, QuietHours

from ..services.identity import Identity
from ..services.push import PushSubscriptions
from ..throttle import Throttle
from ..transport.connections import Principal
from .api import BASE
from .callers import caller_of
from .security import json_response, read_body


class PushApi:
    """Handlers: who asks, bounds, then one call of the service."""

    def __init__(
        self,
        subscriptions: PushSubscriptions,
        identity: Identity,
        attempts: Throttle[str],
    ) -> None:
        """`attempts` counts by account."""
        self._subscriptions = subscriptions
        self._identity = identity
        self._attempts = attempts

    def routes(self) -> list[web.RouteDef]:
        """Every endpoint of this API."""
        base = f"{BASE}/push"
        return [
            web.get(base, self._state),
            web.put(base, self._subscribe),
            web.delete(base, self._unsubscribe),
            web.put(f"{base}/muted", self._mute),
            web.put(f"{base}/quiet", self._set_quiet),
            web.delete(f"{base}/quiet", self._end_quiet),
        ]

    async def _state(self, request: web.Request) -> web.Response:
        principal = await self._caller(request)
        return json_response(await self._subscriptions.state(principal))

    async def _subscribe(self, request: web.Request) -> web.Response:
        principal = await self._caller(request)
        body = await read_body(request, PushSubscribe)
        await self._subscriptions.subscribe(principal, body)
        return json_response(Empty())

    async def _unsubscribe(self, request: web.Request) -> web.Response:
        await self._subscriptions.unsubscribe(await self._caller(request))
        return json_response(Empty())

    async def _mute(self, request: web.Request) -> web.Response:
        principal = await self._caller(request)
        body = await read_body(request, PushMuted)
        await self._subscriptions.mute(principal, body)
        return json_response(Empty())

    async def _set_quiet(self, request: web.Request) -> web.Response:
        principal = await self._caller(request)
        quiet = await read_body(request, QuietHours)
        await self._subscriptions.set_quiet(principal, quiet)
        return json_response(Empty())

    async def _end_quiet(self, request: web.Request) -> web.Response:
        await self._subscriptions.set_quiet(await self._caller(request), None)
        return json_response(Empty())

    async def _caller(self, request: web.Request) -> Principal:
        principal = await caller_of(request, self._identity)
        self._attempts.check(principal.account)
        return principal
