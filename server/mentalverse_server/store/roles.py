"""The roles of accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import Role, in_order

from .tables import accounts
from .tables_identity import account_roles


@dataclass(frozen=True, slots=True)
class Holder:
    """An account, and which of the roles that were asked for it has."""

    account: AccountId
    handle: str
    roles: tuple[Role, ...]


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


def holders(connection: Connection, roles: Iterable[Role]) -> list[Holder]:
    """Whoever has one of these roles and may sign in, by handle."""
    query = (
        select(accounts.c.id, accounts.c.handle, account_roles.c.role)
        .join(account_roles, account_roles.c.account == accounts.c.id)
        .where(
            account_roles.c.role.in_([role.value for role in roles]),
            accounts.c.handle.is_not(None),
            accounts.c.disabled_at.is_(None),
        )
        .order_by(accounts.c.handle)
    )
    found: dict[AccountId, tuple[str, list[Role]]] = {}
    for account, handle, name in connection.execute(query):
        found.setdefault(AccountId(account), (handle, []))[1].append(Role(name))
    return [
        Holder(account, handle, in_order(held))
        for account, (handle, held) in found.items()
    ]


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
