"""Somebody in a crisis in a real browser: a tab, no account, and nothing that stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Request

from mentalverse_client import Client, Conversation
from mentalverse_signaling.errors import NotFound
from support.clients import next_message, person, texts
from support.server import ServerProcess

from .conftest import lab_person, ready

FEW_KILOBYTES = 120_000
"""Octets of UTF-16: keys, KeyPackages of two suites, and one conversation."""


@pytest.fixture
async def ana(lab_server: ServerProcess, tmp_path: Path) -> AsyncIterator[Client]:
    """Somebody with an account who lets the guest in."""
    async with person(lab_server, tmp_path, "ana") as client:
        yield client


@pytest.fixture
async def page(browser: Browser, lab_server: ServerProcess) -> AsyncIterator[Page]:
    async with lab_person(browser, lab_server) as opened:
        yield opened


async def _begin(page: Page) -> str:
    """A guest made in this tab; its account."""
    return str(
        await page.evaluate(
            """async () => {
              globalThis.me = await lab.guest.begin()
              await me.lab.caughtUp()
              return me.account
            }"""
        )
    )


async def _reopened(page: Page) -> str:
    """What the tab has of a guest, opened again: its own, a copy, or nothing."""
    await ready(page)
    return str(
        await page.evaluate(
            """async () => {
              globalThis.me = await lab.guest.open()
              return me?.kind ?? "nothing"
            }"""
        )
    )


async def _let_in(ana: Client, page: Page, account: str) -> Conversation:
    """A conversation of both, once the page has it as `talk`."""
    async with asyncio.timeout(60):
        while True:
            try:
                talk = await ana.direct_with(account)
                break
            except NotFound:  # its KeyPackages are on their way
                await asyncio.sleep(0.05)
    await page.evaluate("async () => { globalThis.talk = await me.lab.only() }")
    return talk


async def _say(page: Page, text: str) -> None:
    await page.evaluate("(text) => me.lab.conversation(talk).send(text)", text)


async def _lines(page: Page) -> list[str]:
    lines = await page.evaluate("() => me.lab.lines(talk)")
    return [line["text"] for line in lines if line["kind"] == "text"]


async def test_a_guest_talks_and_a_reload_keeps_the_place(
    page: Page, ana: Client
) -> None:
    """Both ways before it and after it, with the transcript, in the same tab."""
    account = await _begin(page)
    talk = await _let_in(ana, page, account)
    await _say(page, "is somebody there?")
    assert (await next_message(talk)).text == "is somebody there?"
    await talk.send("yes, I am")
    await page.evaluate("() => me.lab.idOf(talk, 'yes, I am')")

    await page.reload()
    assert await _reopened(page) == "own"
    assert await page.evaluate("() => me.account") == account
    await page.evaluate("async () => { globalThis.talk = await me.lab.only() }")
    assert await _lines(page) == ["is somebody there?", "yes, I am"]
    await page.evaluate("() => me.lab.caughtUp()")
    await _say(page, "I am back")
    assert (await next_message(talk)).text == "I am back"
    assert await page.evaluate("() => me.size()") < FEW_KILOBYTES


async def test_a_duplicated_tab_is_read_and_never_written(
    page: Page, ana: Client
) -> None:
    """It stays so when the other is gone: what it holds is older than that one's."""
    account = await _begin(page)
    talk = await _let_in(ana, page, account)
    await _say(page, "before")
    assert (await next_message(talk)).text == "before"
    async with page.context.expect_page() as opening:
        await page.evaluate("() => { open('/') }")
    copy = await opening.value
    for _ in range(2):
        assert await _reopened(copy) == "copy"
        await copy.evaluate("async () => { globalThis.talk = await me.lab.only() }")
        assert await _lines(copy) == ["before"]
        refused = await copy.evaluate(
            """() => me.lab.conversation(talk).send("twice").then(
                 () => "sent", (error) => error.name)"""
        )
        assert refused == "StoreIsCopy"
        await copy.reload()
    await _say(page, "after")
    assert (await next_message(talk)).text == "after"
    await page.close()
    assert await _reopened(copy) == "copy"

    await copy.evaluate("() => lab.guest.forget()")
    assert await _begin(copy) != account
    assert texts(talk) == ["before", "after"]


