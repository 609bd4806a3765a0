"""Where somebody is, sealed, for as long as it may be needed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table

from .tables import metadata
from .tables_crisis import KEY_CHARS

crisis_locations = Table(
    "crisis_locations",
    metadata,
    Column("case", String(KEY_CHARS), primary_key=True),
    Column("envelope", LargeBinary, nullable=False),
    Column("key_half", LargeBinary, nullable=False),
    Column("sealed_at_ms", BigInteger, nullable=False),
)
"""`envelope` opens with two halves of a key: one of them is `key_half`, sealed under
the emergency key, and the other was never here. Deleted in the transaction of the
decision that ends it."""
