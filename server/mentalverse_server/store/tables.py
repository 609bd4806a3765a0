"""The tables, as SQLAlchemy Core sees them; `migrations/` creates them.

Ids are 32 hexadecimal digits, instants integer microseconds UTC (`Instant`
converts), sets closed in Python are short strings. A row of `messages` names no
sender: who sent it is inside the ciphertext. What the server needs to answer a
retry sits in `idempotency` and is pruned.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    text,
)

from ..clock import from_micros, to_micros

ID_CHARS = 32
HANDLE_CHARS = 32
NAME_CHARS = 16


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as integer microseconds UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> int | None:
        """The stored integer."""
        return None if value is None else to_micros(value)

    def process_result_value(
        self, value: int | None, dialect: Dialect
    ) -> datetime | None:
        """The aware instant."""
        return None if value is None else from_micros(value)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _id(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, String(ID_CHARS), primary_key=key, nullable=False)


meta = Table(
    "meta",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("value", String(256), nullable=False),
)

# --- accounts -----------------------------------------------------------------

accounts = Table(
    "accounts",
    metadata,
    _id("id", key=True),
    Column("handle", String(HANDLE_CHARS), unique=True),
    Column("account_pub", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("disabled_at", Instant),
)

devices = Table(
    "devices",
    metadata,
    _id("id", key=True),
    Column("account", String(ID_CHARS), nullable=False, index=True),
    Column("signature_pub", LargeBinary, nullable=False),
    Column("credential", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("write_counter", BigInteger, nullable=False, server_default="0"),
)

invites = Table(
    "invites",
    metadata,
    Column("code_hash", LargeBinary(32), primary_key=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_by", String(ID_CHARS)),
    Column("used_at", Instant),
    Column("note", String(200), nullable=False),
    Column("roles", String(128), nullable=False, server_default=""),
)

sign_in_challenges = Table(
    "sign_in_challenges",
    metadata,
    _id("id", key=True),
    _id("device"),
    Column("nonce", LargeBinary, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("used_at", Instant),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    _id("id", key=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("account", String(ID_CHARS), nullable=False, index=True),
    Column("device", String(ID_CHARS), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant, index=True),
    Column("verified_at", Instant),
    Column("proven_at", Instant),
)

key_packages = Table(
    "key_packages",
    metadata,
    Column("ref", LargeBinary, primary_key=True),
    _id("device"),
    Column("suite", Integer, nullable=False),
    Column("package", LargeBinary, nullable=False),
    Column("last_resort", Boolean, nullable=False),
    Column("not_after", Instant, nullable=False),
    Column("taken_at", Instant),
    Index(
        "ix_key_packages_untaken",
        "device",
        "not_after",
        sqlite_where=text("taken_at IS NULL"),
        postgresql_where=text("taken_at IS NULL"),
    ),
)

# --- conversations ------------------------------------------------------------

conversations = Table(
    "conversations",
    metadata,
    _id("id", key=True),
    Column("kind", String(NAME_CHARS), nullable=False),
    Column("group_id", String(ID_CHARS), nullable=False, unique=True),
    Column("head", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
)

members = Table(
    "members",
    metadata,
    _id("conversation", key=True),
    _id("account", key=True),
    Column("seat", String(NAME_CHARS), nullable=False),
    Column("leaving", Boolean, nullable=False),
)

group_devices = Table(
    "group_devices",
    metadata,
    _id("conversation", key=True),
    _id("device", key=True),
    _id("account"),
    Column("joined_seq", BigInteger, nullable=False),
    Column("left_seq", BigInteger),
    Column("cursor", BigInteger, nullable=False),
    Index("ix_group_devices_device", "device"),
)

epochs = Table(
    "epochs",
    metadata,
    _id("group_id", key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    _id("device"),
    _id("client_id"),
)

group_infos = Table(
    "group_infos",
    metadata,
    _id("group_id", key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("group_info", LargeBinary, nullable=False),
)

welcomes = Table(
    "welcomes",
    metadata,
    _id("id", key=True),
    Column("device", String(ID_CHARS), nullable=False, index=True),
    _id("conversation"),
    Column("joined_seq", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False, index=True),
)

messages = Table(
    "messages",
    metadata,
    _id("conversation", key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("kind", String(NAME_CHARS), nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

# On SQLite the key is the table: one tree to write per message instead of two.
# Not so for messages: such a tree moves payloads above 1 kB to pages of their own.
idempotency = Table(
    "idempotency",
    metadata,
    _id("conversation", key=True),
    _id("device", key=True),
    _id("client_id", key=True),
    Column("seq", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("body_hash", LargeBinary(16), nullable=False),
    sqlite_with_rowid=False,
)
