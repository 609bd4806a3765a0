"""What two who are together would rather have."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    op.create_table(
        "match_wishes",
        sa.Column("relationship", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("structure", sa.String(length=16), nullable=False),
        sa.Column("meetings_a_month", sa.Integer(), nullable=False),
        sa.Column("lapses_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "relationship", "account", name=op.f("pk_match_wishes")
        ),
    )
    for column in ("account", "lapses_at_ms"):
        name = op.f(f"ix_match_wishes_{column}")
        op.create_index(name, "match_wishes", [column])
