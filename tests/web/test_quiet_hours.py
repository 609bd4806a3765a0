"""Hours in which no notice comes, as somebody sets them."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from support.server import ServerProcess

from .app import sign_up
from .conftest import app_person

pytestmark = pytest.mark.timeout(300)


async def test_quiet_hours_are_kept_for_the_account(
    browser: Browser, app_server: ServerProcess
) -> None:
    """A night is proposed; times hold once the field is left, and two equal ones do not."""
    async with app_person(browser, app_server) as page:
        await sign_up(page, app_server, "quiet-river")
        await page.goto("/#/settings/privacy")
        switch = page.get_by_role("switch", name="Quiet hours")
        since, until = page.get_by_label("From"), page.get_by_label("Until")
        await expect(switch).not_to_be_checked()
        await switch.click()
        await expect(switch).to_be_checked()
        await expect(since).to_have_value("22:00")
        await since.fill("21:30")
        await since.blur()
        await expect(switch).to_be_enabled()
        await until.fill("21:30")
        await until.blur()
        await expect(page.get_by_text("Choose two different times.")).to_be_visible()
        await page.reload()
        await expect(since).to_have_value("21:30")
        await expect(until).to_have_value("07:00")
        await switch.click()
        await expect(since).to_have_count(0)
        await page.reload()
        await expect(switch).to_be_enabled()
        await expect(switch).not_to_be_checked()
