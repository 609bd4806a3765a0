"""Fees that are asked for again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    op.create_table(
        "fees_due",
        sa.Column("pack", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("micro", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pack", "reference", name=op.f("pk_fees_due")),
    )
    op.create_index(op.f("ix_fees_due_account"), "fees_due", ["account"])
