"""Files kept for reports: those just deleted, and those of open cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    op.add_column("blobs", sa.Column("kept_until", sa.BigInteger(), nullable=True))
    op.add_column("reports", sa.Column("closed_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "report_blobs",
        sa.Column("report", sa.String(length=32), nullable=False),
        sa.Column("blob", sa.String(length=32), nullable=False),
        sa.Column("held_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("report", "blob", name=op.f("pk_report_blobs")),
    )
    op.create_index(
        "ix_report_blobs_blob", "report_blobs", ["blob", "held_until"], unique=False
    )
