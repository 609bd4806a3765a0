"""Servers of a crisis desk are killed at any moment, and nobody is forgotten."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection, insert

from mentalverse_crisis import audit
from mentalverse_crisis.audit import Row
from mentalverse_crisis.case import Case, CaseState, FollowUp
from mentalverse_crisis.policy import DEFAULT
from mentalverse_crisis.record import What
from mentalverse_server.clock import SystemClock
from mentalverse_server.store import cases, crisis_log
from mentalverse_server.store.desk_time import DeskTime
from mentalverse_server.store.engine import Database, open_database
from mentalverse_server.store.tables_crisis import crisis_cases
from support.desk_process import Process, open_for_ever, pass_time
from support.desk_stored import every_case, whole_log
from support.postgres import PostgresServer, running_postgres

MAX_DELAY_SECONDS = 0.25
WORKERS = 3
KILLED_EVERY_SECONDS = 1.0
"""A process that never lives long enough to begin shows nothing."""
CATCH_UP_SECONDS = 120.0
"""After the last kill, on a machine that does other things as well."""
EARLY_MS = 500


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


def _opened(url: str) -> Database:
    database = open_database(url)
    database.migrate()
    database.write(cases.set_up, DEFAULT)
    return database


# --- requests ---


def _kill_while_opening(url: str, kills: int, seed: int) -> None:
    moments = random.Random(seed)
    opened: set[str] = set()
    left: set[str] = set()
    unsure: list[str] = []
    for cycle in range(kills):
        process = Process(open_for_ever, url, cycle, unsure)
        assert process.hear() == ("ready", "")
        time.sleep(moments.uniform(0, MAX_DELAY_SECONDS))
        process.kill9()
        said = process.hear_the_rest()
        asked = {name for what, name in said if what == "asks"}
        opened |= {name for what, name in said if what == "opened"}
        left |= {name for what, name in said if what == "left"}
        unsure = sorted({*asked, *unsure} - opened)
    database = open_database(url)
    stored = database.write(every_case)
    log = database.write(whole_log)
    database.close()
    for name in opened:
        assert f"c-{name}" in stored, f"{name} was told that it is heard, and is lost"
    for name in left:
        assert stored[f"c-{name}"].state is CaseState.ABANDONED
    entries = Counter((row.case, row.what) for row in log)
    for case in stored:
        assert entries[case, What.OPENED] == 1, f"{case} is in the log twice, or not"
    assert audit.verify(log) is None
    assert len(opened) > kills, "killed before anything was asked for"
    print(f"{kills} kills: {len(opened)} acknowledged, 0 lost, 0 doubled")


@pytest.mark.timeout(300)
def test_no_request_that_was_heard_is_lost_over_100_kills(tmp_path: Path) -> None:
    """A request that was answered is stored, once, with its log unbroken."""
    url = f"sqlite:///{tmp_path / 'server.db'}"
    _opened(url).close()
    _kill_while_opening(url, kills=100, seed=20261121)


@pytest.mark.nightly
@pytest.mark.timeout(7200)
def test_no_request_that_was_heard_is_lost_over_1000_kills(
    postgres: PostgresServer,
) -> None:
    with postgres.migrated_database() as url:
        _opened(url).close()
        _kill_while_opening(url, kills=1_000, seed=20261122)


# --- deadlines ---


def _deadlines(
    connection: Connection, count: int, spread_seconds: float, seed: int
) -> dict[str, int]:
    """Cases whose follow-up is due within some seconds from now; when, by case."""
    moments = random.Random(seed)
    first_ms = DeskTime(SystemClock()).now_ms(connection) + 2_000
    due = {
        f"f-{number}": first_ms + moments.randint(0, round(spread_seconds * 1_000))
        for number in range(count)
    }
    rows = [
        {
            "id": name,
            "request": f"q-{name}",
            "person": f"p-{name}",
            "state": CaseState.FOLLOW_UP_DUE.value,
            "on_desk": False,
            "due_ms": due_ms,
            "document": msgspec.json.encode(_followed_up(name, due_ms)).decode(),
        }
        for name, due_ms in due.items()
    ]
    for begin in range(0, count, 500):
        part = rows[begin : begin + 500]
        connection.execute(insert(crisis_cases).values(part))
    return due


def _followed_up(name: str, due_ms: int) -> Case:
    return Case(
        id=name,
        request=f"q-{name}",
        person=f"p-{name}",
        policy=DEFAULT.revision,
        tapped_at_ms=0,
        enqueued_at_ms=0,
        accept_due_ms=0,
        seeking_since_ms=0,
        state=CaseState.FOLLOW_UP_DUE,
        follow_up=FollowUp(due_ms=due_ms),
    )


def _kill_while_time_passes(url: str, count: int, kills: int, seed: int) -> None:
    database = _opened(url)
    moments = random.Random(seed)
    due = database.write(_deadlines, count, kills * KILLED_EVERY_SECONDS, seed)
    workers = [Process(pass_time, url, number) for number in range(WORKERS)]
    for worker in workers:
        assert worker.hear() == "ready"
    seen = Seen(database)
    for kill in range(kills):
        seen.watch(moments.uniform(0.5, 1.5) * KILLED_EVERY_SECONDS, count)
        place = moments.randrange(WORKERS)
        workers[place].kill9()
        workers[place] = Process(pass_time, url, WORKERS + kill)
    seen.watch(CATCH_UP_SECONDS, count)
    for worker in workers:
        worker.kill9()
    seen.watch(0, count)
    told = Counter(row.case for row, _ in seen.rows)
    assert set(told) == set(due), "missed"
    assert set(told.values()) == {1}, "doubled"
    assert min(at_ms - due[row.case] for row, at_ms in seen.rows) >= -EARLY_MS, "early"
    late = sorted(row.at_ms - due[row.case] for row, _ in seen.rows)
    assert late[0] >= -EARLY_MS, "early"
    assert all(row.at_ms <= at_ms for row, at_ms in seen.rows), "written in the future"
    print(
        f"{count} deadlines, {kills} kills: 0 missed, 0 doubled, earliest {late[0]} ms,"
        f" p50 {late[count // 2]} ms, p99 {late[count * 99 // 100]} ms,"
        f" most {late[-1]} ms late"
    )
    database.close()


class Seen:
    """The log as it grows, and when each row was first there by the true clock."""

    def __init__(self, database: Database) -> None:
        self.rows: list[tuple[Row, int]] = []
        self._database = database
        self._time = DeskTime(SystemClock())

    def watch(self, seconds: float, count: int) -> None:
        """For so long, or until there are as many rows."""
        until = time.monotonic() + seconds
        while True:
            self._database.write(self._look)
            if len(self.rows) >= count or time.monotonic() > until:
                return
            time.sleep(0.05)

    def _look(self, connection: Connection) -> None:
        found = crisis_log.page(connection, len(self.rows), 10_000)
        # After the read: what is in it was written before.
        now_ms = self._time.now_ms(connection)
        self.rows += [(row, now_ms) for row in found]


@pytest.mark.timeout(300)
def test_every_deadline_of_10000_takes_effect_once(postgres: PostgresServer) -> None:
    """On three servers that are killed, on machines whose clocks jump by an hour."""
    with postgres.migrated_database() as url:
        _kill_while_time_passes(url, count=10_000, kills=15, seed=8)


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_every_deadline_takes_effect_once_over_100_kills(
    postgres: PostgresServer,
) -> None:
    with postgres.migrated_database() as url:
        _kill_while_time_passes(url, count=10_000, kills=100, seed=9)
