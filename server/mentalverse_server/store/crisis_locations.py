"""Sealed locations: kept, found, and destroyed so that SQLite overwrites them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from sqlalchemy import Connection, delete, insert, select

from .tables_crisis_locations import crisis_locations


class KeptLocation(msgspec.Struct, frozen=True):
    """What rests here of a case."""

    envelope: bytes
    key_half: bytes
    """Sealed."""


def keep(
    connection: Connection, case: str, location: KeptLocation, now_ms: int
) -> None:
    """In the place of what was kept of the case before, which is destroyed."""
    destroy(connection, case)
    connection.execute(
        insert(crisis_locations).values(
            case=case,
            envelope=location.envelope,
            key_half=location.key_half,
            sealed_at_ms=now_ms,
        )
    )


def find(connection: Connection, case: str) -> KeptLocation | None:
    """What is kept of a case."""
    query = select(crisis_locations.c.envelope, crisis_locations.c.key_half)
    row = connection.execute(query.where(crisis_locations.c.case == case)).one_or_none()
    return None if row is None else KeptLocation(row.envelope, row.key_half)


def destroy(connection: Connection, case: str) -> None:
    """The row goes, and on SQLite its octets in the page with it."""
    with _overwriting(connection):
        connection.execute(
            delete(crisis_locations).where(crisis_locations.c.case == case)
        )


@contextmanager
def _overwriting(connection: Connection) -> Iterator[None]:
    """`PRAGMA secure_delete` for a moment: what it costs, messages need not pay."""
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA secure_delete = OFF")
