"""What people answer after sessions, sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0035"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    op.create_table(
        "call_feedback",
        sa.Column("session", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=32), nullable=False),
        sa.Column("instrument", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "session", "account", "about", "instrument", name=op.f("pk_call_feedback")
        ),
    )
    op.create_index(op.f("ix_call_feedback_account"), "call_feedback", ["account"])
    op.create_index(op.f("ix_call_feedback_about"), "call_feedback", ["about"])
