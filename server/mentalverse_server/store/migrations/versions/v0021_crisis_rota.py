"""The rota of the crisis desk, and which gaps in it were told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    op.create_table(
        "crisis_shifts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("starts_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("ends_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crisis_shifts")),
    )
    op.create_index(op.f("ix_crisis_shifts_account"), "crisis_shifts", ["account"])
    op.create_index(
        op.f("ix_crisis_shifts_starts_at_ms"), "crisis_shifts", ["starts_at_ms"]
    )
    op.create_table(
        "crisis_rota_gaps",
        sa.Column("hour_ms", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "hour_ms", "language", "is_urgent", name=op.f("pk_crisis_rota_gaps")
        ),
    )
