"""The ledger of rewards: rights to be paid, a chain of entries, and what accounts hold.

`ledger_journal` names nobody. Whom a row is about stands in `ledger_names` with the
salts, beside the chain: when an account goes, its names go, and the chain still holds.

Times are whole milliseconds, amounts whole micro-MVT.
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
)

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

ledger_checkpoints = Table(
    "ledger_checkpoints",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("day", String(10), nullable=False, index=True),
    Column("epoch", String(16), nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("head", String(HASH_CHARS), nullable=False),
    Column("root", String(HASH_CHARS), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("signature", String(128), nullable=False),
)
"""Signed roots of the chain; none is ever changed."""

reward_inbox = Table(
    "reward_inbox",
    metadata,
    Column("event", BigInteger, primary_key=True, autoincrement=False),
    Column("tries", Integer, nullable=False),
)
"""Events of the outbox that the rules have not seen: added with the event, removed in
the transaction that makes rights of it."""

reward_choices = Table(
    "reward_choices",
    metadata,
    Column("account", String(ID_CHARS), primary_key=True),
    Column("out", Boolean, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""Who wants no entries at all."""

reward_disputes = Table(
    "reward_disputes",
    metadata,
    Column("source_event", String(EVENT_CHARS), primary_key=True),
    Column("rule", String(RULE_CHARS), primary_key=True),
    Column("beneficiary", String(ID_CHARS), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("is_open", Boolean, nullable=False, index=True),
    Index("ix_reward_disputes_beneficiary", "beneficiary"),
)

reward_words = Table(
    "reward_words",
    metadata,
    Column("source_event", String(EVENT_CHARS), primary_key=True),
    Column("rule", String(RULE_CHARS), primary_key=True),
    Column("beneficiary", String(ID_CHARS), primary_key=True),
    Column("by", String(ID_CHARS), primary_key=True),
    Column("correct", Boolean, nullable=False),
    Index("ix_reward_words_beneficiary", "beneficiary"),
    Index("ix_reward_words_by", "by"),
)
"""What those who decide have said of a dispute that is open."""

reward_awards = Table(
    "reward_awards",
    metadata,
    Column("id", String(ID_CHARS), primary_key=True),
    Column("beneficiary", String(ID_CHARS), nullable=False, index=True),
    Column("rule", String(RULE_CHARS), nullable=False),
    Column("amount_mvt", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

reward_approvals = Table(
    "reward_approvals",
    metadata,
    Column("award", String(ID_CHARS), primary_key=True),
    Column("by", String(ID_CHARS), primary_key=True, index=True),
    Column("at_ms", BigInteger, nullable=False),
)
"""Who stands for an award; whoever proposed it is the first."""

reward_packs = Table(
    "reward_packs",
    metadata,
    Column("hash", String(HASH_CHARS), primary_key=True),
    Column("name", String(32), nullable=False),
    Column("rev", Integer, nullable=False),
    Column("effective_ms", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
    Column("key", String(64), nullable=False),
    Column("signature", String(128), nullable=False),
    Column("proposed_by", String(ID_CHARS)),
    Column("activated_by", String(ID_CHARS)),
    Column("at_ms", BigInteger, nullable=False),
)
"""Every revision that holds or held, and at most one that waits: its signature is
empty. Of what the installation began with, nobody stands here."""

fees_due = Table(
    "fees_due",
    metadata,
    Column("pack", String(32), primary_key=True),
    Column("reference", String(EVENT_CHARS), primary_key=True),
    Column("account", String(ID_CHARS), nullable=False, index=True),
    Column("service", String(64), nullable=False),
    Column("micro", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""What a provider of payments was asked for and has not answered; gone once it is
booked, refused or let go."""
