"""Conversations between a browser and Python, over a real server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from mentalverse_client import Client, Conversation
from support.clients import next_message, only_conversation
from support.clients import person as python_person
from support.server import ServerProcess

from .conftest import lab_person, ready, sign_up

Line = tuple[str, str, str, bool, bool, str | None, dict[str, list[str]]]


async def open_chat(page: Page) -> None:
    """Have the client of this browser's device run, as `ada` in the page."""
    await ready(page)
    await page.evaluate(
        """async () => {
          globalThis.ada = await lab.openChat()
          await globalThis.ada.caughtUp()
        }"""
    )


async def lines(page: Page, conversation: str) -> list[Line]:
    """The transcript of the page, without notices."""
    found: list[dict[str, Any]] = await page.evaluate(
        "(id) => ada.lines(id)", conversation
    )
    return [
        (
            line["id"],
            line["account"],
            line["text"],
            line["edited"],
            line["deleted"],
            line["quote"],
            line["reactions"],
        )
        for line in found
        if line["kind"] != "notice"
    ]


def python_lines(conversation: Conversation) -> list[Line]:
    """The transcript of a Python client, in the same form."""
    return [
        (
            message.id,
            message.account,
            message.text,
            message.edited,
            message.deleted,
            message.quote,
            {emoji: list(people) for emoji, people in message.reactions.items()},
        )
        for message in conversation.history(10_000)
        if message.kind != "notice"
    ]


async def begin(page: Page, ben: Client, maker: str) -> Conversation:
    """A conversation between both, made by one of them; on Python's side."""
    if maker == "page":
        await page.evaluate("async () => { globalThis.talk = await ada.direct('ben') }")
        return await only_conversation(ben)
    conversation = await ben.direct("ada")
    await page.evaluate("async () => { globalThis.talk = await ada.only() }")
    return conversation


async def say(page: Page, text: str) -> str:
    return str(await page.evaluate("(text) => ada.conversation(talk).send(text)", text))


@pytest.mark.parametrize("maker", ["page", "python"])
async def test_a_browser_and_python_talk(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path, maker: str
) -> None:
    """Both write and read, fold changes alike, and see one safety number."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        await sign_up(page, lab_server, "ada")
        await open_chat(page)
        talk = await begin(page, ben, maker)
        assert talk.encryption_state.suite.startswith("MLS_128_MLKEM768X25519")
        first = await say(page, "hello ben")
        assert (await next_message(talk)).text == "hello ben"
        answer = await talk.reply(first, "hello ada")
        assert (
            await page.evaluate("(text) => ada.idOf(talk, text)", "hello ada") == answer
        )
        await page.evaluate(
            "(id) => ada.conversation(talk).react(id, '🙂', true)", answer
        )
        await page.evaluate(
            "(id) => ada.conversation(talk).edit(id, 'hello, ben!')", first
        )
        gone = await say(page, "not this")
        await page.evaluate("() => ada.flush()")
        await page.evaluate("(id) => ada.conversation(talk).remove(id)", gone)
        await page.evaluate("() => ada.flush()")
        last = await talk.send("bye")
        assert await page.evaluate("(text) => ada.idOf(talk, text)", "bye") == last
        await ben.flush()
        shown = await lines(page, talk.id)
        assert shown == python_lines(talk)
        assert [line[2] for line in shown] == ["hello, ben!", "hello ada", "", "bye"]
        digits = await page.evaluate(
            "async () => (await ada.conversation(talk).safetyNumber()).digits"
        )
        assert " ".join(digits) == talk.safety_number()
        await page.reload()
        await open_chat(page)
        assert await lines(page, talk.id) == shown
