"""Backup envelopes: one per account, the newest only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from mentalverse_signaling.ids import AccountId

from .tables_recovery import backups


@dataclass(frozen=True, slots=True)
class BackupRow:
    """What is known of a backup without its octets."""

    counter: int
    at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class StoredBackup:
    """A backup with its octets."""

    counter: int
    lookup_hash: bytes = field(repr=False)
    envelope: bytes = field(repr=False)


def put(
    connection: Connection, account: AccountId, backup: StoredBackup, now: datetime
) -> None:
    """Keep this backup of the account instead of the one before."""
    remove(connection, account)
    connection.execute(
        insert(backups).values(
            account=account,
            lookup_hash=backup.lookup_hash,
            counter=backup.counter,
            at=now,
            envelope=backup.envelope,
        )
    )


def stored(connection: Connection, account: AccountId) -> StoredBackup | None:
    """The account's backup."""
    row = connection.execute(
        select(backups.c.counter, backups.c.lookup_hash, backups.c.envelope).where(
            backups.c.account == account
        )
    ).one_or_none()
    return None if row is None else StoredBackup(*row)


def status(connection: Connection, account: AccountId) -> BackupRow | None:
    """What is known of the account's backup."""
    row = connection.execute(
        select(backups.c.counter, backups.c.at, func.length(backups.c.envelope)).where(
            backups.c.account == account
        )
    ).one_or_none()
    return None if row is None else BackupRow(*row)


def owner_of(connection: Connection, lookup_hash: bytes) -> AccountId | None:
    """The account whose backup is found by this hash."""
    query = select(backups.c.account).where(backups.c.lookup_hash == lookup_hash)
    found = connection.execute(query).scalar()
    return None if found is None else AccountId(found)


def envelope_for(connection: Connection, lookup_hash: bytes) -> bytes | None:
    """The octets of the backup that is found by this hash."""
    query = select(backups.c.envelope).where(backups.c.lookup_hash == lookup_hash)
    found = connection.execute(query).scalar()
    return None if found is None else bytes(found)


def remove(connection: Connection, account: AccountId) -> None:
    """Forget the account's backup, if there is one."""
    connection.execute(delete(backups).where(backups.c.account == account))
