"""Conversations in which a commit did not apply."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    op.create_table(
        "rejections",
        sa.Column("group_id", sa.String(length=32), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("device", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "group_id", "epoch", "device", name=op.f("pk_rejections")
        ),
    )
    op.create_table(
        "freezes",
        sa.Column("group_id", sa.String(length=32), nullable=False),
        sa.Column("conversation", sa.String(length=32), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("committer", sa.String(length=32), nullable=False),
        sa.Column("devices", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("stuck", sa.Boolean(), nullable=False),
        sa.Column("recreated_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_freezes")),
    )
    op.create_index(
        op.f("ix_freezes_conversation"), "freezes", ["conversation"], unique=False
    )
