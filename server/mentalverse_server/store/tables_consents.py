"""Who agreed to what, and what has to be told to whoever was told of them.

Times are whole milliseconds.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table

from .tables import ID_CHARS, NAME_CHARS, metadata

consents = Table(
    "consents",
    metadata,
    Column("account", String(ID_CHARS), primary_key=True),
    Column("purpose", String(NAME_CHARS), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("granted_at_ms", BigInteger, nullable=False),
    Column("withdrawn_at_ms", BigInteger),
)
"""What somebody said last. No row is a no; so is one that was withdrawn."""

endpoint_names = Table(
    "endpoint_names",
    metadata,
    Column("endpoint", String(ID_CHARS), primary_key=True),
    Column("account", String(ID_CHARS), primary_key=True, index=True),
    Column("name", String(ID_CHARS), nullable=False),
    Column("since_ms", BigInteger, nullable=False),
)
"""Which endpoint may know an account, and by which name."""

erasure_notices = Table(
    "erasure_notices",
    metadata,
    Column("endpoint", String(ID_CHARS), primary_key=True),
    Column("name", String(ID_CHARS), primary_key=True),
    Column("since_ms", BigInteger, nullable=False),
    Column("told_ms", BigInteger, nullable=False),
)
"""An endpoint has not said yet that it forgot somebody, by the name there: whose it was
is known to nobody any more. Gone with its answer."""
