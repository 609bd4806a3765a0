"""Guests over HTTPS (`mentalverse_signaling.guest_api`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aiohttp import web

from mentalverse_signaling.events import Empty
from mentalverse_signaling.guest_api import (
    GuestBegin,
    GuestFind,
    GuestReturn,
    GuestWords,
)
from mentalverse_signaling.quota import Rate

from ..auth.rate_keys import RateKeys
from ..services.crowds import Crowds
from ..services.guest_words import GuestPlaces
from ..services.guests import Guests
from ..services.identity import Identity
from ..throttle import Throttle
from .api import BASE
from .callers import caller_of
from .security import Network, client_address, json_response, read_body

FINDS: Final = Rate(rate_per_second=1 / 60, burst=20)
"""Words tried from one address: 20 at once, then one a minute."""


class GuestApi:
    """Handlers: the body, a turn, then one call of the service."""

    def __init__(
        self,
        guests: Guests,
        crowds: Crowds,
        rate_keys: RateKeys,
        places: GuestPlaces,
        finds: Throttle[bytes],
        identity: Identity,
        trusted_proxies: Sequence[Network],
    ) -> None:
        """`finds` counts who looks for a place, by what stands for the address."""
        self._places = places
        self._finds = finds
        self._identity = identity
        self._guests = guests
        self._crowds = crowds
        self._rate_keys = rate_keys
        self._trusted = trusted_proxies

    def routes(self) -> list[web.RouteDef]:
        """Every endpoint of this API."""
        base = f"{BASE}/guests"
        return [
            web.post(base, self._begin),
            web.put(f"{base}/words", self._keep),
            web.post(f"{base}/find", self._find),
            web.post(f"{base}/return", self._return),
        ]

    async def _begin(self, request: web.Request) -> web.Response:
        body = await read_body(request, GuestBegin)
        async with self._crowds.turn(self._rate_key(request)) as lane:
            return json_response(await self._guests.begin(body, lane))

    async def _keep(self, request: web.Request) -> web.Response:
        principal = await caller_of(request, self._identity)
        self._finds.check(principal.account.encode())
        await self._places.keep(principal, await read_body(request, GuestWords))
        return json_response(Empty())

    async def _find(self, request: web.Request) -> web.Response:
        self._finds.check(self._rate_key(request))
        body = await read_body(request, GuestFind)
        return json_response(await self._places.find(body.lookup))

    async def _return(self, request: web.Request) -> web.Response:
        body = await read_body(request, GuestReturn)
        async with self._crowds.turn(self._rate_key(request)) as lane:
            return json_response(await self._places.come_back(body, lane))

    def _rate_key(self, request: web.Request) -> bytes:
        return self._rate_keys.of(client_address(request, self._trusted))
