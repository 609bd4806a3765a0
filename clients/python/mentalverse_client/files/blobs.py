"""Blobs: encrypted files on their way to the server and back.

What moves here is ciphertext. Whoever calls has encrypted the source, and decrypts
the target.

Both directions go on where they broke off, after a lost connection as well as after
the end of this process: the server says how much of an upload it has, and a download
is kept beside its target until it is whole and has the expected hash.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import aiohttp
import msgspec

from mentalverse_signaling.blob_api import (
    UPLOAD_OFFSET,
    BlobCreate,
    BlobPurpose,
    BlobStatus,
)
from mentalverse_signaling.errors import BadRequest, Conflict, Internal
from mentalverse_signaling.events import Empty, Fact
from mentalverse_signaling.ids import BlobId

from ..errors import BlobDamaged, NotConnected
from ..line.attempts import Again, persist
from ..line.connection import TokenSource
from ..line.http import read_answer
from ..line.session import HttpSession, read_at_most
from .blob_files import Part, measure, read_at

PATCH_BYTES = 512 * 1024
"""Octets of one request."""
WRITE_BYTES = 256 * 1024
"""Octets of a download that are collected before they are written."""
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=15, sock_read=75)
"""The server gives a PATCH sixty seconds."""
_BROKEN = (aiohttp.ClientError, TimeoutError, ConnectionError)

Progress = Callable[[int, int], None]
"""Called with the octets that are across and those there are in all."""
_F = TypeVar("_F", bound=Fact)


@dataclass(slots=True)
class _Upload:
    """One call of `upload`, over all its attempts."""

    announced: BlobCreate
    source: Path | bytes
    progress: Progress
    offset: int = 0
    refusals: int = 0

    def moved_to(self, offset: int) -> None:
        self.offset = offset
        self.progress(offset, self.announced.size)


class BlobTransfer(HttpSession):
    """Moves blobs to and from one server."""

    def __init__(self, server_url: str, token: TokenSource) -> None:
        super().__init__(server_url, _TIMEOUT, decompress=False)
        self._blobs = f"{self._base}/blobs"
        self._token = token

    async def upload(
        self,
        blob: BlobId,
        purpose: BlobPurpose,
        source: Path | bytes,
        progress: Progress | None = None,
    ) -> BlobStatus:
        """Store the octets of `source`, which must not change meanwhile.

        Repeating the same call, at any time, goes on or gives the same answer.

        Raises:
            NotConnected: the server was not reached in the attempts there are.
            SignalingError: `Conflict` (the id is used for another blob),
                `QuotaExceeded`, `TooLarge`; or the last failure of the server.
            OSError: the source cannot be read.
        """
        size, sha256 = await asyncio.to_thread(measure, source)
        announced = BlobCreate(blob, purpose, size, sha256)
        upload = _Upload(announced, source, progress or _ignore)
        return await persist(
            lambda token: self._upload(upload, token),
            lambda: upload.offset,
            self._token,
        )

    async def download(
        self,
        blob: BlobId,
        target: Path,
        size: int,
        sha256: bytes,
        progress: Progress | None = None,
    ) -> None:
        """Fetch a blob into the file `target`: whole and checked, or not at all.

        Until then it is `.<blob>.part` in the same folder, from where a repeated
        call goes on. One download of a blob into a folder at a time.

        Raises:
            BlobDamaged: the server gave other octets than those of `sha256`.
            NotFound: the server does not have the blob, or not any more.
            NotConnected: the server was not reached in the attempts there are.
            SignalingError: the last failure of the server.
            OSError: the target cannot be written.
        """
        part = Part(target.with_name(f".{blob}.part"))
        goes_on = await asyncio.to_thread(part.prepare, size)
        if not await self._fetch(blob, part, size, sha256, progress or _ignore):
            # What an earlier process left may come from a disk that lost power.
            await asyncio.to_thread(part.restart)
            if not goes_on or not await self._fetch(
                blob, part, size, sha256, progress or _ignore
            ):
                await asyncio.to_thread(part.remove)
                raise BlobDamaged("the server gave other octets than were sent")
        await asyncio.to_thread(part.finish, target)

    async def fetch(self, blob: BlobId, most: int) -> bytes:
        """A blob of at most `most` octets, whose hash nobody told.

        Raises:
            BlobDamaged: it is longer.
            NotFound, NotConnected, SignalingError: as for `download`.
        """
        return await persist(
            lambda token: self._read(blob, most, token), lambda: 0, self._token
        )

    async def delete(self, blob: BlobId) -> None:
        """Delete a blob of this account; one that is gone is fine.

        Raises:
            NotConnected, SignalingError: as for `upload`; `Forbidden` for a blob of
                another account.
        """
        await persist(
            lambda token: self._request("DELETE", f"/{blob}", token, Empty),
            lambda: 0,
            self._token,
        )

    # --- uploading ---

    async def _upload(self, upload: _Upload, token: str) -> BlobStatus:
        """Ask where to go on, then send to the end."""
        body = msgspec.json.encode(upload.announced)
        status = await self._request(
            "POST", "", token, BlobStatus, body, {"Content-Type": "application/json"}
        )
        while not status.complete:
            upload.moved_to(status.offset)
            status = await self._send(upload, token)
            if not status.complete and status.offset <= upload.offset:
                raise Again(Internal("the upload gets no further"))
        upload.moved_to(status.size)
        return status

    async def _send(self, upload: _Upload, token: str) -> BlobStatus:
        """The next piece; without octets if only the last answer is missing."""
        piece = await asyncio.to_thread(
            read_at, upload.source, upload.offset, PATCH_BYTES
        )
        headers = {
            "Content-Type": "application/octet-stream",
            UPLOAD_OFFSET: str(upload.offset),
        }
        path = f"/{upload.announced.blob}"
        try:
            return await self._request("PATCH", path, token, BlobStatus, piece, headers)
        except Conflict as error:
            # What a lost connection still had on the way has arrived meanwhile.
            raise Again(error) from None
        except BadRequest as error:
            # Another hash: a power cut may have taken octets from the server's disk.
            # It has dropped the upload. Once more, and it is the source that changed.
            upload.refusals += 1
            if upload.refusals > 1:
                raise
            raise Again(error) from None

    async def _request(
        self,
        method: str,
        path: str,
        token: str,
        answer: type[_F],
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> _F:
        headers = {"Authorization": f"Bearer {token}"} | (headers or {})
        try:
            async with self._session.request(
                method, self._blobs + path, data=body, headers=headers
            ) as response:
                return await read_answer(response, answer)
        except _BROKEN:
            raise NotConnected("the server cannot be reached") from None

    # --- downloading ---

    async def _fetch(
        self, blob: BlobId, part: Part, size: int, sha256: bytes, progress: Progress
    ) -> bool:
        """Download what is missing; whether the whole has the hash."""

        async def attempt(token: str) -> None:
            if part.length < size:
                await self._receive(blob, part, size, progress, token)

        progress(part.length, size)
        await persist(attempt, lambda: part.length, self._token)
        return await asyncio.to_thread(part.hash) == sha256

    async def _read(self, blob: BlobId, most: int, token: str) -> bytes:
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{self._blobs}/{blob}"
        try:
            async with self._session.get(url, headers=headers) as response:
                if response.status >= 400:
                    await read_answer(response, Empty)
                octets = await read_at_most(response, most)
                if octets is None:
                    raise BlobDamaged("the server's blob is too long")
                return octets
        except _BROKEN:
            raise NotConnected("the connection broke") from None

    async def _receive(
        self, blob: BlobId, part: Part, size: int, progress: Progress, token: str
    ) -> None:
        headers = {
            "Authorization": f"Bearer {token}",
            "Range": f"bytes={part.length}-",
        }
        url = f"{self._blobs}/{blob}"
        try:
            async with self._session.get(url, headers=headers) as response:
                if response.status >= 400 and response.status != 416:
                    await read_answer(response, Empty)
                if response.status == 200:  # something between knows no ranges
                    await asyncio.to_thread(part.restart)
                if response.content_length != size - part.length:
                    raise BlobDamaged("the server's blob has another size")
                async for octets in _collected(response):
                    await asyncio.to_thread(part.append, octets)
                    progress(part.length, size)
        except _BROKEN:
            raise NotConnected("the connection broke") from None


async def _collected(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """The body in larger pieces; of one that breaks off, what arrived."""
    buffer = bytearray()
    try:
        async for octets in response.content.iter_any():
            buffer += octets
            if len(buffer) >= WRITE_BYTES:
                yield bytes(buffer)
                buffer.clear()
    except _BROKEN:
        if buffer:
            yield bytes(buffer)
        raise
    if buffer:
        yield bytes(buffer)


def _ignore(_across: int, _size: int) -> None:
    """Nobody watches."""
