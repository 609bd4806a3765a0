"""A database that fails: no false acknowledgement, and back without a restart."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import OperationalError

from mentalverse_server.store.engine import Database, open_database
from mentalverse_server.store.failures import is_outage
from mentalverse_server.store.messages import page
from mentalverse_server.store.tables import meta
from mentalverse_server.store.transaction import Transaction
from mentalverse_server.store.writer import MessageRow, Writer, WriterLane
from mentalverse_signaling.errors import Unavailable
from mentalverse_signaling.ids import ConversationId
from support.clock import ManualClock
from support.postgres import PostgresServer
from support.stored import client_id, ids, open_conversation


def message(conversation: ConversationId, size: int = 300) -> MessageRow:
    return MessageRow(conversation, ids(), client_id(), bytes(size))


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Database:
    database = open_database(f"sqlite:///{tmp_path / 'store.db'}")
    database.migrate()
    return database


async def test_a_full_disk_is_no_acknowledgement_and_ends_by_itself(
    sqlite_database: Database,
) -> None:
    """SQLite's own page limit raises the error of a full disk, SQLITE_FULL."""
    database = sqlite_database
    conversation = open_conversation(database)
    facts: list[object] = []
    writer = Writer(database, ManualClock(), facts.extend)
    await writer.start()

    def fill_disk(transaction: object) -> None:
        connection = writer._connection
        assert connection is not None
        connection.exec_driver_sql("PRAGMA max_page_count = 1")

    assert (await writer.append(message(conversation))).seq == 1
    await writer.run(fill_disk, lane=WriterLane.OTHER)
    refused = [writer.append(message(conversation, 40_000)) for _ in range(5)]
    for answer in refused:
        with pytest.raises(Unavailable) as outage:
            await answer
        assert outage.value.retry_after_ms
    # The next batch has a connection of its own, with the room of a new one.
    assert (await writer.append(message(conversation, 40_000))).seq == 2
    assert len(facts) == 2
    assert len(await database.read(page, conversation, 0, None, 100, 10**6)) == 2
    assert writer.counters.outages >= 1
    await writer.close()
    database.close()


async def test_what_a_batch_wrote_before_the_disk_was_full_is_not_acknowledged(
    sqlite_database: Database,
) -> None:
    """SQLite undoes the whole transaction, also scripts that had ended well."""
    database = sqlite_database
    writer = Writer(database, ManualClock(), lambda facts: None)
    await writer.start()

    def fill_disk(transaction: Transaction) -> None:
        transaction.connection.exec_driver_sql("PRAGMA max_page_count = 1")

    def note(transaction: Transaction) -> None:
        transaction.connection.execute(insert(meta).values(key="note", value="small"))

    def bulky(transaction: Transaction) -> None:
        values = {"key": "bulky", "value": "x" * 100_000}
        transaction.connection.execute(insert(meta).values(values))

    await writer.run(fill_disk, lane=WriterLane.OTHER)
    batch = [writer.run(one, lane=WriterLane.OTHER) for one in (note, bulky, note)]
    answers = await asyncio.gather(*batch, return_exceptions=True)
    assert [type(one) for one in answers] == [Unavailable] * 3
    # It can be written now: it was not before.
    await writer.run(note, lane=WriterLane.OTHER)
    await writer.close()
    database.close()


async def test_a_lock_held_by_another_program_is_an_outage(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = sqlite_database
    conversation = open_conversation(database)
    writer = Writer(database, ManualClock(), lambda facts: None)
    await writer.start()

    def hurry(transaction: object) -> None:
        assert writer._connection is not None
        writer._connection.exec_driver_sql("PRAGMA busy_timeout = 1")

    await writer.run(hurry, lane=WriterLane.OTHER)
    intruder = sqlite3.connect(database.url.database or "", isolation_level=None)
    intruder.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        await writer.append(message(conversation))
    intruder.execute("ROLLBACK")
    intruder.close()
    assert (await writer.append(message(conversation))).seq == 1
    await writer.close()
    database.close()


async def test_a_server_that_cut_every_connection_is_used_again(
    postgres: PostgresServer,
) -> None:
    database = open_database(postgres.create_database())
    database.migrate()
    conversation = open_conversation(database)
    writer = Writer(database, ManualClock(), lambda facts: None)
    await writer.start()
    assert (await writer.append(message(conversation))).seq == 1
    await asyncio.to_thread(postgres.end_connections)
    row = message(conversation)
    with pytest.raises(Unavailable):
        await writer.append(row)
    assert (await writer.append(row)).seq == 2
    await database.ping()
    await writer.close()
    database.close()


def test_an_error_in_a_statement_is_not_an_outage() -> None:
    memory = sqlite3.connect(":memory:")
    with pytest.raises(sqlite3.OperationalError) as mistake:
        memory.execute("SELECT * FROM nothing")
    assert not is_outage(mistake.value)
    assert not is_outage(OperationalError("SELECT", {}, mistake.value))
    assert not is_outage(ValueError("not of the database"))
    memory.close()
