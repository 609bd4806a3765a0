"""Receipts of attendance, what counts of them, and claims that two have signed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0033"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    op.create_table(
        "call_receipts",
        *_ids("call", "account", "device"),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "call", "account", "device", name=op.f("pk_call_receipts")
        ),
    )
    op.create_index(op.f("ix_call_receipts_account"), "call_receipts", ["account"])
    op.create_table(
        "call_counted",
        *_ids("call", "account"),
        sa.Column("session", sa.String(length=32), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("is_countersigned", sa.Boolean(), nullable=False),
        sa.Column("in_review", sa.Boolean(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("call", "account", name=op.f("pk_call_counted")),
    )
    op.create_index(op.f("ix_call_counted_account"), "call_counted", ["account"])
    op.create_index(op.f("ix_call_counted_session"), "call_counted", ["session"])
    op.create_table(
        "claims",
        *_ids("conversation"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        *_ids("ref", "account", "device"),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "conversation", "kind", "ref", "account", name=op.f("pk_claims")
        ),
    )
    op.create_index(op.f("ix_claims_account"), "claims", ["account"])


def _ids(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(length=32), nullable=False) for name in names]
