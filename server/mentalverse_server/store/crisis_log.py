"""The log of the crisis desk: one hash chain over all cases, only ever added to."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, func, insert, or_, select

from mentalverse_crisis.audit import PERSONAL, SALT_BYTES, Row, chained
from mentalverse_crisis.case import CANARY
from mentalverse_crisis.record import Entry, What

from . import crisis_canaries
from .tables_crisis import crisis_entries

_ROWS_AT_ONCE = 200
_READ_AT_ONCE = 1_000

_DRILL = '%"drill":"%'
"""In the document of whatever is of a drill or a canary; quotes within are escaped."""
_OF_OFFERS = (What.OFFERED, What.OFFER_ENDED)

_decoder = msgspec.json.Decoder(Row)
_entry_decoder = msgspec.json.Decoder(Entry)
"""The same document, without its place in the chain, which is most of it."""


def last(connection: Connection) -> Row | None:
    """The newest row; None of an empty log."""
    query = select(crisis_entries.c.document).order_by(crisis_entries.c.seq.desc())
    document = connection.execute(query.limit(1)).scalar_one_or_none()
    return None if document is None else _decoder.decode(document)


def append(
    connection: Connection, entries: Iterable[Entry], after: Row | None
) -> Row | None:
    """Add entries behind the newest row; the new newest one. The desk's own trials
    are kept beside it.

    The caller holds the lock of the desk, so that nobody else follows the same row.
    """
    rows, every = [], list(entries)
    crisis_canaries.append(connection, (one for one in every if one.drill == CANARY))
    for entry in every:
        if entry.drill == CANARY:
            continue
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


def of_case(connection: Connection, case: str) -> list[Row]:
    """Everything that was written of one case, in order."""
    query = select(crisis_entries.c.document).where(crisis_entries.c.case == case)
    documents = connection.execute(query.order_by(crisis_entries.c.seq)).scalars()
    return [_decoder.decode(one) for one in documents]


def real(connection: Connection, since_ms: int, most: int) -> Iterator[Entry]:
    """What happened from a time on, in order, without drills and canaries; of more
    than so many, the last ones."""
    column = crisis_entries.c
    last = connection.execute(select(func.max(column.seq))).scalar_one()
    if last is None:
        return
    counts = column.document.not_like(_DRILL)
    query = select(column.seq).where(counts).order_by(column.seq.desc())
    begin = _first_since(connection, since_ms, last)
    of_most = connection.execute(query.offset(most - 1).limit(1)).scalar_one_or_none()
    begin = max(begin, of_most or 0)
    while begin <= last:
        page = (
            select(column.seq, column.document)
            .where(column.seq >= begin, counts)
            .order_by(column.seq)
            .limit(_READ_AT_ONCE)
        )
        rows = connection.execute(page).all()
        yield from (_entry_decoder.decode(row.document) for row in rows)
        begin = rows[-1].seq + 1 if len(rows) == _READ_AT_ONCE else last + 1


def offers(connection: Connection, most: int) -> list[Entry]:
    """The last offers that were made to people, and how they ended, in order."""
    document = crisis_entries.c.document
    is_one = or_(*(document.like(f'%"what":"{one.value}"%') for one in _OF_OFFERS))
    query = select(document).where(is_one, document.not_like(_DRILL))
    query = query.order_by(crisis_entries.c.seq.desc()).limit(most)
    found = connection.execute(query).scalars().all()
    return [_entry_decoder.decode(one) for one in reversed(found)]


def _first_since(connection: Connection, since_ms: int, last: int) -> int:
    """The number from which on rows are that late, found by halves: times rise with
    the numbers, and no index has them."""
    column = crisis_entries.c
    low, high = 0, last + 1
    while low < high:
        middle = (low + high) // 2
        query = select(column.at_ms).where(column.seq >= middle)
        at_ms = connection.execute(query.order_by(column.seq).limit(1)).scalar_one()
        if at_ms < since_ms:
            low = middle + 1
        else:
            high = middle
    return low


def newest(connection: Connection, most: int) -> Iterator[Row]:
    """The end of the log backwards, at most so many rows, read as asked for."""
    before: int | None = None
    for begin in range(0, most, _READ_AT_ONCE):
        query = select(crisis_entries.c.document)
        if before is not None:
            query = query.where(crisis_entries.c.seq < before)
        query = query.order_by(crisis_entries.c.seq.desc())
        query = query.limit(min(_READ_AT_ONCE, most - begin))
        rows = [_decoder.decode(one) for one in connection.execute(query).scalars()]
        yield from rows
        if len(rows) < _READ_AT_ONCE:
            return
        before = rows[-1].seq
