"""A program in a call with people in browsers: each sees and hears the others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import aioice.ice
import pytest

from mentalverse_client import Client
from mentalverse_client.calls.call import Call
from mentalverse_client.calls.sources import Tone
from mentalverse_crypto.media_slots import Slot
from support.clients import eventually, only_conversation, opened, register
from support.server import ServerProcess, start_server
from web.calls.talk import Caller, callers, see_one_another, start
from web.conftest import WEB_FILES, web_dist

BOTH = (Slot.MICROPHONE, Slot.CAMERA)


@pytest.fixture
def server(tmp_path: Path, lab_scripts: None) -> Iterator[ServerProcess]:
    settings = {
        "WEB__DIST_DIR": str(web_dist(tmp_path, WEB_FILES)),
        "MEDIA__ADDRESSES": '["127.0.0.1"]',
        "MEDIA__LINGER_SECONDS": "0",
    }
    with start_server(tmp_path / "server", settings) as running:
        yield running


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aiortc leaves the loopback out when it gathers, and there is nothing else."""

    def addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        return ["127.0.0.1"] if use_ipv4 else []

    monkeypatch.setattr(aioice.ice, "get_host_addresses", addresses)


def _frames(call: Call, other: Caller) -> list[int]:
    """Of voice and picture of somebody, what was opened and decoded."""
    decoded = call.sink.decoded.items()
    return [
        sum(n for (leaf, it), n in decoded if leaf[0] == other.account and it is slot)
        for slot in BOTH
    ]


async def _sees(call: Call, others: list[Caller]) -> None:
    await eventually(lambda: all(min(_frames(call, it)) >= 10 for it in others))


async def _sees_and_hears(person: Caller, program: Client) -> None:
    await person.sees(program)
    await person.hears(program)


async def _conversation(client: Client, people: list[Caller]) -> str:
    """Of the program with all of them, known to each."""
    names = ("ada", "ben", "cy")[: len(people)]
    if len(people) == 1:
        made = (await client.direct(names[0])).id
    else:
        made = (await client.create_circle(names)).id
    there = "(id) => ada.until(() => ada.chat.rooms.has(id))"
    await asyncio.gather(*(each.page.evaluate(there, made) for each in people))
    return made


@pytest.mark.capability("C04")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("comes_first", ["program", "person"])
async def test_a_person_and_a_program_see_each_other(
    server: ServerProcess, tmp_path: Path, comes_first: str
) -> None:
    """Whichever offers, and with every frame sealed."""
    profile = await register(server, tmp_path, "zoe")
    async with callers(server, "ada") as people, opened(profile) as zoe:
        (ada,) = people
        conversation = await _conversation(zoe, people)
        if comes_first == "person":
            call = await start(ada, conversation)
            await ada.join(call)
            await ada.until('call.meeting.room.state.kind === "in"')
        view = await zoe.calls.start(conversation)
        async with zoe.calls.join(view, Tone()) as taking_part:
            await taking_part.joined.wait()
            if comes_first == "program":
                await ada.join(view.call)
            await _sees_and_hears(ada, zoe)
            await _sees(taking_part, people)
            assert (await ada.standing())["topology"] == "p2p"
            assert (await ada.standing())["failures"] == []


@pytest.mark.capability("C06")
@pytest.mark.timeout(300)
async def test_a_program_takes_part_among_three_browsers_through_the_forwarder(
    server: ServerProcess, tmp_path: Path
) -> None:
    profile = await register(server, tmp_path, "zoe")
    async with callers(server, "ada", "ben", "cy") as people, opened(profile) as zoe:
        conversation = await _conversation(zoe, people)
        assert (await only_conversation(zoe)).id == conversation
        view = await zoe.calls.start(conversation)
        assert view.topology == "sfu"
        for each in people[:2]:
            await each.join(view.call)
        async with zoe.calls.join(view, Tone()) as taking_part:
            await taking_part.joined.wait()
            await people[2].join(view.call)
            await see_one_another(people)
            for each in people:
                await _sees_and_hears(each, zoe)
            await _sees(taking_part, people)
