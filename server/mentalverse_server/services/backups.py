"""Backups: an envelope per account that the server cannot open.

Its counter only rises, so that a device that was put back to an old state does not
overwrite what a newer one saved. Who lost every device finds the envelope by a
secret that only the recovery words give; the server keeps the secret's hash. A
device that is revoked while its backup is on the way takes nothing from the others.
"""

from __future__ import annotations

import hashlib
from functools import partial

from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.errors import Conflict, NotFound
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.recovery_api import BackupStatus

from ..clock import to_millis
from ..store import backups
from ..store.backups import StoredBackup
from ..store.engine import Connection, Database
from ..store.writer import Transaction, Writer, WriterLane
from .live import live_device


class Backups:
    """Keeps the newest backup of every account."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def put(self, caller: Leaf, backup: StoredBackup) -> BackupStatus:
        """Keep a backup; the same one again is fine.

        `Conflict` for a counter that is not above the stored one's, and for a
        lookup hash that another account uses; `Forbidden` for a revoked device.
        """
        script = partial(_put, caller, backup)
        return await self._writer.run(script, lane=WriterLane.OTHER)

    async def status(self, account: AccountId) -> BackupStatus:
        """What is stored, else `NotFound`."""
        return await self._database.read(_status, account)

    async def delete(self, caller: Leaf) -> None:
        """Forget the account's backup; none is fine. `Forbidden` as with `put`."""

        def script(transaction: Transaction) -> None:
            live_device(transaction.connection, caller)
            backups.remove(transaction.connection, caller[0])

        await self._writer.run(script, lane=WriterLane.OTHER)

    async def fetch(self, lookup: bytes) -> bytes:
        """The envelope that is found by a lookup secret, else `NotFound`."""
        lookup_hash = hashlib.sha256(lookup).digest()
        found = await self._database.read(backups.envelope_for, lookup_hash)
        if found is None:
            raise NotFound("no backup is found by this")
        return found


def _put(caller: Leaf, backup: StoredBackup, transaction: Transaction) -> BackupStatus:
    connection, account = transaction.connection, caller[0]
    live_device(connection, caller)
    before = backups.stored(connection, account)
    if before == backup:
        return _status(connection, account)
    if before is not None and backup.counter <= before.counter:
        raise Conflict("a backup with this counter or a higher one is stored")
    if backups.owner_of(connection, backup.lookup_hash) not in (None, account):
        raise Conflict("the lookup hash is in use")
    backups.put(connection, account, backup, transaction.now)
    return _status(connection, account)


def _status(connection: Connection, account: AccountId) -> BackupStatus:
    row = backups.status(connection, account)
    if row is None:
        raise NotFound("no backup is stored")
    return BackupStatus(row.counter, to_millis(row.at), row.size)
