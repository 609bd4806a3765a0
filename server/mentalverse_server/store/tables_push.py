"""Tables of Web Push: where devices are reached, and when they are not."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table

from mentalverse_signaling.push_api import MAX_ENDPOINT_CHARS, MAX_ZONE_CHARS

from .tables import ID_CHARS, Instant, metadata

push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    Column("device", String(ID_CHARS), primary_key=True),
    Column("account", String(ID_CHARS), nullable=False, index=True),
    Column("endpoint", String(MAX_ENDPOINT_CHARS), nullable=False, unique=True),
    Column("p256dh", LargeBinary, nullable=False),
    Column("auth", LargeBinary, nullable=False),
    Column("server_key", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
)

push_told = Table(
    "push_told",
    metadata,
    Column("device", String(ID_CHARS), primary_key=True),
    Column("conversation", String(ID_CHARS), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
)

push_muted = Table(
    "push_muted",
    metadata,
    Column("device", String(ID_CHARS), primary_key=True),
    Column("conversation", String(ID_CHARS), primary_key=True),
)

push_quiet = Table(
    "push_quiet",
    metadata,
    Column("account", String(ID_CHARS), primary_key=True),
    Column("zone", String(MAX_ZONE_CHARS), nullable=False),
    Column("from_minute", Integer, nullable=False),
    Column("to_minute", Integer, nullable=False),
)
