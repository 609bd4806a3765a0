"""Parts of bundles that are blobs: stored before, and fetched when they are needed.

A commit that cannot be had is like one that cannot be applied, and a Welcome like one
that cannot be opened; but whether the server has the octets may change, so that is
found out again later. Octets with another hash are never used.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from mentalverse_crypto.detached import Detached, read_detached
from mentalverse_crypto.headers import read_header
from mentalverse_signaling.blob_api import MAX_GROUP_PART_BYTES, BlobPurpose
from mentalverse_signaling.errors import NotFound, SignalingError
from mentalverse_signaling.ids import BlobId

from ..errors import BlobDamaged, NotConnected, PartUnavailable
from ..files.blobs import BlobTransfer
from ..line.connection import TokenSource
from ..store.records import Part

FETCH_SECONDS = 20.0
"""Longer than a line that carries messages needs; then others have their turn."""
_FETCHES = 2
"""Octets that a disk or a line has damaged may be whole the second time."""


class Parts:
    """Moves parts of bundles to and from one server."""

    def __init__(self, server_url: str, token: TokenSource) -> None:
        self._server_url = server_url
        self._token = token

    async def store(self, parts: Iterable[Part]) -> None:
        """Store parts; those that are stored already are left as they are.

        Raises:
            NotConnected, SignalingError: see `BlobTransfer.upload`.
        """
        async with BlobTransfer(self._server_url, self._token) as way:
            for part in parts:
                blob = BlobId(part.blob.hex())
                await way.upload(blob, BlobPurpose.GROUP, part.octets)

    async def whole(self, message: bytes) -> bytes:
        """The message itself, which is fetched if another stands in for it.

        Raises:
            BlobDamaged: the server has other octets, or none, for it.
            DecodeError: it refers to nothing.
            PartUnavailable: the server does not give it now.
        """
        stands_for = read_detached(message)
        if stands_for is None:
            return message
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                octets = await self._fetch(stands_for)
        except (NotConnected, SignalingError, TimeoutError):
            raise PartUnavailable("a large message could not be fetched") from None
        if stands_for.head and not _says_the_same(message, octets):
            raise BlobDamaged("the commit is not the one that was announced")
        return octets

    async def _fetch(self, stands_for: Detached) -> bytes:
        blob = BlobId(stands_for.blob.hex())
        most = min(stands_for.size, MAX_GROUP_PART_BYTES)
        async with BlobTransfer(self._server_url, self._token) as way:
            for _ in range(_FETCHES):
                try:
                    octets = await way.fetch(blob, most)
                except NotFound:
                    raise BlobDamaged("the server does not have it any more") from None
                if stands_for.is_of(octets):
                    return octets
        raise BlobDamaged("the server gave other octets than were stored")


def _says_the_same(stand_in: bytes, commit: bytes) -> bool:
    """Whether the header by which the server took a commit is the commit's own."""
    said, has = read_header(stand_in), read_header(commit)
    return said._replace(size=0) == has._replace(size=0)
