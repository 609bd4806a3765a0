"""Somebody applies, two review, and the credential is shown: at real browsers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, FilePayload, Locator, Page, expect

from mentalverse_client import Client
from mentalverse_signaling.review_events import ReviewNote
from mentalverse_signaling.roles import Role
from support.browser import add_authenticator
from support.clients import PASSPHRASE, opened
from support.server import ServerProcess

from .app import by_passkey, sign_up
from .conftest import app_person

pytestmark = pytest.mark.timeout(300)

PROFESSIONAL = "\u2068Professional\u2069"
"""As it stands in a sentence, whichever way either is written."""


@asynccontextmanager
async def somebody(
    browser: Browser, server: ServerProcess, handle: str, *roles: Role
) -> AsyncIterator[Page]:
    """At their browser, with a passkey."""
    async with app_person(browser, server) as page:
        await add_authenticator(page)
        await sign_up(page, server, handle, by_passkey, *roles)
        yield page


def point(page: Page, need: str) -> Locator:
    return page.locator(f"[data-need={need}]")


async def confirm(page: Page, name: str) -> None:
    """Press a button, and that of the question it asks."""
    await page.get_by_role("button", name=name, exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name=name).click()


async def apply(page: Page) -> None:
    """As a professional, with one document."""
    await page.goto("/#/settings")
    await page.get_by_role("link", name="Apply to work with people").click()
    await page.get_by_role("button", name=f"Begin: {PROFESSIONAL}").click()
    licence = point(page, "licence")
    paper = FilePayload(
        name="licence.pdf", mimeType="application/pdf", buffer=b"%PDF-1"
    )
    await licence.locator("input[type=file]").set_input_files(paper)
    await expect(licence).to_contain_text("licence.pdf")
    await confirm(page, "Hand it in")
    await expect(page.locator("main")).to_contain_text("Two people will look at it")


async def look(page: Page) -> None:
    await page.goto("/#/review")
    await page.get_by_role("button", name=f"Open: {PROFESSIONAL}").click()


async def note_licence(page: Page) -> None:
    """Open the document, and write down what it shows."""
    licence = point(page, "licence")
    await licence.get_by_role("button", name="Open").click()
    await expect(licence).to_contain_text("licence.pdf")
    await licence.get_by_role("button", name="Note what you found").click()
    await licence.get_by_role("radio", name="Met", exact=True).check()
    await licence.get_by_label("Who says so").select_option("issuer")
    await licence.get_by_label("How it was looked at").select_option("document")
    await licence.get_by_role("button", name="Keep this").click()
    await expect(licence).to_contain_text("Whoever issued it")


async def note_the_rest(client: Client) -> None:
    """What somebody else who reviews has found out elsewhere."""
    (waiting,) = (await client.credentials.queue()).waiting
    case = await client.credentials.case(waiting.application)
    for need in case.missing:
        noted = ReviewNote(
            waiting.application, need, True, "register", "register", "2025-12-01"
        )
        case = await client.credentials.note(noted)
    assert case.missing == ()


@pytest.mark.capability("K01")
async def test_somebody_applies_two_sign_and_the_credential_is_shown(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """A document is read by those who review, each signs with a passkey, and it is shown."""
    code = await asyncio.to_thread(app_server.invite, Role.COORDINATOR)
    profile = tmp_path / "iris"
    await Client.register(app_server.url, code, "iris", profile, PASSPHRASE)
    async with (
        somebody(browser, app_server, "max") as max_,
        somebody(browser, app_server, "one", Role.COORDINATOR) as one,
        somebody(browser, app_server, "two", Role.SUPERVISOR) as two,
        opened(profile) as iris,
    ):
        await apply(max_)
        await look(one)
        await note_licence(one)
        await note_the_rest(iris)
        await one.reload()
        await confirm(one, "Sign off")
        await expect(one.locator("main")).to_contain_text("You have signed it off.")
        await look(two)
        await confirm(two, "Sign off")
        await expect(two.locator("main")).to_contain_text("Two people have signed")

        await expect(max_.locator("main")).to_contain_text("Two people have agreed")
        await max_.goto("/#/settings")
        await expect(
            max_.get_by_role("link", name="Review applications")
        ).to_have_count(0)
        await max_.get_by_role("link", name="My credentials").click()
        await max_.get_by_role("button", name="Show the code").click()
        code = max_.get_by_role("img", name=f"Code of the credential: {PROFESSIONAL}")
        await expect(code).to_be_visible()
