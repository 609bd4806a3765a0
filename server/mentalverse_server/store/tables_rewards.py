"""The ledger of rewards: rights to be paid, a chain of entries, and what accounts hold.

`ledger_journal` names nobody. Whom a row is about stands in `ledger_names` with the
salts, beside the chain: when an account goes, its names go, and the chain still holds.

Times are whole milliseconds, amounts whole micro-MVT.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from .tables import ID_CHARS, metadata

EVENT_CHARS = 64
RULE_CHARS = 96
ACCOUNT_CHARS = 96
HASH_CHARS = 64

ledger_head = Table(
    "ledger_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(HASH_CHARS), nullable=False),
    Column("closed_epoch", Integer, nullable=False),
)
"""One row: the last of the chain, -1 before the first. Whoever books holds it."""

ledger_rights = Table(
    "ledger_rights",
    metadata,
    Column("source_event", String(EVENT_CHARS), primary_key=True),
    Column("rule", String(RULE_CHARS), primary_key=True),
    Column("beneficiary", String(ID_CHARS), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("pack_hash", String(HASH_CHARS), nullable=False),
    Column("fact", Text, nullable=False),
    Column("receipt", Text),
    Column("row_seq", BigInteger),
    Column("bucket", String(32), nullable=False),
    Column("owed_micro", BigInteger, nullable=False),
    Index("ix_ledger_rights_state_epoch", "state", "epoch"),
    Index("ix_ledger_rights_beneficiary", "beneficiary"),
)
"""One event, one rule, one beneficiary: one right, for ever."""

ledger_journal = Table(
    "ledger_journal",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", String(HASH_CHARS), nullable=False),
    Column("document", Text, nullable=False),
)

ledger_names = Table(
    "ledger_names",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("beneficiary", String(ID_CHARS), nullable=False, index=True),
    Column("source_event", String(EVENT_CHARS), nullable=False),
    Column("salts", Text, nullable=False),
)

ledger_accounts = Table(
    "ledger_accounts",
    metadata,
    Column("account", String(ACCOUNT_CHARS), primary_key=True),
    Column("holder", String(ID_CHARS), index=True),
    Column("debits", BigInteger, nullable=False),
    Column("credits", BigInteger, nullable=False),
)
"""What all entries together did to each; the chain is what it is recomputed from."""
