"""What the resume words of guests find."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    op.create_table(
        "guest_words",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("verifier", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("found_on", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_guest_words")),
        sa.UniqueConstraint("verifier", name=op.f("uq_guest_words_verifier")),
    )
