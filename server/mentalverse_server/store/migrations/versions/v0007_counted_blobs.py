"""What a quota asks for, in one index again: deleted files count apart."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Forward only, as the one before."""
    op.drop_index("ix_blobs_usage", "blobs")
    op.create_index(
        "ix_blobs_usage",
        "blobs",
        ["account", "purpose", "size", "completed_at", "kept_until"],
        unique=False,
    )
