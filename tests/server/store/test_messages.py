"""Reading the log in pages, and appending inside a script."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from mentalverse_server.store.conversations import conversation as find_conversation
from mentalverse_server.store.engine import Database
from mentalverse_server.store.facts import RowAppended
from mentalverse_server.store.messages import (
    RowKind,
    append_in_script,
    idempotent,
    page,
)
from mentalverse_server.store.transaction import Transaction
from mentalverse_signaling.errors import NotFound
from mentalverse_signaling.ids import ConversationId
from support.stored import NOW, ids, open_conversation


def fill(database: Database, sizes: list[int]) -> ConversationId:
    conversation = open_conversation(database)

    def append(connection: Connection) -> None:
        for size in sizes:
            append_in_script(
                Transaction(connection, NOW), conversation, RowKind.COMMIT, bytes(size)
            )

    database.write(append)
    return conversation


def seqs(database: Database, conversation: ConversationId, **bounds: int) -> list[int]:
    arguments = {"since": 0, "until": None, "limit": 200, "max_bytes": 10**6} | bounds
    return [
        row.seq
        for row in database.write(lambda c: page(c, conversation, **arguments))  # type: ignore[arg-type]
    ]


def test_a_script_appends_the_next_row_and_announces_it(database: Database) -> None:
    conversation = open_conversation(database)
    device, client = ids(), ids()

    def append(connection: Connection) -> tuple[object, list[object]]:
        transaction = Transaction(connection, NOW)
        place = append_in_script(
            transaction,
            conversation,
            RowKind.COMMIT,
            b"commit",
            device=device,
            client_id=client,
        )
        assert (place.seq, place.at) == (1, NOW)
        return place, transaction.facts

    _, facts = database.write(append)
    assert facts == [RowAppended(conversation, 1, NOW, b"commit", device, client)]
    (row,) = database.write(page, conversation, 0, None, 10, 10**6)
    assert (row.seq, row.at, row.kind, row.payload) == (
        1,
        NOW,
        RowKind.COMMIT,
        b"commit",
    )
    found = database.write(find_conversation, conversation)
    assert found is not None and found.head == 1


def test_a_row_for_an_unknown_conversation_is_not_found(database: Database) -> None:
    def append(connection: Connection) -> None:
        append_in_script(Transaction(connection, NOW), ids(), RowKind.COMMIT, b"x")

    with pytest.raises(NotFound):
        database.write(append)


def test_a_page_is_bounded_by_its_ends_and_its_length(database: Database) -> None:
    conversation = fill(database, [1] * 10)
    assert seqs(database, conversation) == list(range(1, 11))
    assert seqs(database, conversation, since=4, until=7) == [5, 6, 7]
    assert seqs(database, conversation, since=4, limit=2) == [5, 6]
    assert seqs(database, conversation, since=10) == []


def test_a_page_is_bounded_in_bytes_but_never_empty(database: Database) -> None:
    conversation = fill(database, [100, 100, 500, 100])
    assert seqs(database, conversation, max_bytes=200) == [1, 2]
    assert seqs(database, conversation, max_bytes=199) == [1]
    assert seqs(database, conversation, since=2, max_bytes=200) == [3]
    assert seqs(database, conversation, max_bytes=800) == [1, 2, 3, 4]


def test_a_page_shows_one_conversation_only(database: Database) -> None:
    first, second = fill(database, [1, 1]), fill(database, [1])
    assert (seqs(database, first), seqs(database, second)) == ([1, 2], [1])


def test_an_unused_key_is_unknown(database: Database) -> None:
    assert database.write(idempotent, ids(), ids(), ids()) is None
