"""What somebody has been trained for and allowed to do, and how that came about.

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
)

from .tables import ID_CHARS, metadata

CODE_CHARS = 64
SOURCE_CHARS = 64
HASH_CHARS = 64

credential_applications = Table(
    "credential_applications",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("account", String(ID_CHARS), nullable=False, index=True),
    Column("credential", String(CODE_CHARS), nullable=False),
    Column("pack_hash", String(HASH_CHARS), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("document", Text, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
)
"""`document`: checks and signatures, as JSON."""

credential_evidence = Table(
    "credential_evidence",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("application", String(ID_CHARS), nullable=False, index=True),
    Column("account", String(ID_CHARS), nullable=False, index=True),
    Column("requirement", String(CODE_CHARS), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""Documents that were handed in; `sealed` opens with a key of the keyring alone."""

credentials = Table(
    "credentials",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("account", String(ID_CHARS), nullable=False, index=True),
    Column("credential", String(CODE_CHARS), nullable=False),
    Column("skill", String(CODE_CHARS), nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", String(CODE_CHARS), nullable=False),
    Column("from_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False, index=True),
    Column("supervised_ms", BigInteger),
    Column("status_list", Integer, nullable=False),
    Column("status_index", Integer, nullable=False),
    Column("token", Text, nullable=False),
)
"""What is held; a credential has the id of the application that it was issued of.
`skill`: what its holder may be asked for. `token`: as it is carried."""

credential_statuses = Table(
    "credential_statuses",
    metadata,
    Column("list", Integer, primary_key=True, autoincrement=False),
    Column("index", Integer, primary_key=True, autoincrement=False),
    Column("revoked", Boolean, nullable=False),
    Column("suspended", Boolean, nullable=False),
)
"""Bits of the published lists, at random places; they outlive the account."""

credential_notices = Table(
    "credential_notices",
    metadata,
    Column("credential", String(ID_CHARS), primary_key=True),
    Column("what", String(CODE_CHARS), primary_key=True),
    Column("period", String(10), primary_key=True),
    Column("account", String(ID_CHARS), nullable=False, index=True),
)
"""What was told of a credential: each thing once for each day that it is about."""

training_minutes = Table(
    "training_minutes",
    metadata,
    Column("account", String(ID_CHARS), primary_key=True),
    Column("source_id", String(SOURCE_CHARS), primary_key=True),
    Column("module", String(CODE_CHARS), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""Minutes of training, each source once."""

training_marks = Table(
    "training_marks",
    metadata,
    Column("account", String(ID_CHARS), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("code", String(CODE_CHARS), primary_key=True),
    Column("by", String(ID_CHARS), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""Assessments that were passed (`assessment`), levels signed off (`sign_off`)."""
