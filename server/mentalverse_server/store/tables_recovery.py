"""Tables of what helps when something went wrong: coming back, and reports."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from .tables import ID_CHARS, Instant, metadata

NAME_CHARS = 16
"""Of the longest outcome of a report, and more."""

rejoins = Table(
    "rejoins",
    metadata,
    Column("conversation", String(ID_CHARS), primary_key=True),
    Column("device", String(ID_CHARS), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False, index=True),
)

backups = Table(
    "backups",
    metadata,
    Column("account", String(ID_CHARS), primary_key=True),
    Column("lookup_hash", LargeBinary(32), nullable=False, unique=True),
    Column("counter", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
)

pairing_mailboxes = Table(
    "pairing_mailboxes",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
)

pairing_slots = Table(
    "pairing_slots",
    metadata,
    Column("mailbox", String(ID_CHARS), primary_key=True),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("payload", LargeBinary, nullable=False),
)

reports = Table(
    "reports",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("account", String(ID_CHARS), nullable=False),
    Column("device", String(ID_CHARS), nullable=False),
    Column("conversation", String(ID_CHARS), nullable=False),
    Column("at", Instant, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("closed_at", Instant),
    Column("decided_at", Instant),
    Column("outcome", String(NAME_CHARS)),
    Column("appealed_at", Instant),
    Column("second_outcome", String(NAME_CHARS)),
    Index("ix_reports_account_at", "account", "at"),
    Index("ix_reports_at", "at"),
)
"""`closed_at`: from then on nothing can change any more. It lies ahead while a report
can be appealed, and is the time of the second decision where there is one.
"""

report_rows = Table(
    "report_rows",
    metadata,
    Column("report", String(ID_CHARS), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("size", BigInteger, nullable=False),
)

report_blobs = Table(
    "report_blobs",
    metadata,
    Column("report", String(ID_CHARS), primary_key=True),
    Column("blob", String(ID_CHARS), primary_key=True),
    Column("held_until", Instant, nullable=False),
    Index("ix_report_blobs_blob", "blob", "held_until"),
)
