"""The rota at a real browser: planned by a supervisor, read by everybody of the team."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from mentalverse_signaling.roles import Role
from support.responder import on_duty
from support.server import ServerProcess

from .app import at_desk

pytestmark = pytest.mark.timeout(300)

DAY_MS = 86_400_000


async def test_a_week_is_planned_copied_and_taken_back(
    browser: Browser, desk_server: ServerProcess, tmp_path: Path
) -> None:
    """What stands on the screen is what the server has for the whole team."""
    async with at_desk(browser, desk_server, "heron", Role.SUPERVISOR) as page:
        await page.get_by_role("link", name="Rota").click()
        main = page.locator("main")
        await expect(main).to_contain_text("Nobody is planned this week.")
        await page.get_by_role("button", name="Week after").click()
        await page.get_by_role("button", name="Plan a shift").click()
        form = page.get_by_role("dialog")
        boxes = form.get_by_role("checkbox")
        await expect(boxes).to_have_count(7)
        await expect(boxes.first).to_be_checked()
        await boxes.nth(2).check()
        await form.get_by_label("From").fill("22:00")
        await form.get_by_label("Until").fill("06:00")
        await expect(form).to_contain_text("on the next day")
        await form.get_by_role("button", name="Plan", exact=True).click()
        await expect(main).to_contain_text("2 shifts planned.")
        shifts = page.locator("[data-shift]")
        await expect(shifts).to_have_count(2)

        await page.get_by_role("button", name="Change").first.click()
        await form.get_by_role("button", name="Remove this shift").click()
        await expect(main).to_contain_text("The shift is removed.")
        await expect(shifts).to_have_count(1)
        await page.get_by_role("button", name="Undo").click()
        await expect(main).to_contain_text("It is as it was before.")
        await expect(shifts).to_have_count(2)

        await page.get_by_role("button", name="Week after").click()
        await expect(main).to_contain_text("Nobody is planned this week.")
        await page.get_by_role("button", name="Copy last week").click()
        await expect(main).to_contain_text("2 shifts taken over from last week.")
        await expect(shifts).to_have_count(2)

        async with on_duty(desk_server, tmp_path, "ben-rota") as ben:
            now_ms = time.time_ns() // 1_000_000
            rota = await ben.desk.rota.look(now_ms, now_ms + 28 * DAY_MS)
            assert [one.handle for one in rota.shifts] == ["heron"] * 4
            assert {one.ends_at - one.starts_at for one in rota.shifts} == {DAY_MS // 3}
            assert not rota.may_change


async def test_whoever_answers_reads_the_rota_and_changes_nothing(
    browser: Browser, desk_server: ServerProcess
) -> None:
    """No button that the server would refuse."""
    async with at_desk(browser, desk_server, "maple", Role.RESPONDER) as page:
        await page.get_by_role("link", name="Rota").click()
        main = page.locator("main")
        await expect(main).to_contain_text("Nobody is planned this week.")
        await expect(main).to_contain_text("Hours without anybody")
        await expect(page.get_by_role("button", name="Plan a shift")).to_have_count(0)
        await expect(page.get_by_role("table")).to_be_visible()


async def test_a_drill_is_begun_from_the_board_after_it_was_said_what_rings(
    browser: Browser, desk_server: ServerProcess
) -> None:
    """It stands on the board as a drill, and on the way to help as one's own case."""
    async with at_desk(browser, desk_server, "heron", Role.SUPERVISOR) as page:
        await page.get_by_role("link", name="Board").click()
        main = page.locator("main")
        await expect(main).to_contain_text("No shift is planned")
        await page.get_by_role("button", name="Start a drill").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("It is in no figure")
        await dialog.get_by_role("button", name="Begin now").click()
        await expect(main).to_contain_text("The drill has begun.")
        await expect(main).to_contain_text("Waiting: 1")
        await expect(main.get_by_text("Drill", exact=True)).to_be_visible()
