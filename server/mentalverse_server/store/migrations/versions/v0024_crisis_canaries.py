"""What happens to the desk's own trials, apart from the log that forgets nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    op.create_table(
        "crisis_canary_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crisis_canary_entries")),
    )
    op.create_index(
        op.f("ix_crisis_canary_entries_case"), "crisis_canary_entries", ["case"]
    )
