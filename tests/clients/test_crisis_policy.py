"""What the desk promises, changed by two supervisors with the SDK."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from mentalverse_client import Client
from mentalverse_crisis.policy_document import read, written
from mentalverse_signaling.errors import BadRequest, Forbidden
from mentalverse_signaling.roles import Role
from support.clients import PASSPHRASE, opened
from support.server import ServerProcess, start_server

from .conftest import SETTINGS

DAY = date(2026, 11, 30)
WAIT_SECONDS = 60


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ServerProcess]:
    with start_server(tmp_path / "server", SETTINGS | {"CRISIS__MODE": "demo"}) as one:
        yield one


async def test_one_proposes_and_the_other_adopts_what_they_have_read(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """After trying it, which changes nothing; nobody adopts their own."""
    for name in ("lea", "kim"):
        code = await asyncio.to_thread(desk.invite, Role.SUPERVISOR)
        await Client.register(desk.url, code, name, tmp_path / name, PASSPHRASE)
    async with opened(tmp_path / "lea") as lea, opened(tmp_path / "kim") as kim:
        shown = await lea.desk.policies.look()
        policy = msgspec.structs.replace(
            read(shown.document), revision="own-1", wrap_up_seconds=300
        )
        async with asyncio.timeout(WAIT_SECONDS):
            trial = await lea.desk.policies.try_out(written(policy))
        assert trial.problem == "" and not trial.past
        with pytest.raises(BadRequest):
            await lea.desk.policies.propose("{}", "Dr. Example", DAY)
        view = await lea.desk.policies.propose(written(policy), "Dr. Example", DAY)
        assert view.proposal is not None and view.revision == shown.revision
        with pytest.raises(Forbidden):
            await lea.desk.policies.adopt(view.proposal)
        seen = (await kim.desk.policies.look()).proposal
        assert seen is not None and read(seen.document) == policy
        adopted = await kim.desk.policies.adopt(seen)
        assert adopted.revision == "own-1"
        assert (await lea.desk.policies.discard()).proposal is None
        board = await lea.desk.board()
        assert board.policy == "own-1"
