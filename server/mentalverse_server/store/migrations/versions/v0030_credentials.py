"""Credentials: applications, evidence, what was issued, its statuses, training."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

_ID = sa.String(length=32)
_CODE = sa.String(length=64)


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    _applications()
    _credentials()
    _training()


def _applications() -> None:
    op.create_table(
        "credential_applications",
        sa.Column("id", _ID, nullable=False),
        sa.Column("account", _ID, nullable=False),
        sa.Column("credential", _CODE, nullable=False),
        sa.Column("pack_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_applications")),
    )
    _index("credential_applications", "account")
    _index("credential_applications", "state")
    op.create_table(
        "credential_evidence",
        sa.Column("id", _ID, nullable=False),
        sa.Column("application", _ID, nullable=False),
        sa.Column("account", _ID, nullable=False),
        sa.Column("requirement", _CODE, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_evidence")),
    )
    _index("credential_evidence", "account")
    _index("credential_evidence", "application")


def _credentials() -> None:
    op.create_table(
        "credentials",
        sa.Column("id", _ID, nullable=False),
        sa.Column("account", _ID, nullable=False),
        sa.Column("credential", _CODE, nullable=False),
        sa.Column("skill", _CODE, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", _CODE, nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("supervised_ms", sa.BigInteger()),
        sa.Column("status_list", sa.Integer(), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
    )
    _index("credentials", "account")
    _index("credentials", "until_ms")
    op.create_table(
        "credential_statuses",
        sa.Column("list", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("list", "index", name=op.f("pk_credential_statuses")),
    )
    op.create_table(
        "credential_notices",
        sa.Column("credential", _ID, nullable=False),
        sa.Column("what", _CODE, nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("account", _ID, nullable=False),
        sa.PrimaryKeyConstraint(
            "credential", "what", "period", name=op.f("pk_credential_notices")
        ),
    )
    _index("credential_notices", "account")


def _training() -> None:
    op.create_table(
        "training_minutes",
        sa.Column("account", _ID, nullable=False),
        sa.Column("source_id", _CODE, nullable=False),
        sa.Column("module", _CODE, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "account", "source_id", name=op.f("pk_training_minutes")
        ),
    )
    op.create_table(
        "training_marks",
        sa.Column("account", _ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("code", _CODE, nullable=False),
        sa.Column("by", _ID, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "account", "kind", "code", name=op.f("pk_training_marks")
        ),
    )


def _index(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
