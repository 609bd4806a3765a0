"""The test before a call, on a server whose only way is a relay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hatch_build import build
from load_tests.js_peer import WEB
from playwright.async_api import expect

from support.browser import add_authenticator, chromium
from support.clients import person
from support.coturn import BARE, MEETING_ON_LOOPBACK, SECRET, running_coturn
from support.screens import LONG_MS, Screens
from support.server import start_server
from web.calls.talk import FLAGS
from web.conftest import NEUTRAL, app_person

CLOSED = f"{BARE}no-tls\nno-dtls\n"
"""It gives addresses away, and carries nothing to this machine."""


@pytest.mark.capability("C04")
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("relay_settings", "found"),
    [(MEETING_ON_LOOPBACK, "Works"), (CLOSED, "did not come back")],
    ids=["open", "closed"],
)
async def test_sound_is_sent_over_the_relay_and_comes_back_or_not(
    tmp_path: Path, relay_settings: str, found: str
) -> None:
    build(WEB)
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    with running_coturn(tmp_path / "relay", relay_settings) as relay:
        settings = {
            "WEB__DIST_DIR": str(WEB / "dist"),
            "WEB__EXIT_URL": NEUTRAL,
            "MEDIA__ENGINE": "off",
            "TURN__URLS": json.dumps([relay.url().text]),
            "TURN__SECRET_FILE": str(secret),
        }
        with start_server(tmp_path / "server", settings) as server:
            async with (
                person(server, tmp_path, "ben"),
                chromium(*FLAGS) as browser,
                app_person(browser, server) as page,
            ):
                await add_authenticator(page)
                ada = Screens(page)
                await ada.come_in(server, "ada")
                await ada.begin("ben")
                await page.get_by_role("link", name="Call", exact=True).click()
                await page.get_by_role("button", name="Begin the test").click()
                path = page.locator("[data-step=path]")
                await expect(path).to_contain_text(found, timeout=LONG_MS)
