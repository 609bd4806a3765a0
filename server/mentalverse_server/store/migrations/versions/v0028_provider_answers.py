"""What providers said last, and what the operator has taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    op.create_table(
        "provider_answers",
        sa.Column("decision", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("reason_code", sa.String(length=32), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("valid_until_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint(
            "decision", "account", "provider", name=op.f("pk_provider_answers")
        ),
    )
    op.create_index(
        op.f("ix_provider_answers_account"), "provider_answers", ["account"]
    )
    op.create_table(
        "local_revocations",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_local_revocations")),
    )
