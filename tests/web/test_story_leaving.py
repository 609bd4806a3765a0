"""Leaving the app in a hurry while somebody is signed in, whatever the server does."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Request, Route, expect

from support.browser import add_authenticator
from support.clients import person as python_person
from support.screens import LONG_MS, Screens
from support.server import ServerProcess

from .conftest import NEUTRAL, app_person

pytestmark = pytest.mark.timeout(300)

LEAVES = """() => {
  const button = [...document.querySelectorAll("button")]
    .find((each) => each.textContent === "Exit now")
  button.click()
  return [document.body.childElementCount, document.title.trim().length <= 1]
}"""
STORES = "async () => (await indexedDB.databases()).length"
KEPT = """async () => {
  const names = (await indexedDB.databases()).map(({ name }) => name).sort()
  let open = false
  if (names.includes("mv-device")) {
    const asked = indexedDB.open("mv-device")
    const database = await new Promise((done) => { asked.onsuccess = () => done(asked.result) })
    const devices = database.transaction("devices").objectStore("devices").getAll()
    const rows = await new Promise((done) => { devices.onsuccess = () => done(devices.result) })
    open = rows.some((row) => row.storeKey !== undefined)
    database.close()
  }
  return { names, open, session: sessionStorage.length, local: Object.keys(localStorage).sort() }
}"""


def _answers(_server: ServerProcess) -> None:
    """It is there."""


def _hangs(server: ServerProcess) -> None:
    os.kill(server.pid, signal.SIGSTOP)


def _is_dead(server: ServerProcess) -> None:
    server.kill9()


def _is_back(server: ServerProcess) -> None:
    """Whatever it was made to do, it answers again."""
    try:
        os.kill(server.pid, signal.SIGCONT)
    except AssertionError:
        server.start()


async def _by_button(page: Page) -> None:
    """The page is blank in the very task in which the button is pressed."""
    assert await page.evaluate(LEAVES) == [0, True]


async def _by_shift(page: Page) -> None:
    for _ in range(3):
        await page.keyboard.press("Shift")


async def _go(page: Page, *links: str) -> None:
    """By links, as the history is to show: the app has one entry in it."""
    for link in links:
        await page.get_by_role("link", name=link, exact=True).click(timeout=LONG_MS)


async def _is_gone(page: Page, other: Page) -> None:
    for each in (page, other):
        await each.wait_for_url(NEUTRAL, timeout=LONG_MS)
    await page.go_back()
    await expect(page).to_have_url("about:blank")


async def _is_cleared(page: Page) -> None:
    """Wait until the browser has done what the server's answer to the page told it."""
    await page.goto("/help")
    deadline = time.monotonic() + LONG_MS / 1000
    while (left := await page.evaluate(STORES)) > 1:
        assert time.monotonic() < deadline, left
        await asyncio.sleep(0.05)


async def _what_is_kept(page: Page) -> dict[str, Any]:
    await page.goto("/help")
    kept: dict[str, Any] = await page.evaluate(KEPT)
    return kept


@pytest.mark.parametrize(
    ("way", "server_does"),
    [
        (_by_button, _answers),
        (_by_shift, _answers),
        (_by_shift, _hangs),
        (_by_button, _hangs),
        (_by_button, _is_dead),
        (_by_shift, _is_dead),
    ],
)
async def test_whoever_leaves_is_gone_at_once_and_finds_everything_locked(
    browser: Browser,
    app_server: ServerProcess,
    tmp_path: Path,
    way: Callable[[Page], Any],
    server_does: Callable[[ServerProcess], None],
) -> None:
    """The other window leaves too, Back leads to what was before, the neutral page learns
    no address of ours; the store stays and what opens it does not."""
    ours = ("console", "foreign request")
    async with (
        python_person(app_server, tmp_path, "ben"),
        app_person(browser, app_server, *ours) as page,
    ):
        await add_authenticator(page)
        ada = Screens(page)
        await page.goto("about:blank")
        await ada.come_in(app_server, "ada")
        await ada.begin("ben")
        await ada.write("Nobody else is to see this")
        await ada.hears("Nobody else is to see this")
        other = await page.context.new_page()
        await other.goto("/help")
        await page.evaluate("() => sessionStorage.setItem('trace', '1')")
        asked: list[Request] = []
        page.context.on("request", lambda each: _note(asked, each))
        try:
            server_does(app_server)
            await way(page)
            await _is_gone(page, other)
        finally:
            await asyncio.to_thread(_is_back, app_server)
        assert asked
        assert [each.headers.get("referer") for each in asked if each] == [
            None for _ in asked
        ]
        kept = await _what_is_kept(page)
        assert (kept["open"], kept["session"]) == (False, 0)
        assert len(kept["names"]) == 2
        await page.goto("/")
        await expect(page.get_by_text("Your messages here are locked.")).to_be_visible()
        await expect(page.get_by_text("Nobody else is to see this")).to_have_count(0)
        await page.get_by_role("button", name="Open with passkey").click()
        await ada.is_open()


def _note(asked: list[Request], request: Request) -> None:
    if request.url.startswith(NEUTRAL):
        asked.append(request)


async def _refuse(route: Route) -> None:
    await route.abort()


async def test_whoever_wants_to_leave_nothing_leaves_nothing(
    browser: Browser, app_server: ServerProcess
) -> None:
    """Once there is a way back to the account; and not before."""
    expected = "foreign request", "status of 404", "ERR_FAILED"
    async with app_person(browser, app_server, *expected) as page:
        await add_authenticator(page)
        # The passkey is a way back as soon as the server has the backup.
        await page.context.route("**/api/v1/backup", _refuse)
        await page.goto("about:blank")
        ada = Screens(page)
        await ada.come_in(app_server, "ada")
        await _go(page, "Settings", "Privacy")
        switch = page.get_by_role("switch", name="Leave nothing on this device")
        await expect(switch).to_be_disabled()
        await page.context.unroute("**/api/v1/backup", _refuse)
        await _go(page, "Back", "Recovery words")
        await ada.make_recovery_words()
        await _go(page, "Back", "Privacy")
        await switch.check(timeout=LONG_MS)
        other = await page.context.new_page()
        await other.goto("/help")
        await _by_shift(page)
        await _is_gone(page, other)
        await _is_cleared(page)
        kept = await _what_is_kept(page)
        assert (kept["open"], kept["session"], kept["local"]) == (False, 0, [])
        assert kept["names"] in ([], ["mv-device"])
        await page.goto("/")
        await expect(
            page.get_by_role("button", name="I have an invitation")
        ).to_be_visible()
