"""Guests over HTTPS (`mentalverse_signaling.guest_api`)."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from mentalverse_signaling.guest_api import GuestBegin

from ..auth.rate_keys import RateKeys
from ..services.crowds import Crowds
from ..services.guests import Guests
from .api import BASE
from .security import Network, client_address, json_response, read_body


class GuestApi:
    """Handlers: the body, a turn, then one call of the service."""

    def __init__(
        self,
        guests: Guests,
        crowds: Crowds,
        rate_keys: RateKeys,
        trusted_proxies: Sequence[Network],
    ) -> None:
        self._guests = guests
        self._crowds = crowds
        self._rate_keys = rate_keys
        self._trusted = trusted_proxies

    def routes(self) -> list[web.RouteDef]:
        """Every endpoint of this API."""
        return [web.post(f"{BASE}/guests", self._begin)]

    async def _begin(self, request: web.Request) -> web.Response:
        body = await read_body(request, GuestBegin)
        async with self._crowds.turn(self._rate_key(request)) as lane:
            return json_response(await self._guests.begin(body, lane))

    def _rate_key(self, request: web.Request) -> bytes:
        return self._rate_keys.of(client_address(request, self._trusted))
