"""One batch in one transaction: the writer's thread side.

The order is crisis scripts, commits, message rows, the rest, so that what must
not wait is not behind what can. Every script has a savepoint and fails alone.
Rows share one savepoint and one vectorised insert; if that fails for a reason
that lies in a row, they are done again one by one. An outage fails the whole
batch, and nobody is told that anything was stored.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from mentalverse_signaling.errors import Internal, SignalingError

from .failures import is_outage
from .rows import MessageRow, Statements, append_rows
from .transaction import Transaction

_log = logging.getLogger(__name__)

Script = Callable[[Transaction], Any]


@dataclass(frozen=True, slots=True)
class Failed:
    """An item that did not get into the batch, and why."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Work:
    """What one transaction has to do, in this order."""

    before: Sequence[Script]
    rows: Sequence[MessageRow]
    after: Sequence[Script]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A committed batch: one result per item (`Failed` or a value), and facts."""

    before: list[Any] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)
    after: list[Any] = field(default_factory=list)
    facts: list[object] = field(default_factory=list)


def commit_batch(
    connection: Connection, statements: Statements, work: Work, now: datetime
) -> Outcome:
    """Do `work` and COMMIT.

    Raises only on an outage: then nothing was stored, or, if the connection
    broke during COMMIT, nobody knows; a retry with the same idempotency keys
    finds out.
    """
    try:
        return _attempt(connection, work, now, partial(_all_rows, statements))
    except Exception as error:
        if is_outage(error):
            raise
        _log.warning("a batch is done again row by row: %s", type(error).__name__)
    return _attempt(connection, work, now, partial(_row_by_row, statements))


_Append = Callable[
    [Connection, Sequence[MessageRow], datetime, list[object]], list[Any]
]


def _attempt(
    connection: Connection, work: Work, now: datetime, append: _Append
) -> Outcome:
    outcome = Outcome()
    facts = outcome.facts
    with connection.begin():
        for script in work.before:
            outcome.before.append(_run_script(connection, script, now, facts))
        if work.rows:
            outcome.rows.extend(append(connection, work.rows, now, facts))
        for script in work.after:
            outcome.after.append(_run_script(connection, script, now, facts))
    return outcome


def _run_script(
    connection: Connection, script: Script, now: datetime, facts: list[object]
) -> Any:
    transaction = Transaction(connection, now)
    try:
        with connection.begin_nested():
            result = script(transaction)
    except Exception as error:
        _raise_outage(error)
        return Failed(error)
    facts.extend(transaction.facts)
    return result


def _raise_outage(error: Exception) -> None:
    """Raise the outage that an error is, or that it hides.

    SQLite undoes the whole transaction when the disk is full, savepoints and all. What
    is raised then is that the savepoint is not there to go back to; to go on would
    acknowledge what the batch wrote before.
    """
    hidden: BaseException | None = error
    while hidden is not None:
        if is_outage(hidden):
            raise hidden
        hidden = hidden.__context__


def _all_rows(
    statements: Statements,
    connection: Connection,
    rows: Sequence[MessageRow],
    now: datetime,
    facts: list[object],
) -> list[Any]:
    """All rows at once, and no savepoint: SQLite would copy every page it guards."""
    results, appended = append_rows(connection, statements, rows, now)
    facts.extend(appended)
    return [Failed(r) if isinstance(r, SignalingError) else r for r in results]


def _row_by_row(
    statements: Statements,
    connection: Connection,
    rows: Sequence[MessageRow],
    now: datetime,
    facts: list[object],
) -> list[Any]:
    """Each row under a savepoint of its own, so that a bad one fails alone."""
    results: list[Any] = []
    for row in rows:
        try:
            with connection.begin_nested():
                results += _all_rows(statements, connection, [row], now, facts)
        except Exception as error:
            _raise_outage(error)
            # The gateway checked the row: that it cannot be stored is our defect.
            _log.error("a message row cannot be stored", exc_info=error)
            results.append(Failed(Internal("the message could not be stored")))
    return results
