"""What is told to endpoints outside: events, who gets them, and how far each has come.

`outbox` has each event as it happened, with our own ids; what leaves is made of it at
each attempt. `deliveries` has one row for each endpoint that gets it, and
`delivery_lanes` the order: of each endpoint and key, which row is next and when.

Times are whole milliseconds.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from .tables import ID_CHARS, NAME_CHARS, metadata

TYPE_CHARS = 64
LANE_CHARS = 64
HASH_CHARS = 64
KEY_NAME_CHARS = 64
ACT_CHARS = 16

Long = BigInteger().with_variant(Integer, "sqlite")

key_heads = Table(
    "key_heads",
    metadata,
    Column("key", String(LANE_CHARS), primary_key=True),
    Column("last_seq", BigInteger, nullable=False),
)
"""The last number of each key. Whoever adds an event holds the row until COMMIT, so
that a key's events become visible in their order."""

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Long, primary_key=True),
    Column("evt_id", String(ID_CHARS), nullable=False, unique=True),
    Column("type", String(TYPE_CHARS), nullable=False),
    Column("key", String(LANE_CHARS), nullable=False),
    Column("key_seq", BigInteger, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("schema", Integer, nullable=False),
    Column("data", Text, nullable=False),
    Column("occurred_at_ms", BigInteger, nullable=False, index=True),
    Column("policy_rev", String(HASH_CHARS)),
    Column("drill", Boolean, nullable=False),
    Column("endpoint", String(ID_CHARS)),
    Column("fanned", Boolean, nullable=False),
    UniqueConstraint("key", "key_seq"),
    Index("ix_outbox_fanned_seq", "fanned", "seq"),
)
"""`endpoint`: it is for this one alone. `fanned`: its deliveries are made."""

outbox_subjects = Table(
    "outbox_subjects",
    metadata,
    Column("event", Long, primary_key=True, autoincrement=False),
    Column("account", String(ID_CHARS), primary_key=True, index=True),
)
"""Whom an event is about: `event` is its `seq`."""

endpoints = Table(
    "endpoints",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("url", Text, nullable=False),
    Column("purpose", String(NAME_CHARS), nullable=False),
    Column("types", Text, nullable=False),
    Column("max_tier", Integer, nullable=False),
    Column("drills", Boolean, nullable=False),
    Column("signing_key", String(KEY_NAME_CHARS), nullable=False),
    Column("previous_key", String(KEY_NAME_CHARS)),
    Column("previous_until_ms", BigInteger),
    Column("state", String(NAME_CHARS), nullable=False),
    Column("reason", String(NAME_CHARS)),
    Column("parked_since_ms", BigInteger),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("public_only", Boolean, nullable=False, server_default=false()),
)
"""Keys by their names in the keyring. `reason` is why it is disabled. `public_only`:
what the settings allow of one's own network is not for this one."""

webhook_acts = Table(
    "webhook_acts",
    metadata,
    Column("seq", Long, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("account", String(ID_CHARS)),
    Column("request", String(ID_CHARS)),
    Column("act", String(ACT_CHARS), nullable=False),
    Column("endpoint", String(ID_CHARS), nullable=False),
    Column("answer", Text, nullable=False),
    UniqueConstraint("account", "request"),
)
"""What was done to endpoints; `account` is null where the command line did it.
`answer`: what was said of it, as JSON, for whoever sends the request again."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Long, primary_key=True),
    Column("endpoint", String(ID_CHARS), nullable=False),
    Column("event", Long, nullable=False, index=True),
    Column("lane", String(LANE_CHARS), nullable=False),
    Column("lane_seq", BigInteger, nullable=False),
    Column("queue", String(LANE_CHARS), nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("state", String(NAME_CHARS), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_class", String(NAME_CHARS)),
    Column("queued_at_ms", BigInteger, nullable=False),
    Column("not_before_ms", BigInteger, nullable=False),
    Column("ended_at_ms", BigInteger, index=True),
    Column("replay", Boolean, nullable=False),
    UniqueConstraint("endpoint", "event"),
    Index("ix_deliveries_queue", "endpoint", "queue", "state", "place"),
    Index("ix_deliveries_state", "endpoint", "state", "tier", "id"),
)
"""`lane` and `lane_seq` are what the receiver orders by and never change. `queue` and
`place` are where the row waits: its lane, or the queue of replays."""

delivery_lanes = Table(
    "delivery_lanes",
    metadata,
    Column("endpoint", String(ID_CHARS), primary_key=True),
    Column("queue", String(LANE_CHARS), primary_key=True),
    Column("last_place", BigInteger, nullable=False),
    Column("head", BigInteger),
    Column("since_ms", BigInteger),
    Column("due_at_ms", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("on_probation", Boolean, nullable=False),
    Column("lease_until_ms", BigInteger, nullable=False),
    Index("ix_delivery_lanes_due", "endpoint", "due_at_ms"),
)
"""`head` is the delivery that is next, `since_ms` since when it waits, `due_at_ms` when
it is to be tried; all null where nothing waits. `attempts` are its that count."""
