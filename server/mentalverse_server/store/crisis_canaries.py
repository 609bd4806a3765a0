"""The desk's own trials in the database: beside the log, and forgotten after a day.

They prove nothing to anybody who looks years later, and are most of what a quiet desk
does. In the chain of the log they could never be taken out again.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from mentalverse_crisis.record import Entry, What

from .tables_crisis import crisis_canary_entries, crisis_cases, crisis_holds

CASES_AT_ONCE = 200

_decoder = msgspec.json.Decoder(Entry)


def append(connection: Connection, entries: Iterable[Entry]) -> None:
    """Add what happened to them."""
    values = [
        {
            "case": entry.case,
            "what": entry.what.value,
            "at_ms": entry.at_ms,
            "document": msgspec.json.encode(entry).decode(),
        }
        for entry in entries
    ]
    if values:
        connection.execute(insert(crisis_canary_entries), values)


def entries(connection: Connection) -> list[Entry]:
    """Everything that is kept, in order."""
    table = crisis_canary_entries
    query = select(table.c.document).order_by(table.c.id)
    return [_decoder.decode(one) for one in connection.execute(query).scalars()]


def accepted_ms(connection: Connection) -> int | None:
    """When a robot took one last; None: not lately."""
    table = crisis_canary_entries
    query = select(table.c.at_ms).where(table.c.what == What.ACCEPTED.value)
    found: int | None = connection.execute(
        query.order_by(table.c.id.desc()).limit(1)
    ).scalar_one_or_none()
    return found


def forget(connection: Connection, before_ms: int) -> int:
    """Delete some of those to which nothing has happened since; how many.

    What is open still is on the desk, and stays.
    """
    table = crisis_canary_entries
    query = select(table.c.case).group_by(table.c.case)
    query = query.having(func.max(table.c.at_ms) < before_ms).limit(CASES_AT_ONCE)
    old = list(connection.execute(query).scalars())
    is_open = select(crisis_cases.c.id).where(
        crisis_cases.c.id.in_(old), crisis_cases.c.on_desk
    )
    kept = set(connection.execute(is_open).scalars())
    over = [case for case in old if case not in kept]
    for column in (table.c.case, crisis_holds.c.case, crisis_cases.c.id):
        connection.execute(delete(column.table).where(column.in_(over)))
    return len(over)
