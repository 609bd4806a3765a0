"""What one process takes back counts in another at once, and ends nothing that runs.

Two servers on one database, the second in a process of its own; and a server on SQLite
that is asked by two of its connections.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest

from mentalverse_server.app import Server
from mentalverse_server.hooks.defaults.credentials import TYPES
from mentalverse_server.hooks.ports import Answer, Verdict
from mentalverse_server.store import credentials
from mentalverse_server.store.transaction import Transaction
from mentalverse_server.store.writer import WriterLane
from mentalverse_signaling.errors import Forbidden
from mentalverse_signaling.roles import Role
from support.account_api import Api
from support.call_wire import CallWire, call_wire, relay
from support.clock import ManualClock
from support.crisis_wire import Line, Talk
from support.installed_provider import installed_provider
from support.passkey_steps import uses_passkey
from support.server import start_server


@dataclass
class House:
    """Two processes of one installation, or the one that a SQLite file has."""

    wire: CallWire
    elsewhere: Api
    max_: Line
    by: Line
    """Who decides."""

    async def other(self, line: Line) -> Line:
        """The same device at the other process."""
        socket = await self.elsewhere.socket(line.caller.token)
        return replace(line, socket=socket)

    async def issued(self, code: str, skill: str, until_ms: int = 2**42) -> str:
        """A credential of the mentor's, as two have approved it; with what it needs."""
        for needed in TYPES[code].needs:
            await self.issued(needed, TYPES[needed].skill)
        row = credentials.CredentialRow(
            id=id_of(code),
            account=self.max_.account,
            credential=code,
            skill=skill,
            status="active",
            reason="",
            from_ms=0,
            until_ms=until_ms,
            supervised_ms=None,
            status_list=0,
            status_index=list(TYPES).index(code),
            token="",
        )

        def script(transaction: Transaction) -> None:
            credentials.put(transaction.connection, row)

        await self.wire.api.server.writer.run(script, lane=WriterLane.OTHER)
        return row.id

    async def decides(self, what: str, id_: str) -> None:
        """By the process that they are connected to."""
        await self.by.call(f"credential.{what}", credential=id_, reason="review")

    async def mentee(self, handle: str) -> tuple[Line, Talk]:
        """Somebody whom the mentor accompanies; they call by the other process."""
        line = await self.wire.member(handle)
        talk = await self.wire.talk("direct", line, self.max_)
        return await self.other(line), talk


@contextmanager
def _beside(data: Path, url: str, settings: dict[str, Any]) -> Iterator[str]:
    """The address of a second process on the same database and keys."""
    wanted = {key.replace(".", "__").upper(): str(v) for key, v in settings.items()}
    wanted["TURN__URLS"] = json.dumps(settings["turn.urls"])
    wanted["DATABASE__URL"] = url
    with start_server(data.parent, wanted) as server:
        yield server.url


@asynccontextmanager
async def _house(
    tmp_path: Path, url: str, more: dict[str, Any] | None = None
) -> AsyncIterator[House]:
    settings = {**relay(tmp_path), "crisis.mode": "demo", "crisis.canary_seconds": 0}
    settings |= more or {}
    clock = ManualClock(datetime.now(UTC))
    own = {**settings, "database.url": url}
    async with call_wire(tmp_path, clock, own) as wire, aiohttp.ClientSession() as http:
        max_ = await wire.member("max", Role.MENTOR, Role.RESPONDER)
        by = await wire.member("eve", Role.SUPERVISOR)
        await uses_passkey(wire.api, by)
        if url.startswith("sqlite"):
            yield House(wire, wire.api, max_, by)
            return
        with _beside(tmp_path / "data", url, settings) as elsewhere:
            server = cast(Server, SimpleNamespace(url=elsewhere))
            yield House(wire, Api(server, clock, http), max_, by)


@pytest.mark.capability("K09")
@pytest.mark.parametrize("what", ["revoke", "suspend"])
async def test_nothing_new_begins_at_the_other_and_what_runs_goes_on(
    tmp_path: Path, database_url: str, what: str
) -> None:
    async with _house(tmp_path, database_url) as house:
        wire = house.wire
        id_ = await house.issued("peer_mentor", "peer")
        (mia, talk), (ida, other) = await house.mentee("mia"), await house.mentee("ida")
        view = await wire.start(mia, talk)
        running = wire.caller(mia, view)
        await running.join()
        await house.decides(what, id_)
        with pytest.raises(Forbidden):
            await wire.start(ida, other)
        await running.ask("call.beat")
        assert (await wire.start(mia, talk)).call == view.call
        await wire.caller(await house.other(house.max_), view).join()
        if what == "suspend":
            await house.decides("reinstate", id_)
            await wire.start(ida, other)


@pytest.mark.capability("K09")
@pytest.mark.capability("K10")
async def test_no_duty_begins_at_the_other_without_the_specialty(
    tmp_path: Path, database_url: str
) -> None:
    """It rests on the licence: the one that is taken back need not be its own."""
    async with _house(tmp_path, database_url) as house:
        await house.issued("specialty_crisis", "crisis")
        licence = id_of("professional")
        there = await house.other(house.max_)
        await house.decides("suspend", licence)
        with pytest.raises(Forbidden):
            await there.call("duty.start")
        await house.decides("reinstate", licence)
        await there.call("duty.start")
        await house.decides("revoke", licence)
        await there.call("duty.beat")


@pytest.mark.capability("K09")
async def test_after_its_end_nothing_new_begins_at_either(
    tmp_path: Path, database_url: str
) -> None:
    async with _house(tmp_path, database_url) as house:
        await house.issued("peer_mentor", "peer", until_ms=1)
        ida, talk = await house.mentee("ida")
        for each in (ida, house.max_):
            with pytest.raises(Forbidden):
                await house.wire.start(each, talk)


@pytest.mark.capability("K09")
@pytest.mark.usefixtures("patient")
async def test_no_answer_from_outside_outweighs_what_is_taken_back_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a yes of this moment nor the last one of a register that is silent."""
    with installed_provider(tmp_path, monkeypatch) as register:
        register.says = lambda: Answer(Verdict.ALLOW)
        more = {"hooks.providers": ["register"]}
        url = f"sqlite:///{tmp_path / 'server.db'}"
        async with _house(tmp_path, url, more) as house:
            peer = await house.issued("peer_mentor", "peer")
            await house.issued("specialty_crisis", "crisis")
            ida, talk = await house.mentee("ida")
            mia, other = await house.mentee("mia")
            await house.wire.start(mia, other)
            for id_ in (peer, id_of("professional")):
                await house.decides("suspend", id_)
            for register.says in (partial(Answer, Verdict.ALLOW), _nothing):
                with pytest.raises(Forbidden):
                    await house.wire.start(ida, talk)
                with pytest.raises(Forbidden):
                    await house.max_.call("duty.start")
            await house.decides("reinstate", peer)
            await house.wire.start(ida, talk)


def id_of(code: str) -> str:
    return code.encode().hex()[:32].ljust(32, "0")


def _nothing() -> Answer:
    return Answer(Verdict.UNKNOWN)
