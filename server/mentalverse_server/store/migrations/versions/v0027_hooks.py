"""Events for endpoints outside: what is told, to whom, and how far it has come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    _events()
    _endpoints()
    _deliveries()


def _events() -> None:
    op.create_table(
        "key_heads",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_key_heads")),
    )
    op.create_table(
        "outbox",
        sa.Column("seq", _LONG, nullable=False),
        sa.Column("evt_id", sa.String(length=32), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("key_seq", sa.BigInteger(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("schema", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("occurred_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("policy_rev", sa.String(length=64), nullable=True),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("endpoint", sa.String(length=32), nullable=True),
        sa.Column("fanned", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox")),
        sa.UniqueConstraint("evt_id", name=op.f("uq_outbox_evt_id")),
        sa.UniqueConstraint("key", "key_seq", name=op.f("uq_outbox_key_key_seq")),
    )
    op.create_index("ix_outbox_fanned_seq", "outbox", ["fanned", "seq"])
    op.create_index(op.f("ix_outbox_occurred_at_ms"), "outbox", ["occurred_at_ms"])
    op.create_table(
        "outbox_subjects",
        sa.Column("event", _LONG, autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("event", "account", name=op.f("pk_outbox_subjects")),
    )
    op.create_index(op.f("ix_outbox_subjects_account"), "outbox_subjects", ["account"])


def _endpoints() -> None:
    op.create_table(
        "endpoints",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("types", sa.Text(), nullable=False),
        sa.Column("max_tier", sa.Integer(), nullable=False),
        sa.Column("drills", sa.Boolean(), nullable=False),
        sa.Column("signing_key", sa.String(length=64), nullable=False),
        sa.Column("previous_key", sa.String(length=64), nullable=True),
        sa.Column("previous_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("parked_since_ms", sa.BigInteger(), nullable=True),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoints")),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", _LONG, nullable=False),
        sa.Column("endpoint", sa.String(length=32), nullable=False),
        sa.Column("event", _LONG, nullable=False),
        sa.Column("lane", sa.String(length=64), nullable=False),
        sa.Column("lane_seq", sa.BigInteger(), nullable=False),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_class", sa.String(length=16), nullable=True),
        sa.Column("queued_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("not_before_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("replay", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint(
            "endpoint", "event", name=op.f("uq_deliveries_endpoint_event")
        ),
    )
    op.create_index(op.f("ix_deliveries_event"), "deliveries", ["event"])
    op.create_index(op.f("ix_deliveries_ended_at_ms"), "deliveries", ["ended_at_ms"])
    queue = ["endpoint", "queue", "state", "place"]
    op.create_index("ix_deliveries_queue", "deliveries", queue)
    state = ["endpoint", "state", "tier", "id"]
    op.create_index("ix_deliveries_state", "deliveries", state)
    op.create_table(
        "delivery_lanes",
        sa.Column("endpoint", sa.String(length=32), nullable=False),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("last_place", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=True),
        sa.Column("since_ms", sa.BigInteger(), nullable=True),
        sa.Column("due_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("on_probation", sa.Boolean(), nullable=False),
        sa.Column("lease_until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("endpoint", "queue", name=op.f("pk_delivery_lanes")),
    )
    due = ["endpoint", "due_at_ms"]
    op.create_index("ix_delivery_lanes_due", "delivery_lanes", due)
