"""What providers said last about somebody, and what the operator has taken back."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table

from .tables import ID_CHARS, metadata

provider_answers = Table(
    "provider_answers",
    metadata,
    Column("decision", String(32), primary_key=True),
    Column("account", String(ID_CHARS), primary_key=True, index=True),
    Column("provider", String(32), primary_key=True),
    Column("verdict", String(8), nullable=False),
    Column("reason_code", String(32), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("valid_until_ms", BigInteger),
)
"""A yes or a no, the last of each provider: what counts while it says nothing."""

local_revocations = Table(
    "local_revocations",
    metadata,
    Column("account", String(ID_CHARS), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
)
"""Who may accompany nobody, by the operator's word, whatever a provider says."""
