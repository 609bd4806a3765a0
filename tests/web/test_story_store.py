"""A browser without room, or with a damaged store: said in words, and nothing is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from mentalverse_client import Conversation
from support.browser import add_authenticator
from support.clients import next_message, only_conversation, texts
from support.clients import person as python_person
from support.screens import LONG_MS, Screens
from support.server import ServerProcess

from .conftest import app_person

pytestmark = pytest.mark.timeout(300)

NO_ROOM = "This device has no room left"


# Chromium counts on room that it saw half a minute ago. It writes until it notices.
FULL = """async () => {
  const asked = indexedDB.open("filler", 1)
  asked.onupgradeneeded = () => asked.result.createObjectStore("all")
  const database = await new Promise((done) => { asked.onsuccess = () => done(asked.result) })
  for (;;) {
    const writing = database.transaction("all", "readwrite")
    writing.objectStore("all").put(new Uint8Array(1), "one")
    const name = await new Promise((done) => {
      writing.oncomplete = () => done("")
      writing.onabort = () => done(writing.error.name)
    })
    if (name !== "") break
    await new Promise((on) => setTimeout(on, 100))
  }
  database.close()
}"""

# Turns one bit of the first record of a kind, in the store of the device.
FLIP = """async (space) => {
  const all = await indexedDB.databases()
  const { name } = all.find(({ name }) => name !== "mv-device" && name !== "filler")
  const asked = indexedDB.open(name)
  const database = await new Promise((done) => { asked.onsuccess = () => done(asked.result) })
  const entries = database.transaction("entries", "readwrite").objectStore("entries")
  const cursors = entries.openCursor(IDBKeyRange.bound([space], [space, []]))
  const cursor = await new Promise((done) => { cursors.onsuccess = () => done(cursors.result) })
  if (cursor === null) return false
  const changed = cursor.value.slice()
  changed[changed.length - 1] ^= 1
  const put = cursor.update(changed)
  await new Promise((done) => { put.onsuccess = done })
  database.close()
  return true
}"""

COUNT_ASKED = """() => {
  navigator.storage.persist = () => {
    globalThis.asked = (globalThis.asked ?? 0) + 1
    return Promise.resolve(false)
  }
}"""


@asynccontextmanager
async def no_room(page: Page) -> AsyncIterator[None]:
    """This site may keep nothing more, for as long as the block runs."""
    tools = await page.context.new_cdp_session(page)
    origin = await page.evaluate("() => location.origin")
    override = "Storage.overrideQuotaForOrigin"
    await tools.send(override, {"origin": origin, "quotaSize": 1})
    await page.evaluate(FULL)
    try:
        yield
    finally:
        await tools.detach()  # which ends it


@asynccontextmanager
async def talking(
    browser: Browser, server: ServerProcess, folder: Path
) -> AsyncIterator[tuple[Screens, Conversation]]:
    """Ada's page and Ben's side of a conversation in which both have written."""
    async with (
        python_person(server, folder, "ben") as ben,
        app_person(browser, server) as page,
    ):
        await add_authenticator(page)
        ada = Screens(page)
        await ada.come_in(server, "ada")
        await ada.begin("ben")
        await ada.write("good morning")
        talk = await only_conversation(ben)
        await next_message(talk)
        await talk.send("hello ada")
        await ada.hears("hello ada")
        yield ada, talk


async def test_what_there_is_no_room_for_stays_in_the_field_and_goes_out_later(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """The person is told, and can look elsewhere meanwhile; then it is sent, once."""
    async with talking(browser, app_server, tmp_path) as (ada, talk):
        page = ada.page
        field = page.get_by_role("textbox", name="Message")
        async with no_room(page):
            await field.fill("Keep me")
            await field.press("Enter")
            await expect(page.get_by_text(NO_ROOM)).to_be_visible(timeout=LONG_MS)
            await expect(field).to_have_value("Keep me")
            await page.get_by_role("link", name="Settings").click()
            await expect(field).to_have_count(0)
            await ada.enter("ben")
            await expect(field).to_have_value("Keep me")
        await field.press("Enter")
        await expect(field).to_have_value("")
        await next_message(talk)
        assert [each for each in texts(talk) if each == "Keep me"] == ["Keep me"]


async def test_a_damaged_record_is_said_and_whatever_else_there_is_stays(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """Nothing is thrown away or begun anew: with the record as it was, all is there."""
    async with talking(browser, app_server, tmp_path) as (ada, _):
        page = ada.page
        await page.goto("/help")
        assert await page.evaluate(FLIP, "identity")
        await page.goto("/")
        damaged = page.get_by_text("What is stored in this browser cannot be read.")
        await expect(damaged).to_be_visible(timeout=LONG_MS)
        await page.goto("/help")
        assert await page.evaluate(FLIP, "identity")
        await page.goto("/")
        await ada.enter("ben")
        for text in ("good morning", "hello ada"):
            await ada.hears(text)


async def test_the_browser_is_asked_to_keep_what_is_here_once_there_is_something(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """With the first conversation and never again; some browsers ask the person then."""
    async with (
        python_person(app_server, tmp_path, "ben"),
        python_person(app_server, tmp_path, "cleo"),
        app_person(browser, app_server) as page,
    ):
        await page.add_init_script(f"({COUNT_ASKED})()")
        await add_authenticator(page)
        ada = Screens(page)
        await ada.come_in(app_server, "ada")
        assert await page.evaluate("() => globalThis.asked") is None
        for name in ("ben", "cleo"):
            await ada.begin(name)
            await ada.write("Hello")
            await ada.hears("Hello")
            # It is asked as the conversation comes into the list beside it.
            await expect(page.get_by_role("link", name=name).first).to_be_visible()
            assert await page.evaluate("() => globalThis.asked") == 1
        await page.reload()
        await ada.is_in("cleo")
        assert await page.evaluate("() => globalThis.asked") is None
