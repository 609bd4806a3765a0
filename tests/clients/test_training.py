"""Training that others record, by their clients: real devices, a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from mentalverse_client import Client
from mentalverse_client.training import TrainingRecords
from mentalverse_signaling.credential_events import CasesSupervised
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    RoleRequired,
)
from mentalverse_signaling.roles import Role
from support.clients import PASSPHRASE, opened
from support.server import ServerProcess


@asynccontextmanager
async def people(
    server: ServerProcess, folder: Path, end: str
) -> AsyncIterator[tuple[TrainingRecords, TrainingRecords, str]]:
    """A coordinator's and a supervisor's records, and the handle of a mentor."""
    async with AsyncExitStack() as stack:
        records = []
        for role in (Role.COORDINATOR, Role.SUPERVISOR, Role.MENTOR):
            handle = f"{role.value}-{end}"
            code = await asyncio.to_thread(server.invite, role)
            profile = folder / handle
            await Client.register(server.url, code, handle, profile, PASSPHRASE)
            client = await stack.enter_async_context(opened(profile))
            records.append(client.credentials.training)
        yield records[0], records[1], f"mentor-{end}"


@pytest.mark.capability("K05")
async def test_minutes_count_once_and_a_level_follows_from_the_assessment(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with people(server, tmp_path, "once") as (one, two, mentor):
        for records in (one, two):
            for _ in range(2):
                told = await records.record(mentor, "foundation", 1200, source="c-1")
                assert (told.minutes, told.levels) == (1200, ())
        assert told.next is not None
        assert told.next.lacks == ("assessment:foundation",)
        with pytest.raises(Conflict):
            await one.record(mentor, "foundation", 1199, source="c-1")
        for _ in range(2):
            assert (await one.passed(mentor, "foundation")).levels == ("basic",)


@pytest.mark.capability("K14")
async def test_only_supervisors_sign_a_level_off_and_supervise(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with people(server, tmp_path, "sup") as (one, two, mentor):
        for refused in (
            one.sign_off(mentor, "master"),
            one.supervise(mentor, 50, CasesSupervised.FEW),
        ):
            with pytest.raises(RoleRequired):
                await refused
        for _ in range(2):
            assert (await two.sign_off(mentor, "master")).levels == ()
        supervised = await two.supervise(mentor, 50, CasesSupervised.FEW)
        assert supervised.minutes == 0


async def test_what_cannot_be_is_refused(server: ServerProcess, tmp_path: Path) -> None:
    async with people(server, tmp_path, "no") as (one, two, mentor):
        own = "supervisor-no"
        for error, refused in (
            (BadRequest, one.record(mentor, "yoga", 90, source="c-1")),
            (BadRequest, one.record(mentor, "foundation", 1441, source="c-1")),
            (BadRequest, one.record(mentor, "foundation", 90, source="a course")),
            (BadRequest, one.passed(mentor, "yoga")),
            (BadRequest, two.sign_off(mentor, "guru")),
            (NotFound, one.passed("nobody-no", "foundation")),
            (Forbidden, two.record(own, "foundation", 90, source="c-1")),
            (Forbidden, two.passed(own, "foundation")),
            (Forbidden, two.sign_off(own, "master")),
            (Forbidden, two.supervise(own, 50, CasesSupervised.NONE)),
        ):
            with pytest.raises(error):
                await refused
        told = await one.passed(mentor, "foundation")
        assert (told.minutes, told.levels) == (0, ())
