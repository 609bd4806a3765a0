"""Who asked for help has asked, whatever becomes of their device or of the server."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from mentalverse_client import Client
from mentalverse_client.errors import NotConnected
from mentalverse_signaling.crisis_events import CaseStatus, Taken
from support.clients import (
    DEADLINE_SECONDS,
    PASSPHRASE,
    next_message,
    opened,
    register,
)
from support.crisis_clients import accepted, responder_profile, talk_of, until
from support.server import ServerProcess, start_server

from .conftest import SETTINGS

SCRIPT = Path(__file__).parent.parent / "support" / "killed_person.py"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ServerProcess]:
    with start_server(tmp_path / "server", SETTINGS | {"CRISIS__MODE": "demo"}) as one:
        yield one


async def killed_while_waiting(profile: Path, text: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SCRIPT), str(profile), text, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            assert await process.stdout.readline() == b"asked\n"
    finally:
        process.kill()
        await process.wait()


async def test_who_is_killed_while_waiting_keeps_their_place_and_their_words(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """Somebody comes although nobody is there, and then reads what was written."""
    profile = await register(desk, tmp_path, "ann")
    began_ms = time.time() * 1000
    await killed_while_waiting(profile, "before the battery died")
    nia_profile = await responder_profile(desk, tmp_path, "nia")
    async with opened(nia_profile) as nia:
        await nia.desk.start_duty()
        case = await accepted(nia)
        back_ms = time.time() * 1000
        async with opened(profile) as ann:
            view = await until(ann, CaseStatus.ACCEPTED, CaseStatus.ACTIVE)
            assert view.case == case.case
            assert view.band == 1
            assert began_ms - 1_000 <= view.opened_at <= back_ms
            theirs = await nia.desk.conversation(case.case)
            assert (await next_message(theirs)).text == "before the battery died"
            assert len(ann.conversations()) == 1


async def test_a_tap_that_nobody_heard_is_asked_until_somebody_does(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """Also after the client was closed meanwhile; waiting counts from the tap."""
    profile = await register(desk, tmp_path, "ann")
    desk.stop()
    async with Client.open(profile, passphrase=PASSPHRASE) as ann:
        with pytest.raises(NotConnected):
            await ann.help.ask()
        assert ann.help.is_asking
        asked_ms = time.time() * 1000
        await talk_of(ann).send("written in the tunnel")
    desk.start()
    async with opened(profile) as ann:
        view = await until(ann, CaseStatus.WAITING, CaseStatus.OFFERED)
        assert view.opened_at <= asked_ms + 1_000
        waiting = [each.text for each in talk_of(ann).history()]
        assert waiting == ["written in the tunnel"]


async def test_the_server_is_killed_while_somebody_waits(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """The case is there when it is back, and is answered by whoever is then."""
    nia_profile = await responder_profile(desk, tmp_path, "nia")
    profile = await register(desk, tmp_path, "ann")
    async with opened(profile) as ann, opened(nia_profile) as nia:
        asked = await ann.help.ask()
        assert asked is not None
        await talk_of(ann).send("still here")
        await asyncio.to_thread(desk.kill9)
        await asyncio.to_thread(desk.start)
        async with asyncio.timeout(DEADLINE_SECONDS):
            await nia.connected()
        await nia.desk.start_duty()
        case = await accepted(nia)
        assert case.case == asked.case
        theirs = await nia.desk.conversation(case.case)
        assert (await next_message(theirs)).text == "still here"


@contextmanager
def database_away(server: ServerProcess) -> Iterator[None]:
    """Another program has the database: nothing can be written."""
    intruder = sqlite3.connect(server.data / "mentalverse.db", isolation_level=None)
    intruder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        intruder.execute("ROLLBACK")
        intruder.close()


def count_cases(server: ServerProcess) -> int:
    query = "SELECT count(*) FROM crisis_cases WHERE person NOT LIKE 'canary%'"
    with closing(sqlite3.connect(server.data / "mentalverse.db")) as database:
        return int(database.execute(query).fetchone()[0])


async def test_an_outage_of_the_database_loses_no_request(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """It is kept beside it, and followed once it is a case: one, for each who asks."""
    profile, folder = await register(desk, tmp_path, "ann"), tmp_path / "guest"
    async with opened(profile) as ann:
        with database_away(desk):
            guest_asks = Client.ask_for_help(desk.url, folder, PASSPHRASE)
            asked, taken = await asyncio.gather(ann.help.ask(), guest_asks)
            assert (asked, taken) == (None, Taken.SPOOLED)
            assert ann.help.is_asking
        await until(ann, CaseStatus.WAITING, CaseStatus.OFFERED)
    async with asyncio.timeout(DEADLINE_SECONDS):
        while taken is not Taken.STORED:
            taken = await Client.ask_for_help(desk.url, folder, PASSPHRASE)
    async with opened(folder) as guest:
        await until(guest, CaseStatus.WAITING, CaseStatus.OFFERED)
    assert count_cases(desk) == 2
