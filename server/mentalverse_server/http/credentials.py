"""What anybody may look up about credentials: who issues them, and which were taken
back. Nobody says who they are, and nobody learns whose credential is looked up."""

from __future__ import annotations

import re

from aiohttp import web

from mentalverse_signaling.errors import NotFound

from ..services.credential_keys import STATUS_PATH, Issuer
from ..services.status_lists import KEEP_SECONDS, StatusLists
from .security import json_response

DID_PATH = "/.well-known/did.json"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,5}", re.ASCII)
_HEADERS = {
    # It is the same for everybody, and read by pages of other hosts as well.
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": f"public, max-age={KEEP_SECONDS}",
}


class CredentialPages:
    """Handlers of public addresses, which have no version: credentials name them."""

    def __init__(self, issuer: Issuer, lists: StatusLists) -> None:
        self._issuer = issuer
        self._lists = lists

    def routes(self) -> list[web.RouteDef]:
        """Every endpoint of these."""
        return [
            web.get(DID_PATH, self._document),
            web.get(f"{STATUS_PATH}/{{number}}/{{purpose}}", self._list),
        ]

    async def _document(self, request: web.Request) -> web.Response:
        response = json_response(self._issuer.keys.document)
        response.headers.update(_HEADERS)
        return response

    async def _list(self, request: web.Request) -> web.Response:
        number, purpose = request.match_info["number"], request.match_info["purpose"]
        if _NUMBER.fullmatch(number) is None:
            raise NotFound("no such status list")
        token = await self._lists.token(int(number), purpose)
        return web.Response(
            text=token, content_type="application/vc+jwt", headers=_HEADERS
        )
