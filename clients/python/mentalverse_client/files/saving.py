"""Files of messages, fetched when somebody asks for them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from mentalverse_crypto.attachments import ciphertext_bytes
from mentalverse_signaling.errors import NotFound
from mentalverse_signaling.ids import BlobId

from ..errors import FileGone, FileNotSaved, UnknownMessage
from ..line.connection import TokenSource
from ..store.messages import FileInfo, Message
from .blobs import BlobTransfer, Progress
from .sealed_files import SealedFiles, require_free
from .transfers import Transfer, Transfers


class Saving:
    """Fetches files to where a person wants them."""

    def __init__(
        self,
        server_url: str,
        token: TokenSource,
        sealed: SealedFiles,
        transfers: Transfers,
    ) -> None:
        self._server_url = server_url
        self._token = token
        self._sealed = sealed
        self._transfers = transfers
        self._now: set[BlobId] = set()

    async def save(
        self, message: Message, target: Path, progress: Progress | None
    ) -> Path:
        """Fetch the file of a message into a new file, or a folder; where it is.

        Raises:
            UnknownMessage: the message has no file.
            FileGone: the server does not keep it any more.
            FileNotSaved, BlobDamaged, NotConnected, SignalingError.
        """
        if message.file is None:
            raise UnknownMessage("this message has no file")
        reference = message.file.reference
        blob = BlobId(reference.blob.hex())
        if blob in self._now:
            raise FileNotSaved("it is being fetched already")
        self._now.add(blob)
        try:
            await asyncio.to_thread(require_free, target)
            await self._fetch(message, message.file, blob, progress)
            return await asyncio.to_thread(self._sealed.open, blob, reference, target)
        finally:
            self._now.discard(blob)

    async def _fetch(
        self,
        message: Message,
        file: FileInfo,
        blob: BlobId,
        progress: Progress | None,
    ) -> None:
        size = ciphertext_bytes(file.size)
        transfer = Transfer(message.conversation, message.id, file.name, False, 0, size)

        def moved(across: int, _: int) -> None:
            self._transfers.moved(transfer, across)
            if progress is not None:
                progress(across, size)

        try:
            target = await asyncio.to_thread(self._sealed.incoming, blob)
            async with BlobTransfer(self._server_url, self._token) as way:
                await way.download(blob, target, size, file.reference.sha256, moved)
        except NotFound:
            raise FileGone("the server does not keep this file any more") from None
        except OSError as error:
            raise FileNotSaved((error.strerror or "no room").lower()) from None
        finally:
            self._transfers.over(transfer)
