"""Which database errors are an outage and which are about one item.

An outage (disk full, read-only, connection gone, lock not to be had) says
nothing about what was asked: everybody in the batch may try again. Any other
error belongs to the statement that raised it.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, TimeoutError

from mentalverse_signaling.errors import Unavailable

RETRY_AFTER_MS = 1_000

_SQLITE_OUTAGES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
_PRIMARY_CODE = 0xFF
"""Extended SQLite codes keep the primary one in the low byte."""

_POSTGRES_OUTAGES = ("08", "40", "53", "57", "58")
"""SQLSTATE classes: connection, rollback of a deadlock, resources, operator,
system."""
_POSTGRES_READ_ONLY = "25006"


def is_outage(error: BaseException) -> bool:
    """Whether the database itself failed, rather than this one statement."""
    if isinstance(error, TimeoutError):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or is_outage(error.orig or Exception())
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return code is not None and code & _PRIMARY_CODE in _SQLITE_OUTAGES
    return _is_postgres_outage(error)


def unavailable() -> Unavailable:
    """What a caller is told about an outage."""
    return Unavailable("the database does not answer", retry_after_ms=RETRY_AFTER_MS)


def _is_postgres_outage(error: BaseException) -> bool:
    """pg8000 gives the server's answer as a mapping with the SQLSTATE under C.

    Without an answer from the server the error is `InterfaceError`: the
    connection is gone. The driver is optional, hence no import of its types.
    """
    if isinstance(error, OSError):
        return True
    answer = error.args[0] if error.args else None
    if isinstance(answer, dict):
        state = str(answer.get("C", ""))
        return state.startswith(_POSTGRES_OUTAGES) or state == _POSTGRES_READ_ONLY
    return type(error).__name__ == "InterfaceError" and (
        type(error).__module__.startswith("pg8000")
    )
