"""Pages of the crisis desk, and tests of whoever is on call."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    op.create_table(
        "crisis_pages",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("tier", sa.String(length=32), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("band", sa.Integer()),
        sa.Column("due_ms", sa.BigInteger()),
        sa.Column("is_drill", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("made_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("next_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crisis_pages")),
    )
    op.create_index(op.f("ix_crisis_pages_case"), "crisis_pages", ["case"])
    op.create_index(
        "ix_crisis_pages_waiting",
        "crisis_pages",
        ["next_at_ms"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "crisis_page_tests",
        sa.Column("tier", sa.String(length=32), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("tested_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("has_passed", sa.Boolean(), nullable=False),
        sa.Column("said", sa.String(length=200), nullable=False),
        sa.Column("passed_at_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("tier", "target", name=op.f("pk_crisis_page_tests")),
    )
