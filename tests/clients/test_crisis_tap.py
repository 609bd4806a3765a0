"""A tap counts until somebody has it: what a client does about it without a server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mentalverse_client.account.device import Device
from mentalverse_client.account.profile import open_profile
from mentalverse_client.crisis.help import Help
from mentalverse_client.crisis.watch import Watch
from mentalverse_client.engine import Engine
from mentalverse_client.errors import NotConnected, SignedOut
from mentalverse_client.line.connection import ConnectionState
from mentalverse_signaling.crisis_events import CaseStatus
from mentalverse_signaling.errors import NotFound
from support.clients import PASSPHRASE, opened, register
from support.crisis_clients import case
from support.server import ServerProcess, start_server


@asynccontextmanager
async def offline(profile: Path, later: timedelta = timedelta()) -> AsyncIterator[Help]:
    """A client that never runs: nothing is sent by itself."""
    unlocked = open_profile(profile, PASSPHRASE, os.urandom)
    try:
        clock = lambda: datetime.now(UTC) + later  # noqa: E731
        yield Help(Engine(Device(unlocked, clock, os.urandom)))
    finally:
        unlocked.vault.close()


@pytest.fixture
async def profile(tmp_path: Path) -> Path:
    """Of somebody whose server is gone."""
    with start_server(tmp_path / "server") as server:
        return await register(server, tmp_path, "ann")


async def test_a_tap_is_there_with_its_conversation_however_it_was_cut_off(
    profile: Path,
) -> None:
    async with offline(profile) as helping:
        with pytest.raises(NotConnected):
            await helping.ask(band=1)
        talk = helping.conversation
        assert talk is not None
        await talk.send("I wrote this")
    async with offline(profile) as helping:
        assert helping.is_asking
        again = helping.conversation
        assert again is not None and again.id == talk.id
        assert [each.text for each in again.history()] == ["I wrote this"]


async def test_an_older_case_takes_no_tap_for_its_own(profile: Path) -> None:
    """What was asked about a case before the tap may be answered after it."""
    async with offline(profile) as helping:
        helping._take(case(CaseStatus.CLOSED), helping._number())
        assert not helping.is_asking
        with pytest.raises(NotConnected):
            await helping.ask()
        helping._take(case(CaseStatus.CLOSED), helping._number())
        assert helping.is_asking
        assert helping.case is None


async def test_a_tap_of_long_ago_is_not_asked_by_itself(profile: Path) -> None:
    """Whoever needed help two days ago decides anew."""
    async with offline(profile) as helping:
        with pytest.raises(NotConnected):
            await helping.ask()
    async with offline(profile, timedelta(days=2)) as helping:
        await helping._round()
        assert not helping.is_asking


async def test_a_server_without_a_desk_says_so_and_is_not_asked_again(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with opened(await register(server, tmp_path, "ann-n")) as ann:
        with pytest.raises(NotFound):
            await ann.help.ask()
        assert not ann.help.is_asking


async def test_somebody_who_is_signed_out_ends_the_looks_and_not_the_client(
    profile: Path,
) -> None:
    """However it is found out: while waiting for a connection, or by a call."""
    async with offline(profile) as helping:
        engine = helping._engine

        async def look() -> float | None:
            engine._end(SignedOut("the device is out"))
            raise SignedOut("the device is out")

        async def beat() -> None:
            await look()

        engine.connection.state = ConnectionState.ONLINE
        async with asyncio.timeout(10):
            await Watch(engine, look, beat).run()
            engine.connection.state = ConnectionState.OFFLINE
            await helping.run()
