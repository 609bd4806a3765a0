"""Opening a database: durable settings, one server, the same tables everywhere."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, make_url
from sqlalchemy.exc import DBAPIError

from mentalverse_server.errors import StartupError
from mentalverse_server.store.engine import Database, open_database
from mentalverse_server.store.migrate import generation
from mentalverse_server.store.tables import meta, metadata
from mentalverse_signaling.errors import Overloaded
from support.postgres import PostgresServer


def test_migrations_make_exactly_the_tables_the_code_uses(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    assert database.write(differences) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    before = database.write(generation)
    database.migrate()
    assert database.write(generation) == before


def test_two_databases_have_different_generations(tmp_path: Path) -> None:
    names = set()
    for name in ("a", "b"):
        database = open_database(f"sqlite:///{tmp_path / name}")
        database.migrate()
        names.add(database.write(generation))
        database.close()
    assert len(names) == 2


async def test_a_read_cannot_write(database: Database) -> None:
    def write(connection: Connection) -> None:
        connection.execute(insert(meta).values(key="k", value="v"))

    with pytest.raises(Exception) as caught:
        await database.read(write)
    assert "read" in str(caught.value) or caught.type.__name__ == "Unavailable"


async def test_a_read_sees_one_moment(database: Database) -> None:
    """A commit between two queries of one read is not seen by the second."""
    looked, written = threading.Event(), threading.Event()

    def count_twice(connection: Connection) -> tuple[int, int]:
        query = "SELECT count(*) FROM meta"
        first = connection.exec_driver_sql(query).scalar_one()
        looked.set()
        assert written.wait(60)
        return first, connection.exec_driver_sql(query).scalar_one()

    def write(connection: Connection) -> None:
        connection.execute(insert(meta).values(key="k", value="v"))

    reading = asyncio.create_task(database.read(count_twice))
    assert await asyncio.to_thread(looked.wait, 60)
    await asyncio.to_thread(database.write, write)
    written.set()
    first, second = await reading
    assert first == second


async def test_too_many_waiting_reads_are_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    monkeypatch.setattr(database, "_max_reads", 2)

    def wait(_connection: Connection) -> None:
        assert release.wait(60)

    running = [asyncio.create_task(database.read(wait)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded) as refused:
        await database.ping()
    assert refused.value.retry_after_ms
    release.set()
    await asyncio.gather(*running)
    await database.ping()


async def test_reads_for_help_wait_for_nobody_elses(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many read, and however slowly: the desk has connections of its own."""
    monkeypatch.setattr(database, "_max_reads", 8)
    release = threading.Event()

    def wait(_connection: Connection) -> None:
        assert release.wait(60)

    running = [asyncio.create_task(database.read(wait)) for _ in range(8)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await database.ping()
    try:
        for _ in range(20):
            assert await database.read_for_help(generation)
    finally:
        release.set()
    await asyncio.gather(*running)


async def test_a_reader_that_gave_up_leaves_no_trace(database: Database) -> None:
    release = threading.Event()

    def wait(_connection: Connection) -> None:
        assert release.wait(60)

    reading = asyncio.create_task(database.read(wait))
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait({reading})
    assert database.reads_in_flight == 1
    release.set()
    await database.ping()
    for _ in range(1_000):
        if database.reads_in_flight == 0:
            break
        await asyncio.sleep(0.01)
    assert database.reads_in_flight == 0


def test_a_second_server_on_the_same_file_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    first = open_database(url)
    with pytest.raises(StartupError, match="another server"):
        open_database(url)
    open_database(url, exclusive=False).close()
    first.close()
    open_database(url).close()


def test_the_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'store.db'}")
    database.migrate()
    for path in tmp_path.glob("store.db*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    database.close()


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "mysql://localhost/x", "sqlite://", "sqlite:////no/such/folder/x"],
)
def test_an_address_that_will_not_do_is_one_clear_error(url: str) -> None:
    with pytest.raises(StartupError):
        open_database(url)


def test_an_unreachable_server_is_one_clear_error(tmp_path: Path) -> None:
    missing = tmp_path / "socket"
    with pytest.raises(StartupError, match="cannot be opened"):
        open_database(f"postgresql://nobody@/x?unix_sock={missing}")


@pytest.mark.parametrize("setting", ["synchronous_commit", "fsync"])
def test_a_server_that_forgets_commits_is_refused(
    postgres: PostgresServer, setting: str
) -> None:
    url = postgres.create_database()
    name = make_url(url).database
    connection = postgres.connect()
    try:
        if setting == "fsync":
            connection.cursor().execute("ALTER SYSTEM SET fsync = off")
            connection.cursor().execute("SELECT pg_reload_conf()")
        else:
            connection.cursor().execute(
                f"ALTER DATABASE {name} SET synchronous_commit = off"
            )
        with pytest.raises(StartupError, match=setting):
            _open_until_seen(url)
    finally:
        connection.cursor().execute("ALTER SYSTEM RESET ALL")
        connection.cursor().execute("SELECT pg_reload_conf()")
        connection.close()


def _open_until_seen(url: str) -> None:
    """A reload of the server's settings reaches new sessions a little later."""
    for _ in range(200):
        open_database(url).close()


def test_sqlite_that_forgets_commits_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "mentalverse_server.store.engine._SQLITE_PRAGMAS",
        ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL"),
    )
    with pytest.raises(StartupError, match="synchronous"):
        open_database(f"sqlite:///{tmp_path / 'store.db'}")


def test_an_open_write_transaction_excludes_another(database_url: str) -> None:
    """SQLite takes the lock at BEGIN, so that a script never fails half way."""
    if not database_url.startswith("sqlite"):
        return
    database = open_database(database_url)
    other = open_database(database_url, exclusive=False)
    with (
        database.connect_writer() as first,
        first.begin(),
        other.connect_writer() as second,
    ):
        driver = second.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute("PRAGMA busy_timeout = 1")
        with pytest.raises(DBAPIError):
            second.begin()
    other.close()
    database.close()


def test_a_database_error_shows_no_values(database: Database) -> None:
    with pytest.raises(DBAPIError) as refused:
        database.write(
            lambda c: c.execute(
                insert(meta), [{"key": "k", "value": "a secret"} for _ in range(2)]
            )
        )
    assert "a secret" not in str(refused.value)


def test_opening_the_database_twice_in_one_process_costs_it_no_lock(
    tmp_path: Path,
) -> None:
    """What is committed after it stays, whatever other processes open and close."""
    path = tmp_path / "server.db"
    database = open_database(f"sqlite:///{path}")
    database.migrate()
    open_database(f"sqlite:///{path}", exclusive=False).close()
    _elsewhere(path, "SELECT count(*) FROM meta")

    database.write(_remember, "after")

    assert _elsewhere(path, "SELECT count(*) FROM meta WHERE key = 'after'") == "1"
    database.close()
    assert _elsewhere(path, "SELECT count(*) FROM meta WHERE key = 'after'") == "1"


def _remember(connection: Connection, key: str) -> None:
    connection.execute(insert(meta).values(key=key, value="v"))


def _elsewhere(path: Path, question: str) -> str:
    """What another process reads, which opens and closes the file."""
    program = (
        "import sqlite3, sys\n"
        "database = sqlite3.connect(sys.argv[1])\n"
        "print(database.execute(sys.argv[2]).fetchone()[0])\n"
        "database.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, path, question],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.strip()
