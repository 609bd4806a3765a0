"""A PostgreSQL server for the tests, from the system's own package.

One server per test session, one database per test. The server listens on a
Unix socket in a private folder and on no network address. It runs as the user
`postgres` when the tests run as root, because initdb refuses root. Durability
settings stay as shipped.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pg8000.dbapi  # type: ignore[import-untyped]
import pytest
from sqlalchemy import make_url

from mentalverse_server.store.engine import open_database

_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_PORT = 5432
"""Names the socket file only: every server has a folder of its own."""


_Start = Callable[[], subprocess.Popen[bytes]]


class PostgresServer:
    """A running server; `create_database` gives an address to open."""

    def __init__(self, folder: Path, user: str, start: _Start):
        self._folder = folder
        self._user = user
        self._start = start
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        self._migrated: str | None = None

    @property
    def socket(self) -> str:
        return str(self._folder / f".s.PGSQL.{_PORT}")

    def start(self) -> None:
        """Run, and wait until it answers."""
        assert self._process is None, "it runs already"
        self._process = self._start()
        _wait_until_ready(self, self._process, self._folder / "log")

    def stop(self) -> None:
        """At once, as a crash would be: nothing is written that was not already."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGQUIT)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def connect(self, database: str = "postgres") -> pg8000.dbapi.Connection:
        connection = pg8000.dbapi.connect(
            self._user, database=database, unix_sock=self.socket
        )
        connection.autocommit = True
        return connection

    def create_database(self, template: str | None = "template1") -> str:
        """The address of a new database: an empty one, or a copy of `template`."""
        self._databases += 1
        name = f"test_{self._databases}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return f"postgresql://{self._user}@/{name}?unix_sock={self.socket}"

    @contextmanager
    def migrated_database(self) -> Iterator[str]:
        """The address of a database with tables, for as long as the block runs.

        A copy: migrating each one takes longer than most tests.
        """
        if self._migrated is None:
            self._migrated = self.create_database()
            database = open_database(self._migrated)
            database.migrate()
            database.close()
        url = self.create_database(make_url(self._migrated).database)
        yield url
        self._execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def end_connections(self) -> None:
        """Cut every client off, as a restart of the server would."""
        self._execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )

    def _execute(self, statement: str) -> None:
        connection = self.connect()
        try:
            connection.cursor().execute(statement)
        finally:
            connection.close()


def binaries() -> Path | None:
    """The folder of the newest installed server, or None."""
    found = [
        path.parent
        for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")
        if path.with_name("postgres").exists()
    ]
    if found:
        return max(found, key=lambda p: int(re.sub(r"\D", "", p.parent.name) or 0))
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Make a cluster, run it, and take it away again."""
    programs = binaries()
    if programs is None:
        pytest.skip("needs the PostgreSQL server: apt-get install postgresql")
    owner = pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.getuid())
    identity = (owner.pw_uid, owner.pw_gid) if os.geteuid() == 0 else (None, None)
    user, group = identity
    folder = Path(tempfile.mkdtemp(prefix="mv-pg-", dir="/tmp"))
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    data = folder / "data"
    try:
        subprocess.run(
            [
                *(programs / "initdb", "--auth=trust", "--no-sync", "--no-locale"),
                *("--encoding=UTF8", f"--username={owner.pw_name}"),
                f"--pgdata={data}",
            ],
            check=True,
            capture_output=True,
            timeout=60,
            cwd=folder,
            user=user,
            group=group,
        )

        def start() -> subprocess.Popen[bytes]:
            with (folder / "log").open("ab") as log:
                return subprocess.Popen(
                    [programs / "postgres", "-D", data, "-k", folder, "-h", ""],
                    stdout=log,
                    stderr=log,
                    cwd=folder,
                    user=user,
                    group=group,
                )

        server = PostgresServer(folder, owner.pw_name, start)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(
    server: PostgresServer, process: subprocess.Popen[bytes], log: Path
) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            server.connect().close()
        except Exception:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text()) from None
            time.sleep(0.05)
        else:
            return
