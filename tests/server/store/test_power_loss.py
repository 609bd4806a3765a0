"""What was acknowledged survives a power cut, and only because of `FULL`.

The product drives SQLite through the standard library, which cannot be given a
disk that forgets. So the statements of the real writer are recorded, with the
moments of its commits, and replayed on such a disk with the same settings.
"""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import apsw
import pytest
from sqlalchemy import Connection

from mentalverse_server.store import engine
from mentalverse_server.store.batch import Work, commit_batch
from mentalverse_server.store.engine import open_database
from mentalverse_server.store.rows import MessageRow, SqliteStatements
from support.power_loss import VFS_NAME, PowerLossVfs
from support.stored import NOW, client_id, ids, open_conversation

CUTS = 100
BATCHES = 60
CHECKPOINT_PAGES = 20
"""Far below the product's, so that cuts meet checkpoints too."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Every statement of a new database and of some batches, as SQL text."""
    folder = tmp_path_factory.mktemp("recorded")
    database = open_database(f"sqlite:///{folder / 'store.db'}")
    statements: list[str] = []

    def record(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_trace_callback(statements.append)

    with database.connect_writer() as connection:
        database.migrate()
        conversations = [open_conversation(database) for _ in range(5)]
        schema = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"
        ).scalars()
        tables = list(schema)
        rows = [
            f"INSERT INTO conversations VALUES ('{c}', 'circle', '{c}', 0, 0, 0)"
            for c in conversations
        ]
        connection.rollback()
        record(connection)
        chooser = random.Random(1)
        for _ in range(BATCHES):
            batch = [
                MessageRow(
                    chooser.choice(conversations), ids(), client_id(), bytes(300)
                )
                for _ in range(chooser.randint(1, 10))
            ]
            commit_batch(connection, SqliteStatements(), Work((), batch, ()), NOW)
    database.close()
    return ["BEGIN", *tables, *rows, "COMMIT", *statements]


def survivors_of_a_cut(
    recorded: list[str], synchronous: str, folder: Path, rng: random.Random
) -> tuple[int, int]:
    """Replay to a random statement, cut the power: (rows acknowledged, rows left)."""
    vfs = PowerLossVfs()
    before, after = folder / "before", folder / "after"
    before.mkdir()
    after.mkdir()
    disk = apsw.Connection(str(before / "store.db"), vfs=VFS_NAME)
    for pragma in engine._SQLITE_PRAGMAS:
        disk.execute(pragma)
    disk.execute(f"PRAGMA synchronous = {synchronous}")
    disk.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    first_batch = recorded.index("COMMIT") + 1
    acked = pending = 0
    for statement in recorded[: rng.randint(first_batch, len(recorded))]:
        disk.execute(statement)
        if "INSERT INTO messages" in statement:
            pending += disk.changes()
        if statement == "COMMIT":
            acked, pending = acked + pending, 0
    vfs.cut(after, rng)
    disk.close()
    vfs.unregister()
    left = sqlite3.connect(after / "store.db")
    try:
        assert left.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (rows,) = left.execute("SELECT count(*) FROM messages").fetchone()
        (heads,) = left.execute("SELECT sum(head) FROM conversations").fetchone()
        assert rows == heads, "a transaction came back in part"
    finally:
        left.close()
    return acked, rows


def lost_rows(recorded: list[str], synchronous: str, folder: Path) -> tuple[int, int]:
    acked = lost = 0
    for seed in range(CUTS):
        here = folder / str(seed)
        here.mkdir()
        told, left = survivors_of_a_cut(
            recorded, synchronous, here, random.Random(seed)
        )
        acked += told
        lost += max(0, told - left)
    return acked, lost


def test_a_power_cut_loses_nothing_that_was_acknowledged(
    recorded: list[str], tmp_path: Path
) -> None:
    acked, lost = lost_rows(recorded, "FULL", tmp_path)
    assert lost == 0
    assert acked > CUTS


def test_the_test_would_notice_a_weaker_setting(
    recorded: list[str], tmp_path: Path
) -> None:
    """With NORMAL the log is not synced at commit: a cut must cost rows."""
    _, lost = lost_rows(recorded, "NORMAL", tmp_path)
    assert lost > 0
