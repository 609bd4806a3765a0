"""What the server does on its own: housekeeping, stopping, other databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mentalverse_server.clock import from_micros, to_micros, to_millis
from mentalverse_server.drain import StopRequest
from mentalverse_server.housekeeping import Housekeeping
from mentalverse_server.store.engine import Connection, open_database
from mentalverse_server.store.tables import sign_in_challenges
from mentalverse_server.store.writer import Writer
from mentalverse_signaling.errors import Unavailable
from support.clock import ManualClock
from support.postgres import PostgresServer
from support.server import start_server


def _challenges(connection: Connection) -> int:
    query = select(func.count()).select_from(sign_in_challenges)
    return int(connection.execute(query).scalar_one())


async def test_a_step_of_housekeeping_that_fails_keeps_no_other_from_its_turn(
    tmp_path: Path,
) -> None:
    clock = ManualClock()
    database = open_database(f"sqlite:///{tmp_path / 'data.db'}")
    database.migrate()
    writer = Writer(database, clock, lambda facts: None)
    await writer.start()

    turns: list[str] = []

    async def refused() -> None:
        turns.append("refused")
        raise Unavailable("the disk does not take it")

    async def broken() -> None:
        turns.append("broken")
        raise ValueError

    async def last() -> None:
        turns.append("last")

    housekeeping = Housekeeping(writer, also=[refused, broken, last])
    with database.connect_writer() as connection, connection.begin():
        connection.execute(
            sign_in_challenges.insert(),
            [
                {
                    "id": f"{n:032x}",
                    "device": "0" * 32,
                    "nonce": bytes(32),
                    "expires_at": clock.now() + timedelta(seconds=n),
                }
                for n in range(10)
            ],
        )

    clock.advance(5)
    await housekeeping.prune()

    assert turns == ["refused", "broken", "last"]
    assert await database.read(_challenges) == 5
    await writer.close()
    database.close()


async def test_a_second_request_to_stop_ends_the_waiting() -> None:
    stop = StopRequest()
    cancelled = asyncio.Event()

    async def drain() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    stop.ask()
    assert stop.asked.is_set() and not stop.hurried.is_set()
    waiting = asyncio.create_task(stop.unless_hurried(drain()))
    await asyncio.sleep(0)
    assert not waiting.done()
    stop.ask()
    await asyncio.wait_for(waiting, 60)
    await asyncio.wait_for(cancelled.wait(), 60)


async def test_a_drain_that_fails_is_not_swallowed() -> None:
    async def drain() -> None:
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        await StopRequest().unless_hurried(drain())


def test_the_server_serves_from_postgresql_and_survives_kill_9(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    settings = {"DATABASE__URL": postgres.create_database()}
    with start_server(tmp_path, settings) as server:
        code = server.invite()
        server.kill9()
        server.restart()
        assert server.is_ready()
        assert server.invite() != code
        assert not (server.data / "mentalverse.db").exists()


def test_times_survive_storage_to_the_microsecond() -> None:
    now = ManualClock().now() + timedelta(microseconds=123_457)

    assert from_micros(to_micros(now)) == now
    assert to_millis(now) * 1000 <= to_micros(now) < to_millis(now) * 1000 + 1000
