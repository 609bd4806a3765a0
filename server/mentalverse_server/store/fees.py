"""Fees that a provider was asked for and has not answered."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select

from .tables_rewards import fees_due


@dataclass(frozen=True, slots=True)
class FeeRow:
    """One row of `fees_due`."""

    pack: str
    reference: str
    account: str
    service: str
    micro: int
    at_ms: int


def find(connection: Connection, pack: str, reference: str) -> FeeRow | None:
    """What is due by a reference."""
    query = select(fees_due).where(_is(pack, reference))
    row = connection.execute(query).one_or_none()
    return None if row is None else FeeRow(**row._mapping)


def every(connection: Connection, pack: str) -> list[FeeRow]:
    """All that is due to a pack, the oldest first."""
    table = fees_due.c
    query = select(fees_due).where(table.pack == pack)
    query = query.order_by(table.at_ms, table.reference)
    return [FeeRow(**row._mapping) for row in connection.execute(query)]


def add(connection: Connection, row: FeeRow) -> None:
    """Keep what is asked for."""
    connection.execute(insert(fees_due).values(asdict(row)))


def drop(connection: Connection, pack: str, reference: str) -> bool:
    """It is due no longer; False if it was not."""
    gone = connection.execute(delete(fees_due).where(_is(pack, reference)))
    return gone.rowcount > 0


def _is(pack: str, reference: str) -> Any:
    return and_(fees_due.c.pack == pack, fees_due.c.reference == reference)
