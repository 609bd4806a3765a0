"""In which conversation a case is talked about, and which case somebody opened last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    op.add_column(
        "crisis_cases",
        sa.Column(
            "opened_version", sa.BigInteger(), nullable=False, server_default="0"
        ),
    )
    op.create_table(
        "crisis_conversations",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("conversation", sa.String(length=32), nullable=False),
        sa.Column("read_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_crisis_conversations")),
    )
    op.create_index(
        op.f("ix_crisis_conversations_conversation"),
        "crisis_conversations",
        ["conversation"],
    )
