"""What is pruned, and what is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, Table, func, select

from mentalverse_server.store import rejoins, retention, tables
from mentalverse_server.store.conversations import load_state
from mentalverse_server.store.engine import Database
from mentalverse_server.store.groups import WelcomeRow, queue_welcomes
from mentalverse_server.store.key_packages import (
    KeyPackageData,
    add_packages,
    take,
)
from mentalverse_server.store.messages import page
from mentalverse_server.store.retention import prune_idempotency, prune_queues
from mentalverse_server.store.sign_ins import create_challenge, create_sign_in
from mentalverse_server.store.writer import MessageRow, Transaction, Writer
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.ids import ConversationId
from support.clock import ManualClock
from support.stored import NOW, client_id, ids, open_conversation

MONTH = timedelta(days=30)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def count(database: Database, table: Table) -> int:
    def rows(connection: Connection) -> int:
        return int(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
        )

    return database.write(rows)


async def test_old_keys_are_forgotten_step_by_step_and_messages_are_not(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversations = [open_conversation(database) for _ in range(5)]
    clock = ManualClock(NOW)
    writer = Writer(database, clock, lambda facts: None)
    await writer.start()
    for conversation in conversations:
        await writer.append(MessageRow(conversation, ids(), client_id(), b"old"))
    clock.advance(10)
    await writer.append(MessageRow(conversations[0], ids(), client_id(), b"young"))
    await writer.close()
    monkeypatch.setattr(retention, "CONVERSATIONS_PER_STEP", 2)
    after: ConversationId | None = None
    steps = 0
    while steps == 0 or after is not None:
        after = database.write(prune_idempotency, NOW + MONTH + SECOND, after)
        steps += 1
    assert steps == 3
    assert count(database, tables.idempotency) == 1
    assert len(database.write(page, conversations[0], 0, None, 10, 10**6)) == 2
    assert database.write(load_state, conversations[0]) is not None


def test_queues_keep_what_is_still_of_use(database: Database) -> None:
    conversation = open_conversation(database)
    for age in (MONTH + SECOND, MONTH - SECOND):
        welcome = WelcomeRow(
            ids(), ids(), conversation, ConversationKind.CIRCLE, 1, b"welcome"
        )
        database.write(
            lambda c, w=welcome, a=age: queue_welcomes(Transaction(c, NOW - a), [w])  # type: ignore[misc]
        )
        database.write(
            create_challenge, ids(), ids(), b"n", expires_at=NOW - age + MONTH
        )
        database.write(
            create_sign_in,
            ids(),
            bytes.fromhex(ids()),
            ids(),
            ids(),
            now=NOW - MONTH,
            expires_at=NOW - age,
        )
    database.write(prune_queues, NOW)
    assert count(database, tables.welcomes) == 1
    assert count(database, tables.sign_in_challenges) == 1
    assert count(database, tables.sign_ins) == 1


def test_a_rejoin_counts_for_a_day(database: Database) -> None:
    conversation, device = ids(), ids()
    for seq, age in enumerate((DAY + SECOND, DAY - SECOND), 1):
        database.write(
            lambda c, n=seq, a=age: rejoins.record(  # type: ignore[misc]
                Transaction(c, NOW - a), conversation, device, n
            )
        )
    database.write(prune_queues, NOW)
    begin = NOW - MONTH
    kept = database.write(rejoins.since, conversation, device, begin)
    assert kept == [NOW - DAY + SECOND]


def test_a_taken_package_is_remembered_until_nobody_would_accept_it(
    database: Database,
) -> None:
    device = ids()
    ends = NOW + MONTH
    package = KeyPackageData(b"ref", 1, b"package", ends)
    database.write(add_packages, device, [package])
    database.write(lambda c: take(Transaction(c, NOW), device, [1]))
    database.write(prune_queues, ends)
    assert database.write(add_packages, device, [package]) == 0
    database.write(prune_queues, ends + SECOND)
    assert count(database, tables.key_packages) == 0
