"""Many message rows in a few statements: the writer's hot path.

Three steps, each one statement or one loop over a prepared statement: which
idempotency keys are known, which sequence numbers follow in each conversation,
insert. Driver-level SQL, because SQLAlchemy's own compilation per row would
cost more than the rest. The two engines differ only in how a list is passed.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Protocol

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from mentalverse_signaling.errors import Conflict, NotFound, SignalingError
from mentalverse_signaling.ids import ClientId, ConversationId, DeviceId

from ..clock import from_micros, to_micros
from .facts import RowAppended
from .messages import Appended, RowKind, body_hash

Key = tuple[str, str, str]
"""(conversation, device, client id)."""
Stored = tuple[int, int, bytes]
"""(seq, microseconds, body hash) under a key."""
NewRow = tuple[str, int, int, bytes, str, str, bytes, str]
"""(conversation, seq, microseconds, payload, device, client id, body hash, kind)."""

Result = Appended | SignalingError


class MessageRow(Struct, frozen=True, gc=False):
    """One message to append."""

    conversation: ConversationId
    device: DeviceId
    client_id: ClientId
    payload: bytes
    wakes: bool = True

    def __repr__(self) -> str:
        return f"MessageRow({self.conversation!r}, {self.client_id!r})"


class Statements(Protocol):
    """What the two engines do differently."""

    def known(self, connection: Connection, keys: Sequence[Key]) -> dict[Key, Stored]:
        """The keys that are taken, and by what."""
        ...

    def advance(
        self, connection: Connection, counts: Mapping[str, int]
    ) -> list[tuple[str, int]]:
        """Add to the head of each conversation; id and new head of those that exist.

        Conversations are visited in id order: two servers never wait for each
        other in a circle.
        """
        ...

    def insert(self, connection: Connection, rows: Sequence[NewRow]) -> None:
        """Store messages and their idempotency keys."""
        ...


def append_rows(
    connection: Connection,
    statements: Statements,
    rows: Sequence[MessageRow],
    now: datetime,
) -> tuple[list[Result], list[object]]:
    """Append `rows` in order: one result each, and the facts to announce.

    A known key gives its first answer and no fact; with another body `Conflict`.
    An unknown conversation is `NotFound`. Database errors pass through.
    """
    hashes = [body_hash(row.payload) for row in rows]
    keys: list[Key] = [(row.conversation, row.device, row.client_id) for row in rows]
    known = statements.known(connection, keys)
    counts = Counter(key[0] for key in set(keys).difference(known))
    heads = statements.advance(connection, counts)
    last = {conversation: head - counts[conversation] for conversation, head in heads}
    at = to_micros(now)
    results: list[Result] = []
    facts: list[object] = []
    new: list[NewRow] = []
    for row, key, digest in zip(rows, keys, hashes, strict=True):
        stored = known.get(key)
        if stored is not None:
            results.append(_repeated(stored, digest))
        elif row.conversation not in last:
            results.append(NotFound("no such conversation"))
        else:
            seq = last[row.conversation] = last[row.conversation] + 1
            known[key] = (seq, at, digest)
            kind = _AWAKE if row.wakes else _SILENT
            new.append((key[0], seq, at, row.payload, key[1], key[2], digest, kind))
            facts.append(_appended(row, seq, now))
            results.append(Appended(seq, now))
    if new:
        statements.insert(connection, new)
    return results, facts


_AWAKE, _SILENT = RowKind.APPLICATION.value, RowKind.SILENT.value


def _appended(row: MessageRow, seq: int, at: datetime) -> RowAppended:
    return RowAppended(
        row.conversation, seq, at, row.payload, row.device, row.client_id, row.wakes
    )


def _repeated(stored: Stored, digest: bytes) -> Result:
    seq, at, first_digest = stored
    if digest != first_digest:
        return Conflict("this client_id was used for another message")
    return Appended(seq, from_micros(at))


def statements_for(connection: Connection) -> Statements:
    """The statements of the connection's engine."""
    if connection.dialect.name == "sqlite":
        return SqliteStatements()
    return PostgresStatements()


_RUNS = (64, 16, 4, 1)
"""How many rows one SQLite statement may take. A few sizes, so that the driver's
cache keeps every statement prepared."""

# CROSS JOIN fixes the order of the loops: from the keys into the index.
_KNOWN = """
SELECT conversation, device, client_id, seq, at, body_hash
FROM (VALUES {rows}) AS k CROSS JOIN idempotency
WHERE conversation = k.column1 AND device = k.column2 AND client_id = k.column3
"""
_ADVANCE = """
UPDATE conversations SET head = head + n.column2
FROM (VALUES {rows}) AS n WHERE id = n.column1
"""
# One JSON text instead of a row each: every row fetched is a step of its own.
_HEADS = """
SELECT json_group_array(json_array(id, head))
FROM (VALUES {rows}) AS n CROSS JOIN conversations WHERE id = n.column1
"""
_INSERT_MESSAGES = """
INSERT INTO messages (conversation, seq, at, kind, payload) VALUES {rows}
"""
_INSERT_KEYS = """
INSERT INTO idempotency (conversation, device, client_id, seq, at, body_hash)
VALUES {rows}
"""


