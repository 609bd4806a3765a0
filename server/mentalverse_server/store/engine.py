"""One database: its connections, its settings, and who may write.

SQLite for one machine, PostgreSQL for more. Both are driven by synchronous
connections in threads: one for the writer, a small pool for reading. At start
the settings that make a commit durable are read back, and a server whose
database would forget an acknowledged message refuses to start.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from mentalverse_signaling.errors import Overloaded

from ..errors import StartupError
from .failures import RETRY_AFTER_MS, is_outage, unavailable
from .migrate import upgrade

__all__ = ["Connection", "Database", "open_database"]

P = ParamSpec("P")
T = TypeVar("T")

BUSY_TIMEOUT_MS = 5_000
STATEMENT_TIMEOUT_MS = 5_000
WAL_AUTOCHECKPOINT_PAGES = 4_000
PAGE_CACHE_KIBIBYTES = 16 * 1024
MAX_WAITING_READS = 1_000
CONNECT_TIMEOUT_SECONDS = 5
HELP_CONNECTIONS = 4
"""For reading at the crisis desk, besides those of everybody else."""
_OLDEST_SQLITE = (3, 35, 0)
"""The first with RETURNING."""

_SQLITE_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA temp_store = MEMORY",
    f"PRAGMA cache_size = -{PAGE_CACHE_KIBIBYTES}",
    f"PRAGMA wal_autocheckpoint = {WAL_AUTOCHECKPOINT_PAGES}",
)
_SQLITE_DURABLE = {"PRAGMA journal_mode": "wal", "PRAGMA synchronous": "2"}
_POSTGRES_DURABLE = {
    "SHOW fsync": ("on",),
    "SHOW full_page_writes": ("on",),
    "SHOW synchronous_commit": ("on", "remote_apply"),
}


class Database:
    """An open database. Closed with `close()`; made by `open_database`."""

    def __init__(
        self,
        url: URL,
        writing: Engine,
        reading: Engine,
        read_connections: int,
        lock: sqlite3.Connection | None,
    ) -> None:
        """`reading` has as many connections as `read_connections` says, and
        `HELP_CONNECTIONS` more."""
        self.url = url
        """May hold a password: never show it."""
        self._writing = writing
        self._reading = reading
        self._threads = ThreadPoolExecutor(read_connections, "mentalverse-read")
        self._help_threads = ThreadPoolExecutor(HELP_CONNECTIONS, "mentalverse-help")
        self._max_reads = read_connections + MAX_WAITING_READS
        self._reads = 0
        self._lock = lock

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._writing.dialect.name

    def migrate(self) -> None:
        """Bring the tables to this version. Forward only; nothing to do is fine."""
        self.write(upgrade)

    def write(
        self,
        function: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """`function(connection, …)` in one transaction, here and at once.

        For commands of an operator. A running server writes through its `Writer`.
        """
        with self._writing.begin() as connection:
            return function(connection, *args, **kwargs)

    def connect_writer(self) -> Connection:
        """A connection that may write; its transactions take the write lock."""
        return self._writing.connect()

    async def read(
        self,
        function: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """`function(connection, …)` in one read-only snapshot, in a pool thread.

        Raises `Overloaded` when too many reads wait, `Unavailable` when the
        database does not answer, and whatever `function` raises.
        """
        if self._reads >= self._max_reads:
            raise Overloaded("too many reads wait", retry_after_ms=RETRY_AFTER_MS)
        return await self._in(self._threads, function, *args, **kwargs)

    async def read_for_help(
        self,
        function: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """The same for the crisis desk, on connections that nothing else uses.

        Never `Overloaded`: what waits is bounded by who asks, one call of each
        connection.
        """
        return await self._in(self._help_threads, function, *args, **kwargs)

    async def _in(
        self,
        threads: ThreadPoolExecutor,
        function: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        self._reads += 1
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(
            threads, lambda: self._read(function, *args, **kwargs)
        )
        work.add_done_callback(self._read_done)
        return await asyncio.shield(work)

    def _read(
        self,
        function: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        try:
            with self._reading.begin() as connection:
                return function(connection, *args, **kwargs)
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            if is_outage(error):
                raise unavailable() from error
            raise

    def _read_done(self, work: asyncio.Future[Any]) -> None:
        self._reads -= 1
        if not work.cancelled():
            work.exception()

    @property
    def reads_in_flight(self) -> int:
        """Reads that run or wait, for the metrics."""
        return self._reads

    async def ping(self) -> None:
        """Answer if the database can be read; raises `Unavailable` otherwise."""
        await self.read(_select_one)

    def close(self) -> None:
        """Wait for running reads, close every connection, let go of the lock."""
        for threads in (self._threads, self._help_threads):
            threads.shutdown(wait=True, cancel_futures=True)
        self._reading.dispose()
        self._writing.dispose()
        if self._lock is not None:
            self._lock.close()


def open_database(
    url: str, *, read_connections: int = 4, exclusive: bool = True
) -> Database:
    """Open `sqlite:///path` or `postgresql://user@host/name`, settings checked.

    `exclusive` takes the lock that keeps a second server off a SQLite file; a
    command that changes one row beside a running server does without. Raises
    `StartupError` for an address, a file or a setting that will not do.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StartupError("database.url is not a database address") from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _open_sqlite(parsed, read_connections, exclusive)
    if backend == "postgresql":
        return _open_postgres(parsed, read_connections)
    raise StartupError("database.url must begin with sqlite:/// or postgresql://")


