"""Asking for help over HTTPS (`mentalverse_signaling.crisis_events`), in one call.

No limit of any address refuses it. Those that come at once take turns at a door of
their own, so that nothing else that is asked of the server stands before them.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from mentalverse_signaling.crisis_events import CrisisOpen
from mentalverse_signaling.errors import NotFound

from ..crisis.door import Door
from .api import BASE
from .security import (
    Network,
    bearer_token,
    client_address,
    json_response,
    read_body,
)


class CrisisApi:
    """Handlers: the body, then one call of the desk's door."""

    def __init__(self, door: Door | None, trusted_proxies: Sequence[Network]) -> None:
        """Without a door: nobody answers here."""
        self._door = door
        self._trusted = trusted_proxies

    def routes(self) -> list[web.RouteDef]:
        """Every endpoint of this API."""
        return [web.post(f"{BASE}/crisis/cases", self._open)]

    async def _open(self, request: web.Request) -> web.Response:
        if self._door is None:
            raise NotFound("this server has no crisis desk")
        body = await read_body(request, CrisisOpen)
        token = bearer_token(request)
        address = client_address(request, self._trusted)
        return json_response(await self._door.open(body, token, address))
