"""The passkeys of an account through the screens: one more, one less, never the last way."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from support.browser import Authenticator, add_authenticator
from support.server import ServerProcess

from .app import STRETCHED_MS, by_passkey, expect_open, make_words, sign_up
from .conftest import app_person

pytestmark = pytest.mark.timeout(300)
ASKED_FIRST = "status of 403"
"""What the browser says of an answer that tells what to prove first."""


def _row(page: Page, label: str) -> Locator:
    return page.get_by_role("main").get_by_role("listitem").filter(has_text=label)


async def _held(authenticator: Authenticator) -> int:
    found = await authenticator.session.send(
        "WebAuthn.getCredentials", {"authenticatorId": authenticator.id}
    )
    return len(found["credentials"])


async def _put_away(authenticator: Authenticator) -> None:
    await authenticator.session.send(
        "WebAuthn.removeVirtualAuthenticator", {"authenticatorId": authenticator.id}
    )


async def _add(page: Page, label: str) -> None:
    await page.get_by_role("textbox", name="A name for it").fill(label)
    await page.get_by_role("button", name="Make the passkey").click()


async def _remove(page: Page, label: str) -> None:
    await _row(page, label).get_by_role("button", name="Remove").click()
    dialog = page.get_by_role("dialog", name="Remove this passkey")
    await dialog.get_by_role("button", name="Remove").click()
    await expect(dialog).to_have_count(0, timeout=STRETCHED_MS)
    await expect(_row(page, label)).to_have_count(0)


async def test_a_second_passkey_takes_the_place_of_the_first(
    browser: Browser, app_server: ServerProcess
) -> None:
    """The only one stays as long as nothing else brings the account back; another one is
    proven by the first, brings it back, and then the first can go."""
    async with app_person(browser, app_server, ASKED_FIRST) as page:
        first = await add_authenticator(page)
        await sign_up(page, app_server, "quiet-river", by_passkey)
        await page.goto("/#/settings/passkeys")
        own = _row(page, "quiet-river")
        await expect(own).to_contain_text(
            "Nothing else brings your account back.", timeout=STRETCHED_MS
        )
        await expect(own).to_contain_text("Opens this browser")
        await expect(own.get_by_role("button")).to_have_count(0)

        # The person is asked for it, and it holds a passkey of the account already.
        await _add(page, "grey key")
        await expect(page.get_by_text("Nothing was changed.")).to_be_visible(
            timeout=STRETCHED_MS
        )
        assert await _held(first) == 1
        await _put_away(first)
        second = await add_authenticator(page)
        await _add(page, "grey key")
        await expect(_row(page, "grey key")).to_have_count(1, timeout=STRETCHED_MS)
        assert await _held(second) == 1
        await expect(own).not_to_contain_text("Nothing else brings your account back.")
        await _remove(page, "quiet-river")
        await expect(_row(page, "grey key")).to_contain_text("Nothing else brings")

        await page.goto("/#/settings/devices")
        await page.get_by_role("button", name="Forget this device").click()
        await page.get_by_role("button", name="Forget it").click()
        await page.get_by_role("button", name="I have an account already").click()
        await page.get_by_role("radio", name="My passkey").check()
        await page.get_by_role("button", name="Bring it back").click()
        await expect_open(page)
        await page.goto("/#/settings/passkeys")
        await expect(_row(page, "grey key")).to_contain_text(
            "Opens this browser", timeout=STRETCHED_MS
        )


async def test_with_words_the_last_passkey_can_go_and_a_new_one_come(
    browser: Browser, app_server: ServerProcess
) -> None:
    """What opens this browser goes on to do so; the device vouches for the new one."""
    async with app_person(browser, app_server, ASKED_FIRST) as page:
        authenticator = await add_authenticator(page)
        await sign_up(page, app_server, "quiet-river", by_passkey)
        await make_words(page)
        await page.goto("/#/settings/passkeys")
        await _remove(page, "quiet-river")
        await expect(page.get_by_text("You have no passkey yet.")).to_be_visible()
        await page.goto("/#/settings/recovery")
        await expect(page.get_by_text("You made recovery words on")).to_be_visible()
        await expect(page.get_by_text("also brings your account back")).to_have_count(0)
        await page.goto("/#/settings")
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_role("button", name="Here", exact=True).click()
        await page.get_by_role("button", name="Open with passkey").click()
        await expect_open(page)
        await _put_away(authenticator)
        await add_authenticator(page)
        await page.goto("/#/settings/passkeys")
        await _add(page, "my phone")
        await expect(_row(page, "my phone")).to_have_count(1, timeout=STRETCHED_MS)
        await page.goto("/#/settings/recovery")
        await expect(page.get_by_text("also brings your account back")).to_be_visible()
