"""Two pages of one browser that take the device from each other while both sides write."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from support.clients import person as python_person
from support.server import ServerProcess

from .conftest import lab_person, ready, sign_up
from .sent import Sent, log_of, places
from .talk import begin, lines, open_chat, python_lines

ROUNDS = 60
SEED = 20
WRITES = 12
"""More than a page makes while it comes, catches up, and sends a text or two."""
BEGIN = """([conversation, prefix]) => {
  lab.sayWhileHeld(conversation, prefix).catch((error) => console.error(String(error)))
}"""


async def take_over(holder: Page, other: Page, how: str) -> None:
    """Let the other page ask for the device, or end the one that has it."""
    if how == "asks":
        await other.evaluate("() => lab.deviceLock.ask('lab')")
    else:
        await holder.reload()
        await ready(holder)


@pytest.mark.timeout(600)
async def test_pages_that_take_over_at_every_step_lose_and_double_nothing(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """By asking and by a reload of the other, at random writes, sixty times."""
    moments = random.Random(SEED)
    async with (
        lab_person(browser, lab_server, "status of 40") as first,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        sent = Sent()
        first.context.on("page", sent.watch)
        await sign_up(first, lab_server, "ada")
        await open_chat(first)
        talk = await begin(first, ben, "page")
        await first.evaluate("() => ada.flush()")
        await first.close()
        pages = [await talk_page(first) for _ in range(2)]
        await pages[0].evaluate(BEGIN, [talk.id, "begun"])
        for round_ in range(ROUNDS):
            holder, other = pages[round_ % 2], pages[1 - round_ % 2]
            await holder.evaluate(
                "(n) => lab.afterWrites(n)", moments.randint(1, WRITES)
            )
            await talk.send(f"ben {round_}")
            await take_over(holder, other, moments.choice(("asks", "reload")))
            await other.evaluate(BEGIN, [talk.id, f"round {round_}"])
        last = pages[ROUNDS % 2]
        kept = set(await last.evaluate("() => lab.keptTexts()"))
        for page in pages:
            await page.close()
        page = await talk_page(first)
        await open_chat(page)
        await page.evaluate("() => ada.flush()")
        await ben.flush()
        await page.evaluate("(id) => ada.chat.sync(ada.chat.room(id))", talk.id)
        shown = await lines(page, talk.id)
        await ben._engine.sync(talk._room)
        assert shown == python_lines(talk)
        ids, texts = [line[0] for line in shown], [line[2] for line in shown]
        assert len(set(ids)) == len(ids)
        assert len(set(texts)) == len(texts)
        assert kept <= set(texts)
        assert len(kept) >= ROUNDS // 2
        assert [t for t in texts if t.startswith("ben")] == [
            f"ben {n}" for n in range(ROUNDS)
        ]
        logged = await log_of(ben, talk)
        assert len(logged) >= len(texts)
        used = places(talk, sent.payloads | logged)
        assert len(set(used)) == len(used)


async def talk_page(first: Page) -> Page:
    """Another page of the same browser profile."""
    page = await first.context.new_page()
    await page.goto("/")
    await ready(page)
    return page
