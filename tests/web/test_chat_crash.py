"""A page that dies at any of its steps loses nothing, doubles nothing, reuses no key."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser

from support.clients import person as python_person
from support.server import ServerProcess

from .conftest import lab_person, ready, sign_up
from .sent import Sent, log_of, places
from .talk import begin, lines, open_chat, python_lines

WRITES = 9
"""More than a page makes while it catches up, writes two texts and sends them."""
MOMENTS = 2 * WRITES


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "rounds", [2 * MOMENTS, pytest.param(10 * MOMENTS, marks=pytest.mark.nightly)]
)
async def test_pages_that_die_at_every_step_lose_and_double_nothing(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path, rounds: int
) -> None:
    """Before and after each durable write, while both write, at each moment twice."""
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
        kept: list[str] = []
        deaths = 0
        for round_ in range(rounds):
            page = await first.context.new_page()
            await page.goto("/")
            await ready(page)
            texts = [f"{round_} {turn}" for turn in "ab"]
            place = 1 + round_ // 2 % WRITES, ("before", "after")[round_ % 2]
            said, _ = await asyncio.gather(
                page.evaluate(
                    "(all) => lab.sayUntilDeath(...all)", [talk.id, texts, *place]
                ),
                talk.send(f"ben {round_}"),
            )
            kept += said["kept"]
            deaths += said["died"]
            await page.close()
        assert deaths == rounds
        last = await first.context.new_page()
        await last.goto("/")
        await open_chat(last)
        await last.evaluate("() => ada.flush()")
        await ben.flush()
        await last.evaluate("(id) => ada.chat.sync(ada.chat.room(id))", talk.id)
        shown = await lines(last, talk.id)
        await ben._engine.sync(talk._room)
        assert shown == python_lines(talk)
        ids, texts = [line[0] for line in shown], [line[2] for line in shown]
        assert len(set(ids)) == len(ids)
        own = [text for text in texts if not text.startswith("ben")]
        assert [text for text in own if text in set(kept)] == kept
        assert len(set(own)) == len(own)
        assert [t for t in texts if t.startswith("ben")] == [
            f"ben {n}" for n in range(rounds)
        ]
        logged = await log_of(ben, talk)
        assert len(logged) >= len(texts)
        used = places(talk, sent.payloads | logged)
        assert len(set(used)) == len(used)
