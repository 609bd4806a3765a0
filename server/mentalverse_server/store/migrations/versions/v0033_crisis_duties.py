"""Since when somebody is on duty."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0028"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    op.create_table(
        "crisis_duties",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("shift", sa.String(length=32), nullable=False),
        sa.Column("on_ms", sa.BigInteger(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_crisis_duties")),
    )
