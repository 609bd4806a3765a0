"""Matching: codes of both sides, runs, proposals and what came of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0032"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    _people()
    _runs()
    _proposals()
    _relationships()


def _people() -> None:
    op.create_table(
        "match_profiles",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("consented_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("waits_since_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "role", name=op.f("pk_match_profiles")),
    )
    op.create_table(
        "match_groups",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("told", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_match_groups")),
    )
    op.create_table(
        "match_mentors",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_match_mentors")),
    )
    op.create_table(
        "match_duals",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("other", sa.String(length=32), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "other", name=op.f("pk_match_duals")),
    )
    op.create_index(op.f("ix_match_duals_other"), "match_duals", ["other"])


def _runs() -> None:
    op.create_table(
        "match_runs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("started_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("finished_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("mentees", sa.Integer(), nullable=False),
        sa.Column("mentors", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_runs")),
    )
    op.create_index(
        op.f("ix_match_runs_finished_at_ms"), "match_runs", ["finished_at_ms"]
    )


def _proposals() -> None:
    op.create_table(
        "match_proposals",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("mentee", sa.String(length=32), nullable=False),
        sa.Column("open_for", sa.String(length=32)),
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("lapses_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("reviewed_by", sa.String(length=32), nullable=False),
        sa.Column("chosen", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_proposals")),
        sa.UniqueConstraint("open_for", name=op.f("uq_match_proposals_open_for")),
    )
    for column in ("mentee", "lapses_at_ms"):
        op.create_index(
            op.f(f"ix_match_proposals_{column}"), "match_proposals", [column]
        )
    op.create_table(
        "match_options",
        sa.Column("proposal", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mentor", sa.String(length=32), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("vetoed_by", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("proposal", "place", name=op.f("pk_match_options")),
    )
    op.create_index(op.f("ix_match_options_mentor"), "match_options", ["mentor"])
    op.create_table(
        "match_consents",
        sa.Column("proposal", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("proposal", "account", name=op.f("pk_match_consents")),
    )
    op.create_index(op.f("ix_match_consents_account"), "match_consents", ["account"])


def _relationships() -> None:
    op.create_table(
        "relationships",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("mentee", sa.String(length=32), nullable=False),
        sa.Column("mentor", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("contact", sa.String(length=16), nullable=False),
        sa.Column("mentee_oriented", sa.Boolean(), nullable=False),
        sa.Column("mentor_oriented", sa.Boolean(), nullable=False),
        sa.Column("started_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relationships")),
    )
    for column in ("mentee", "mentor"):
        op.create_index(op.f(f"ix_relationships_{column}"), "relationships", [column])
