"""A server that is killed while people ask for help: who was answered has a case."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import msgspec

from mentalverse_server.auth.tokens import new_token
from mentalverse_server.store import cases
from mentalverse_server.store.engine import open_database
from mentalverse_signaling.crisis_events import CaseOpen, CrisisOpen, CrisisOpened
from mentalverse_signaling.ids import ClientId, new_id
from support.devices import new_device
from support.server import ServerProcess, start_server

KILLS = 2
AT_ONCE = 8
ANSWERS = 12
"""After so many the server is killed, with others under way."""


async def test_every_case_that_was_answered_for_is_there_after_a_crash(
    tmp_path: Path,
) -> None:
    """An answer comes after the case is on disk, and the same call finds it again."""
    with start_server(tmp_path, {"CRISIS__MODE": "demo"}) as server:
        answered: dict[str, tuple[CrisisOpen, str]] = {}
        for _ in range(KILLS):
            async with aiohttp.ClientSession() as http:
                await _until_killed(server, http, answered)
            server.start()
        async with aiohttp.ClientSession() as http:
            for body, case in answered.values():
                again = await _ask(server, http, body)
                assert again is not None
                assert again.case is not None
                assert again.case.case == case
        server.stop()
        _check(server.data, [case for _, case in answered.values()])


async def _until_killed(
    server: ServerProcess,
    http: aiohttp.ClientSession,
    answered: dict[str, tuple[CrisisOpen, str]],
) -> None:
    enough = len(answered) + ANSWERS

    async def person() -> None:
        while True:
            body = CrisisOpen(
                CaseOpen(ClientId(new_id(secrets.token_bytes)), band=1),
                new_device().begin_guest(
                    new_token(secrets.token_bytes), datetime.now(UTC)
                ),
            )
            opened = await _ask(server, http, body)
            if opened is None:
                return
            if opened.case is not None:
                answered[body.case.request] = body, opened.case.case
            if len(answered) == enough:
                server.kill9()
                return

    async with asyncio.timeout(60), asyncio.TaskGroup() as people:
        for _ in range(AT_ONCE):
            people.create_task(person())


async def _ask(
    server: ServerProcess, http: aiohttp.ClientSession, body: CrisisOpen
) -> CrisisOpened | None:
    """None: the server is gone."""
    try:
        async with http.post(
            f"{server.url}/api/v1/crisis/cases",
            data=msgspec.json.encode(body),
            headers={"Content-Type": "application/json"},
        ) as response:
            assert response.status == 200, await response.text()
            return msgspec.json.decode(await response.read(), type=CrisisOpened)
    except (aiohttp.ClientError, OSError):
        return None


def _check(data: Path, expected: list[str]) -> None:
    database = open_database(f"sqlite:///{data / 'mentalverse.db'}")
    try:
        found = [database.write(cases.case, case) for case in expected]
    finally:
        database.close()
    assert len(expected) >= KILLS * ANSWERS
    assert all(found)