async def test_leaving_quickly_takes_the_guest_out_of_every_tab(
    page: Page, ana: Client
) -> None:
    """Nothing is stored after the wipe, however much was under way."""
    account = await _begin(page)
    talk = await _let_in(ana, page, account)
    await _say(page, "before")
    await next_message(talk)
    async with page.context.expect_page() as opening:
        await page.evaluate("() => { open('/') }")
    copy = await opening.value
    assert await _reopened(copy) == "copy"
    left = await page.evaluate(
        """() => {
          const under_way = [1, 2, 3].map(() => me.lab.conversation(talk).send("late"))
          void Promise.allSettled(under_way)
          lab.guest.leave("wipe")
          return Object.keys(sessionStorage)
        }"""
    )
    assert left == []
    for tab in (page, copy):
        await tab.wait_for_url("about:blank")
        await tab.goto("/")
        assert await _reopened(tab) == "nothing"
        kept = "() => [Object.keys(sessionStorage), Object.keys(localStorage)]"
        assert await tab.evaluate(kept) == [[], []]


async def test_requests_say_nothing_of_the_guest_but_its_token(
    page: Page, ana: Client
) -> None:
    """No cookie, no address with an id in it, no header that names anybody."""
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))
    account = await _begin(page)
    talk = await _let_in(ana, page, account)
    await _say(page, "hello")
    await next_message(talk)
    await page.reload()
    assert await _reopened(page) == "own"
    await page.evaluate("() => me.lab.caughtUp()")

    device, token = await page.evaluate(
        """async () => {
          const vault = me.lab.chat.device.vault
          const read = async (space) => JSON.parse(new TextDecoder().decode(await vault.get(space)))
          return [(await read("identity")).device, (await read("sign_in")).token]
        }"""
    )
    for request in requests:
        headers = await request.all_headers()
        assert "cookie" not in headers
        said = " ".join([request.url, *(v for k, v in headers.items())])
        for identifier in (account, device, token):
            assert identifier not in said.replace(f"Bearer {token}", "")
    assert await page.context.cookies() == []
    stored: dict[str, Any] = await page.evaluate(
        """async () => ({
          databases: (await indexedDB.databases()).map(({ name }) => name),
          local: Object.keys(localStorage),
          caches: await caches.keys(),
          workers: (await navigator.serviceWorker.getRegistrations()).length,
        })"""
    )
    assert stored == {"databases": [], "local": [], "caches": [], "workers": 0}


async def test_a_lost_answer_to_the_call_is_asked_for_again(
    browser: Browser, lab_server: ServerProcess
) -> None:
    """By the next page of the tab, with the same keys and token: one guest, not two."""
    async with lab_person(browser, lab_server, "ERR_FAILED") as page:
        await page.route("**/api/v1/guests", _lose_answer)
        lost = await page.evaluate(
            "() => lab.guest.begin().then(() => '', (error) => error.name)"
        )
        assert lost == "NotConnected"
        await page.unroute("**/api/v1/guests")
        await page.reload()
        assert await _reopened(page) == "own"
        await page.evaluate("() => me.lab.caughtUp()")
        account = await page.evaluate("() => me.account")
    begun = [event["account"] for event in lab_server.events("guest.begun")]
    assert begun == [account, account]


async def _lose_answer(route: Any) -> None:
    await route.fetch()
    await route.abort()


async def test_five_words_bring_the_place_back_in_another_browser(
    browser: Browser, lab_server: ServerProcess, ana: Client
) -> None:
    """Without what was said; the tab before is out; a wrong word costs nothing."""
    come = """async (words) => {
      const back = await lab.guest.comeBack(words)
      if (typeof back === "string") return back
      globalThis.me = back
      await me.lab.caughtUp()
      globalThis.talk = await me.lab.only()
      return back.account
    }"""
    async with (
        lab_person(browser, lab_server, "401") as page,
        lab_person(browser, lab_server, "404") as other,
    ):
        account = await _begin(page)
        talk = await _let_in(ana, page, account)
        await _say(page, "said before")
        assert (await next_message(talk)).text == "said before"
        words = await page.evaluate("() => me.words()")
        assert len(words) == 5
        assert await other.evaluate(come, "able able able able able") == "not_found"
        assert await other.evaluate(come, "able") == "words.count"
        assert await other.evaluate(come, " ".join(words).upper()) == account
        await _say(other, "I am back")
        assert (await next_message(talk)).text == "I am back"
        assert await _lines(other) == ["I am back"]
        await other.reload()
        assert await _reopened(other) == "own"
        await other.evaluate("() => me.lab.caughtUp()")
        out = "() => me.lab.until(() => me.lab.chat.state === 'signed_out')"
        await page.evaluate(out)
