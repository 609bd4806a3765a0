"""The tables of the crisis desk.

A case is one document; the columns beside it are for finding it. What a person says is
in none of them. Times are whole milliseconds, as the desk counts them.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text
from sqlalchemy import text as sql

from .tables import metadata

KEY_CHARS = 64

crisis_desk = Table(
    "crisis_desk",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("stamp", String(32), nullable=False),
    Column("policy", String(KEY_CHARS), nullable=False),
    Column("due_ms", BigInteger),
    Column("surge", Text),
    Column("breach_percent", Integer, nullable=False),
)
"""One row. Every decision locks it and raises `version`, so decisions come one after
the other, in whatever processes. `stamp` is random: two versions of one number, one of
which was never committed, are not taken for each other. `due_ms` is the earliest moment
at which something on the desk is due."""

crisis_policies = Table(
    "crisis_policies",
    metadata,
    Column("revision", String(KEY_CHARS), primary_key=True),
    Column("document", Text, nullable=False),
)
"""Every revision that a case may have opened under; never changed."""

crisis_responders = Table(
    "crisis_responders",
    metadata,
    Column("id", String(KEY_CHARS), primary_key=True),
    Column("document", Text, nullable=False),
)

crisis_cases = Table(
    "crisis_cases",
    metadata,
    Column("id", String(KEY_CHARS), primary_key=True),
    Column("request", String(KEY_CHARS), nullable=False, unique=True),
    Column("person", String(KEY_CHARS), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("on_desk", Boolean, nullable=False, index=True),
    Column("due_ms", BigInteger, index=True),
    Column("opened_version", BigInteger, nullable=False, server_default="0"),
    Column("document", Text, nullable=False),
)
"""`on_desk`: whether decisions about other cases have to see it. Not a case that only
has a follow-up to come, nor one that is over; those are found by id, request, `due_ms`.
`opened_version` is that of the desk with which it came: the highest was opened last.
"""

crisis_holds = Table(
    "crisis_holds",
    metadata,
    Column("case", String(KEY_CHARS), primary_key=True),
    Column("fence", Integer, primary_key=True, autoincrement=False),
    Column("responder", String(KEY_CHARS), nullable=False),
    Column("accepted_at_ms", BigInteger, nullable=False),
    Column("released_at_ms", BigInteger),
)
Index(
    "uq_crisis_holds_open",
    crisis_holds.c.case,
    unique=True,
    sqlite_where=sql("released_at_ms IS NULL"),
    postgresql_where=sql("released_at_ms IS NULL"),
)
"""The database itself refuses a second holder of a case."""

crisis_overrides = Table(
    "crisis_overrides",
    metadata,
    Column("id", String(KEY_CHARS), primary_key=True),
    Column("document", Text, nullable=False),
)
"""Those that nobody has reviewed yet; what became of the others is in the log."""

crisis_entries = Table(
    "crisis_entries",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("case", String(KEY_CHARS), nullable=False, index=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("document", Text, nullable=False),
)
"""The log, one hash chain over all cases: `document` is a whole row of it. Only ever
added to."""

crisis_canary_entries = Table(
    "crisis_canary_entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case", String(KEY_CHARS), nullable=False, index=True),
    Column("what", String(32), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
)
"""What happened to the desk's own trials. Not in the chain, which forgets nothing: ten
entries a minute are forgotten after a day, with their cases."""
