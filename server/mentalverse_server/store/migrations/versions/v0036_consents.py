"""Consents to what is told outside, and who has to hear that somebody is gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0030"

_ID = sa.String(length=32)


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    op.create_table(
        "consents",
        sa.Column("account", _ID, nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("granted_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("account", "purpose", name=op.f("pk_consents")),
    )
    op.create_table(
        "endpoint_names",
        sa.Column("endpoint", _ID, nullable=False),
        sa.Column("account", _ID, nullable=False),
        sa.Column("name", _ID, nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("endpoint", "account", name=op.f("pk_endpoint_names")),
    )
    op.create_index(op.f("ix_endpoint_names_account"), "endpoint_names", ["account"])
    op.create_table(
        "erasure_notices",
        sa.Column("endpoint", _ID, nullable=False),
        sa.Column("name", _ID, nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("told_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("endpoint", "name", name=op.f("pk_erasure_notices")),
    )
