"""Blocks through the client: real devices, a real server."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mentalverse_client import Blocked, Client
from mentalverse_signaling.errors import Forbidden, NotFound
from mentalverse_signaling.roles import Role
from support.clients import (
    PASSPHRASE,
    eventually,
    next_message,
    only_conversation,
    opened,
    person,
    texts,
)
from support.server import ServerProcess


async def test_who_is_blocked_begins_nothing_and_what_goes_on_goes_on(
    server: ServerProcess, tmp_path: Path
) -> None:
    """As if the account did not exist, until the block ends."""
    async with (
        person(server, tmp_path, "ana-b") as ana,
        person(server, tmp_path, "ben-b") as ben,
        person(server, tmp_path, "host-b") as host,
    ):
        circle = await host.create_circle(["ana-b", "ben-b"])
        there, here = await only_conversation(ben), await only_conversation(ana)
        await ana.blocks.add("ben-b")
        await ana.blocks.add("ben-b")
        assert await ana.blocks.list() == [Blocked(ben.account, "ben-b")]
        assert await ben.blocks.list() == []
        with pytest.raises(NotFound) as refused:
            await ben.direct("ana-b")
        with pytest.raises(NotFound) as unknown:
            await ben.direct("nobody-b")
        assert str(refused.value) == str(unknown.value)
        await circle.send("both of you read this")
        assert (await next_message(there)).text == "both of you read this"
        await there.send("so we do")
        await eventually(lambda: texts(here)[-1:] == ["so we do"])
        await ana.blocks.remove("ben-b")
        assert await ana.blocks.list() == []
        assert (await ben.direct("ana-b")).id


async def test_who_answers_calls_for_help_blocks_nobody(
    server: ServerProcess, tmp_path: Path
) -> None:
    code = await asyncio.to_thread(server.invite, Role.RESPONDER)
    profile = tmp_path / "responder-b"
    await Client.register(server.url, code, "responder-b", profile, PASSPHRASE)
    async with opened(profile) as responder, person(server, tmp_path, "caller-b"):
        with pytest.raises(Forbidden):
            await responder.blocks.add("caller-b")
