"""The rota by the SDK: planned by a supervisor, looked at by who is planned."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from mentalverse_client import Client
from mentalverse_signaling.errors import Forbidden
from mentalverse_signaling.roles import Role
from support.clients import PASSPHRASE, opened
from support.crisis_clients import responder_profile
from support.server import ServerProcess, start_server

from .conftest import SETTINGS

HOUR_MS = 3_600_000


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ServerProcess]:
    with start_server(tmp_path / "server", SETTINGS | {"CRISIS__MODE": "demo"}) as one:
        yield one


async def test_a_supervisor_plans_and_the_team_sees_it(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """The same shift sent again is one; only supervisors change anything."""
    code = await asyncio.to_thread(desk.invite, Role.SUPERVISOR)
    await Client.register(desk.url, code, "eve", tmp_path / "eve", PASSPHRASE)
    ann_profile = await responder_profile(desk, tmp_path, "ann")
    async with opened(tmp_path / "eve") as eve, opened(ann_profile) as ann:
        now = (await eve.desk.rota.look(0, 1)).now
        start = now - now % HOUR_MS + HOUR_MS
        end = start + HOUR_MS
        shift = eve.desk.rota.shift(ann.account, start, end)
        for _ in range(2):
            rota = await eve.desk.rota.change(start, end, plan=[shift])
            assert [one.shift for one in rota.shifts] == [shift.shift]
        seen = await ann.desk.rota.look(start, end)
        assert seen.shifts[0].is_mine and seen.hours[0].people == 1
        with pytest.raises(Forbidden):
            await ann.desk.rota.change(start, end, remove=[shift.shift])
        emptied = await eve.desk.rota.change(start, end, remove=[shift.shift])
        assert emptied.shifts == () and not emptied.hours[0].people