class SqliteStatements:
    """Many rows per statement.

    The driver lets go of the interpreter lock for each step of a statement and
    has to win it back from the event loop. One row per statement spends more on
    that than on SQLite.
    """

    def known(self, connection: Connection, keys: Sequence[Key]) -> dict[Key, Stored]:
        """The keys that are taken, and by what."""
        rows = _in_runs(connection, _KNOWN, keys)
        return {(c, d, i): (seq, at, digest) for c, d, i, seq, at, digest in rows}

    def advance(
        self, connection: Connection, counts: Mapping[str, int]
    ) -> list[tuple[str, int]]:
        """Add to the heads; the new head of each that exists."""
        _in_runs(connection, _ADVANCE, list(counts.items()))
        texts = _in_runs(connection, _HEADS, [(each,) for each in counts])
        return [head for (text,) in texts for head in _decode_heads(text)]

    def insert(self, connection: Connection, rows: Sequence[NewRow]) -> None:
        """Store messages and their idempotency keys."""
        _in_runs(
            connection,
            _INSERT_MESSAGES,
            [(row[0], row[1], row[2], row[7], row[3]) for row in rows],
        )
        _in_runs(
            connection,
            _INSERT_KEYS,
            [(row[0], row[4], row[5], row[1], row[2], row[6]) for row in rows],
        )


_decode_heads = msgspec.json.Decoder(list[tuple[str, int]]).decode


@cache
def _for_rows(statement: str, rows: int, columns: int) -> str:
    row = f"({', '.join('?' * columns)})"
    return statement.format(rows=", ".join([row] * rows))


def _in_runs(
    connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]
) -> list[Any]:
    """Run `statement` over `rows` in as few steps as the run lengths allow."""
    cursor = _sqlite(connection).cursor()
    results: list[Any] = []
    start = 0
    for length in _RUNS:
        while len(rows) - start >= length:
            run = rows[start : start + length]
            values = [value for row in run for value in row]
            text = _for_rows(statement, length, len(run[0]))
            results += cursor.execute(text, values).fetchall()
            start += length
    return results


def _sqlite(connection: Connection) -> sqlite3.Connection:
    driver: Any = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - narrows the type
    return driver


class PostgresStatements:
    """One statement each, with the batch as arrays."""

    def known(self, connection: Connection, keys: Sequence[Key]) -> dict[Key, Stored]:
        """The keys that are taken, and by what."""
        rows = connection.exec_driver_sql(
            "SELECT i.conversation, i.device, i.client_id, i.seq, i.at, i.body_hash"
            " FROM idempotency i JOIN unnest("
            " CAST(%s AS varchar[]), CAST(%s AS varchar[]), CAST(%s AS varchar[])"
            ") AS k (conversation, device, client_id)"
            " USING (conversation, device, client_id)",
            tuple(_columns(keys)),
        )
        return {(c, d, i): (seq, at, digest) for c, d, i, seq, at, digest in rows}

    def advance(
        self, connection: Connection, counts: Mapping[str, int]
    ) -> list[tuple[str, int]]:
        """Add to the heads; the rows are locked in id order first."""
        if not counts:
            return []
        ids = sorted(counts)
        connection.exec_driver_sql(
            "SELECT id FROM conversations WHERE id = ANY(CAST(%s AS varchar[]))"
            " ORDER BY id FOR UPDATE",
            (ids,),
        )
        rows = connection.exec_driver_sql(
            "UPDATE conversations c SET head = c.head + n.count"
            " FROM unnest(CAST(%s AS varchar[]), CAST(%s AS bigint[]))"
            " AS n (id, count) WHERE c.id = n.id RETURNING c.id, c.head",
            (ids, [counts[conversation] for conversation in ids]),
        )
        return [(conversation, head) for conversation, head in rows]

    def insert(self, connection: Connection, rows: Sequence[NewRow]) -> None:
        """Store messages and their idempotency keys."""
        conversation, seq, at, payload, device, client_id, digest, kind = _columns(rows)
        connection.exec_driver_sql(
            "INSERT INTO messages (conversation, seq, at, kind, payload)"
            " SELECT * FROM unnest("
            " CAST(%s AS varchar[]), CAST(%s AS bigint[]), CAST(%s AS bigint[]),"
            " CAST(%s AS varchar[]), CAST(%s AS bytea[]))",
            (conversation, seq, at, kind, payload),
        )
        connection.exec_driver_sql(
            "INSERT INTO idempotency"
            " (conversation, device, client_id, seq, at, body_hash)"
            " SELECT * FROM unnest("
            " CAST(%s AS varchar[]), CAST(%s AS varchar[]), CAST(%s AS varchar[]),"
            " CAST(%s AS bigint[]), CAST(%s AS bigint[]), CAST(%s AS bytea[]))",
            (conversation, device, client_id, seq, at, digest),
        )


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
