"""An operator's webhooks, at a real browser: a receiver on this machine is told."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from hatch_build import build
from load_tests.js_peer import WEB
from playwright.async_api import Browser, Locator, Page, expect

from mentalverse_signaling.roles import Role
from support.beside import tell
from support.browser import add_authenticator
from support.hook_receiver import HookReceiver, hook_receiver
from support.server import ServerProcess, start_server

from .app import by_passkey, sign_up
from .conftest import NEUTRAL, app_person

pytestmark = pytest.mark.timeout(300)

TYPE = "match.audit_published"
RUN: dict[str, object] = {"n": 20, "summary_hash": "ab" * 32}


@dataclass(frozen=True)
class Console:
    """An operator's page, and a receiver that the command line has added."""

    page: Page
    server: ServerProcess
    receiver: HookReceiver

    @property
    def card(self) -> Locator:
        """Of the receiver."""
        return self.page.locator("main li").filter(has_text=self.receiver.url)

    async def press(self, name: str) -> None:
        """A button of the card."""
        await self.card.get_by_role("button", name=name).click()

    async def confirm(self, name: str) -> None:
        """One that asks first, and the answer to it."""
        await self.press(name)
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_role("button", name=name).click()
        await expect(dialog).to_have_count(0)

    async def shows(self, text: str) -> None:
        await expect(self.card).to_contain_text(text)


@asynccontextmanager
async def console(browser: Browser, folder: Path) -> AsyncIterator[Console]:
    build(WEB)
    async with hook_receiver() as receiver:
        settings = {
            "WEB__DIST_DIR": str(WEB / "dist"),
            "WEB__EXIT_URL": NEUTRAL,
            "HOOKS__ALLOW_PRIVATE": f'["{receiver.url.removeprefix("http://")}"]',
        }
        with start_server(folder / "server", settings) as server:
            options = ("--purpose", "operations", "--type", TYPE, "--max-tier", "0")
            url = f"{receiver.url}/in"
            add = partial(server.mentalverse, "webhook", "add", url, *options)
            await asyncio.to_thread(add)
            async with app_person(browser, server) as page:
                await add_authenticator(page)
                await sign_up(page, server, "ops", by_passkey, Role.OPERATOR)
                await page.goto("/#/settings")
                await page.get_by_role("link", name="Webhooks").click()
                yield Console(page, server, receiver)


async def test_an_endpoint_is_tested_and_what_was_given_up_is_sent_again(
    browser: Browser, tmp_path: Path
) -> None:
    """With a fresh key, disabled and enabled; the log says who did it."""
    async with console(browser, tmp_path) as it:
        await it.press("Test")
        await it.shows("It answered \u2068204\u2069: all is well.")
        await it.press("Test")
        await it.shows("An endpoint is tested once in ten seconds.")
        await it.confirm("Change the key")
        await it.shows("The receiver verifies with this key from now on:")
        await expect(it.card.locator("code")).to_have_text(re.compile("^whpk_"))

        it.receiver.status = lambda hook: 404
        await asyncio.to_thread(tell, it.server, TYPE, "run:1", RUN)
        await it.receiver.until(lambda: it.receiver.hooks[-1].body["type"] == TYPE)
        await it.confirm("Disable")
        await it.shows("Nothing is sent.")
        await it.press("Show 1 event")
        await it.shows(TYPE)
        await it.shows("an operator disabled the endpoint")
        it.receiver.status = lambda hook: 204
        await it.press("Enable")
        await it.press("Send all again")
        await it.shows("1 event is sent again, under the same id.")
        await it.receiver.until(lambda: it.receiver.hooks[-1].body.get("replay", False))

        await it.page.get_by_role("link", name="What was done").click()
        done = it.page.locator("main li")
        for act in ("Sent again", "Enabled", "Disabled", "Key changed", "Tested"):
            await expect(done.filter(has_text=act).first).to_contain_text("ops")
        await expect(done.last).to_contain_text("at the command line")


async def test_an_endpoint_is_added_and_its_secret_shown_once(
    browser: Browser, tmp_path: Path
) -> None:
    """Of the public internet alone, whatever the settings allow."""
    async with console(browser, tmp_path) as it:
        page = it.page
        await page.get_by_role("link", name="Add an endpoint").click()
        address = page.get_by_label("Address")
        await address.fill(f"{it.receiver.url}/other")
        await page.get_by_role("checkbox", name="All of them").check()
        await page.get_by_role("switch", name="A shared secret").check()
        add = page.get_by_role("button", name="Add it")
        await add.click()
        await expect(page.locator("main")).to_contain_text(
            "The server cannot call this address"
        )
        await address.fill("https://pay.example.org/hook")
        await add.click()
        await expect(page.locator("code")).to_have_text(re.compile("^whsec_"))
        await expect(page.locator("main")).to_contain_text("It is shown once.")
        await page.get_by_role("link", name="Back").click()
        added = page.locator("main li").filter(has_text="pay.example.org")
        await expect(added).to_contain_text("A secret that both have")
        await expect(page.locator("main")).not_to_contain_text("whsec_")


async def test_nobody_else_is_shown_the_way(
    browser: Browser, app_server: ServerProcess
) -> None:
    """And the server says no to whoever has the address."""
    async with app_person(browser, app_server) as page:
        await add_authenticator(page)
        await sign_up(page, app_server, "sup", by_passkey, Role.SUPERVISOR)
        await page.goto("/#/hooks")
        await expect(page.locator("main")).to_contain_text("for operators")
        await page.goto("/#/settings")
        await expect(
            page.get_by_role("link", name="Review applications")
        ).to_be_visible()
        await expect(page.get_by_role("link", name="Webhooks")).to_have_count(0)
