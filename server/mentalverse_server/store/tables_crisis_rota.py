"""Who means to be on duty when, who is, and which hours without anybody were told.

Times are whole milliseconds, as the desk counts them.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, String, Table

from .tables import ID_CHARS, metadata

LANGUAGE_CHARS = 35

crisis_shifts = Table(
    "crisis_shifts",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("account", String(ID_CHARS), nullable=False, index=True),
    Column("starts_at_ms", BigInteger, nullable=False, index=True),
    Column("ends_at_ms", BigInteger, nullable=False),
)
"""`id` is chosen by whoever plans it. No shift is longer than a day, by which those
that touch a time are found."""

crisis_rota_gaps = Table(
    "crisis_rota_gaps",
    metadata,
    Column("hour_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("language", String(LANGUAGE_CHARS), primary_key=True),
    Column("is_urgent", Boolean, primary_key=True),
)
"""An hour, and what is missing in it, that supervisors were told of beforehand."""

crisis_duties = Table(
    "crisis_duties",
    metadata,
    Column("account", String(ID_CHARS), primary_key=True),
    Column("shift", String(ID_CHARS), nullable=False),
    Column("on_ms", BigInteger, nullable=False),
    Column("since_ms", BigInteger, nullable=True),
)
"""A duty that has begun and not ended: the time in which its holder was there for
people, and since when they are, if they are. A break has no `since_ms`."""
