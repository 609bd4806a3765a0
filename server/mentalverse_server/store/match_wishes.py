"""Rows of other terms that two who are together ask for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from .tables_matching import (
    match_options,
    match_proposals,
    match_wishes,
    relationships,
)


@dataclass(frozen=True, slots=True)
class WishRow:
    """What one of the two would rather have."""

    relationship: str
    account: str
    structure: str
    meetings_a_month: int
    lapses_at_ms: int


def of(connection: Connection, relationship: str) -> list[WishRow]:
    """Those of both; also what has lapsed."""
    table = match_wishes
    query = select(table).where(table.c.relationship == relationship)
    return [WishRow(**row._mapping) for row in connection.execute(query)]


def put(connection: Connection, relationship: str, rows: Iterable[WishRow]) -> None:
    """Store what both ask for now, in place of what they did."""
    table = match_wishes
    connection.execute(delete(table).where(table.c.relationship == relationship))
    for row in rows:
        values = {name: getattr(row, name) for name in row.__slots__}
        connection.execute(insert(table).values(values))


def put_plan(connection: Connection, relationship: str, plan: str) -> None:
    """Store what counts from now on, as JSON."""
    proposal, option = match_proposals, match_options
    chosen = select(proposal.c.chosen).where(proposal.c.id == relationship)
    connection.execute(
        update(option)
        .where(
            option.c.proposal == relationship,
            option.c.place == chosen.scalar_subquery(),
        )
        .values(plan=plan)
    )


def lapse(connection: Connection, now_ms: int) -> list[tuple[str, str]]:
    """Forget those whose time is over; of which pairs, the mentee first."""
    table, pair = match_wishes, relationships
    is_over = table.c.lapses_at_ms <= now_ms
    query = (
        select(pair.c.mentee, pair.c.mentor)
        .where(pair.c.id.in_(select(table.c.relationship).where(is_over)))
        .order_by(pair.c.id)
    )
    found = [(mentee, mentor) for mentee, mentor in connection.execute(query)]
    if found:
        connection.execute(delete(table).where(is_over))
    return found
