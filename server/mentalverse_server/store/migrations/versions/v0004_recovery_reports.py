"""Rejoins, backups, pairing mailboxes and reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    _create_rejoins()
    _create_backups()
    _create_mailboxes()
    _create_reports()


def _create_rejoins() -> None:
    op.create_table(
        "rejoins",
        sa.Column("conversation", sa.String(length=32), nullable=False),
        sa.Column("device", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "conversation", "device", "seq", name=op.f("pk_rejoins")
        ),
    )
    op.create_index(op.f("ix_rejoins_at"), "rejoins", ["at"], unique=False)


def _create_backups() -> None:
    op.create_table(
        "backups",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("lookup_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_backups")),
        sa.UniqueConstraint("lookup_hash", name=op.f("uq_backups_lookup_hash")),
    )


def _create_mailboxes() -> None:
    op.create_table(
        "pairing_mailboxes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_mailboxes")),
    )
    op.create_index(
        op.f("ix_pairing_mailboxes_expires_at"),
        "pairing_mailboxes",
        ["expires_at"],
        unique=False,
    )
    op.create_table(
        "pairing_slots",
        sa.Column("mailbox", sa.String(length=32), nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", "slot", name=op.f("pk_pairing_slots")),
    )


def _create_reports() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("device", sa.String(length=32), nullable=False),
        sa.Column("conversation", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
    )
    op.create_index("ix_reports_account_at", "reports", ["account", "at"], unique=False)
    op.create_index("ix_reports_at", "reports", ["at"], unique=False)
    op.create_table(
        "report_rows",
        sa.Column("report", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("report", "seq", name=op.f("pk_report_rows")),
    )
