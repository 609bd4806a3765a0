"""The ledger of rewards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0031"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("closed_epoch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_head")),
    )
    _rights()
    op.create_table(
        "ledger_journal",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_journal")),
    )
    op.create_table(
        "ledger_names",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("beneficiary", sa.String(length=32), nullable=False),
        sa.Column("source_event", sa.String(length=64), nullable=False),
        sa.Column("salts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_names")),
    )
    op.create_index(
        op.f("ix_ledger_names_beneficiary"), "ledger_names", ["beneficiary"]
    )
    op.create_table(
        "ledger_accounts",
        sa.Column("account", sa.String(length=96), nullable=False),
        sa.Column("holder", sa.String(length=32)),
        sa.Column("debits", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_ledger_accounts")),
    )
    op.create_index(op.f("ix_ledger_accounts_holder"), "ledger_accounts", ["holder"])


def _rights() -> None:
    op.create_table(
        "ledger_rights",
        sa.Column("source_event", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=96), nullable=False),
        sa.Column("beneficiary", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("pack_hash", sa.String(length=64), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text()),
        sa.Column("row_seq", sa.BigInteger()),
        sa.Column("bucket", sa.String(length=32), nullable=False),
        sa.Column("owed_micro", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "source_event", "rule", "beneficiary", name=op.f("pk_ledger_rights")
        ),
    )
    op.create_index("ix_ledger_rights_state_epoch", "ledger_rights", ["state", "epoch"])
    op.create_index("ix_ledger_rights_beneficiary", "ledger_rights", ["beneficiary"])
