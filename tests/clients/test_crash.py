"""A client killed at any moment loses nothing, doubles nothing, reuses no key."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

import pytest

from mentalverse_client import Client, Conversation, MessageKind, Standing
from support.clients import (
    PASSPHRASE,
    eventually,
    next_message,
    only_conversation,
    opened,
    person,
    register,
    texts,
)
from support.server import ServerProcess, start_server

SCRIPT = Path(__file__).parent.parent / "support" / "killed_client.py"
START_SECONDS = 90.0


async def child(profile: Path, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(SCRIPT),
        str(profile),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
    )


async def killed_while(
    profile: Path, after_seconds: float, *arguments: str, done: int = 0
) -> None:
    """Run the child, and kill it so long after it has done so much."""
    process = await child(profile, *arguments)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_SECONDS):
            for line in (b"begun\n", *[b"done\n"] * done):
                assert await process.stdout.readline() == line
        await asyncio.sleep(after_seconds)
        assert process.returncode is None, "the client ended by itself"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def finish(profile: Path, conversation: str) -> None:
    process = await child(profile, conversation, "finish")
    async with asyncio.timeout(START_SECONDS):
        assert await process.wait() == 0


def unreadable(conversation: Conversation) -> list[str]:
    return [
        m.text
        for m in conversation.history(100_000)
        if m.kind is MessageKind.UNREADABLE
    ]


@pytest.mark.timeout(180)
async def test_each_message_of_a_killed_sender_arrives_once_and_in_order(
    server: ServerProcess, tmp_path: Path
) -> None:
    moments = random.Random(20)
    ada_profile = await register(server, tmp_path, "ada-k")
    async with person(server, tmp_path, "ben-k") as ben:
        async with opened(ada_profile) as ada:
            talk_id = (await ada.direct("ben-k")).id
        for _ in range(14):
            await killed_while(ada_profile, moments.uniform(0, 0.45), talk_id, "send")
        await finish(ada_profile, talk_id)
        heard = await only_conversation(ben)
        async with Client.open(ada_profile, passphrase=PASSPHRASE) as ada:
            sent = texts(ada.conversation(talk_id))
            standing = ada.conversation(talk_id).encryption_state.standing
        await eventually(lambda: len(texts(heard)) >= len(sent))
        numbers = texts(heard)
        assert len(numbers) > 14, "the kills came before anything was sent"
        assert numbers == [str(n) for n in range(len(numbers))]
        assert sent == numbers
        assert unreadable(heard) == []
        assert standing is Standing.ACTIVE


@pytest.mark.timeout(180)
async def test_both_directions_survive_kills_of_the_sender_and_of_the_server(
    tmp_path: Path,
) -> None:
    moments = random.Random(31)
    with start_server(tmp_path / "server") as own:
        ada_profile = await register(own, tmp_path, "ada-m")
        async with person(own, tmp_path, "ben-m") as ben:
            async with opened(ada_profile) as ada:
                talk_id = (await ada.direct("ben-m")).id
            theirs = await only_conversation(ben)
            killing = asyncio.create_task(_kill_now_and_then(own, moments))
            for number in range(6):
                await killed_while(
                    ada_profile, moments.uniform(0.1, 0.7), talk_id, "send"
                )
                await theirs.send(f"back {number}")
            await killing
            await finish(ada_profile, talk_id)
            async with opened(ada_profile) as ada:
                mine = ada.conversation(talk_id)
                # As many on both sides would not be all: each may lack one.
                await eventually(lambda: texts(mine) == texts(theirs))
                said = texts(mine)
            assert texts(theirs) == said
            back = [text for text in said if text.startswith("back")]
            numbers = [text for text in said if not text.startswith("back")]
            assert back == [f"back {n}" for n in range(6)]
            assert numbers == [str(n) for n in range(len(numbers))]
            assert unreadable(theirs) == []


async def _kill_now_and_then(server: ServerProcess, moments: random.Random) -> None:
    for _ in range(3):
        await asyncio.sleep(moments.uniform(0.5, 2.0))
        await asyncio.to_thread(server.kill9)
        await asyncio.to_thread(server.start)


@pytest.mark.timeout(180)
async def test_a_member_killed_while_changing_the_group_stays_in_step(
    server: ServerProcess, tmp_path: Path
) -> None:
    moments = random.Random(21)
    ada_profile = await register(server, tmp_path, "ada-c")
    async with (
        person(server, tmp_path, "ben-c") as ben,
        person(server, tmp_path, "cleo-c") as cleo,
    ):
        async with opened(ada_profile) as ada:
            circle_id = (await ada.create_circle(["ben-c"])).id
        first_epoch = (await only_conversation(ben)).epoch
        # Before and after the first change of a life, on machines of any speed.
        for done in (0, 1) * 4:
            await killed_while(
                ada_profile,
                moments.uniform(0, 0.5),
                circle_id,
                "change",
                cleo.account,
                done=done,
            )
        await finish(ada_profile, circle_id)
        async with opened(ada_profile) as ada:
            circle = ada.conversation(circle_id)
            if all(member.account != cleo.account for member in circle.members()):
                await circle.add([cleo.account])
            await circle.send("still together")
            for other in (ben, cleo):
                theirs = await only_conversation(other)
                assert (await next_message(theirs)).text == "still together"
                assert theirs.epoch == circle.epoch
                assert theirs.safety_number() == circle.safety_number()
            assert circle.epoch > first_epoch + 3, "changes were lost"
            assert circle.encryption_state.standing is Standing.ACTIVE
            assert unreadable(await only_conversation(ben)) == []
