"""What people do with the app, and what they see then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, expect

from mentalverse_signaling.roles import Role
from support.browser import add_authenticator
from support.server import Installed, ServerProcess

from .conftest import NEUTRAL, app_person

PASSPHRASE = "a quiet lake at noon"
STRETCHED_MS = 90_000
"""Argon2id with 256 MiB, on a machine that does other things too."""

Choose = Callable[[Page], Awaitable[None]]


async def by_passkey(page: Page) -> None:
    await page.get_by_role("radio", name="Passkey").check()


async def by_passphrase(page: Page) -> None:
    await page.get_by_role("radio", name="Passphrase", exact=True).check()
    await page.get_by_label("Passphrase", exact=True).last.fill(PASSPHRASE)


async def sign_up(
    page: Page,
    server: Installed,
    handle: str,
    choose: Choose = by_passphrase,
    *roles: Role,
) -> None:
    """Follow an invitation to an account that is open."""
    code = await asyncio.to_thread(server.invite, *roles)
    await page.goto(f"/#/invite/{code}")
    await page.get_by_label("A name for you here").fill(handle)
    await choose(page)
    await page.get_by_role("button", name="Come in").click()
    await expect_open(page)


async def expect_open(page: Page) -> None:
    await expect(page.get_by_role("heading", name="Messages").first).to_be_visible(
        timeout=STRETCHED_MS
    )
    await expect(page.get_by_text("Online")).to_be_visible()


@asynccontextmanager
async def at_desk(
    browser: Browser, server: ServerProcess, handle: str, role: Role
) -> AsyncIterator[Page]:
    """A page of somebody with this role, at their desk."""
    async with app_person(browser, server) as page:
        await add_authenticator(page)
        await sign_up(page, server, handle, by_passkey, role)
        await page.get_by_role("link", name="Desk", exact=True).click()
        await expect(page.get_by_role("heading", level=1, name="Desk")).to_be_visible()
        yield page


async def begin_duty(page: Page) -> None:
    await page.get_by_role("button", name="Start duty").click()
    await expect(page.locator("main")).to_contain_text("You are on duty.")


async def leave(page: Page) -> None:
    await page.get_by_role("button", name="Exit now").click()
    await page.wait_for_url(NEUTRAL)


async def make_words(page: Page) -> str:
    """Recovery words, read from the screen and confirmed."""
    await page.goto("/#/settings/recovery")
    await page.get_by_role("button", name="Make").click()
    shown = page.locator("ol > li")
    await expect(shown).to_have_count(24)
    words = await shown.all_inner_texts()
    await page.get_by_role("button", name="I have written them down").click()
    for field in await page.get_by_role("textbox").all():
        label = await field.evaluate("(input) => input.labels[0].textContent")
        await field.fill(words[int(str(label).split()[-1]) - 1])
    await page.get_by_role("button", name="Use these words").click()
    await expect(page.get_by_text("You made recovery words on")).to_be_visible(
        timeout=STRETCHED_MS
    )
    return " ".join(words)
