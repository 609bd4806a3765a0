"""What was done to endpoints, and which are called in the public internet alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0040"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    op.add_column(
        "endpoints",
        sa.Column(
            "public_only", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
    )
    op.create_table(
        "webhook_acts",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=True),
        sa.Column("request", sa.String(length=32), nullable=True),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("endpoint", sa.String(length=32), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_webhook_acts")),
        sa.UniqueConstraint(
            "account", "request", name=op.f("uq_webhook_acts_account_request")
        ),
    )
