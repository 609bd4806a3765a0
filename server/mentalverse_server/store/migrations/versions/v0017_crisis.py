"""The crisis desk: cases, who holds them, and the log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

KEY = sa.String(length=64)


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    op.create_table(
        "crisis_desk",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("stamp", sa.String(length=32), nullable=False),
        sa.Column("policy", KEY, nullable=False),
        sa.Column("due_ms", sa.BigInteger()),
        sa.Column("surge", sa.Text()),
        sa.Column("breach_percent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crisis_desk")),
    )
    op.create_table(
        "crisis_policies",
        sa.Column("revision", KEY, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_crisis_policies")),
    )
    op.create_table(
        "crisis_responders",
        sa.Column("id", KEY, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crisis_responders")),
    )
    op.create_table(
        "crisis_overrides",
        sa.Column("id", KEY, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crisis_overrides")),
    )
    _cases()
    _holds()
    op.create_table(
        "crisis_entries",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case", KEY, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_crisis_entries")),
    )
    op.create_index(op.f("ix_crisis_entries_case"), "crisis_entries", ["case"])


def _cases() -> None:
    op.create_table(
        "crisis_cases",
        sa.Column("id", KEY, nullable=False),
        sa.Column("request", KEY, nullable=False),
        sa.Column("person", KEY, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("on_desk", sa.Boolean(), nullable=False),
        sa.Column("due_ms", sa.BigInteger()),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crisis_cases")),
        sa.UniqueConstraint("request", name=op.f("uq_crisis_cases_request")),
    )
    for column in ("person", "on_desk", "due_ms"):
        op.create_index(op.f(f"ix_crisis_cases_{column}"), "crisis_cases", [column])


def _holds() -> None:
    op.create_table(
        "crisis_holds",
        sa.Column("case", KEY, nullable=False),
        sa.Column("fence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("responder", KEY, nullable=False),
        sa.Column("accepted_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("released_at_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("case", "fence", name=op.f("pk_crisis_holds")),
    )
    op.create_index(
        "uq_crisis_holds_open",
        "crisis_holds",
        ["case"],
        unique=True,
        sqlite_where=sa.text("released_at_ms IS NULL"),
        postgresql_where=sa.text("released_at_ms IS NULL"),
    )
