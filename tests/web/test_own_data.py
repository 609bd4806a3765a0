"""What is kept about somebody in their own hands, and the end of their account."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from playwright.async_api import Browser, expect

from support.browser import add_authenticator
from support.clients import eventually, only_conversation
from support.clients import person as python_person
from support.screens import LONG_MS, Screens
from support.server import ServerProcess

from .app import by_passkey, sign_up
from .conftest import app_person


async def test_a_person_takes_their_data_along_and_ends_their_account(
    browser: Browser, app_server: ServerProcess
) -> None:
    """One file with the server's rows; the end needs the name, and leaves nothing here."""
    asked_first = "status of 403"
    async with app_person(browser, app_server, asked_first) as page:
        await add_authenticator(page)
        await sign_up(page, app_server, "quiet-river", by_passkey)
        await page.goto("/#/settings/data")
        async with page.expect_download() as download:
            await page.get_by_role("button", name="Save the file").click()
        path = await (await download.value).path()
        saved = json.loads(await asyncio.to_thread(path.read_text))
        assert saved["server"]["complete"] is True
        assert saved["messages"] == []
        await page.get_by_role("button", name="Delete my account").click()
        end = page.get_by_role("dialog").get_by_role("button", name="Delete my account")
        await expect(end).to_be_disabled()
        await page.get_by_role("dialog").get_by_role("textbox").fill("quiet-river")
        await end.click()
        await expect(
            page.get_by_role("button", name="I have an invitation")
        ).to_be_visible()
        await page.reload()
        await expect(
            page.get_by_role("button", name="I have an invitation")
        ).to_be_visible()


async def test_what_a_person_wrote_comes_along_and_what_others_wrote_does_not(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """With its file's name and its place; what was taken back stays so."""
    async with (
        python_person(app_server, tmp_path, "ben") as ben,
        app_person(browser, app_server, "status of 403") as page,
    ):
        await add_authenticator(page)
        ada = Screens(page)
        await ada.come_in(app_server, "ada")
        await ada.begin("ben")
        for text in ("I slept well", "Not like this"):
            await ada.write(text)
            await expect(await ada.hears(text)).to_contain_text("Sent", timeout=LONG_MS)
        talk = await only_conversation(ben)
        await talk.send("Glad to hear it")
        await ada.hears("Glad to hear it")
        await ada.act("Not like this", "Delete for everyone")
        await page.goto("/#/settings/data")
        await eventually(lambda: any(m.deleted for m in talk.history()))
        async with page.expect_download() as download:
            await page.get_by_role("button", name="Save the file").click()
        path = await (await download.value).path()
        saved = json.loads(await asyncio.to_thread(path.read_text))
    (message,) = saved["messages"]
    assert (message["text"], message["file"]) == ("I slept well", None)
    assert message["conversation"] == talk.id
