"""Since when somebody is on duty, and how long of it they were there for people."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from mentalverse_signaling.ids import AccountId

from .tables_crisis_rota import crisis_duties


@dataclass(frozen=True, slots=True)
class DutyTime:
    """A duty that has not ended."""

    shift: str
    on_ms: int
    """Without breaks, up to the last change."""


def begin(connection: Connection, account: AccountId, shift: str, now_ms: int) -> None:
    """A duty begins; one that was never ended is forgotten."""
    end(connection, account)
    values = {"account": account, "shift": shift, "on_ms": 0, "since_ms": now_ms}
    connection.execute(insert(crisis_duties).values(values))


def count(
    connection: Connection, account: AccountId, now_ms: int, is_on: bool
) -> DutyTime | None:
    """Add what has passed; from now on they are there, or not."""
    table = crisis_duties
    row = connection.execute(select(table).where(table.c.account == account)).first()
    if row is None:
        return None
    passed_ms = 0 if row.since_ms is None else max(0, now_ms - row.since_ms)
    on_ms = row.on_ms + passed_ms
    values = {"on_ms": on_ms, "since_ms": now_ms if is_on else None}
    connection.execute(update(table).where(table.c.account == account).values(values))
    return DutyTime(row.shift, on_ms)


def end(connection: Connection, account: AccountId) -> None:
    """The duty is over."""
    connection.execute(delete(crisis_duties).where(crisis_duties.c.account == account))
