"""Passkeys, and the ceremonies in which they are made and used."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from mentalverse_signaling.errors import Conflict
from mentalverse_signaling.ids import AccountId

from .tables_identity import passkey_ceremonies, passkeys


@dataclass(frozen=True, slots=True)
class PasskeyRow:
    """One passkey of an account."""

    id: bytes
    account: AccountId
    public_key: bytes = field(repr=False)
    sign_count: int
    label: str
    created_at: datetime
    used_at: datetime | None


def begin(
    connection: Connection,
    ceremony: str,
    account: AccountId | None,
    challenge: bytes,
    expires_at: datetime,
) -> None:
    """Keep a challenge: of an account that makes a passkey, or of anybody (None)."""
    connection.execute(
        insert(passkey_ceremonies).values(
            id=ceremony, account=account, challenge=challenge, expires_at=expires_at
        )
    )


def use_ceremony(
    connection: Connection, ceremony: str, account: AccountId | None, now: datetime
) -> bytes | None:
    """Spend a ceremony: its challenge to exactly one caller, and not after its time."""
    table = passkey_ceremonies
    row = connection.execute(
        delete(table)
        .where(table.c.id == ceremony)
        .returning(table.c.account, table.c.challenge, table.c.expires_at)
    ).one_or_none()
    if row is None or row.account != account or row.expires_at <= now:
        return None
    return bytes(row.challenge)


def add(connection: Connection, passkey: PasskeyRow) -> None:
    """Keep a passkey; `Conflict` if one with its id is known."""
    try:
        connection.execute(
            insert(passkeys).values(
                id=passkey.id,
                account=passkey.account,
                public_key=passkey.public_key,
                sign_count=passkey.sign_count,
                label=passkey.label,
                created_at=passkey.created_at,
            )
        )
    except IntegrityError:
        raise Conflict("the passkey is known already") from None


def find(connection: Connection, passkey: bytes) -> PasskeyRow | None:
    """The passkey with this credential id."""
    row = connection.execute(
        select(passkeys).where(passkeys.c.id == passkey)
    ).one_or_none()
    return None if row is None else PasskeyRow(**row._mapping)


def of_account(connection: Connection, account: AccountId) -> list[PasskeyRow]:
    """The passkeys of an account, oldest first."""
    rows = connection.execute(
        select(passkeys)
        .where(passkeys.c.account == account)
        .order_by(passkeys.c.created_at, passkeys.c.id)
    )
    return [PasskeyRow(**row._mapping) for row in rows]


def used(
    connection: Connection, before: PasskeyRow, sign_count: int, now: datetime
) -> bool:
    """Note a use; false if the passkey was used or deleted meanwhile."""
    noted = connection.execute(
        update(passkeys)
        .where(passkeys.c.id == before.id, passkeys.c.sign_count == before.sign_count)
        .values(sign_count=sign_count, used_at=now)
    )
    return noted.rowcount == 1


def remove(connection: Connection, account: AccountId, passkey: bytes) -> bool:
    """Forget a passkey of this account; false if it has no such one."""
    gone = connection.execute(
        delete(passkeys).where(passkeys.c.id == passkey, passkeys.c.account == account)
    )
    return gone.rowcount == 1


def remove_all(connection: Connection, account: AccountId) -> int:
    """Forget every passkey of an account; how many they were."""
    gone = connection.execute(delete(passkeys).where(passkeys.c.account == account))
    return gone.rowcount


def prune(connection: Connection, now: datetime) -> None:
    """Forget the ceremonies that are over."""
    connection.execute(
        delete(passkey_ceremonies).where(passkey_ceremonies.c.expires_at <= now)
    )
