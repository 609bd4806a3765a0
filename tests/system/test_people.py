"""People talk through one real server: both ways, and after being away."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.clients import eventually, next_message, opened, register, texts
from support.server import ServerProcess, start_server

AWAY_MESSAGES = 500
FAST = {"QUOTA__HOT_PER_SECOND": "100000", "QUOTA__HOT_BURST": "100000"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with start_server(tmp_path / "server", FAST) as running:
        yield running


@pytest.mark.capability("C01")
async def test_two_people_talk_both_ways(server: ServerProcess, tmp_path: Path) -> None:
    ada, ben = [await register(server, tmp_path, name) for name in ("ada", "ben")]
    async with opened(ada) as first, opened(ben) as second:
        there = await first.direct("ben")
        await there.send("are you there?")
        question = await next_message(await second.direct("ada"))
        here = await second.direct("ada")
        await here.reply(question.id, "I am")
        await here.react(question.id, "🙂")
        assert (await next_message(there)).text == "I am"
        await eventually(lambda: bool(there.message(question.id).reactions))
        assert there.safety_number() == here.safety_number()
        assert there.epoch == here.epoch


@pytest.mark.timeout(300)
@pytest.mark.capability("C01")
@pytest.mark.capability("C06")
async def test_who_was_away_for_500_messages_reads_all_of_them_once_and_in_order(
    server: ServerProcess, tmp_path: Path
) -> None:
    ada, ben, eve = [
        await register(server, tmp_path, name) for name in ("ada", "ben", "eve")
    ]
    async with opened(ada) as first, opened(ben) as second:
        async with opened(eve) as third:
            circle = await first.create_circle(["ben", "eve"])
            await eventually(lambda: len(third.conversations()) == 1)
            await eventually(lambda: len(second.conversations()) == 1)
        other = second.conversations()[0]
        for number in range(AWAY_MESSAGES // 2):
            await circle.send(f"ada {number}")
            await other.send(f"ben {number}")
        await first.flush()
        await second.flush()
    async with opened(eve) as third:
        (late,) = third.conversations()
        seen: list[str] = []
        async with asyncio.timeout(120):
            async for message in late.messages():
                seen.append(message.text)
                if len(seen) == AWAY_MESSAGES:
                    break
        for name in ("ada", "ben"):
            wanted = [f"{name} {n}" for n in range(AWAY_MESSAGES // 2)]
            assert [text for text in seen if text.startswith(name)] == wanted
        assert texts(late) == seen
