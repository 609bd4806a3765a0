"""One's own account: carried off as a file, and deleted. Both need a fresh proof."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

import msgspec
import structlog

from mentalverse_signaling.account_export import EXPORT_FORMAT, EXPORT_VERSION
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.proof_api import Act

from ..clock import Clock
from ..store import personal
from ..store.engine import Database
from ..store.writer import Transaction, Writer, WriterLane
from ..transport.connections import Principal
from .blobs import Blobs
from .erasure import erase
from .proofs import check_proof

log = structlog.get_logger()


class OwnAccounts:
    """Exports and deletes."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        clock: Clock,
        blobs: Blobs,
        server: str,
    ) -> None:
        """`server`: the id of this installation."""
        self._database = database
        self._writer = writer
        self._clock = clock
        self._blobs = blobs
        self._server = server

    async def export(self, principal: Principal) -> AsyncIterator[bytes]:
        """The export (`signaling.account_export`) piece by piece.

        Raises `PasskeyRequired` or `DeviceProofRequired` before the first of them.
        """
        now = self._clock.now()
        await self._database.read(check_proof, principal, Act.EXPORT, now)
        log.info("account.exported", account=principal.account)
        return pieces(self._database, principal.account, self._server, now)

    async def delete(self, principal: Principal) -> None:
        """Delete the account (`erasure`).

        Raises `PasskeyRequired` or `DeviceProofRequired`.
        """

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            check_proof(connection, principal, Act.DELETE, transaction.now)
            erase(transaction, principal.account)

        await self._writer.run(script, lane=WriterLane.OTHER)
        log.info("account.deleted", account=principal.account)
        # What fails here is done by the next round of housekeeping.
        await self._blobs.expire()


async def pieces(
    database: Database, account: AccountId, server: str, now: datetime
) -> AsyncIterator[bytes]:
    """One JSON object. Each page is read at its own moment, and forgotten when sent."""
    head = {
        "format": EXPORT_FORMAT,
        "version": EXPORT_VERSION,
        "server": server,
        "account": account,
        "exported_at": now,
    }
    yield msgspec.json.encode(head)[:-1] + b',"tables":{'
    for number, each in enumerate(personal.PERSONAL):
        name = msgspec.json.encode(str(each.table.name))
        yield (b"," if number else b"") + name + b":["
        after, is_first, goes_on = None, True, True
        while goes_on:
            rows, after = await database.read(personal.page, each, account, after)
            encoded = b",".join(msgspec.json.encode(row) for row in rows)
            if encoded:
                yield encoded if is_first else b"," + encoded
                is_first = False
            goes_on = after is not None
        yield b"]"
    yield b'},"complete":true}'
