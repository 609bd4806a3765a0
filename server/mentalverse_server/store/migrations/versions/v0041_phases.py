"""How far two have come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0034"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    with op.batch_alter_table("relationships") as table:
        table.add_column(
            sa.Column("phase", sa.Integer(), nullable=False, server_default="1")
        )
