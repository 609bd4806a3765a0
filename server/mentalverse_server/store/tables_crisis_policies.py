"""The tables of how the desk's promises came to be: who proposed, adopted and signed.

The documents are in `crisis_policies`. Times are whole milliseconds, as the desk counts
them; an account that is gone leaves its id, which says nothing any more.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from .tables import metadata
from .tables_crisis import KEY_CHARS

SIGNER_CHARS = 120
DAY_CHARS = 10

crisis_policy_history = Table(
    "crisis_policy_history",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("revision", String(KEY_CHARS), nullable=False),
    Column("adopted_at_ms", BigInteger),
    Column("proposed_by", String(KEY_CHARS)),
    Column("adopted_by", String(KEY_CHARS)),
    Column("signed_by", String(SIGNER_CHARS), nullable=False),
    Column("signed_on", String(DAY_CHARS), nullable=False),
)
"""Counted from 1, only ever added to. The policy that the desk was made with is written
down with the first adoption, without a time: nobody adopted it."""

crisis_policy_proposal = Table(
    "crisis_policy_proposal",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),
    Column("proposed_by", String(KEY_CHARS), nullable=False),
    Column("proposed_at_ms", BigInteger, nullable=False),
    Column("signed_by", String(SIGNER_CHARS), nullable=False),
    Column("signed_on", String(DAY_CHARS), nullable=False),
)
"""One row at most: a proposal takes the place of the one before."""
