"""The log of the crisis desk: one hash chain over all cases, only ever added to."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select

from mentalverse_crisis.audit import PERSONAL, SALT_BYTES, Row, chained
from mentalverse_crisis.record import Entry

from .tables_crisis import crisis_entries

_ROWS_AT_ONCE = 200

_decoder = msgspec.json.Decoder(Row)


def last(connection: Connection) -> Row | None:
    """The newest row; None of an empty log."""
    query = select(crisis_entries.c.document).order_by(crisis_entries.c.seq.desc())
    document = connection.execute(query.limit(1)).scalar_one_or_none()
    return None if document is None else _decoder.decode(document)


def append(
    connection: Connection, entries: Iterable[Entry], after: Row | None
) -> Row | None:
    """Add entries behind the newest row; the new newest one.

    The caller holds the lock of the desk, so that nobody else follows the same row.
    """
    rows = []
    for entry in entries:
        salts = {name: secrets.token_bytes(SALT_BYTES) for name in PERSONAL}
        after = chained(entry, after, salts)
        rows.append(after)
    for begin in range(0, len(rows), _ROWS_AT_ONCE):
        values = [_values(row) for row in rows[begin : begin + _ROWS_AT_ONCE]]
        connection.execute(insert(crisis_entries).values(values))
    return after


def _values(row: Row) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "case": row.case,
        "at_ms": row.at_ms,
        "hash": row.hash,
        "document": msgspec.json.encode(row).decode(),
    }


def page(connection: Connection, since: int, limit: int) -> list[Row]:
    """Rows from the number `since` on, in order."""
    query = (
        select(crisis_entries.c.document)
        .where(crisis_entries.c.seq >= since)
        .order_by(crisis_entries.c.seq)
        .limit(limit)
    )
    return [_decoder.decode(one) for one in connection.execute(query).scalars()]
