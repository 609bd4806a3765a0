"""Tables of what accounts are and have: roles, passkeys, devices; and of the log."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from .tables import ID_CHARS, NAME_CHARS, Instant, metadata

account_roles = Table(
    "account_roles",
    metadata,
    Column("account", String(ID_CHARS), primary_key=True),
    Column("role", String(NAME_CHARS), primary_key=True),
    Column("granted_at", Instant, nullable=False),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("account", String(ID_CHARS), nullable=False, index=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("label", String(40), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("used_at", Instant),
)

passphrases = Table(
    "passphrases",
    metadata,
    Column("account", String(ID_CHARS), primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("hash_salt", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
)

passkey_ceremonies = Table(
    "passkey_ceremonies",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("account", String(ID_CHARS)),
    Column("challenge", LargeBinary, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)

blocks = Table(
    "blocks",
    metadata,
    Column("account", String(ID_CHARS), primary_key=True),
    Column("blocked", String(ID_CHARS), primary_key=True),
    Column("at", Instant, nullable=False),
    Index("ix_blocks_blocked", "blocked"),
)

retired_names = Table(
    "retired_names",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("until", Instant),
)
"""Handles and ids of accounts that were deleted, as keyed hashes."""

device_lists = Table(
    "device_lists",
    metadata,
    Column("account", String(ID_CHARS), primary_key=True),
    Column("counter", BigInteger, primary_key=True, autoincrement=False),
    Column("device_list", LargeBinary, nullable=False),
    Column("entry", BigInteger, nullable=False),
)
"""Every list of every account; `entry` is its place in the log."""

log_entries = Table(
    "log_entries",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("tag", LargeBinary(32), nullable=False),
    Column("entry", LargeBinary, nullable=False),
    Index("ix_log_entries_tag", "tag", "seq"),
)

# On SQLite the key is the table: a node is 32 octets under two small integers.
log_nodes = Table(
    "log_nodes",
    metadata,
    Column("level", BigInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)
"""The hash of every complete subtree (RFC 9162 §2.1)."""

log_heads = Table(
    "log_heads",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("head", LargeBinary, nullable=False),
)
"""One row: the newest signed head. Whoever appends holds its lock."""
