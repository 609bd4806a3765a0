"""One passkey, or one passphrase, for the browser and for the way back to the account."""

from __future__ import annotations

import base64

import pytest
from playwright.async_api import Browser, Page, Request, expect

from support.browser import add_authenticator
from support.server import ServerProcess

from .app import (
    PASSPHRASE,
    STRETCHED_MS,
    by_passkey,
    by_passphrase,
    expect_open,
    leave,
    sign_up,
)
from .conftest import app_person

pytestmark = pytest.mark.timeout(300)
_NOTE_SECRETS = """
globalThis.secrets = []
for (const name of ["create", "get"]) {
  const own = navigator.credentials[name].bind(navigator.credentials)
  navigator.credentials[name] = async (options) => {
    const credential = await own(options)
    const first = credential.getClientExtensionResults().prf?.results?.first
    if (first) {
      const known = JSON.parse(sessionStorage.getItem("secrets") ?? "[]")
      const octets = Array.from(new Uint8Array(first.buffer ?? first))
      sessionStorage.setItem("secrets", JSON.stringify([...known, octets]))
    }
    return credential
  }
}
"""


async def _forget(page: Page) -> None:
    """Leave nothing of the account in this browser, without its other devices' help."""
    await page.goto("/#/settings/devices")
    await page.get_by_role("button", name="Forget this device").click()
    await page.get_by_role("button", name="Forget it").click()
    await page.get_by_role("button", name="I have an account already").click()


async def _backed_up(page: Page) -> None:
    await page.goto("/#/settings/recovery")
    await expect(page.get_by_text("also brings your account back")).to_be_visible(
        timeout=STRETCHED_MS
    )


def _spellings(octets: bytes) -> list[bytes]:
    return [
        octets,
        octets.hex().encode(),
        base64.b64encode(octets).rstrip(b"="),
        base64.urlsafe_b64encode(octets).rstrip(b"="),
        ",".join(map(str, octets)).encode(),
    ]


async def test_one_passkey_seals_opens_and_brings_back_and_its_secret_stays(
    browser: Browser, app_server: ServerProcess
) -> None:
    """One entry in the person's list; nothing that the authenticator gave is ever sent."""
    async with app_person(browser, app_server) as page:
        await page.add_init_script(_NOTE_SECRETS)
        sent: list[Request] = []
        page.on("request", lambda request: sent.append(request))
        authenticator = await add_authenticator(page)
        await sign_up(page, app_server, "quiet-river", by_passkey)
        await _backed_up(page)
        secrets = await page.evaluate("() => JSON.parse(sessionStorage.secrets)")
        await _forget(page)
        await page.get_by_role("radio", name="My passkey").check()
        await page.get_by_role("button", name="Bring it back").click()
        await expect_open(page)
        await leave(page)
        await page.goto("/")
        await page.get_by_role("button", name="Open with passkey").click()
        await expect_open(page)
        made = await authenticator.session.send(
            "WebAuthn.getCredentials", {"authenticatorId": authenticator.id}
        )
        assert len(made["credentials"]) == 1
        assert len(secrets) >= 1
        assert len({bytes(secret) for secret in secrets}) == 1
        bodies = [body for each in sent if (body := each.post_data_buffer) is not None]
        assert any(b"clientDataJSON" in body for body in bodies)
        for body in bodies:
            assert not any(
                spelling in body for spelling in _spellings(bytes(secrets[0]))
            )


async def test_a_passphrase_brings_the_account_back(
    browser: Browser, app_server: ServerProcess
) -> None:
    """With the name; another passphrase does not, and says no more than that."""
    async with app_person(browser, app_server, "status of 401", stretches=True) as page:
        await sign_up(page, app_server, "quiet-river", by_passphrase)
        await _backed_up(page)
        await _forget(page)
        await page.get_by_role("radio", name="My passphrase").check()
        await page.get_by_label("Your name here").fill("quiet-river")
        for tried in ("another lake at noon", PASSPHRASE):
            await page.get_by_role("textbox", name="Passphrase").fill(tried)
            await page.get_by_role("button", name="Bring it back").click()
            if tried != PASSPHRASE:
                await expect(page.get_by_text("does not open a backup")).to_be_visible(
                    timeout=STRETCHED_MS
                )
        await expect_open(page)
