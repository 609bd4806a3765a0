"""The tables of guests: accounts that nobody was invited to, and their places."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from .tables import ID_CHARS, Instant, metadata

guests = Table(
    "guests",
    metadata,
    Column("account", String(ID_CHARS), primary_key=True),
    Column("used_at", Instant, nullable=False, index=True),
)
"""`used_at` is the begin of the day (UTC) on which the guest was last here."""

guest_words = Table(
    "guest_words",
    metadata,
    Column("account", String(ID_CHARS), primary_key=True),
    Column("verifier", LargeBinary(32), nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("found_on", Instant, nullable=False),
    Column("found", Integer, nullable=False),
)
"""What five words find, by a slow hash of what they become; `found` counts how often on
the day `found_on`."""
