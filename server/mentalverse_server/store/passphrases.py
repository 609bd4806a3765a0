"""What proves the passphrases of accounts, hashed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from mentalverse_signaling.ids import AccountId

from .tables_identity import passphrases


@dataclass(frozen=True, slots=True)
class PassphraseRow:
    """How a passphrase is stretched, and the hash of what comes out of it."""

    account: AccountId
    salt: bytes
    """Public: the client stretches with it."""
    hash_salt: bytes = field(repr=False)
    hash: bytes = field(repr=False)
    created_at: datetime


def put(connection: Connection, passphrase: PassphraseRow) -> None:
    """Keep this one of the account instead of the one before."""
    remove(connection, passphrase.account)
    connection.execute(
        insert(passphrases).values(
            account=passphrase.account,
            salt=passphrase.salt,
            hash_salt=passphrase.hash_salt,
            hash=passphrase.hash,
            created_at=passphrase.created_at,
        )
    )


def find(connection: Connection, account: AccountId) -> PassphraseRow | None:
    """What proves the account's passphrase."""
    row = connection.execute(
        select(passphrases).where(passphrases.c.account == account)
    ).one_or_none()
    return None if row is None else PassphraseRow(**row._mapping)


def remove(connection: Connection, account: AccountId) -> None:
    """Forget it, if there is one."""
    connection.execute(delete(passphrases).where(passphrases.c.account == account))
