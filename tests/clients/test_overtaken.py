"""What a server pushes may overtake what it answered before: neither is lost for it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from mentalverse_client import Client
from mentalverse_signaling.events import ConversationList
from support.clients import eventually, only_conversation, person, texts
from support.server import ServerProcess


def hold_lists_back(client: Client) -> tuple[asyncio.Event, asyncio.Event]:
    """Keep back how conversations stand: the first is set then, the second ends it."""
    connection = client._engine.connection
    call, held, let_go = connection.call, asyncio.Event(), asyncio.Event()

    async def slower(name: str, payload: Any, answer: Any) -> Any:
        given = await call(name, payload, answer)
        if isinstance(payload, ConversationList):
            held.set()
            await let_go.wait()
        return given

    connection.call = slower  # type: ignore[method-assign]
    return held, let_go


async def test_a_log_is_not_shorter_because_its_rows_came_before_its_head(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Else rows are read again, and their keys have been used."""
    async with (
        person(server, tmp_path, "ada-o") as ada,
        person(server, tmp_path, "ben-o") as ben,
    ):
        mine = await ada.direct("ben-o")
        theirs = await only_conversation(ben)
        # By then the joining has its own list, for which what is pushed has to wait.
        await mine.send("zero")
        await eventually(lambda: texts(theirs) == ["zero"])
        held, let_go = hold_lists_back(ben)
        ben._engine._follow()
        async with asyncio.timeout(30):
            await held.wait()
        for text in ("one", "two"):
            await mine.send(text)
        await eventually(lambda: texts(theirs) == ["zero", "one", "two"])
        let_go.set()
        await mine.send("three")
        await eventually(lambda: len(theirs.history()) == len(mine.history()))
        assert texts(theirs) == texts(mine) == ["zero", "one", "two", "three"]
