"""Consents as they are stored, and the names that endpoints know somebody by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from mentalverse_signaling.ids import AccountId

from .tables_consents import consents, endpoint_names


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """What somebody said last to a purpose."""

    account: AccountId
    purpose: str
    version: int
    granted_at_ms: int
    withdrawn_at_ms: int | None = None


def of_account(connection: Connection, account: AccountId) -> dict[str, ConsentRow]:
    """What somebody has said, by purpose."""
    query = select(consents).where(consents.c.account == account)
    rows = [ConsentRow(**row._mapping) for row in connection.execute(query)]
    return {row.purpose: row for row in rows}


def get(connection: Connection, account: AccountId, purpose: str) -> ConsentRow | None:
    """What somebody has said to a purpose."""
    return of_account(connection, account).get(purpose)


def put(connection: Connection, row: ConsentRow) -> None:
    """Store what somebody says now."""
    which = (consents.c.account == row.account, consents.c.purpose == row.purpose)
    values = {
        "version": row.version,
        "granted_at_ms": row.granted_at_ms,
        "withdrawn_at_ms": row.withdrawn_at_ms,
    }
    changed = connection.execute(update(consents).where(*which).values(values))
    if not changed.rowcount:
        key = {"account": row.account, "purpose": row.purpose}
        connection.execute(insert(consents).values(key | values))


def who_agreed(
    connection: Connection, accounts: Iterable[str], purpose: str, version: int
) -> frozenset[str]:
    """Those of `accounts` who agreed to these words of a purpose, and still do."""
    query = select(consents.c.account).where(
        consents.c.account.in_(sorted(set(accounts))),
        consents.c.purpose == purpose,
        consents.c.version == version,
        consents.c.withdrawn_at_ms.is_(None),
    )
    return frozenset(connection.execute(query).scalars())


def who_withdrew(
    connection: Connection, accounts: Iterable[str], purpose: str, since_ms: int
) -> frozenset[str]:
    """Those of `accounts` who took a consent back after that."""
    query = select(consents.c.account).where(
        consents.c.account.in_(sorted(set(accounts))),
        consents.c.purpose == purpose,
        consents.c.withdrawn_at_ms > since_ms,
    )
    return frozenset(connection.execute(query).scalars())


def name_to(
    connection: Connection, endpoint: str, names: Mapping[str, str], now_ms: int
) -> None:
    """Note by which names an endpoint is about to be told of accounts."""
    for account in sorted(unnamed(connection, endpoint, names)):
        values = {
            "endpoint": endpoint,
            "account": account,
            "name": names[account],
            "since_ms": now_ms,
        }
        connection.execute(insert(endpoint_names).values(values))


def unnamed(
    connection: Connection, endpoint: str, accounts: Iterable[str]
) -> frozenset[str]:
    """Those of `accounts` of whom an endpoint has not been told by name."""
    asked = frozenset(accounts)
    query = select(endpoint_names.c.account).where(
        endpoint_names.c.endpoint == endpoint,
        endpoint_names.c.account.in_(sorted(asked)),
    )
    return asked - frozenset(connection.execute(query).scalars())


def named_to(connection: Connection, account: AccountId) -> frozenset[str]:
    """The endpoints that may know somebody by name."""
    query = select(endpoint_names.c.endpoint)
    return frozenset(
        connection.execute(query.where(endpoint_names.c.account == account)).scalars()
    )
