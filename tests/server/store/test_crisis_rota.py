"""Shifts in the database, and what was told of the gaps between them."""

from __future__ import annotations

from sqlalchemy import Connection

from mentalverse_server.store import crisis_rota
from mentalverse_server.store.crisis_rota import LONGEST_MS, GapRow, ShiftRow
from mentalverse_server.store.engine import Database

HOUR_MS = 3_600_000


def _row(number: int, start: float, hours: float) -> ShiftRow:
    start_ms = round((100 + start) * HOUR_MS)
    end_ms = start_ms + round(hours * HOUR_MS)
    return ShiftRow(f"{number:032x}", "a" * 32, start_ms, end_ms)


def test_a_shift_that_touches_a_span_is_found(database: Database) -> None:
    """By its time, its end not included; also one that began a day before."""
    rows = [_row(1, -24, 24.5), _row(2, -1, 1), _row(3, 0.5, 1), _row(4, 2, 1)]
    database.write(crisis_rota.put, rows)
    start_ms, end_ms = 100 * HOUR_MS, 102 * HOUR_MS

    def found(connection: Connection) -> list[ShiftRow]:
        return crisis_rota.within(connection, start_ms, end_ms)

    assert database.write(found) == [rows[2]]
    longest = _row(5, -23.5, LONGEST_MS / HOUR_MS)
    database.write(crisis_rota.put, [longest])
    assert database.write(found) == [longest, rows[2]]


def test_the_same_id_is_the_same_shift(database: Database) -> None:
    """A later one takes its place, and taking back counts what was there."""
    database.write(crisis_rota.put, [_row(1, 0, 1), _row(2, 0, 1)])
    database.write(crisis_rota.put, [_row(1, 5, 1)])
    assert database.write(crisis_rota.count) == 2
    assert database.write(crisis_rota.first_ms) == 100 * HOUR_MS
    removed = database.write(crisis_rota.remove, [_row(2, 0, 1).id, "f" * 32])
    assert (removed, database.write(crisis_rota.first_ms)) == (1, 105 * HOUR_MS)
    assert database.write(crisis_rota.is_planned_after, 106 * HOUR_MS - 1)
    assert not database.write(crisis_rota.is_planned_after, 106 * HOUR_MS)


def test_a_gap_is_noted_by_one(database: Database) -> None:
    """Of two who find the same one, the second learns that it was told."""
    gap = GapRow(100 * HOUR_MS, "es", is_urgent=True)
    assert database.write(crisis_rota.note_told, gap)
    assert not database.write(crisis_rota.note_told, gap)
    assert database.write(crisis_rota.told, 100 * HOUR_MS) == {gap}
    assert database.write(crisis_rota.told, 101 * HOUR_MS) == set()
    database.write(crisis_rota.forget, 101 * HOUR_MS)
    assert database.write(crisis_rota.note_told, gap)
