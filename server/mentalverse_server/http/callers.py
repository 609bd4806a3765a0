"""Who calls an endpoint that asks for a token, and whether it is for guests."""

from __future__ import annotations

from aiohttp import web

from mentalverse_signaling.guest_rules import require_endpoint

from ..services.identity import Identity
from ..transport.connections import Principal
from .security import bearer_token, route_of


async def caller_of(request: web.Request, identity: Identity) -> Principal:
    """Who the bearer token speaks for.

    Raises `Unauthorised`, or `Forbidden` for a guest at an endpoint that
    `mentalverse_signaling.guest_rules` does not open to guests.
    """
    principal = await identity.authenticate(bearer_token(request))
    if principal.is_guest:
        require_endpoint(f"{request.method} {route_of(request)}")
    return principal
