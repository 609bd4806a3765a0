"""Which endpoints guests may use: every one is classified, and held to it."""

from __future__ import annotations

import re
import secrets
from contextlib import AsyncExitStack

import pytest

from mentalverse_server.config import Config
from mentalverse_server.edge import make_application
from mentalverse_server.ground import open_ground
from mentalverse_server.http.health import Readiness
from mentalverse_server.metrics import HttpCounters
from mentalverse_server.operator import prepare_data_folder
from mentalverse_server.parts import open_parts
from mentalverse_signaling.guest_rules import ENDPOINTS_OF_GUESTS, GuestMay
from support.account_api import Api
from support.clock import ManualClock

WITHOUT_TOKEN = {
    "GET /api/v1/server",
    "POST /api/v1/invites/redeem",
    "POST /api/v1/sign-in/challenge",
    "POST /api/v1/sign-in",
    "GET /api/v1/accounts/{account}/devices",
    "POST /api/v1/devices",
    "POST /api/v1/crisis/cases",
    "POST /api/v1/guests",
    "POST /api/v1/guests/find",
    "POST /api/v1/guests/return",
    "POST /api/v1/recovery/fetch",
    "PUT /api/v1/pairing/{mailbox}/{slot}",
    "GET /api/v1/pairing/{mailbox}/{slot}",
    "POST /api/v1/passkeys/use",
    "POST /api/v1/passkeys/backup",
    "POST /api/v1/passphrase/begin",
    "POST /api/v1/passphrase/backup",
}
"""Endpoints that do not know who asks."""


async def test_every_endpoint_says_what_guests_may(
    config: Config, clock: ManualClock
) -> None:
    """One that nobody thought of is refused to them, and found here."""
    prepare_data_folder(config.server.data_dir)
    async with AsyncExitStack() as stack:
        ground = await open_ground(
            config, clock, secrets.token_bytes, lambda _: None, stack
        )
        parts = await open_parts(ground, stack)
        counters = HttpCounters()
        app = make_application(ground, parts, Readiness({}, clock), counters, "")
        routes = {
            f"{route.method} {route.resource.canonical}"
            for route in app.router.routes()
            if route.resource is not None and route.method != "HEAD"
        }
    served = {route for route in routes if " /api/v1/" in route}
    assert served == WITHOUT_TOKEN | set(ENDPOINTS_OF_GUESTS)
    assert not WITHOUT_TOKEN & set(ENDPOINTS_OF_GUESTS)


@pytest.mark.parametrize("route", ENDPOINTS_OF_GUESTS)
async def test_a_guest_gets_as_far_as_its_rule_says(api: Api, route: str) -> None:
    """A request that says nothing is refused for that, or for who asks."""
    guest = await api.guest()
    method, path = route.split(" ")
    url = api.server.url + re.sub(r"\{[a-z]+\}", "ab" * 16, path)
    async with api.http.request(method, url, headers=guest.bearer) as answer:
        refused = '"forbidden"' in await answer.text()
    assert refused == (ENDPOINTS_OF_GUESTS[route] is GuestMay.NO)
