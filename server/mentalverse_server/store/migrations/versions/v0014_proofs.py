"""Sign-ins at which the device signed that it asks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away."""
    op.add_column("sign_ins", sa.Column("proven_at", sa.BigInteger(), nullable=True))
