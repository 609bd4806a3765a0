"""In which conversation a case is talked about."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table

from .tables import ID_CHARS, metadata
from .tables_crisis import KEY_CHARS

crisis_conversations = Table(
    "crisis_conversations",
    metadata,
    Column("case", String(KEY_CHARS), primary_key=True),
    Column("conversation", String(ID_CHARS), nullable=False, index=True),
    Column("read_seq", BigInteger, nullable=False),
)
"""One conversation for a case; several cases of one person may share theirs, so that a
follow-up finds the one in which they know each other. `read_seq` is the last row of its
log of which the desk has been told."""
