"""Passphrases: what proves one, and the backup for who proves it.

Whether a handle is known here, and whether it has a passphrase, makes no difference to
what is answered or how much is computed.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

import structlog

from mentalverse_signaling.errors import NotFound, Unauthorised
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.passphrase_api import (
    PASSPHRASE_MEMORY_KIBIBYTES,
    PASSPHRASE_PASSES,
    PassphraseParams,
    PassphraseProof,
    PassphraseSet,
)

from ..auth.slow_hash import HASH_BYTES, SALT_BYTES, matches, slow_hash
from ..store import accounts, backups, passphrases
from ..store.engine import Connection, Database
from ..store.migrate import handle_secret
from ..store.passphrases import PassphraseRow
from ..store.writer import Transaction, Writer, WriterLane
from ..transport.connections import Principal
from .hashing import Hashing
from .live import live_device

_NOBODY = (bytes(SALT_BYTES), bytes(HASH_BYTES))

log = structlog.get_logger()


class Passphrases:
    """Sets, forgets and checks what proves a passphrase."""

    def __init__(
        self, database: Database, writer: Writer, rng: Callable[[int], bytes]
    ) -> None:
        self._database = database
        self._writer = writer
        self._rng = rng
        self._hashing = Hashing("passphrases")

    async def put(self, principal: Principal, request: PassphraseSet) -> None:
        """Keep what proves the passphrase; `Forbidden` if the device is out."""
        salt = self._rng(SALT_BYTES)
        hashed = await self._hashing.run(lambda: slow_hash(request.auth, salt))

        def script(transaction: Transaction) -> None:
            connection, account = transaction.connection, principal.account
            live_device(connection, (account, principal.device))
            passphrases.put(
                connection,
                PassphraseRow(account, request.salt, salt, hashed, transaction.now),
            )

        await self._writer.run(script, lane=WriterLane.OTHER)
        log.info("passphrase.set", account=principal.account)

    async def delete(self, principal: Principal) -> None:
        """Forget it; none is fine."""

        def script(transaction: Transaction) -> None:
            connection, account = transaction.connection, principal.account
            live_device(connection, (account, principal.device))
            passphrases.remove(connection, account)

        await self._writer.run(script, lane=WriterLane.OTHER)
        log.info("passphrase.deleted", account=principal.account)

    async def begin(self, handle: str) -> PassphraseParams:
        """How the passphrase of this handle is stretched, or would be."""
        found, secret = await self._database.read(_found, handle)
        salt = _invented_salt(secret, handle)
        if found is not None:
            salt = found.salt
        return PassphraseParams(salt, PASSPHRASE_PASSES, PASSPHRASE_MEMORY_KIBIBYTES)

    async def backup(self, request: PassphraseProof) -> bytes:
        """The sealed backup for who proves the passphrase, else `Unauthorised`.

        `NotFound` if there is none, which only who proved it learns.
        """
        found, _ = await self._database.read(_found, request.handle)
        salt, expected = _NOBODY if found is None else (found.hash_salt, found.hash)
        proven = await self._hashing.run(lambda: matches(request.auth, salt, expected))
        if found is None or not proven:
            raise Unauthorised("the handle or the passphrase is wrong")
        stored = await self._database.read(backups.stored, found.account)
        if stored is None:
            raise NotFound("the account has no backup")
        log.info("backup.fetched_by_passphrase", account=found.account)
        return stored.envelope

    def close(self) -> None:
        """Stop the hashing thread."""
        self._hashing.close()


def _found(connection: Connection, handle: str) -> tuple[PassphraseRow | None, bytes]:
    """The passphrase of who has this handle and is not disabled; and the secret."""
    account = accounts.account_by_handle(connection, handle)
    # Who is not here is looked for all the same, so that it takes as long.
    owner = AccountId("") if account is None else account.id
    found = passphrases.find(connection, owner)
    if account is None or account.disabled_at is not None:
        found = None
    return found, handle_secret(connection)


def _invented_salt(secret: bytes, handle: str) -> bytes:
    """Always the same for a handle, and like any other salt."""
    return hmac.digest(secret, handle.encode(), "sha256")[:SALT_BYTES]
