"""A new account key through the screens: made on purpose, and told to everybody."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from support.browser import add_authenticator
from support.screens import LONG_MS, Screens
from support.server import ServerProcess

from .conftest import app_person

pytestmark = pytest.mark.timeout(300)
NONE_YET = "status of 404"
"""What the browser says itself of a backup that is not there any more."""


@pytest.mark.capability("C01")
async def test_somebody_makes_a_new_key_is_told_what_is_left_and_goes_on_talking(
    browser: Browser, app_server: ServerProcess
) -> None:
    """The other one is told; what brought the account back is renewed by one's passkey."""
    async with (
        app_person(browser, app_server, NONE_YET) as ada_page,
        app_person(browser, app_server) as ben_page,
    ):
        await add_authenticator(ada_page)
        ada, ben = Screens(ada_page), Screens(ben_page)
        await ada.come_in(app_server, "ada")
        await ben.come_in(app_server, "ben", passkey=False)
        await ada.begin("ben")
        await ada.write("Somebody had my phone")
        talk = ada_page.url
        await ben.enter("ada")
        await ben.hears("Somebody had my phone")
        comes_back = ada_page.get_by_text("also brings your account back")
        await ada_page.goto("/#/settings/recovery")
        await expect(comes_back).to_be_visible(timeout=LONG_MS)

        await ada_page.goto("/#/settings/devices")
        await ada_page.get_by_role("link", name="A new account key").click()
        await ada_page.get_by_role("button", name="Make a new key").click()
        asked = ada_page.get_by_role("dialog", name="A new account key")
        await asked.get_by_role("button", name="Make a new key").click()
        made = ada_page.get_by_role("heading", name="Your account has a new key")
        await expect(made).to_be_focused(timeout=LONG_MS)
        await expect(
            ada_page.get_by_text("Everybody you write with is told.")
        ).to_be_visible()
        await ben_page.goto("/#/")
        told = re.compile(r"ada\W* has a new account key")
        await expect(ben_page.get_by_text(told)).to_be_visible(timeout=LONG_MS)

        await ada_page.get_by_role("link", name="Let your passkeys").click()
        row = ada_page.get_by_role("main").get_by_role("listitem")
        await expect(row).to_contain_text("does not bring your account back")
        await row.get_by_role("button", name="Let it bring").click()
        await expect(row).not_to_contain_text(
            "does not bring your account back", timeout=LONG_MS
        )
        await ada_page.goto("/#/settings/recovery")
        await expect(comes_back).to_be_visible()

        await ben.enter("ada")
        await ben.write("Is it you?")
        await ada_page.goto(talk)
        await ada.hears("Is it you?")
        await ada.write("It is me again")
        await ben.hears("It is me again")
