"""What other systems are told of somebody, decided on a screen: at a real server."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from support.browser import add_authenticator
from support.server import ServerProcess

from .app import by_passkey, sign_up
from .conftest import app_person

pytestmark = pytest.mark.timeout(300)

TITLE = "What others are told of me"


def purpose(page: Page, name: str) -> Locator:
    return page.locator(f"[data-purpose={name}]")


def answer(page: Page, name: str) -> Locator:
    return purpose(page, name).get_by_role("switch", name="I agree")


async def look(page: Page) -> None:
    await page.goto("/#/settings")
    await page.get_by_role("link", name=TITLE).click()
    await expect(page.get_by_role("heading", name=TITLE, level=1)).to_be_visible()


@pytest.mark.capability("G05")
async def test_a_yes_is_given_seen_again_and_taken_back(
    browser: Browser, app_server: ServerProcess
) -> None:
    """Nothing is agreed to unasked, and what is about crises takes two presses."""
    async with app_person(browser, app_server) as page:
        await add_authenticator(page)
        await sign_up(page, app_server, "ada", by_passkey)
        await look(page)
        main = page.get_by_role("main")
        await expect(main).to_contain_text("There is nothing to decide.")
        await expect(page.get_by_role("switch")).to_have_count(0)

        for host, kind, tier in (("pay", "reward", "1"), ("care", "care", "2")):
            url = f"https://{host}.example.org/in"
            await asyncio.to_thread(
                *(app_server.mentalverse, "webhook", "add", url),
                *("--purpose", kind, "--max-tier", tier),
            )
        await page.reload()
        reward, care = purpose(page, "reward"), purpose(page, "care")
        await expect(reward).to_contain_text("pay.example.org")
        await expect(reward).to_contain_text("You have not agreed.")
        await answer(page, "reward").click()
        await expect(reward).to_contain_text("You agreed on")

        await expect(care).to_contain_text("Hears of crises, too.")
        await answer(page, "care").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("care.example.org")
        await dialog.get_by_role("button", name="Cancel").click()
        await expect(answer(page, "care")).not_to_be_checked()
        await expect(care).to_contain_text("You have not agreed.")

        await page.reload()
        await expect(answer(page, "reward")).to_be_checked()
        await answer(page, "reward").click()
        await dialog.get_by_role("button", name="Cancel").click()
        await expect(answer(page, "reward")).to_be_checked()
        await answer(page, "reward").click()
        await dialog.get_by_role("button", name="Take it back").click()
        await expect(reward).to_contain_text("You took it back on")
        await page.reload()
        await expect(answer(page, "reward")).not_to_be_checked()
        await expect(reward).to_contain_text("You took it back on")
