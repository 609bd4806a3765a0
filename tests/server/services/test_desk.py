"""The desk of a server: stored first, acted on after it, and never half."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Connection

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.effects import Effect, Offered
from mentalverse_crisis.errors import CaseUnknown
from mentalverse_crisis.events import PersonLeft
from mentalverse_server.desk_timers import MOST_SECONDS, DeskTimers
from mentalverse_server.services.desk import CrisisDesk
from mentalverse_server.store import cases
from mentalverse_server.store.desk_time import DeskTime
from mentalverse_server.store.engine import Database, open_database
from mentalverse_server.store.writer import Writer, WriterLane
from mentalverse_signaling.errors import Unavailable
from support.clock import ManualClock
from support.desk_stored import arriving, every_case, opening, whole_log
from support.postgres import PostgresServer

A2_ACCEPT_SECONDS = 120


@dataclass
class Done:
    """Carries nothing out, and notes what the database held when it was asked to."""

    database: Database
    batches: list[Sequence[Effect]] = field(default_factory=list)
    stored: list[set[str]] = field(default_factory=list)
    breaks: bool = False
    cannot_record: bool = False

    def record(self, connection: Connection, decision: Decision, now_ms: int) -> None:
        if self.cannot_record:
            raise RuntimeError("planted")

    def carry_out(self, decision: Decision) -> None:
        self.batches.append(decision.effects)
        self.stored.append(set(self.database.write(every_case)))
        if self.breaks:
            raise RuntimeError("planted")


@dataclass
class Running:
    database: Database
    writer: Writer
    clock: ManualClock
    done: Done
    desk: CrisisDesk
    timers: DeskTimers


@pytest.fixture
async def running(database_url: str) -> AsyncIterator[Running]:
    database = open_database(database_url)
    database.migrate()
    clock = ManualClock()
    writer = Writer(database, clock, lambda facts: None)
    await writer.start()
    done = Done(database)
    time = DeskTime(clock)
    desk = CrisisDesk(writer, time, done)
    await desk.set_up()
    yield Running(database, writer, clock, done, desk, DeskTimers(desk, time))
    await writer.close()
    database.close()


async def test_what_cannot_be_recorded_is_not_decided(running: Running) -> None:
    """Pages and the decision that calls for them are stored together or not at all."""
    running.done.cannot_record = True
    with pytest.raises(RuntimeError):
        await running.desk.decide(opening("1"))
    assert running.database.write(every_case) == {}
    assert running.done.batches == []

    running.done.cannot_record = False
    await running.desk.decide(opening("1"))
    assert len(running.database.write(every_case)) == 1


async def test_effects_follow_the_commit_and_precede_the_answer(
    running: Running,
) -> None:
    """Who is told of a case finds it stored, and who asked is answered last."""
    for event in arriving("r1", slots=9):
        await running.desk.decide(event)
    for number in range(3):
        decision = await running.desk.decide(opening(f"{number}"))
        assert running.done.batches[-1] == decision.effects
        assert any(isinstance(one, Offered) for one in decision.effects)
        assert f"c-{number}" in running.done.stored[-1]


async def test_a_waiter_that_gives_up_stops_nothing(running: Running) -> None:
    """The case is stored, and whoever has to hear of it does."""
    asking = asyncio.create_task(running.desk.decide(opening("ada")))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await running.desk.decide(opening("ben"))
    assert set(running.database.write(every_case)) == {"c-ada", "c-ben"}
    told = [one for batch in running.done.batches for one in batch]
    assert {"c-ada", "c-ben"} <= {getattr(one, "case", "") for one in told}


async def test_a_refusal_writes_and_does_nothing(running: Running) -> None:
    before = running.database.write(cases.lock)
    with pytest.raises(CaseUnknown):
        await running.desk.decide(PersonLeft(case="nobody"))
    assert running.database.write(cases.lock) == before
    assert running.done.batches == []
    assert (running.desk.counters.refusals, running.desk.counters.failures) == (1, 0)


async def test_effects_that_fail_fail_alone(running: Running) -> None:
    """The case is stored, so whoever asked is told so."""
    running.done.breaks = True
    decision = await running.desk.decide(opening("ada"))
    assert decision.opened == "c-ada"
    assert running.desk.counters.effect_defects == 1


async def test_two_servers_of_one_database_see_each_other(running: Running) -> None:
    """Each has a desk in memory, which the other's decisions make old."""
    clock = ManualClock()
    database = open_database(
        str(running.database.url.render_as_string(hide_password=False)), exclusive=False
    )
    writer = Writer(database, clock, lambda facts: None)
    await writer.start()
    other = CrisisDesk(writer, DeskTime(clock), Done(database))
    for number in range(6):
        desk = (running.desk, other)[number % 2]
        decision = await desk.decide(opening(f"{number}"))
        assert len(decision.desk.cases) == number + 1
    await writer.close()
    database.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_full_disk_is_no_answer_and_ends_by_itself(running: Running) -> None:
    """Nothing is told to anybody of a case that could not be stored."""
    await running.desk.decide(opening("ada"))
    told = len(running.done.batches)

    def fill_disk(transaction: object) -> None:
        connection = running.writer._connection
        assert connection is not None
        connection.exec_driver_sql("PRAGMA max_page_count = 1")

    await running.writer.run(fill_disk, lane=WriterLane.OTHER)
    many = [running.desk.decide(opening(f"b{number}")) for number in range(60)]
    answers = await asyncio.gather(*many, return_exceptions=True)
    assert {type(one) for one in answers} == {Unavailable}
    assert len(running.done.batches) == told
    decision = await running.desk.decide(opening("eve"))
    assert set(decision.desk.cases) == {"c-ada", "c-eve"}


# --- time ---


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_is_due_takes_effect_once(running: Running) -> None:
    """The worker sleeps until then, and a second look finds nothing."""
    for event in arriving("r1", slots=1):
        await running.desk.decide(event)
    await running.desk.decide(opening("ada", Band.A2))
    before = len(running.database.write(whole_log))
    late = running.timers.counters.late
    while not sum(late):
        assert len(running.database.write(whole_log)) == before
        pause_seconds = await running.timers.look()
        assert pause_seconds <= MOST_SECONDS
        running.clock.advance(pause_seconds)
    after = len(running.database.write(whole_log))
    assert after > before
    await running.timers.look()
    assert len(running.database.write(whole_log)) == after
    assert sum(late) == late[0] == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("hours", [1, -1])
async def test_setting_the_wall_clock_moves_no_deadline(
    running: Running, hours: int
) -> None:
    """Neither early nor late: time is what has passed. That it is off is told."""
    for event in arriving("r1", slots=1):
        await running.desk.decide(event)
    await running.desk.decide(opening("ada", Band.A2))
    before = len(running.database.write(whole_log))
    running.clock.jump_wall(hours * 3_600)
    await running.timers.look()
    assert len(running.database.write(whole_log)) == before
    assert running.timers.counters.clock_jumped_ms == hours * 3_600_000
    running.clock.advance(A2_ACCEPT_SECONDS)
    await running.timers.look()
    assert len(running.database.write(whole_log)) > before


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_time_passes_again_after_an_outage(
    running: Running, postgres: PostgresServer
) -> None:
    """The worker outlives a database that cuts it off."""
    await running.desk.decide(opening("ada"))
    postgres.end_connections()
    await running.timers.look()
    assert running.timers.counters.failures == 1
    assert 0 < await running.timers.look() <= MOST_SECONDS
    assert running.timers.counters.failures == 1
