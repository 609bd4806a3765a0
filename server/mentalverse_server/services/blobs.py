"""Blobs: opaque octets, stored in pieces, shown when they are whole.

The server cannot read them and does not know who else may fetch them: an id is 128
random bits that travel inside an encrypted message, so knowing one is permission.
What it does decide is how much an account may store, for how long, and that nobody
is shown octets other than those that were announced.

    row → file → octets … → fsync, hash → row complete

A crash between two steps leaves an upload to be resumed, or a file without a row,
which `start` removes. A row is complete only after its file is durable, and goes
before its file does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial

import structlog

from mentalverse_signaling.blob_api import BlobCreate, BlobStatus
from mentalverse_signaling.errors import BadRequest, NotFound, TooLarge, Unavailable
from mentalverse_signaling.ids import BlobId

from ..clock import Clock
from ..store import blobs, reports
from ..store.blob_disk import BlobDisk
from ..store.blob_files import BlobFiles
from ..store.blobs import BlobRow
from ..store.engine import Database
from ..store.writer import Transaction, Writer, WriterLane
from ..transport.connections import Principal
from . import blob_rules as rules
from .blob_rules import DEFAULT_LIMITS, BlobLimits

READ_BYTES = 64 * 1024
ROWS_PER_STEP = 100
SEAL_RETRY_MS = 1_000

log = structlog.get_logger()


@dataclass(slots=True)
class BlobGauges:
    """For the metrics; the housekeeping round counts anew."""

    stored_bytes: int = 0
    open_uploads: int = 0


class Blobs:
    """Creates, fills, completes, opens and forgets blobs."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        files: BlobFiles,
        clock: Clock,
        limits: BlobLimits = DEFAULT_LIMITS,
    ) -> None:
        self._database = database
        self._writer = writer
        self._files = files
        self._disk = BlobDisk()
        self._clock = clock
        self._limits = limits
        self._sealing: set[BlobId] = set()
        self.gauges = BlobGauges()

    async def start(self) -> None:
        """Remove files that a crash left without a row. Before the first request."""
        for folder in await self._disk.read(self._files.folders):
            stored = await self._disk.read(self._files.stored, folder)
            for first in range(0, len(stored), ROWS_PER_STEP):
                await self._sweep(stored[first : first + ROWS_PER_STEP])
        await self._count()

    def close(self) -> None:
        """Stop the threads, after what they are at."""
        self._disk.close()

    async def create(self, principal: Principal, request: BlobCreate) -> BlobStatus:
        """Announce a blob, or ask again for one: the same call gives its state.

        Raises `Conflict` (the id is used for another blob), `TooLarge`,
        `QuotaExceeded`, `NotFound` (it was complete, and its time is over) or
        `Unavailable` (the disk is full).
        """
        script = partial(rules.create, principal, request, self._limits)
        row, is_new = await self._writer.run(script, lane=WriterLane.OTHER)
        if is_new:
            self.gauges.open_uploads += 1
        if row.completed_at is None:
            await self._disk.change(self._files.create, row.id)
        return await self._status(row)

    async def status(self, principal: Principal, blob: BlobId) -> BlobStatus:
        """How much is here. `NotFound` unless it is complete or the caller's."""
        row = await self._find(blob)
        if row.completed_at is None and row.account != principal.account:
            raise NotFound("no such blob")
        return await self._status(row)

    async def append(
        self,
        principal: Principal,
        blob: BlobId,
        offset: int,
        pieces: AsyncIterator[bytes],
    ) -> BlobStatus:
        """Add octets at the end of an upload; the last one completes it.

        Each piece is kept once it is written, whatever happens to the next. Raises
        `WrongOffset` (they belong elsewhere), `NotFound`, `TooLarge` (more than
        were announced), `BadRequest` (their hash is not the announced one: the
        upload is gone) or `Unavailable`.
        """
        row = await self._find(blob)
        if row.account != principal.account:
            raise NotFound("no such blob")
        offset = await self._write(row, offset, pieces)
        if offset == row.size and row.completed_at is None:
            row = await self._complete(row)
        return rules.view(row, offset)

    async def complete(self, blob: BlobId) -> BlobRow:
        """A complete blob, for whoever knows its id, else `NotFound`."""
        row = await self._find(blob)
        if row.completed_at is None:
            raise NotFound("no such blob")
        await self._length(row)
        return row

    async def read(self, row: BlobRow, start: int, stop: int) -> AsyncIterator[bytes]:
        """Octets of a complete blob from `start` up to, not including, `stop`.

        Raises `NotFound` (it was deleted meanwhile) or `Unavailable`.
        """
        while start < stop:
            size = min(READ_BYTES, stop - start)
            try:
                piece = await self._disk.read(self._files.read, row.id, start, size)
            except FileNotFoundError:
                raise NotFound("no such blob") from None
            if not piece:
                raise Unavailable("the stored file is too short")
            yield piece
            start += len(piece)

    async def delete(self, principal: Principal, blob: BlobId) -> None:
        """Show a blob of the caller's account to nobody; one that is gone is fine.

        Raises `Forbidden` for a complete blob of another account. An upload of
        another account is to the caller as if it were not there.
        """
        await self._remove(partial(rules.delete, principal, blob, self._limits))

    async def expire(self) -> None:
        """Forget what is over: rows first, then their files, a hundred at a time."""

        def step(transaction: Transaction) -> list[BlobId]:
            reports.let_go(transaction.connection, transaction.now)
            return blobs.forget_over(
                transaction.connection, transaction.now, ROWS_PER_STEP
            )

        while over := await self._writer.run(step, lane=WriterLane.OTHER):
            # In one call: an id of these that is announced anew gets its file after.
            await self._disk.change(self._files.remove, *over)
        await self._count()

    # --- steps ----------------------------------------------------------------

    async def _find(self, blob: BlobId) -> BlobRow:
        row = await self._database.read(blobs.find, blob)
        if row is None or rules.is_over(row, self._clock.now()):
            raise NotFound("no such blob")
        return row

    async def _status(self, row: BlobRow) -> BlobStatus:
        return rules.view(row, await self._length(row))

    async def _length(self, row: BlobRow) -> int:
        """How much is here; `NotFound` for a complete blob that is not."""
        length = await self._disk.read(self._files.length, row.id)
        if row.completed_at is not None and length != row.size:
            # Only an operator or a restored backup can part a row from its file.
            log.error("blob.file_missing", length=length, size=row.size)
            raise NotFound("no such blob")
        return length

    async def _write(
        self, row: BlobRow, offset: int, pieces: AsyncIterator[bytes]
    ) -> int:
        """Append the pieces; the file's new length."""
        offset = await self._append(row, offset, b"")
        async for piece in pieces:
            if offset + len(piece) > row.size:
                raise TooLarge("more octets than were announced")
            offset = await self._append(row, offset, piece)
        return offset

    async def _append(self, row: BlobRow, offset: int, octets: bytes) -> int:
        try:
            return await self._disk.change(self._files.append, row.id, offset, octets)
        except FileNotFoundError:
            raise NotFound("no such blob") from None

    async def _complete(self, row: BlobRow) -> BlobRow:
        if row.id in self._sealing:
            raise Unavailable("the blob is being completed", SEAL_RETRY_MS)
        self._sealing.add(row.id)
        try:
            # Whoever held the place until this moment may have done it.
            row = await self._find(row.id)
            return row if row.completed_at else await self._complete_alone(row)
        finally:
            self._sealing.discard(row.id)

    async def _complete_alone(self, row: BlobRow) -> BlobRow:
        if not await self._seal(row):
            await self._remove(partial(rules.give_up, row.id))
            raise BadRequest("the octets do not have the announced SHA-256")
        script = partial(rules.complete, row, self._limits)
        complete = await self._writer.run(script, lane=WriterLane.OTHER)
        if complete is None:
            raise NotFound("no such blob")
        self.gauges.open_uploads -= 1
        self.gauges.stored_bytes += row.size
        return complete

    async def _seal(self, row: BlobRow) -> bool:
        try:
            return await self._disk.change(self._files.seal, row.id, row.sha256)
        except FileNotFoundError:
            raise NotFound("no such blob") from None

    async def _remove(self, script: Callable[[Transaction], BlobRow | None]) -> None:
        """Run a script that deletes a row, then delete its file."""
        row = await self._writer.run(script, lane=WriterLane.OTHER)
        if row is None:
            return
        if row.completed_at is None:
            self.gauges.open_uploads -= 1
        else:
            self.gauges.stored_bytes -= row.size
        await self._disk.change(self._files.remove, row.id)

    async def _sweep(self, stored: list[BlobId]) -> None:
        known = await self._database.read(blobs.known, stored)
        nobodys = [blob for blob in stored if blob not in known]
        await self._disk.change(self._files.remove, *nobodys)

    async def _count(self) -> None:
        totals = await self._database.read(blobs.totals)
        self.gauges.stored_bytes = totals.complete_bytes
        self.gauges.open_uploads = totals.open_uploads
