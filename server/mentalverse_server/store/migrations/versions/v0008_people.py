"""Roles as a set of their own, and accounts that an operator has disabled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Forward only: a way back would have to throw data away.

    The role before this meant nothing to the server. A `member` becomes a mentee;
    `staff` is not turned into any of the roles of trust: an operator grants those.
    """
    op.create_table(
        "account_roles",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("granted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "role", name=op.f("pk_account_roles")),
    )
    op.execute(
        "INSERT INTO account_roles (account, role, granted_at) "
        "SELECT id, 'mentee', created_at FROM accounts WHERE role = 'member'"
    )
    op.drop_column("accounts", "role")
    op.add_column("accounts", sa.Column("disabled_at", sa.BigInteger(), nullable=True))
    op.add_column(
        "invites",
        sa.Column("roles", sa.String(length=128), nullable=False, server_default=""),
    )
    op.execute("UPDATE invites SET roles = 'mentee' WHERE role = 'member'")
    op.drop_column("invites", "role")
    op.create_index("ix_sign_ins_revoked_at", "sign_ins", ["revoked_at"], unique=False)
