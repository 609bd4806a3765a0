"""Calls: what of them outlives the process that carries them.

`calls` holds each call as a document: seats, roles, the line, phases and whom a removal
keeps out, as the rules (`mentalverse_signaling.calls`) know them. `call_seats` says the
same of seats in columns, so that the database itself never holds one seat twice.
Hands, mutes and what goes through an engine are in memory only.

Times are whole milliseconds.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from .tables import ID_CHARS, NAME_CHARS, metadata

KIND_CHARS = 32
HASH_CHARS = 64

calls = Table(
    "calls",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("conversation", String(ID_CHARS), nullable=False, index=True),
    Column("open_in", String(ID_CHARS), unique=True),
    Column("key_group", String(ID_CHARS), index=True),
    Column("session", String(ID_CHARS)),
    Column("opened_at_ms", BigInteger, nullable=False),
    Column("ended_at_ms", BigInteger, index=True),
    Column("end_reason", String(NAME_CHARS)),
    Column("document", Text, nullable=False),
)
"""`open_in` is the conversation while the call is open, and null afterwards: one at a
time. `key_group` is the conversation whose group keys the frames."""

call_seats = Table(
    "call_seats",
    metadata,
    Column("call", String(ID_CHARS), primary_key=True),
    Column("seat_no", Integer, primary_key=True, autoincrement=False),
    Column("account", String(ID_CHARS), nullable=False, index=True),
    Column("device", String(ID_CHARS), nullable=False),
    Column("role", String(NAME_CHARS), nullable=False),
    Column("conn_epoch", BigInteger, nullable=False),
    Column("joined_at_ms", BigInteger, nullable=False),
    UniqueConstraint("call", "account"),
)

call_attendance = Table(
    "call_attendance",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call", String(ID_CHARS), nullable=False, index=True),
    Column("account", String(ID_CHARS), nullable=False, index=True),
    Column("role", String(NAME_CHARS), nullable=False),
    Column("from_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
)
"""Intervals in which somebody held a seat; of one account none overlap."""

call_acts = Table(
    "call_acts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call", String(ID_CHARS), nullable=False, index=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("act", String(NAME_CHARS), nullable=False),
    Column("account", String(ID_CHARS), index=True),
    Column("on_account", String(ID_CHARS), index=True),
    Column("role", String(NAME_CHARS)),
    Column("reason", String(NAME_CHARS)),
    Column("detail", String(HASH_CHARS), nullable=False),
)
"""Who did what to whom: admissions, removals, roles, phases, and agreements accepted.
`account` is null where the rules of the room did it."""

call_consents = Table(
    "call_consents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call", String(ID_CHARS), nullable=False, index=True),
    Column("request", String(ID_CHARS), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("account", String(ID_CHARS), index=True),
    Column("state", String(NAME_CHARS), nullable=False),
    Column("document", Text, nullable=False),
)
"""The ledger of recordings: each entry is the request as it stood after it."""

call_sessions = Table(
    "call_sessions",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("request", String(ID_CHARS), nullable=False),
    Column("conversation", String(ID_CHARS), nullable=False, index=True),
    Column("kind", String(KIND_CHARS), nullable=False),
    Column("status", String(NAME_CHARS), nullable=False),
    Column("starts_at_ms", BigInteger, nullable=False, index=True),
    Column("minutes", Integer, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("media", String(NAME_CHARS), nullable=False),
    Column("needs_screening", Boolean, nullable=False),
    Column("account", String(ID_CHARS), nullable=False, index=True),
    Column("call", String(ID_CHARS)),
    UniqueConstraint("account", "request"),
)
"""`account` has planned it; `call` is the one that is, or was last, open for it."""

call_screenings = Table(
    "call_screenings",
    metadata,
    Column("conversation", String(ID_CHARS), primary_key=True),
    Column("account", String(ID_CHARS), primary_key=True),
    Column("said_by", String(ID_CHARS), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""Who was found to fit into a circle."""

call_direct_wishes = Table(
    "call_direct_wishes",
    metadata,
    Column("conversation", String(ID_CHARS), primary_key=True),
    Column("account", String(ID_CHARS), primary_key=True, index=True),
    Column("at_ms", BigInteger, nullable=False),
)
"""Who would have calls with the other of two go directly, and not over the relay."""

call_checks = Table(
    "call_checks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", String(ID_CHARS), nullable=False, index=True),
    Column("at_ms", BigInteger, nullable=False, index=True),
    Column("result", String(NAME_CHARS), nullable=False),
    Column("codes", String(255), nullable=False),
)
"""What checks before calls came to; codes with spaces between, and nothing else."""

call_feedback = Table(
    "call_feedback",
    metadata,
    Column("session", String(ID_CHARS), primary_key=True),
    Column("account", String(ID_CHARS), primary_key=True, index=True),
    Column("about", String(ID_CHARS), primary_key=True, index=True),
    Column("instrument", String(NAME_CHARS), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""What people answer after a session, about whoever accompanied them; the answer itself
is encrypted by a key that the database does not have."""
