"""Pages that are acknowledged by a link, and test pages of who begins a duty."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    op.create_table(
        "crisis_duty_tests",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("sent_at_ms", sa.BigInteger()),
        sa.Column("browsers", sa.Integer(), nullable=False),
        sa.Column("seen_at_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_crisis_duty_tests")),
    )
    op.add_column("crisis_page_tests", sa.Column("seen_at_ms", sa.BigInteger()))
    op.create_table(
        "crisis_page_links",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("tier", sa.String(length=32), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("band", sa.Integer()),
        sa.Column("due_ms", sa.BigInteger()),
        sa.Column("is_drill", sa.Boolean(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_at_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_crisis_page_links")),
    )
    op.create_index(
        op.f("ix_crisis_page_links_expires_at_ms"),
        "crisis_page_links",
        ["expires_at_ms"],
    )
