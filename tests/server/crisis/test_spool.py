"""While the database is away: every request kept, every one carried out once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from sqlalchemy import func, select

from mentalverse_crisis.desk import CRISIS, Duty, Responder
from mentalverse_crisis.events import DutyChanged, RosterChanged
from mentalverse_server.app import Server, running_server
from mentalverse_server.clock import SystemClock
from mentalverse_server.config import Config
from mentalverse_server.crisis.parts import Crisis
from mentalverse_server.store.engine import Connection
from mentalverse_server.store.tables_crisis import crisis_cases
from mentalverse_server.store.writer import WriterLane
from mentalverse_signaling.crisis_events import (
    CaseOpen,
    CrisisOpen,
    CrisisOpened,
    Taken,
)
from mentalverse_signaling.errors import Unavailable
from mentalverse_signaling.ids import ClientId
from mentalverse_signaling.roles import Role
from support.account_api import Api
from support.full_disk import full_disk
from support.hub import eventually
from support.paging import WebhookReceiver, paging_config, webhook_receiver
from support.postgres import PostgresServer, running_postgres
from support.server import start_server

OUTAGE_SECONDS = 30.0
BACK_SECONDS = 30.0
"""A bound for busy machines, not a measurement."""
CASES = "/crisis/cases"
SPOOLED = {"case": None, "what": "spooled"}


def asks(number: int, **guest: Any) -> CrisisOpen:
    return CrisisOpen(CaseOpen(ClientId(f"{number:032x}")), **guest)


def count_cases(connection: Connection) -> int:
    query = select(func.count()).select_from(crisis_cases)
    return int(connection.execute(query).scalar_one())


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with webhook_receiver() as running:
        yield running


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """One that can be stopped without the other tests."""
    with running_postgres() as server:
        yield server


def config(folder: Path, receiver: WebhookReceiver, **settings: Any) -> Config:
    flags = {
        "server.port": 0,
        "metrics.port": 0,
        "crisis.mode": "demo",
        # Else what the desk asks itself is counted, too, where this takes a minute.
        "crisis.canary_seconds": 0,
        **settings,
    }
    folder.mkdir(mode=0o700, exist_ok=True)
    return paging_config(folder, [f"tier_1 {receiver.url}/ada"], flags)


@pytest.mark.capability("X01")
async def test_an_outage_of_thirty_seconds_loses_nobody(
    own_postgres: PostgresServer, tmp_path: Path, receiver: WebhookReceiver
) -> None:
    """All are told `spooled`, on call is paged meanwhile, and each becomes one case
    once the database is back."""
    url = own_postgres.create_database()
    settings = config(tmp_path / "data", receiver, **{"database.url": url})
    clock = SystemClock()
    async with running_server(settings, clock) as server, _http() as http:
        api = Api(server, clock, http)  # type: ignore[arg-type]
        own_postgres.stop()
        begun, taken = clock.monotonic(), list[Taken]()
        while clock.monotonic() - begun < OUTAGE_SECONDS:
            answer = await api.call(CASES, asks(len(taken)), CrisisOpened)
            again = await api.call(CASES, asks(len(taken)), CrisisOpened)
            taken += [answer.taken]
            assert again.taken is Taken.SPOOLED
            await asyncio.sleep(0.25)
        assert set(taken) == {Taken.SPOOLED}
        await eventually(lambda: len(receiver.hooks) == len(taken))
        assert receiver.hooks[0].data["data"]["band"] == "A2"
        own_postgres.start()
        spool = _crisis(server).spool
        await eventually(lambda: spool.pending == 0, seconds=BACK_SECONDS)
        assert await server.database.read(count_cases) == len(taken)
        opened = [
            await api.call(CASES, asks(number), CrisisOpened)
            for number in range(len(taken))
        ]
        assert {one.taken for one in opened} == {Taken.STORED}
        assert await server.database.read(count_cases) == len(taken)
        metrics = await http.get(f"{server.metrics_url}/metrics")
        assert "mentalverse_crisis_spool_pending 0.0" in await metrics.text()


async def test_a_disk_that_is_full_twice_is_no_answer(
    tmp_path: Path, receiver: WebhookReceiver
) -> None:
    """Neither the database nor the spool takes it: then nobody says that it is kept.
    With room again both go on without a restart."""
    clock = SystemClock()
    async with (
        running_server(config(tmp_path / "data", receiver), clock) as server,
        _http() as http,
    ):
        api = Api(server, clock, http)  # type: ignore[arg-type]
        spool = _crisis(server).spool
        await api.call(CASES, asks(1), CrisisOpened)

        await _fill_disk(server)
        kept = await api.call(CASES, asks(2), CrisisOpened)
        assert (kept.taken, kept.case) == (Taken.SPOOLED, None)
        await eventually(lambda: spool.pending == 0)
        # Cleared after what it held was carried out, and not while the disk is full.
        await eventually(lambda: spool._file.size == 0)

        await _fill_disk(server)
        with full_disk(spool._file), pytest.raises(Unavailable):
            await api.call(CASES, asks(3), CrisisOpened)
        assert spool.counters.failures == 1

        answer = await api.call(CASES, asks(3), CrisisOpened)
        assert answer.taken is Taken.STORED
        assert await server.database.read(count_cases) == 3


async def test_responders_hear_of_it_at_once(
    tmp_path: Path, receiver: WebhookReceiver
) -> None:
    """Who is on duty and connected gets a hint; on call is paged once an entry."""
    clock = SystemClock()
    async with (
        running_server(config(tmp_path / "data", receiver), clock) as server,
        _http() as http,
    ):
        api = Api(server, clock, http)  # type: ignore[arg-type]
        rosa = await api.newcomer("rosa", Role.RESPONDER)
        account, crisis = rosa.device.account, _crisis(server)
        who = Responder(id=account, skills={CRISIS: 3})
        await crisis.desk.decide(RosterChanged(responder=who))
        await crisis.desk.decide(DutyChanged(responder=account, duty=Duty.ON))
        socket = await api.socket(rosa.token)
        with _locked(tmp_path / "data"):
            answer = await api.call(CASES, asks(1), CrisisOpened)
            assert answer.taken is Taken.SPOOLED
            while True:
                packet = await socket.packet()
                if packet["data"] == [
                    "desk.changed",
                    {"case": None, "what": "spooled"},
                ]:
                    break
            await eventually(lambda: len(receiver.hooks) == 1)
        await eventually(lambda: crisis.spool.pending == 0, seconds=BACK_SECONDS)


async def test_who_is_killed_with_a_full_spool_carries_it_out_at_the_next_start(
    tmp_path: Path, receiver: WebhookReceiver
) -> None:
    """kill -9 between the answer and the database's return; torn writes besides."""
    made = config(tmp_path / "data", receiver)
    settings = {
        "CRISIS__MODE": "demo",
        "CRISIS__CANARY_SECONDS": "0",
        "CRISIS__ON_CALL": msgspec.json.encode(made.crisis.on_call).decode(),
        "PAGING__WEBHOOK_SECRET_FILE": str(made.paging.webhook_secret_file),
    }
    with start_server(tmp_path, settings) as server:
        with _locked(server.data):
            async with _http() as http:
                calls = (_post(http, server.url, asks(n)) for n in range(5))
                answers = await asyncio.gather(*calls)
            assert {one.taken for one in answers} == {Taken.SPOOLED}
            server.kill9()
        with (server.data / "crisis-spool").open("ab") as file:
            file.write(b"\0\0\1\0half an entry")
        await asyncio.to_thread(server.start)
        database = sqlite3.connect(server.data / "mentalverse.db")
        await eventually(lambda: _count(database) == 5, seconds=BACK_SECONDS)
        async with _http() as http:
            again = await _post(http, server.url, asks(1))
        assert again.taken is Taken.STORED
        assert _count(database) == 5
        database.close()
        assert '"spool.torn_entry"' in server.log.read_text()
        spool = server.data / "crisis-spool"
        await eventually(lambda: spool.stat().st_size == 0, seconds=BACK_SECONDS)


def _crisis(server: Server) -> Crisis:
    assert server.crisis is not None
    return server.crisis


def _http() -> aiohttp.ClientSession:
    return aiohttp.ClientSession()


async def _post(
    http: aiohttp.ClientSession, url: str, body: CrisisOpen
) -> CrisisOpened:
    async with http.post(
        f"{url}/api/v1{CASES}",
        data=msgspec.json.encode(body),
        headers={"Content-Type": "application/json"},
    ) as response:
        assert response.status == 200
        return msgspec.json.decode(await response.read(), type=CrisisOpened)


async def _fill_disk(server: Any) -> None:
    """The writer's next batch meets the error of a full disk; the one after it not."""

    def script(transaction: object) -> None:
        connection = server.writer._connection
        connection.exec_driver_sql("PRAGMA max_page_count = 1")

    await server.writer.run(script, lane=WriterLane.OTHER)


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    """Another program has the database: nothing can be written."""
    intruder = sqlite3.connect(data / "mentalverse.db", isolation_level=None)
    intruder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        intruder.execute("ROLLBACK")
        intruder.close()


def _count(database: sqlite3.Connection) -> int:
    return int(database.execute("SELECT count(*) FROM crisis_cases").fetchone()[0])
