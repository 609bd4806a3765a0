"""Stories of supervisors at real browsers: what the desk promises, and its log."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from mentalverse_signaling.roles import Role
from support.clients import person
from support.server import ServerProcess

from .app import at_desk

pytestmark = pytest.mark.timeout(300)
TRIED_MS = 90_000
"""The simulator plays the days again in a process of its own."""


async def _promises(page: Page) -> None:
    await page.get_by_role("link", name="What we promise").click()
    await expect(page.locator("[data-part=in-force] h2")).to_contain_text("default-1")


async def test_one_supervisor_hands_in_and_another_puts_in_force(
    browser: Browser, desk_server: ServerProcess
) -> None:
    """What differs is said in words; a draft lasts; who handed it in cannot adopt it."""
    async with (
        at_desk(browser, desk_server, "heron", Role.SUPERVISOR) as first,
        at_desk(browser, desk_server, "maple", Role.SUPERVISOR) as second,
    ):
        await _promises(first)
        await first.get_by_role("button", name="Write another version").click()
        await first.locator("[data-band=A2] summary").click()
        within = first.locator("[data-band=A2]").get_by_label(
            "Somebody accepts within", exact=True
        )
        await within.fill("")
        await expect(first.get_by_text("A field has no number yet.")).to_be_visible()
        await within.fill("3")
        changes = first.locator("[data-part=changes]")
        await expect(changes).to_contain_text("Somebody accepts within")
        await expect(changes).to_contain_text("2 min")
        await expect(changes).to_contain_text("3 min")
        draft = first.locator("[data-part=draft]")
        await expect(draft).to_contain_text("It is kept on this device")
        await first.reload()
        await expect(changes).to_contain_text("3 min")

        await first.get_by_role("button", name="Look", exact=True).click()
        told = first.locator("[data-told]")
        await expect(told).to_contain_text(
            "The cases that there were", timeout=TRIED_MS
        )

        await first.get_by_label("Name of this version").fill("winter")
        await first.get_by_label("Signed off by").fill("Dr Ada Lake")
        await first.get_by_label("Signed on").fill("2026-11-20")
        await first.get_by_role("button", name="Hand in", exact=True).click()
        waiting = first.locator("[data-part=proposal] > h2")
        await expect(waiting).to_contain_text("winter")
        adopt = first.get_by_role("button", name="Put in force")
        await expect(adopt).to_have_count(0)

        await second.get_by_role("link", name="What we promise").click()
        proposal = second.locator("[data-part=proposal]")
        await expect(proposal).to_contain_text("Somebody accepts within")
        await expect(proposal).to_contain_text("Dr Ada Lake")
        await second.get_by_role("button", name="Put in force").click()
        dialog = second.get_by_role("dialog")
        await dialog.get_by_role("button", name="Put in force").click()
        heading = second.locator("[data-part=in-force] h2")
        await expect(heading).to_contain_text("winter")
        await expect(dialog).to_have_count(0)
        history = second.locator("[data-part=history] li").first
        await expect(history).to_contain_text("heron")
        await expect(history).to_contain_text("maple")


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
