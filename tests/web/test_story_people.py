"""Who is in a conversation and what is new in it, as the app tells it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from mentalverse_client import MessageKind
from support.browser import add_authenticator
from support.clients import eventually, only_conversation, texts
from support.clients import person as python_person
from support.screens import LONG_MS, Screens
from support.server import ServerProcess

from .conftest import app_person

pytestmark = pytest.mark.timeout(300)


async def test_the_devices_of_everybody_here_are_listed(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """Each by its name and the day it was added; verified once the number was compared."""
    async with (
        python_person(app_server, tmp_path, "ben") as ben,
        app_person(browser, app_server) as page,
    ):
        await add_authenticator(page)
        ada = Screens(page)
        await ada.come_in(app_server, "ada")
        await ada.begin("ben")
        await ada.write("Hello")
        await ada.hears("Hello")
        (device,) = ben.devices.list()
        await page.get_by_role("link", name="People here").click()
        row = page.get_by_role("listitem").filter(has_text=device.id[:8]).last
        await expect(row).to_contain_text("Added", timeout=LONG_MS)
        await expect(row).to_contain_text("Not compared yet")
        own = page.get_by_role("listitem").filter(has_text="This device").last
        await expect(own).to_contain_text("Added")
        await page.get_by_role("link", name="Compare safety numbers").click()
        switch = page.get_by_role("switch", name="The same as on the device of")
        await switch.click()
        await expect(switch).to_be_checked(timeout=LONG_MS)
        await expect(page.get_by_text("Verified", exact=True)).to_be_visible(
            timeout=LONG_MS
        )
        await page.get_by_role("link", name="Back").click()
        await page.get_by_role("link", name="People here").click()
        await expect(row).to_contain_text("Verified")


async def test_what_is_unread_is_counted_in_the_app_and_nowhere_else(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """Above the list, over all conversations; the title of the page stays as it was."""
    async with (
        python_person(app_server, tmp_path, "ben") as ben,
        python_person(app_server, tmp_path, "cleo") as cleo,
        app_person(browser, app_server) as page,
    ):
        await add_authenticator(page)
        ada = Screens(page)
        await ada.come_in(app_server, "ada")
        title = await page.title()
        await ada.begin("ben")
        await ada.write("Hello ben")
        await page.evaluate("() => { location.hash = '#/' }")
        await ada.begin("cleo")
        await ada.write("Hello cleo")
        await page.evaluate("() => { location.hash = '#/settings' }")
        await (await only_conversation(ben)).send("One")
        await (await only_conversation(ben)).send("Two")
        await (await only_conversation(cleo)).send("Three")
        total = page.get_by_role("paragraph").filter(has_text="3 new messages")
        await expect(total).to_be_visible(timeout=LONG_MS)
        assert await page.title() == title
        await ada.enter("ben")
        await expect(
            page.get_by_role("paragraph").filter(has_text="1 new message")
        ).to_be_visible(timeout=LONG_MS)


async def test_who_leaves_keeps_what_was_said_and_hears_no_more(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """The others see it, and go on without them."""
    async with (
        python_person(app_server, tmp_path, "ben") as ben,
        python_person(app_server, tmp_path, "cleo") as cleo,
        app_person(browser, app_server) as page,
    ):
        await add_authenticator(page)
        ada = Screens(page)
        await ada.come_in(app_server, "ada")
        circle = await ben.create_circle(["ada", "cleo"])
        await circle.send("Before")
        await ada.enter("ben", "cleo")
        await ada.hears("Before")
        await page.get_by_role("link", name="People here").click()
        await page.get_by_role("button", name="Leave").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("The others see that you left.")
        await dialog.get_by_role("button", name="Leave").click()
        left = page.get_by_text("You left this conversation.")
        await eventually(lambda: len(circle.members()) == 2)
        await page.get_by_role("link", name="Back").click()
        await expect(left).to_be_visible(timeout=LONG_MS)
        await ada.hears("Before")
        await expect(page.get_by_role("textbox", name="Message")).to_have_count(0)
        told = [m.text for m in circle.history() if m.kind is MessageKind.NOTICE]
        assert told[-1] == "ada left"
        await circle.send("After")
        theirs = await only_conversation(cleo)
        await eventually(lambda: texts(theirs) == ["Before", "After"])
        await expect(ada.row("After")).to_have_count(0)
