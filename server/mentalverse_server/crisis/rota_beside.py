"""The rota by a command beside the server: read, filled from a file, and emptied.

A shift that is there already is not planned again, so a file may be taken twice. The
running server looks at the same rows, and tells of gaps by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from mentalverse_crisis.cover import Uncovered
from mentalverse_signaling.errors import SignalingError

from ..clock import Clock, SystemClock, to_millis
from ..config import Config
from ..errors import StartupError
from ..operator import beside_the_server
from ..store import accounts, cases, crisis_rota, roles
from ..store.crisis_rota import ShiftRow
from ..store.engine import Connection
from .rota import MAX_KEPT, TEAM_ROLES, Planned, check_times, gaps_of, members


@dataclass(frozen=True, slots=True)
class Line:
    """One shift, as a file has it."""

    number: int
    """Of the line, from 1."""
    handle: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Span:
    """The rota of a span of time."""

    shifts: tuple[Line, ...]
    """By their start; whose account is gone are left out."""
    gaps: tuple[Uncovered, ...]
    is_planned: bool
    """Whether any shift to come is."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a file."""

    added: int
    known: int
    """That were there already."""


def span(
    config: Config, start_ms: int, end_ms: int, clock: Clock | None = None
) -> Span:
    """The shifts that touch a span, and the hours to come of it without anybody."""
    now_ms = to_millis((clock or SystemClock()).now())
    with beside_the_server(config) as database:
        return database.write(_span, start_ms, end_ms, now_ms)


def take(config: Config, lines: Iterable[Line], clock: Clock | None = None) -> Taken:
    """Plan all of these, or none.

    Raises:
        StartupError: a line that cannot be, with its number, or too many.
    """
    now_ms = to_millis((clock or SystemClock()).now())
    with (
        beside_the_server(config) as database,
        database.connect_writer() as connection,
        connection.begin(),
    ):
        return _take(connection, list(lines), now_ms)


def clear(config: Config, start_ms: int, end_ms: int) -> int:
    """Take back every shift that begins within a span; how many."""
    with beside_the_server(config) as database:
        return database.write(crisis_rota.remove_beginning, start_ms, end_ms)


def _span(connection: Connection, start_ms: int, end_ms: int, now_ms: int) -> Span:
    rows = crisis_rota.within(connection, start_ms, end_ms)
    handles = accounts.handles(connection, {row.account for row in rows})
    shifts = tuple(
        Line(number, handles[row.account], row.starts_at_ms, row.ends_at_ms)
        for number, row in enumerate(rows, 1)
        if row.account in handles
    )
    is_planned = crisis_rota.is_planned_after(connection, now_ms)
    gaps = gaps_of(connection, _team(connection), max(start_ms, now_ms), end_ms)
    return Span(shifts, tuple(gaps) if is_planned else (), is_planned)


def _team(connection: Connection) -> dict[str, Planned]:
    known = {
        found.id: found
        for one in roles.holders(connection, TEAM_ROLES)
        if (found := cases.responder(connection, one.account)) is not None
    }
    return members(connection, known)


def _take(connection: Connection, lines: list[Line], now_ms: int) -> Taken:
    by_handle = {
        one.handle: one.account for one in roles.holders(connection, TEAM_ROLES)
    }
    rows: dict[str, ShiftRow] = {}
    for line in lines:
        account = by_handle.get(line.handle)
        if account is None:
            raise StartupError(
                f"line {line.number}: {line.handle} is neither a responder"
                " nor a supervisor"
            )
        row = ShiftRow(_id(account, line), account, line.start_ms, line.end_ms)
        try:
            check_times([row], now_ms)
        except SignalingError as error:
            raise StartupError(f"line {line.number}: {error}") from None
        rows[row.id] = row
    if not rows:
        return Taken(0, 0)
    there = {
        (row.account, row.starts_at_ms, row.ends_at_ms)
        for row in crisis_rota.within(
            connection,
            min(row.starts_at_ms for row in rows.values()),
            max(row.ends_at_ms for row in rows.values()),
        )
    }
    new = [
        row
        for row in rows.values()
        if (row.account, row.starts_at_ms, row.ends_at_ms) not in there
    ]
    crisis_rota.put(connection, new)
    if crisis_rota.count(connection) > MAX_KEPT:
        raise StartupError(f"more than {MAX_KEPT} shifts would be planned")
    return Taken(len(new), len(lines) - len(new))


def _id(account: str, line: Line) -> str:
    """The same for the same line of any file."""
    text = f"rota:{account}:{line.start_ms}:{line.end_ms}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]
