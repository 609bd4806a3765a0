"""Who wishes for direct connections in calls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    op.create_table(
        "call_direct_wishes",
        sa.Column("conversation", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "conversation", "account", name=op.f("pk_call_direct_wishes")
        ),
    )
    op.create_index(
        op.f("ix_call_direct_wishes_account"), "call_direct_wishes", ["account"]
    )
