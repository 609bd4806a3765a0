"""People with microphones and cameras, in browsers of a real server, and what each sees."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from playwright.async_api import Browser, Page

from support.browser import FAKE_MEDIA, chromium
from support.server import ServerProcess
from web.conftest import lab_person, sign_up
from web.talk import open_chat

ON_A_NETWORK = (
    *FAKE_MEDIA,
    "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)
"""No sound is waited for."""
FLAGS = (*ON_A_NETWORK, "--allow-loopback-in-peer-connection")
"""A machine without a network is one, too."""


class Somebody(Protocol):
    """In a browser or not."""

    @property
    def account(self) -> str:
        """Their id."""


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

    async def leave(self) -> None:
        """Give the seat up, and let go of everything."""
        await self.page.evaluate("() => call.meeting.close()")

    async def sees(self, other: Somebody, frames: int = 10) -> None:
        """Wait until so many more pictures of somebody were shown."""
        await self.page.evaluate(
            "([member, frames]) => call.untilFrames(member, frames)",
            [other.account, frames],
        )

    async def until(self, holds: str) -> None:
        """Wait until something holds of `call` in the page."""
        await self.page.evaluate(f"() => call.until((call) => {holds})")

    async def hears(self, other: Somebody) -> None:
        """Wait until somebody's voice is as loud as a beep."""
        await self.until(f'call.meeting.paths.level("{other.account}") > 0.01')

    async def first_ms(self, other: Somebody) -> float:
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
    server: ServerProcess,
    *handles: str,
    expected: tuple[str, ...] = (),
    flags: tuple[str, ...] = FLAGS,
) -> AsyncIterator[list[Caller]]:
    """People with accounts, in browser profiles of their own."""
    async with AsyncExitStack() as stack:
        browser: Browser = await stack.enter_async_context(chromium(*flags))
        yield [
            await stack.enter_async_context(caller(browser, server, handle, *expected))
            for handle in handles
        ]


@asynccontextmanager
async def caller(
    browser: Browser, server: ServerProcess, handle: str, *expected: str
) -> AsyncIterator[Caller]:
    """Somebody with an account, in a browser profile of their own."""
    async with lab_person(browser, server, *expected) as page:
        account = await sign_up(page, server, handle)
        await open_chat(page)
        yield Caller(page, account)


async def conversation_of(people: list[Caller], *handles: str) -> str:
    """A conversation of the first with the others, known to all of them."""
    first, *others = people
    if len(others) == 1:
        made = await first.page.evaluate("(h) => ada.direct(h)", handles[0])
    else:
        made = await first.page.evaluate("(h) => ada.circle(h)", list(handles))
    there = "(id) => ada.until(() => ada.chat.rooms.has(id))"
    await asyncio.gather(*(each.page.evaluate(there, made) for each in others))
    return str(made)


async def start(
    caller: Caller, conversation: str, kind: str | None = None, **planned: object
) -> str:
    """Open a call with pictures, of a session of a kind if one is named; its id."""
    view = await caller.page.evaluate(
        """async ([conversation, kind, planned]) => {
          const { chat } = ada
          const request = conversation.split("").reverse().join("")
          const plan = { ...planned, request, conversation, kind, starts_at: Date.now() }
          const session = kind && (await chat.call("session.plan", plan)).session
          return chat.call("call.start", { conversation, media: "video", session })
        }""",
        [conversation, kind, planned],
    )
    return str(view["call"])


async def see_one_another(people: Sequence[Caller], frames: int = 10) -> None:
    """Wait until so many more pictures of each were shown to the others, who hear them too."""
    pairs = list(itertools.permutations(people, 2))
    await asyncio.gather(*(one.sees(other, frames) for one, other in pairs))
    await asyncio.gather(*(one.hears(other) for one, other in pairs))


async def end(people: list[Caller]) -> None:
    """End it for everybody: an empty room has its share of the engine for minutes."""
    await people[0].page.evaluate(
        '() => call.meeting.room.ask("call.end", { call: call.call })'
    )
    for each in people:
        await each.leave()


async def in_circle(
    people: list[Caller], *handles: str, kind: str = "peer_circle"
) -> str:
    """All of them in the call of a new circle, which the first one leads.

    Args:
        handles: Of the others.
    """
    ada, *others = people
    circle = await conversation_of(people, *handles)
    for each in others:
        await ada.page.evaluate(
            """([conversation, member]) =>
              ada.chat.call("session.screen", { conversation, member, fits: true })""",
            [circle, each.account],
        )
    call = await start(ada, circle, kind, capacity=4)
    for each in people:
        await each.join(call)
    for each in others:
        await each.until('call.meeting.room.state.kind === "waiting"')
    await ada.page.evaluate("(count) => call.admitAll(count)", len(people))
    return circle
