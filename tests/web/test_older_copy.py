"""An older copy of a browser's store is put back: nothing is sent under keys that were used."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from mentalverse_crypto.framing import PrivateMessage, decode_message
from support.clients import next_message, texts
from support.clients import person as python_person
from support.server import ServerProcess

from .conftest import lab_person, sign_up
from .sent import Sent, places
from .talk import begin, lines, open_chat, say


def epochs(payloads: set[bytes]) -> set[int]:
    messages = [decode_message(payload) for payload in payloads]
    return {m.epoch for m in messages if isinstance(m, PrivateMessage)}


@pytest.mark.parametrize("noticed", ["by the counter", "by the log"])
async def test_what_was_put_back_sends_under_fresh_keys_only(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path, noticed: str
) -> None:
    """A server that was told of later writes says so; else one's own rows in the log do."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        sent = Sent()
        await sign_up(page, lab_server, "ada")
        sent.watch(page)
        await open_chat(page)
        talk = await begin(page, ben, "page")
        await say(page, "one")
        await page.evaluate("() => ada.flush()")
        await page.evaluate("async () => { globalThis.older = await lab.copyVault() }")
        if noticed == "by the counter":
            await page.evaluate("() => ada.close()")
            await open_chat(page)
        for text in ("two", "three"):
            await say(page, text)
        await page.evaluate("() => ada.flush()")
        for text in ("one", "two", "three"):
            assert (await next_message(talk)).text == text
        epoch, before = talk.epoch, set(sent.payloads)
        used = places(talk, before)
        assert len(set(used)) == len(used) >= 3
        await page.evaluate(
            "async () => { await ada.close(); await lab.putBack(older) }"
        )
        await open_chat(page)
        await say(page, "from the copy")
        await page.evaluate("() => ada.flush()")
        assert (await next_message(talk)).text == "from the copy"
        assert talk.epoch == epoch + 1
        assert epochs(sent.payloads - before) == {epoch + 1}
        assert texts(talk) == ["one", "two", "three", "from the copy"]
        assert (
            await page.evaluate("() => ada.chat.room(talk).record.standing") == "active"
        )


async def test_what_waited_in_an_older_copy_is_known_as_sent(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """Its row names it: it is in the history once, and waits no more."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        await sign_up(page, lab_server, "ada")
        await open_chat(page)
        talk = await begin(page, ben, "page")
        await say(page, "one")
        await page.evaluate("() => ada.flush()")
        # Written by a page that carries nothing out any more.
        await page.evaluate("() => ada.chat.close()")
        await say(page, "two")
        await page.evaluate(
            """async () => {
              globalThis.older = await lab.copyVault()
              await ada.close()
            }"""
        )
        await open_chat(page)
        await page.evaluate("() => ada.flush()")
        await page.evaluate(
            "async () => { await ada.close(); await lab.putBack(older) }"
        )
        await open_chat(page)
        await say(page, "three")
        await page.evaluate("() => ada.flush()")
        for text in ("one", "two", "three"):
            assert (await next_message(talk)).text == text
        shown = [line[2] for line in await lines(page, talk.id)]
        assert shown == texts(talk) == ["one", "two", "three"]
