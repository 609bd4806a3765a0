"""A conversation of ten thousand stored messages, in the app as it is installed.

The law: no task of the page takes more than 100 ms of the processor, while somebody opens
the conversation, scrolls far up through it and searches. Time on the processor, not on the
clock: what else the machine does does not count.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from support.browser import add_authenticator
from support.clients import only_conversation
from support.clients import person as python_person
from support.screens import LONG_MS, Screens
from support.server import ServerProcess

from .conftest import app_person

pytestmark = pytest.mark.timeout(400)

MESSAGES = 10_000
MOST_ROWS = 120
MOST_MS = 100.0
SCROLLS = 60
FILL = """async ([conversation, count]) => {
  const open = (name) => new Promise((done, failed) => {
    const asked = indexedDB.open(name)
    asked.onsuccess = () => done(asked.result)
    asked.onerror = () => failed(asked.error)
  })
  const read = (request) => new Promise((done) => (request.onsuccess = () => done(request.result)))
  const keys = await open("mv-device")
  const { storeKey, vault, account } = await read(keys.transaction("devices").objectStore("devices").get("own"))
  keys.close()
  const encode = (text) => new TextEncoder().encode(text)
  const sealed = async (place, value) => {
    const iv = crypto.getRandomValues(new Uint8Array(12))
    const body = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv, additionalData: encode(place.join("\\0")) }, storeKey, encode(JSON.stringify(value)))
    const octets = new Uint8Array(12 + body.byteLength)
    octets.set(iv)
    octets.set(new Uint8Array(body), 12)
    return [place, octets]
  }
  const rows = []
  for (let number = 1; number <= count; number++) {
    const id = crypto.randomUUID()
    const seq = 1000 + number
    const text = `Message ${number}. ` + "It is a quiet day and the rain has stopped. ".repeat(1 + (number % 4))
    const message = { id, conversation, seq, at: Date.now() - (count - number) * 60000, account, mine: true, kind: "text", text }
    rows.push(sealed(["message", conversation, seq], message), sealed(["message_id", `${conversation}/${id}`, 0], seq))
  }
  const database = await open(vault)
  const transaction = database.transaction("entries", "readwrite")
  for (const [place, octets] of await Promise.all(rows)) transaction.objectStore("entries").put(octets, place)
  await new Promise((done) => (transaction.oncomplete = done))
  database.close()
}"""
"""Puts messages into the store of this browser, sealed as the app seals them."""
SCROLL = """async (steps) => {
  const box = document.querySelector("[role=log]")
  const frame = () => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))
  let most = 0
  for (let step = 0; step < steps; step++) {
    const first = box.querySelector("[data-id]").dataset.id
    box.scrollTop = 0
    for (let wait = 0; wait < 600 && box.querySelector("[data-id]").dataset.id === first; wait++) await frame()
    most = Math.max(most, box.querySelectorAll("[data-id]").length)
  }
  return most
}"""
"""Scrolls up again and again, as soon as there is more; the most rows in the page."""


@asynccontextmanager
async def measured(browser: Browser, page: Page) -> AsyncIterator[list[float]]:
    """How long each task of the page took on the processor, in ms; longest last."""
    tasks: list[float] = []
    await browser.start_tracing(page=page, categories=["toplevel"])
    try:
        yield tasks
    finally:
        trace = json.loads(await browser.stop_tracing())
        tasks += sorted(_tasks(trace["traceEvents"]))


def shown(page: Page, number: int) -> Locator:
    return page.get_by_role("log").get_by_text(f"Message {number}.")


def _tasks(events: list[dict[str, Any]]) -> list[float]:
    pages = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    return [
        event["tdur"] / 1000
        for event in events
        if event["name"] == "ThreadControllerImpl::RunTask"
        and (event["pid"], event["tid"]) in pages
        and "tdur" in event
    ]


async def test_ten_thousand_messages_cost_what_a_hundred_do(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """Opening, scrolling through, jumping, searching: never a task above 100 ms."""
    async with (
        app_person(browser, app_server) as page,
        python_person(app_server, tmp_path, "ben") as ben,
    ):
        await add_authenticator(page)
        ada = Screens(page)
        await ada.come_in(app_server, "ada")
        await ada.begin("ben")
        await ada.write("The first")
        conversation = (await only_conversation(ben)).id
        await page.goto("/#/")
        await page.evaluate(FILL, [conversation, MESSAGES])
        await page.reload()
        await ada.is_open()

        async with measured(browser, page) as opening:
            await ada.enter("ben")
            await expect(shown(page, MESSAGES)).to_be_in_viewport()
        async with measured(browser, page) as scrolling:
            assert await page.evaluate(SCROLL, SCROLLS) <= MOST_ROWS
        await expect(shown(page, MESSAGES)).to_have_count(0)
        async with measured(browser, page) as jumping:
            await page.get_by_role("button", name="Newest").click()
            await expect(shown(page, MESSAGES)).to_be_in_viewport()
        await page.goto("/#/search")
        async with measured(browser, page) as indexing:
            await page.get_by_role("searchbox").fill("MÉSSAGE 77.")
            found = page.get_by_role("status").filter(has_text="1 ")
            await expect(found.first).to_be_visible(timeout=LONG_MS)
        async with measured(browser, page) as searching:
            await page.get_by_role("searchbox").fill("quiet 9999.")
            await expect(page.locator("mark", has_text="9999.")).to_be_visible()
        async with measured(browser, page) as going:
            await page.locator("mark", has_text="9999.").click()
            await expect(shown(page, 9999)).to_be_in_viewport()
        longest = {
            "opening": opening[-1],
            "scrolling": scrolling[-1],
            "jumping": jumping[-1],
            "indexing": indexing[-1],
            "searching": searching[-1],
            "going": going[-1],
        }
        assert all(ms <= MOST_MS for ms in longest.values()), longest
