"""Guests: accounts without a handle, and when they were last here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    with op.batch_alter_table("accounts") as accounts:
        accounts.alter_column(
            "handle", existing_type=sa.String(length=32), nullable=True
        )
    op.create_table(
        "guests",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_guests")),
    )
    op.create_index("ix_guests_used_at", "guests", ["used_at"], unique=False)
