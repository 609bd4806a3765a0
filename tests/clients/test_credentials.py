"""Applying and reviewing by the client: real devices, a real server."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import pytest

from mentalverse_client import Client
from mentalverse_signaling.errors import (
    BadRequest,
    NotNow,
    PasskeyRequired,
    RoleRequired,
)
from mentalverse_signaling.review_events import ReviewNote
from mentalverse_signaling.roles import Role
from support.clients import PASSPHRASE, opened, person
from support.server import ServerProcess


@pytest.mark.capability("K01")
async def test_somebody_applies_and_somebody_else_looks(
    server: ServerProcess, tmp_path: Path
) -> None:
    """What weighs most is signed where the passkey is."""
    code = await asyncio.to_thread(server.invite, Role.COORDINATOR)
    profile = tmp_path / "coordinator-c"
    await Client.register(server.url, code, "coordinator-c", profile, PASSPHRASE)
    async with (
        opened(profile) as coordinator,
        person(server, tmp_path, "max-c") as max_,
    ):
        own, theirs = max_.credentials, coordinator.credentials
        assert "peer_mentor" in {each.type for each in await own.offers()}
        draft = await own.begin("peer_mentor")
        id_ = draft.application
        (need,) = [each.need for each in draft.needs if each.way == "statement"]
        with pytest.raises(BadRequest):
            await own.state(id_, need, date(2999, 1, 1))
        await own.state(id_, need, date(2020, 1, 31))
        assert (await own.submit(id_)).standing == "submitted"
        with pytest.raises(RoleRequired):
            await own.queue()
        (waiting,) = (await theirs.queue()).waiting
        assert waiting.application == id_
        noted = ReviewNote(
            waiting.application, need, True, "referee", "call", "2025-12-01"
        )
        case = await theirs.note(noted)
        assert case.handle == "max-c"
        assert need in case.missing
        with pytest.raises(PasskeyRequired):
            await theirs.sign(id_, approve=False, reason="too early")
        with pytest.raises(NotNow):
            await own.issue(id_)
        await theirs.send_back(id_, "say since when")
        (view,) = await own.applications()
        assert (view.standing, view.reason) == ("draft", "say since when")
        assert (await own.withdraw(id_)).standing == "withdrawn"
        assert (await own.list()).credentials == ()
