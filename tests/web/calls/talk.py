"""People with microphones and cameras, in browsers of a real server, and what each sees."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, Page

from support.browser import FAKE_MEDIA, chromium
from support.server import ServerProcess
from web.conftest import lab_person, sign_up
from web.talk import open_chat

FLAGS = (
    *FAKE_MEDIA,
    "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--allow-loopback-in-peer-connection",
)
"""A machine without a network is one, too; and no sound is waited for."""


@dataclass(frozen=True)
class Caller:
    """Somebody's page, and their account."""

    page: Page
    account: str

    async def join(self, call: str, **options: object) -> None:
        """Come in with microphone and camera; media is not waited for."""
        await self.page.evaluate(
            """([call, options]) => {
              globalThis.call = new lab.LabCall(ada, call, options)
              call = globalThis.call
              call.join().catch((error) => call.failures.push(String(error)))
            }""",
            [call, options],
        )

    async def sees(self, other: Caller, frames: int = 10) -> None:
        """Wait until so many more pictures of somebody were shown."""
        await self.page.evaluate(
            "([member, frames]) => call.untilFrames(member, frames)",
            [other.account, frames],
        )

    async def first_ms(self, other: Caller) -> float:
        """From the wish to join to the first picture of somebody."""
        seen = await self.page.evaluate("() => call.seen()")
        return float(seen[other.account]["firstMs"])

    async def counts(self) -> Mapping[str, Any]:
        """What the frame worker has counted."""
        counts: Mapping[str, Any] = await self.page.evaluate("() => call.counts()")
        return counts

    async def standing(self) -> Mapping[str, Any]:
        """How the call stands for this person."""
        found: Mapping[str, Any] = await self.page.evaluate("() => call.standing()")
        return found


@asynccontextmanager
async def callers(
    server: ServerProcess, *handles: str, expected: tuple[str, ...] = ()
) -> AsyncIterator[list[Caller]]:
    """People with accounts, in browser profiles of their own."""
    async with AsyncExitStack() as stack:
        browser: Browser = await stack.enter_async_context(chromium(*FLAGS))
        people = []
        for handle in handles:
            page = await stack.enter_async_context(
                lab_person(browser, server, *expected)
            )
            account = await sign_up(page, server, handle)
            await open_chat(page)
            people.append(Caller(page, account))
        yield people


async def conversation_of(people: list[Caller], *handles: str) -> str:
    """A conversation of the first with the others, known to all of them."""
    first, *others = people
    if len(others) == 1:
        made = await first.page.evaluate("(h) => ada.direct(h)", handles[0])
    else:
        made = await first.page.evaluate("(h) => ada.circle(h)", list(handles))
    await asyncio.gather(*(each.page.evaluate("() => ada.only()") for each in others))
    return str(made)


async def start(caller: Caller, conversation: str) -> str:
    """Open a call with pictures; its id."""
    view = await caller.page.evaluate(
        """(conversation) =>
          ada.chat.call("call.start", { conversation, media: "video" })""",
        conversation,
    )
    return str(view["call"])
