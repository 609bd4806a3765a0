"""Evidence without content: what devices signed of calls and of goals, and what counts.

Times are whole milliseconds; days are counted from 1970-01-01, by UTC.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    LargeBinary,
    String,
    Table,
)

from .tables import ID_CHARS, NAME_CHARS, metadata

call_receipts = Table(
    "call_receipts",
    metadata,
    Column("call", String(ID_CHARS), primary_key=True),
    Column("account", String(ID_CHARS), primary_key=True, index=True),
    Column("device", String(ID_CHARS), primary_key=True),
    Column("role", String(NAME_CHARS), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("marks", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""What each device signed of a call; `marks` stand one after the other, sorted."""

call_counted = Table(
    "call_counted",
    metadata,
    Column("call", String(ID_CHARS), primary_key=True),
    Column("account", String(ID_CHARS), primary_key=True, index=True),
    Column("session", String(ID_CHARS), index=True),
    Column("role", String(NAME_CHARS), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("is_countersigned", Boolean, nullable=False),
    Column("in_review", Boolean, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""What counts for each party of a call that is over, settled once."""

claims = Table(
    "claims",
    metadata,
    Column("conversation", String(ID_CHARS), primary_key=True),
    Column("kind", String(NAME_CHARS), primary_key=True),
    Column("ref", String(ID_CHARS), primary_key=True),
    Column("account", String(ID_CHARS), primary_key=True, index=True),
    Column("device", String(ID_CHARS), nullable=False),
    Column("day", Integer, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""What one device of an account signed of a goal or milestone; it holds once both have.
What `ref` means is known to the two alone."""
