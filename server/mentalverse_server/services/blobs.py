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
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from mentalverse_signaling.blob_api import (
    MAX_ARCHIVE_PIECE_BYTES,
    MAX_BLOB_OVERHEAD_BYTES,
    BlobCreate,
    BlobPurpose,
    BlobStatus,
)
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    QuotaExceeded,
    TooLarge,
    Unavailable,
)
from mentalverse_signaling.ids import BlobId

from ..clock import Clock, to_millis
from ..store import blobs
from ..store.blob_disk import BlobDisk
from ..store.blob_files import BlobFiles
from ..store.blobs import BlobRow, Usage, charged_bytes
from ..store.engine import Database
from ..store.writer import Transaction, Writer, WriterLane
from ..transport.connections import Principal

READ_BYTES = 64 * 1024
ROWS_PER_STEP = 100
SEAL_RETRY_MS = 1_000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class BlobLimits:
    """How much an account may store, and for how long."""

    max_attachment_bytes: int = 10 * 1024 * 1024
    """Before padding and encryption."""
    attachment_quota_bytes: int = 512 * 1024 * 1024
    archive_quota_bytes: int = 256 * 1024 * 1024
    max_open_uploads: int = 4
    attachment_lifetime: timedelta = timedelta(days=90)
    upload_lifetime: timedelta = timedelta(days=1)

    def max_bytes(self, purpose: BlobPurpose) -> int:
        """Octets of one stored blob."""
        if purpose is BlobPurpose.ATTACHMENT:
            return self.max_attachment_bytes + MAX_BLOB_OVERHEAD_BYTES
        return MAX_ARCHIVE_PIECE_BYTES + MAX_BLOB_OVERHEAD_BYTES

    def quota_bytes(self, purpose: BlobPurpose) -> int:
        """What an account may have stored for `purpose`."""
        if purpose is BlobPurpose.ATTACHMENT:
            return self.attachment_quota_bytes
        return self.archive_quota_bytes

    def kept_until(self, purpose: BlobPurpose, now: datetime) -> datetime | None:
        """When a blob completed `now` is forgotten; None for never."""
        if purpose is BlobPurpose.ATTACHMENT:
            return now + self.attachment_lifetime
        return None


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
        limits: BlobLimits = BlobLimits(),
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
        script = partial(_create, principal, request, self._limits)
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
        return _view(row, offset)

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
        """Forget a blob of the caller's account; one that is gone is fine.

        Raises `Forbidden` for a complete blob of another account. An upload of
        another account is to the caller as if it were not there.
        """
        await self._remove(partial(_delete, principal, blob))

    async def expire(self) -> None:
        """Forget what is over: rows first, then their files, a hundred at a time."""

        def step(transaction: Transaction) -> list[BlobId]:
            return blobs.forget_over(
                transaction.connection, transaction.now, ROWS_PER_STEP
            )

        while over := await self._writer.run(step, lane=WriterLane.OTHER):
            for blob in over:
                await self._disk.change(self._files.remove, blob)
        await self._count()

    # --- steps ----------------------------------------------------------------

    async def _find(self, blob: BlobId) -> BlobRow:
        row = await self._database.read(blobs.find, blob)
        if row is None or _is_over(row, self._clock.now()):
            raise NotFound("no such blob")
        return row

    async def _status(self, row: BlobRow) -> BlobStatus:
        return _view(row, await self._length(row))

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
            if not await self._seal(row):
                await self._remove(partial(_give_up, row.id))
                raise BadRequest("the octets do not have the announced SHA-256")
            script = partial(_complete, row.id, self._limits)
            complete = await self._writer.run(script, lane=WriterLane.OTHER)
        finally:
            self._sealing.discard(row.id)
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
        for blob in stored:
            if blob not in known:
                await self._disk.change(self._files.remove, blob)

    async def _count(self) -> None:
        totals = await self._database.read(blobs.totals)
        self.gauges.stored_bytes = totals.complete_bytes
        self.gauges.open_uploads = totals.open_uploads


def _create(
    principal: Principal,
    request: BlobCreate,
    limits: BlobLimits,
    transaction: Transaction,
) -> tuple[BlobRow, bool]:
    """The row, and whether it is new."""
    connection, now = transaction.connection, transaction.now
    row = BlobRow(
        request.blob,
        principal.account,
        request.purpose,
        request.size,
        request.sha256,
        now,
        None,
        now + limits.upload_lifetime,
    )
    found = blobs.find(connection, request.blob)
    if found is not None:
        return _created_before(transaction, found, row), False
    if request.size > limits.max_bytes(request.purpose):
        raise TooLarge("the blob is over the limit")
    _check_quota(blobs.usage(connection, row.account, row.purpose), row, limits)
    blobs.create(connection, row)
    return row, True


def _created_before(
    transaction: Transaction, found: BlobRow, asked: BlobRow
) -> BlobRow:
    if (found.account, found.purpose, found.size, found.sha256) != (
        asked.account,
        asked.purpose,
        asked.size,
        asked.sha256,
    ):
        raise Conflict("the id is used for another blob")
    if found.completed_at is not None:
        if _is_over(found, transaction.now):
            raise NotFound("the blob's time is over")
        return found
    blobs.extend(transaction.connection, found.id, asked.expires_at)
    return replace(found, expires_at=asked.expires_at)


def _check_quota(usage: Usage, row: BlobRow, limits: BlobLimits) -> None:
    quota = limits.quota_bytes(row.purpose)
    if usage.charged_bytes + charged_bytes(row.size) > quota:
        raise QuotaExceeded(f"{usage.charged_bytes} of {quota} bytes are used")
    if usage.open_uploads >= limits.max_open_uploads:
        raise QuotaExceeded(
            f"{usage.open_uploads} of {limits.max_open_uploads} uploads are open"
        )


def _complete(
    blob: BlobId, limits: BlobLimits, transaction: Transaction
) -> BlobRow | None:
    """The complete row; None if it was deleted while its file was made durable."""
    connection, now = transaction.connection, transaction.now
    row = blobs.find(connection, blob)
    if row is None:
        return None
    expires_at = limits.kept_until(row.purpose, now)
    blobs.complete(connection, blob, now, expires_at)
    return replace(row, completed_at=now, expires_at=expires_at)


def _delete(
    principal: Principal, blob: BlobId, transaction: Transaction
) -> BlobRow | None:
    row = blobs.find(transaction.connection, blob)
    if row is not None and row.account != principal.account:
        if row.completed_at is not None:
            raise Forbidden("the blob belongs to another account")
        return None
    if row is not None:
        blobs.forget(transaction.connection, blob)
    return row


def _give_up(blob: BlobId, transaction: Transaction) -> BlobRow | None:
    """Delete an upload whose octets are wrong, unless it is no upload any more."""
    row = blobs.find(transaction.connection, blob)
    if row is None or row.completed_at is not None:
        return None
    blobs.forget(transaction.connection, blob)
    return row


def _is_over(row: BlobRow, now: datetime) -> bool:
    return row.expires_at is not None and row.expires_at <= now


def _view(row: BlobRow, offset: int) -> BlobStatus:
    return BlobStatus(
        blob=row.id,
        size=row.size,
        offset=offset,
        complete=row.completed_at is not None,
        expires_at=None if row.expires_at is None else to_millis(row.expires_at),
    )
