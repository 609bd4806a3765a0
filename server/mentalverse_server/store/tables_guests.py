"""The table of guests: accounts that nobody was invited to."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from .tables import ID_CHARS, Instant, metadata

guests = Table(
    "guests",
    metadata,
    Column("account", String(ID_CHARS), primary_key=True),
    Column("used_at", Instant, nullable=False, index=True),
)
"""`used_at` is the begin of the day (UTC) on which the guest was last here."""