def _select_one(connection: Connection) -> None:
    connection.exec_driver_sql("SELECT 1")


# --- SQLite -------------------------------------------------------------------


def _open_sqlite(url: URL, read_connections: int, exclusive: bool) -> Database:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise StartupError("SQLite 3.35 or later is needed")
    if not url.database or url.database == ":memory:":
        raise StartupError("a SQLite database needs a file: sqlite:///path")
    path = Path(url.database)
    _create_private(path)
    lock = _lock_beside(path) if exclusive else None
    writing = _sqlite_engine(url, 2, begin="BEGIN IMMEDIATE", read_only=False)
    readers = read_connections + HELP_CONNECTIONS
    reading = _sqlite_engine(url, readers, begin="BEGIN", read_only=True)
    database = Database(url, writing, reading, read_connections, lock)
    return _checked(database, writing, _check_sqlite)


def _create_private(path: Path) -> None:
    """The file, readable by its owner only; SQLite's side files copy its mode.

    One that exists is not even opened: closing it would let go of every lock that
    this process has on it (fcntl(2)). Another process would then take itself for the
    last one, and remove the write-ahead log from under our commits.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        reason = error.strerror or "cannot be opened"
        raise StartupError(f"database file {path}: {reason}") from None


def _lock_beside(path: Path) -> sqlite3.Connection:
    """Hold `path`.lock for as long as the returned connection is open.

    An exclusive transaction on a second, empty database is a lock that the
    system lets go of when the process dies, on every platform SQLite runs on.
    """
    beside = path.with_name(path.name + ".lock")
    _create_private(beside)
    lock = sqlite3.connect(
        beside, timeout=0, isolation_level=None, check_same_thread=False
    )
    try:
        lock.execute("PRAGMA journal_mode = MEMORY")
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error:
        lock.close()
        raise StartupError(f"another server is using the database {path}") from None
    return lock


def _sqlite_engine(
    url: URL, connections: int, *, begin: str, read_only: bool
) -> Engine:
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # an error in the log shows nobody's data
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun below, not guessed
        for pragma in _SQLITE_PRAGMAS:
            connection.execute(pragma)
        if read_only:
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _check_sqlite(connection: Connection) -> None:
    for question, wanted in _SQLITE_DURABLE.items():
        found = connection.exec_driver_sql(question).scalar_one()
        if str(found).lower() != wanted:
            raise StartupError(f"SQLite: {question} is {found}, not {wanted}")


# --- PostgreSQL ---------------------------------------------------------------


def _open_postgres(url: URL, read_connections: int) -> Database:
    url = url.set(drivername="postgresql+pg8000")
    writing = _postgres_engine(url, 2, "READ COMMITTED", ())
    reading = _postgres_engine(
        url,
        read_connections + HELP_CONNECTIONS,
        "REPEATABLE READ",
        (
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
            f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}",
        ),
    )
    database = Database(url, writing, reading, read_connections, None)
    return _checked(database, writing, _check_postgres)


def _postgres_engine(
    url: URL, connections: int, isolation: IsolationLevel, settings: tuple[str, ...]
) -> Engine:
    try:
        engine = create_engine(
            url,
            pool_size=connections,
            max_overflow=0,
            hide_parameters=True,
            isolation_level=isolation,
            pool_timeout=CONNECT_TIMEOUT_SECONDS,
            pool_pre_ping=True,
            connect_args={"application_name": "mentalverse"},
        )
    except ImportError:
        raise StartupError(
            "PostgreSQL needs the driver: pip install 'mentalverse[postgres]'"
        ) from None

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for setting in settings:
            cursor.execute(setting)
        connection.commit()

    return engine


def _check_postgres(connection: Connection) -> None:
    for question, accepted in _POSTGRES_DURABLE.items():
        found = connection.exec_driver_sql(question).scalar_one()
        if found not in accepted:
            raise StartupError(
                f"PostgreSQL: {question} is {found}, so an acknowledged message "
                f"could be lost; set it to {accepted[0]}"
            )


def _checked(
    database: Database, engine: Engine, check: Callable[[Connection], None]
) -> Database:
    try:
        with engine.connect() as connection:
            check(connection)
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        database.close()
        cause = getattr(error, "orig", None) or error
        raise StartupError(f"the database cannot be opened: {cause}") from None
    except StartupError:
        database.close()
        raise
    return database
