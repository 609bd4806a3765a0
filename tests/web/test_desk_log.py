"""A story of a supervisor at a real browser: the log of the desk."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from mentalverse_signaling.roles import Role
from support.clients import person
from support.server import ServerProcess

from .app import at_desk

pytestmark = pytest.mark.timeout(300)


async def test_the_log_is_fetched_checked_and_taken_along(
    browser: Browser, desk_server: ServerProcess, tmp_path: Path
) -> None:
    """On the device, which knows it again the next time; a head of elsewhere is missed."""
    async with (
        at_desk(browser, desk_server, "heron", Role.SUPERVISOR) as page,
        person(desk_server, tmp_path, "ann-log") as ann,
    ):
        await ann.help.ask(band=2, language="en", region="GB")
        await page.get_by_role("link", name="Log of the desk").click()
        check = page.get_by_role("button", name="Fetch and check")
        await check.click()
        main = page.locator("main")
        await expect(main).to_contain_text("The log holds.")
        head = await page.locator("code").inner_text()
        async with page.expect_download() as downloading:
            await page.get_by_role("button", name="Save as a file").click()
        kept = await (await downloading.value).path()
        written = await asyncio.to_thread(Path(kept).read_text)
        rows = [json.loads(line) for line in written.splitlines()]
        assert [row["seq"] for row in rows] == list(range(len(rows)))
        assert rows[-1]["hash"] == head

        await ann.help.leave()
        await page.get_by_label("A head that you kept").fill(head)
        await check.click()
        await expect(main).to_contain_text("It has the head that you kept.")
        await expect(main).to_contain_text("It still has everything")
        await page.get_by_label("A head that you kept").fill("0" * 64)
        await check.click()
        await expect(main).to_contain_text("It never had the head that you kept.")
        await expect(main).to_contain_text("The log does not hold.")
