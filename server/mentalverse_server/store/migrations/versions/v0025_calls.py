"""Calls, their seats, who attended, what was agreed to, and what is planned."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    _calls()
    _of_calls()
    _before_calls()


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation", sa.String(length=32), nullable=False),
        sa.Column("open_in", sa.String(length=32), nullable=True),
        sa.Column("key_group", sa.String(length=32), nullable=True),
        sa.Column("session", sa.String(length=32), nullable=True),
        sa.Column("opened_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("end_reason", sa.String(length=16), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        sa.UniqueConstraint("open_in", name=op.f("uq_calls_open_in")),
    )
    _indexed("calls", "conversation", "key_group", "ended_at_ms")
    op.create_table(
        "call_seats",
        sa.Column("call", sa.String(length=32), nullable=False),
        sa.Column("seat_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("device", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("conn_epoch", sa.BigInteger(), nullable=False),
        sa.Column("joined_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("call", "seat_no", name=op.f("pk_call_seats")),
        sa.UniqueConstraint("call", "account", name=op.f("uq_call_seats_call_account")),
    )
    _indexed("call_seats", "account")


def _of_calls() -> None:
    op.create_table(
        "call_attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_attendance")),
    )
    _indexed("call_attendance", "call", "account")
    op.create_table(
        "call_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call", sa.String(length=32), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=True),
        sa.Column("on_account", sa.String(length=32), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("detail", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_acts")),
    )
    _indexed("call_acts", "call", "account", "on_account")
    op.create_table(
        "call_consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call", sa.String(length=32), nullable=False),
        sa.Column("request", sa.String(length=32), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_consents")),
    )
    _indexed("call_consents", "call", "account")


def _before_calls() -> None:
    op.create_table(
        "call_sessions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("request", sa.String(length=32), nullable=False),
        sa.Column("conversation", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("starts_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("media", sa.String(length=16), nullable=False),
        sa.Column("needs_screening", sa.Boolean(), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("call", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_sessions")),
        sa.UniqueConstraint(
            "account", "request", name=op.f("uq_call_sessions_account_request")
        ),
    )
    _indexed("call_sessions", "conversation", "starts_at_ms", "account")
    op.create_table(
        "call_screenings",
        sa.Column("conversation", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("said_by", sa.String(length=32), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "conversation", "account", name=op.f("pk_call_screenings")
        ),
    )
    op.create_table(
        "call_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("codes", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_checks")),
    )
    _indexed("call_checks", "account", "at_ms")


def _indexed(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
