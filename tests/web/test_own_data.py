"""What is kept about somebody in their own hands, and the end of their account."""

from __future__ import annotations

import asyncio
import json

from playwright.async_api import Browser, expect

from support.browser import add_authenticator
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
