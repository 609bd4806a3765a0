"""The rota in the database: shifts, and which gaps between them were told.

A shift of somebody who is of the team no more is still there, for whoever plans to take
it back; who counts it leaves it out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from mentalverse_signaling.rota_events import MAX_SHIFT_HOURS

from .tables_crisis_rota import crisis_rota_gaps, crisis_shifts

LONGEST_MS = MAX_SHIFT_HOURS * 3_600_000
"""Of a shift."""
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """Somebody means to be on duty."""

    id: str
    account: str
    starts_at_ms: int
    ends_at_ms: int


@dataclass(frozen=True, slots=True)
class GapRow:
    """An hour, and what is missing in it."""

    hour_ms: int
    language: str
    is_urgent: bool


def within(
    connection: Connection, start_ms: int, end_ms: int, limit: int | None = None
) -> list[ShiftRow]:
    """The shifts that touch a span of time, by their start."""
    table = crisis_shifts
    query = (
        select(table)
        .where(
            table.c.starts_at_ms > start_ms - LONGEST_MS,
            table.c.starts_at_ms < end_ms,
            table.c.ends_at_ms > start_ms,
        )
        .order_by(table.c.starts_at_ms, table.c.id)
        .limit(limit)
    )
    return [ShiftRow(**row._mapping) for row in connection.execute(query)]


def is_planned_after(connection: Connection, at_ms: int) -> bool:
    """Whether any shift ends after that."""
    table = crisis_shifts
    query = select(table.c.id).where(
        table.c.starts_at_ms > at_ms - LONGEST_MS, table.c.ends_at_ms > at_ms
    )
    return connection.execute(query.limit(1)).first() is not None


def first_ms(connection: Connection) -> int | None:
    """When the first shift that is kept begins; None: there is none."""
    query = select(func.min(crisis_shifts.c.starts_at_ms))
    found: int | None = connection.execute(query).scalar_one()
    return found


def count(connection: Connection) -> int:
    """How many shifts are kept."""
    query = select(func.count()).select_from(crisis_shifts)
    return int(connection.execute(query).scalar_one())


def put(connection: Connection, rows: Iterable[ShiftRow]) -> None:
    """Plan these, each in the place of the one that has its id."""
    values = [asdict(row) for row in rows]
    remove(connection, [row["id"] for row in values])
    if values:
        connection.execute(insert(crisis_shifts), values)


def remove(connection: Connection, ids: Collection[str]) -> int:
    """Take these back; how many there were."""
    removed, every = 0, list(ids)
    for begin in range(0, len(every), _AT_ONCE):
        some = every[begin : begin + _AT_ONCE]
        gone = delete(crisis_shifts).where(crisis_shifts.c.id.in_(some))
        removed += connection.execute(gone).rowcount
    return removed


def remove_beginning(connection: Connection, start_ms: int, end_ms: int) -> int:
    """Take back all that begin within a span of time; how many."""
    begins = crisis_shifts.c.starts_at_ms
    which = (begins >= start_ms) & (begins < end_ms)
    return connection.execute(delete(crisis_shifts).where(which)).rowcount


def forget(connection: Connection, before_ms: int) -> int:
    """Delete what was over before then; how many shifts."""
    gaps = crisis_rota_gaps.c.hour_ms < before_ms
    connection.execute(delete(crisis_rota_gaps).where(gaps))
    over = crisis_shifts.c.ends_at_ms < before_ms
    return connection.execute(delete(crisis_shifts).where(over)).rowcount


# --- what was told of gaps ---------------------------------------------------------


def told(connection: Connection, since_ms: int) -> set[GapRow]:
    """The gaps from then on of which supervisors were told."""
    query = select(crisis_rota_gaps).where(crisis_rota_gaps.c.hour_ms >= since_ms)
    return {GapRow(**row._mapping) for row in connection.execute(query)}


def note_told(connection: Connection, gap: GapRow) -> bool:
    """Note that one is told by now; false if somebody else has noted it."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    note = dialect.insert(crisis_rota_gaps).values(**asdict(gap))
    return connection.execute(note.on_conflict_do_nothing()).rowcount == 1
