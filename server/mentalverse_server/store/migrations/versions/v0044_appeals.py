"""What became of a report, and that it is looked at again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away.

    What was closed before counts as acted on, which is what endpoints were told.
    """
    with op.batch_alter_table("reports") as table:
        table.add_column(sa.Column("decided_at", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("outcome", sa.String(length=16), nullable=True))
        table.add_column(sa.Column("appealed_at", sa.BigInteger(), nullable=True))
        table.add_column(
            sa.Column("second_outcome", sa.String(length=16), nullable=True)
        )
    op.execute(
        "UPDATE reports SET decided_at = closed_at, outcome = 'actioned' "
        "WHERE closed_at IS NOT NULL"
    )
