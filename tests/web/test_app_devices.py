"""One account on several devices, through the app: words, pairing, going away."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from support.browser import add_authenticator
from support.server import ServerProcess

from .app import (
    STRETCHED_MS,
    by_passkey,
    by_passphrase,
    expect_open,
    leave,
    make_words,
    sign_up,
)
from .conftest import app_person

pytestmark = pytest.mark.timeout(300)


async def _devices(page: Page, count: int) -> None:
    await page.goto("/#/settings/devices")
    await expect(page.locator("main li")).to_have_count(count)


async def test_words_bring_an_account_back_and_a_device_can_go(
    browser: Browser, app_server: ServerProcess
) -> None:
    """Restored in another browser, seen by the first, revoked there and out at once."""
    async with (
        app_person(browser, app_server) as page,
        app_person(browser, app_server, "401") as other,
    ):
        await add_authenticator(page)
        await sign_up(page, app_server, "quiet-river", by_passkey)
        words = await make_words(page)
        await other.goto("/")
        await other.get_by_role("button", name="I have an account already").click()
        await other.get_by_role("radio", name="Recovery words").check()
        await other.get_by_label("Your 24 words").fill(words)
        await by_passphrase(other)
        await other.get_by_role("button", name="Bring it back").click()
        await expect_open(other)
        await _devices(page, 2)
        await page.get_by_role("button", name="Remove").first.click()
        await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        await _devices(page, 1)
        await expect(other.get_by_text("Signed out")).to_be_visible(
            timeout=STRETCHED_MS
        )


async def test_two_devices_meet_by_a_code_and_six_digits(
    browser: Browser, app_server: ServerProcess
) -> None:
    """The new one shows, the old one types; then either can forget itself."""
    async with (
        app_person(browser, app_server) as old,
        app_person(browser, app_server, "WebSocket is already in CLOSING") as new,
    ):
        await add_authenticator(old)
        await sign_up(old, app_server, "quiet-river", by_passkey)
        await new.goto("/")
        await new.get_by_role("button", name="Use with another device of mine").click()
        await by_passphrase(new)
        await new.get_by_role("button", name="Show the code").click()
        invitation = new.locator("p[dir=ltr]")
        await expect(invitation).to_be_visible()
        await _devices(old, 1)
        await old.get_by_label("Or type the code it shows").fill(
            await invitation.inner_text()
        )
        await old.get_by_role("button", name="Go on").click()
        await expect(new.get_by_text("Type this number")).to_be_visible()
        shown = await new.locator("p[dir=ltr]").inner_text()
        await old.get_by_label("The six digits").fill(shown)
        await old.get_by_role("button", name="Let this device in").click()
        await expect(old.get_by_text("Both devices are ready.")).to_be_visible()
        await new.get_by_role("button", name="Yes, it did").click()
        await expect_open(new)
        await old.get_by_role("button", name="Close").click()
        await _devices(old, 2)
        await _devices(new, 2)
        await new.get_by_role("button", name="Forget this device").click()
        await new.get_by_role("button", name="Forget it").click()
        await expect(
            new.get_by_role("button", name="Use with another device of mine")
        ).to_be_visible()
        await _devices(old, 1)


async def test_leaving_leaves_nothing_where_the_account_can_come_back(
    browser: Browser, app_server: ServerProcess
) -> None:
    """The words bring it back to the emptied browser."""
    async with app_person(browser, app_server) as page:
        await add_authenticator(page)
        await sign_up(page, app_server, "quiet-river", by_passkey)
        await page.goto("/#/settings/privacy")
        switch = page.get_by_role("switch", name="Leave nothing on this device")
        words = await make_words(page)
        await page.goto("/#/settings/privacy")
        await switch.check()
        await leave(page)
        await page.goto("/")
        await page.get_by_role("button", name="I have an account already").click()
        await page.get_by_role("radio", name="Recovery words").check()
        await page.get_by_label("Your 24 words").fill(words)
        await page.get_by_role("button", name="Bring it back").click()
        await expect_open(page)


async def test_who_signs_out_is_asked_again(
    browser: Browser, app_server: ServerProcess
) -> None:
    """What is kept is locked, also after a reload."""
    async with app_person(browser, app_server) as page:
        await add_authenticator(page)
        await sign_up(page, app_server, "quiet-river", by_passkey)
        await page.goto("/#/settings")
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_role("button", name="Here", exact=True).click()
        await expect(page.get_by_text("Your messages here are locked.")).to_be_visible()
        await page.reload()
        await page.get_by_role("button", name="Open with passkey").click()
        await expect_open(page)
