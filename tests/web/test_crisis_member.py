"""Somebody who is signed in asks for help, from wherever they are in the app."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from mentalverse_client import Client
from support.clients import next_message, only_conversation, person
from support.responder import take
from support.screens import Screens
from support.server import ServerProcess

from .conftest import app_person

pytestmark = pytest.mark.timeout(300)


async def _ask_in_sheet(page: Page) -> None:
    await page.get_by_role("button", name="Help now").click()
    sheet = page.get_by_role("dialog", name="Help now")
    await sheet.get_by_role("button", name="Talk to someone now").click()
    await expect(sheet.get_by_role("heading", name="You are in line")).to_be_visible()
    await sheet.get_by_role("button", name="Close").click()


async def test_help_is_two_taps_away_and_leaves_the_screen_where_it_is(
    browser: Browser, desk_server: ServerProcess, ada: Client
) -> None:
    """A bar says how it stands, also after a reload, and leads to the conversation."""
    async with app_person(browser, desk_server, locale="en-GB") as page:
        await Screens(page).come_in(desk_server, "mia", passkey=False)
        await page.goto("/#/settings")
        await _ask_in_sheet(page)
        await expect(page.get_by_role("heading", name="Settings")).to_be_visible()
        _, talk = await take(ada)
        await expect(page.get_by_text("Somebody is here for you.")).to_be_visible()
        await page.reload()
        await expect(page.get_by_text("Somebody is here for you.")).to_be_visible()
        await page.get_by_role("button", name="Open", exact=True).click()
        await Screens(page).write("I am here too")
        assert (await next_message(talk)).text == "I am here too"
        await talk.send("good that you wrote")
        await Screens(page).hears("good that you wrote")


async def test_nobody_in_a_circle_sees_who_is_not_ok(
    browser: Browser, desk_server: ServerProcess, tmp_path: Path, ada: Client
) -> None:
    """One tap in its menu opens a case; nothing is written to the circle."""
    async with (
        person(desk_server, tmp_path, "ben") as ben,
        person(desk_server, tmp_path, "cleo"),
        app_person(browser, desk_server, locale="en-GB") as page,
    ):
        screens = Screens(page)
        await screens.come_in(desk_server, "mia", passkey=False)
        await screens.begin("ben", "cleo")
        await screens.write("hello")
        circle = await only_conversation(ben)
        assert (await next_message(circle)).text == "hello"
        before = [message.seq for message in circle.history()]
        await page.get_by_role("link", name="People").click()
        await page.get_by_role("button", name="I am not OK").click()
        await expect(page.get_by_text("Nobody here sees this.")).to_be_visible()
        await take(ada)
        bar = page.get_by_text(re.compile("Somebody is here for you"))
        await expect(bar).to_be_visible()
        assert [message.seq for message in circle.history()] == before
