"""Rewards over the wire: what is heard, chosen, disputed, awarded, paid by, signed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0036"

_ID = sa.String(length=32)
_EVENT = sa.String(length=64)
_RULE = sa.String(length=96)
_HASH = sa.String(length=64)


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    _books()
    _disputes()
    _awards()
    _packs()


def _books() -> None:
    op.create_table(
        "ledger_checkpoints",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("epoch", sa.String(length=16), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("head", _HASH, nullable=False),
        sa.Column("root", _HASH, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger_checkpoints")),
    )
    _index("ledger_checkpoints", "day")
    op.create_table(
        "reward_inbox",
        sa.Column("event", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("event", name=op.f("pk_reward_inbox")),
    )
    op.create_table(
        "reward_choices",
        sa.Column("account", _ID, nullable=False),
        sa.Column("out", sa.Boolean(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_reward_choices")),
    )


def _disputes() -> None:
    op.create_table(
        "reward_disputes",
        sa.Column("source_event", _EVENT, nullable=False),
        sa.Column("rule", _RULE, nullable=False),
        sa.Column("beneficiary", _ID, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "source_event", "rule", "beneficiary", name=op.f("pk_reward_disputes")
        ),
    )
    _index("reward_disputes", "is_open")
    _index("reward_disputes", "beneficiary")
    op.create_table(
        "reward_words",
        sa.Column("source_event", _EVENT, nullable=False),
        sa.Column("rule", _RULE, nullable=False),
        sa.Column("beneficiary", _ID, nullable=False),
        sa.Column("by", _ID, nullable=False),
        sa.Column("correct", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "source_event", "rule", "beneficiary", "by", name=op.f("pk_reward_words")
        ),
    )
    _index("reward_words", "beneficiary")
    _index("reward_words", "by")


def _awards() -> None:
    op.create_table(
        "reward_awards",
        sa.Column("id", _ID, nullable=False),
        sa.Column("beneficiary", _ID, nullable=False),
        sa.Column("rule", _RULE, nullable=False),
        sa.Column("amount_mvt", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_awards")),
    )
    _index("reward_awards", "beneficiary")
    op.create_table(
        "reward_approvals",
        sa.Column("award", _ID, nullable=False),
        sa.Column("by", _ID, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("award", "by", name=op.f("pk_reward_approvals")),
    )
    _index("reward_approvals", "by")


def _packs() -> None:
    op.create_table(
        "reward_packs",
        sa.Column("hash", _HASH, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("effective_ms", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("proposed_by", _ID),
        sa.Column("activated_by", _ID),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_reward_packs")),
    )


def _index(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
