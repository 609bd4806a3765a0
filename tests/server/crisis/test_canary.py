"""The desk tries itself: it takes nobody's slot, and says so when it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.audit import verify
from mentalverse_crisis.case import CANARY, CaseState
from mentalverse_crisis.desk import Duty
from mentalverse_crisis.events import CaseOpened
from mentalverse_crisis.policy import DEFAULT
from mentalverse_crisis.record import Entry, What
from mentalverse_server.app import Server, running_server
from mentalverse_server.config import load_config
from mentalverse_server.crisis.canary import (
    KEPT_MS,
    LEAD_MS,
    ROBOT,
    STRAY_MS,
    first_rung_ms,
)
from mentalverse_server.crisis.parts import Crisis
from mentalverse_server.store import crisis_canaries
from mentalverse_server.store.engine import Connection
from mentalverse_server.store.tables_crisis_pages import crisis_pages
from support.desk_stored import arriving, every_case, stored_desk, whole_log
from support.hub import eventually

EVERY_SECONDS = 0.2


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    flags: dict[str, Any] = {
        "server.port": 0,
        "metrics.port": 0,
        "server.data_dir": tmp_path / "data",
        "crisis.mode": "demo",
        "crisis.canary_seconds": EVERY_SECONDS,
    }
    async with running_server(load_config(None, {}, flags).config) as running:
        yield running


def crisis_of(server: Server) -> Crisis:
    assert server.crisis is not None
    return server.crisis


async def test_it_goes_the_way_of_every_case_and_leaves_nothing_behind(
    server: Server,
) -> None:
    """Offered, raised by time, accepted, answered, summed up; and that twice."""
    crisis = crisis_of(server)
    for event in arriving("rosa", slots=2):
        await crisis.desk.decide(event)
    await eventually(lambda: crisis.canary.counters.succeeded >= 2)
    await crisis.canary.close()
    assert crisis.canary.last_success_ms is not None
    assert not crisis.canary.is_alarmed

    assert server.database.write(whole_log) == []
    log = server.database.write(crisis_canaries.entries)
    assert {row.drill for row in log} == {CANARY}
    found = server.database.write(every_case)
    done = [case.id for case in found.values() if case.state is CaseState.CLOSED]
    assert len(done) >= 2
    steps = (What.OPENED, What.OFFERED, What.ESCALATED, What.ACCEPTED, What.REPLIED)
    for case in done:
        went = [row.what for row in log if row.case == case and row.what in steps]
        assert went == list(steps)
    assert all(case.drill == CANARY for case in found.values())
    assert {row.responder for row in log if row.responder} == {ROBOT}
    assert server.database.write(_pages) == 0


def _pages(connection: Connection) -> int:
    return len(connection.execute(select(crisis_pages.c.id)).all())


@pytest.mark.capability("X08")
async def test_a_desk_without_time_is_an_alarm_after_two_misses(
    server: Server,
) -> None:
    """Everything else works: only that nothing is ever due any more."""
    crisis = crisis_of(server)
    with capture_logs() as logs:
        await crisis.timers.close()
        await eventually(lambda: crisis.canary.misses >= 1)
        assert not crisis.canary.is_alarmed
        await eventually(lambda: crisis.canary.misses >= 2)
    assert crisis.canary.is_alarmed
    alarms = [line for line in logs if line["event"] == "canary.alarm"]
    assert alarms[0]["log_level"] == "error"
    async with aiohttp.ClientSession() as http:
        answer = await http.get(f"{server.metrics_url}/metrics")
        told = await answer.text()
    assert "mentalverse_crisis_canary_alarm 1.0" in told

    await crisis.timers.start()
    await eventually(lambda: not crisis.canary.is_alarmed)


async def test_it_clears_away_what_a_killed_process_left(server: Server) -> None:
    """A canary that nobody flies any more would wait for ever. People's cases stay."""
    crisis = crisis_of(server)
    await crisis.canary.close()
    age_ms = first_rung_ms(DEFAULT)
    for name, drill in (("stray", CANARY), ("person", "")):
        await crisis.desk.decide(
            CaseOpened(
                case=name,
                request=name,
                person=name,
                band=Band.A4,
                drill=drill,
                tap_age_ms=age_ms,
            )
        )
    time = crisis.canary._time
    time._started_ms += STRAY_MS + LEAD_MS
    async with asyncio.timeout(60):
        while not await crisis.canary.fly():
            pass
    found = server.database.write(every_case)
    assert found["stray"].state is CaseState.VOID
    assert not found["person"].state.is_final
    assert stored_desk_duty(server) is Duty.ON


async def test_a_trial_is_forgotten_after_a_day_and_nothing_else_is(
    server: Server,
) -> None:
    """With its case and its hold; the log of people's cases is a chain as before, and
    the board says as ever when the desk last proved itself."""
    crisis = crisis_of(server)
    await eventually(lambda: crisis.canary.counters.succeeded >= 1)
    await crisis.canary.close()
    await crisis.desk.decide(CaseOpened(case="p", request="p", person="p"))
    log = server.database.write(whole_log)
    await crisis.canary.forget()
    assert ROBOT in {row.responder for row in server.database.write(_canaries)}
    time = crisis.canary._time
    time._started_ms += KEPT_MS + 60_000
    async with asyncio.timeout(60):
        while not await crisis.canary.fly():
            pass
    await crisis.canary.forget()
    (kept,) = {row.case for row in server.database.write(_canaries)}
    assert set(server.database.write(every_case)) == {"p", kept}
    rows = server.database.write(whole_log)
    assert rows[: len(log)] == log
    assert verify(rows) is None
    assert server.database.write(crisis_canaries.accepted_ms) is not None


def _canaries(connection: Connection) -> list[Entry]:
    return crisis_canaries.entries(connection)


def stored_desk_duty(server: Server) -> Duty:
    return server.database.write(stored_desk).responders[ROBOT].duty


async def test_none_flies_where_none_is_wanted(tmp_path: Path) -> None:
    """An operator with a watch of their own sets `crisis.canary_seconds = 0`."""
    flags: dict[str, Any] = {
        "server.port": 0,
        "metrics.port": 0,
        "server.data_dir": tmp_path / "data",
        "crisis.mode": "demo",
        "crisis.canary_seconds": 0,
    }
    async with running_server(load_config(None, {}, flags).config) as running:
        assert crisis_of(running).canary._task is None
