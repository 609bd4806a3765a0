"""Somebody finds a mentor, and both prepare: at real browsers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from mentalverse_client import Client
from mentalverse_signaling.match_events import MatchCodesTold
from mentalverse_signaling.roles import Role
from support.browser import add_authenticator
from support.clients import PASSPHRASE, opened
from support.server import ServerProcess

from .app import by_passkey, sign_up
from .conftest import app_person

pytestmark = pytest.mark.timeout(300)

MAX, MIA = "\u2068max\u2069", "\u2068mia\u2069"
"""As names stand in a sentence, whichever way either is written."""
ALWAYS = "f" * 168
"""Every quarter of an hour of a week."""


@asynccontextmanager
async def somebody(
    browser: Browser, server: ServerProcess, handle: str, *roles: Role
) -> AsyncIterator[Page]:
    """At their browser, with a passkey."""
    async with app_person(browser, server) as page:
        await add_authenticator(page)
        await sign_up(page, server, handle, by_passkey, *roles)
        yield page


@asynccontextmanager
async def other_mentor(
    server: ServerProcess, folder: Path, handle: str
) -> AsyncIterator[Client]:
    """Somebody else who helps, so that there is a choice."""
    code = await asyncio.to_thread(server.invite, Role.MENTOR)
    await Client.register(server.url, code, handle, folder / handle, PASSPHRASE)
    async with opened(folder / handle) as client:
        codes = MatchCodesTold(languages=("en",), slots=ALWAYS)
        offering = await client.matching.offer(codes, 1)
        assert offering.eligible
        yield client


async def answer(page: Page) -> None:
    """The questions: a language and a morning, and nothing else."""
    await page.get_by_role("checkbox", name="English", exact=True).check()
    monday = page.get_by_role("group", name="Monday", exact=True)
    await monday.get_by_role("checkbox", name="Morning").check()
    for _ in range(4):
        await page.get_by_role("button", name="Next", exact=True).click()
    await expect(page.locator("main")).to_contain_text("hours a week")


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()


async def agree(page: Page, name: str) -> None:
    """To what a dialog asks."""
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name=name, exact=True).click()
    await expect(dialog).to_have_count(0)


async def offer(page: Page) -> None:
    """To be a mentor of one at most."""
    await page.goto("/#/mentor/offer")
    await answer(page)
    await press(page, "Agree, and be proposed")
    await expect(page.locator("main")).to_contain_text("places are taken")


async def search(page: Page) -> None:
    await page.goto("/#/settings")
    await expect(page.get_by_role("link", name="Proposals")).to_have_count(0)
    await page.get_by_role("link", name="Find a mentor").click()
    await answer(page)
    await press(page, "Agree, and look for somebody")
    await expect(page.get_by_role("heading", name="Looking for")).to_be_visible()


async def run(page: Page) -> None:
    """A coordinator has everybody matched, and gives on what is proposed."""
    await page.goto("/#/settings")
    await page.get_by_role("link", name="Proposals of mentors").click()
    await expect(page.locator("main")).to_contain_text("1 person waits")
    await press(page, "Match everybody who waits")
    give = page.get_by_role("button", name=f"Show them to {MIA}", exact=True)
    await expect(give).to_be_visible()
    await give.click()
    nothing = page.get_by_role("heading", name="Nothing waits for a look")
    await expect(nothing).to_be_focused()


@pytest.mark.capability("M03")
@pytest.mark.capability("M09")
async def test_somebody_finds_a_mentor_and_both_prepare(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """Each screen goes on by itself when another person has done their part."""
    async with (
        other_mentor(app_server, tmp_path, "ann"),
        other_mentor(app_server, tmp_path, "ben"),
        somebody(browser, app_server, "lea", Role.COORDINATOR) as lea,
        somebody(browser, app_server, "max", Role.MENTOR) as max_,
        somebody(browser, app_server, "mia") as mia,
    ):
        await offer(max_)
        await max_.goto("/#/mentor")
        await search(mia)
        await run(lea)

        options = mia.locator("main").get_by_role("heading", level=3)
        await expect(options).to_have_count(3)
        await press(mia, f"Choose {MAX}")
        await agree(mia, "Yes, ask them")
        await expect(mia.locator("main")).to_contain_text(f"Now {MAX} answers")

        await press(max_, f"Yes: {MIA}")
        await agree(max_, "Yes")
        both = "both said yes"
        for page in (max_, mia):
            await expect(page.locator("main")).to_contain_text(both)
            await press(page, "I have read it")
        await press(mia, "I would rather not")
        for page in (max_, mia):
            await expect(page.locator("main")).not_to_contain_text(both)
            await expect(page.get_by_text("Before you meet")).to_have_count(0)

        await press(mia, f"Write to {MAX}")
        await expect(mia).to_have_url(re.compile("#/c/"))
