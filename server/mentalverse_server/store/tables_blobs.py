"""The table of stored blobs; their octets are files beside the database."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table

from .tables import ID_CHARS, NAME_CHARS, Instant, metadata

blobs = Table(
    "blobs",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("account", String(ID_CHARS), nullable=False),
    Column("purpose", String(NAME_CHARS), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("completed_at", Instant),
    Column("expires_at", Instant, index=True),
    Column("kept_until", Instant),
    # All that a quota asks for, so that counting an account reads no table row.
    Index("ix_blobs_usage", "account", "purpose", "size", "completed_at", "kept_until"),
)
