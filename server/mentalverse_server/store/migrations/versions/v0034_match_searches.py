"""What a search waits for, what stands against it, and when a proposal was over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0037"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    with op.batch_alter_table("match_profiles") as table:
        table.add_column(
            sa.Column(
                "standing", sa.String(length=16), nullable=False, server_default="waits"
            )
        )
        table.add_column(sa.Column("against", sa.Text(), nullable=True))
    with op.batch_alter_table("match_options") as table:
        table.add_column(
            sa.Column("lines", sa.Text(), nullable=False, server_default="[]")
        )
    with op.batch_alter_table("match_proposals") as table:
        table.add_column(sa.Column("closed_at_ms", sa.BigInteger(), nullable=True))
