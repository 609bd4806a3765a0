"""The roles of accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import Role, in_order

from .tables_identity import account_roles


def roles_of(connection: Connection, account: AccountId) -> tuple[Role, ...]:
    """The roles of an account, in the order of the closed set."""
    query = select(account_roles.c.role).where(account_roles.c.account == account)
    return in_order(Role(name) for name in connection.execute(query).scalars())


def all_roles(connection: Connection) -> dict[AccountId, tuple[Role, ...]]:
    """The roles of every account that has any."""
    found: dict[AccountId, list[Role]] = {}
    for account, name in connection.execute(
        select(account_roles.c.account, account_roles.c.role)
    ):
        found.setdefault(AccountId(account), []).append(Role(name))
    return {account: in_order(roles) for account, roles in found.items()}


def grant(
    connection: Connection, account: AccountId, roles: Iterable[Role], now: datetime
) -> tuple[Role, ...]:
    """Give an account roles; those it did not have before."""
    had = roles_of(connection, account)
    added = tuple(role for role in in_order(roles) if role not in had)
    if added:
        connection.execute(
            insert(account_roles),
            [
                {"account": account, "role": role.value, "granted_at": now}
                for role in added
            ],
        )
    return added


def revoke(connection: Connection, account: AccountId, role: Role) -> bool:
    """Take a role from an account; false if it did not have it."""
    gone = connection.execute(
        delete(account_roles).where(
            account_roles.c.account == account, account_roles.c.role == role.value
        )
    )
    return gone.rowcount == 1
