"""A supervisor tries the desk: everything is real, and ends when they say so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from mentalverse_cli.crisis_drill import told
from mentalverse_client import Client
from mentalverse_crisis.audit import Row, verify
from mentalverse_signaling.crisis_events import CaseStatus
from mentalverse_signaling.errors import NotNow
from mentalverse_signaling.roles import Role
from support.clients import DEADLINE_SECONDS, PASSPHRASE, opened
from support.crisis_clients import accepted, responder_profile
from support.server import ServerProcess, start_server

from .conftest import SETTINGS


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ServerProcess]:
    with start_server(tmp_path / "server", SETTINGS | {"CRISIS__MODE": "demo"}) as one:
        yield one


async def supervisor_profile(server: ServerProcess, folder: Path, handle: str) -> Path:
    code = await asyncio.to_thread(server.invite, Role.SUPERVISOR)
    await Client.register(server.url, code, handle, folder / handle, PASSPHRASE)
    return folder / handle


@pytest.mark.capability("X11")
async def test_a_drill_is_told_from_the_first_offer_to_the_first_words(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """The supervisor's device lets the responder in, as that of any person does."""
    nia_profile = await responder_profile(desk, tmp_path, "nia")
    sue_profile = await supervisor_profile(desk, tmp_path, "sue")
    async with opened(nia_profile) as nia, opened(sue_profile) as sue:
        await nia.desk.start_duty()
        begun = await sue.help.drill(1)
        assert begun.drill
        with pytest.raises(NotNow):
            await sue.help.drill(1)

        async def answers() -> None:
            held = await accepted(nia)
            assert held.drill
            talk = await nia.desk.conversation(held.case)
            await talk.send("I am nia")

        answering = asyncio.create_task(answers())
        async with asyncio.timeout(DEADLINE_SECONDS):
            lines = [line async for line in told(sue)]
        await answering
        assert lines[-1] == "answered"
        assert any("nia" in line for line in lines[:-1])
        over = await sue.help.leave()
        assert over is not None
        assert over.status is CaseStatus.WRAP_UP
        assert not sue.help.is_asking


async def test_the_log_is_read_whole_and_checked(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """By a client alone, from the first row on."""
    sue_profile = await supervisor_profile(desk, tmp_path, "sue")
    async with opened(sue_profile) as sue:
        await sue.help.drill(4)
        rows = [
            msgspec.json.decode(line, type=Row) async for line in sue.desk.log.rows()
        ]
        assert rows
        assert verify(rows, rows[-1].hash) is None
        behind = await sue.desk.log.page(after=rows[-1].seq)
        assert behind.total >= len(rows)


async def test_a_duty_says_how_its_test_page_went(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """Without a browser that takes pages, that there is none."""
    nia_profile = await responder_profile(desk, tmp_path, "nia")
    async with opened(nia_profile) as nia:
        view = await nia.desk.start_duty()
        assert view.page_test is not None
        assert view.page_test.sent_at is None
        with_another = await nia.desk.test_duty()
        assert with_another.page_test == view.page_test
        assert (await nia.desk.test_came()).page_test == view.page_test
