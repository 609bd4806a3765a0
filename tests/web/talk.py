"""A conversation between a browser's page and a Python client, seen from both."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from playwright.async_api import Page

from mentalverse_client import Client, Conversation
from mentalverse_signaling.errors import NotFound
from support.clients import DEADLINE_SECONDS, only_conversation

from .conftest import ready

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


async def circle_with(client: Client, *handles: str) -> Conversation:
    """A circle, once everybody has KeyPackages (again, after their key changed)."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            with suppress(NotFound):
                return await client.create_circle(list(handles))


async def open_session(page: Page) -> None:
    """Have the view models of this browser's device, as `ada` in the page."""
    await ready(page)
    await page.evaluate(
        """async () => {
          globalThis.ada = await lab.state.openSession()
          await lab.state.until(ada.session.connection, (now) => now === "online")
        }"""
    )


async def open_talk(page: Page, handle: str = "ben") -> None:
    """Have the conversation with somebody, as `talk` in the page."""
    await page.evaluate(
        """async (handle) => {
          const { conversation } = await ada.session.direct(handle)
          globalThis.talk = await ada.session.open(conversation)
        }""",
        handle,
    )
