"""Files in conversations: sent when there is a connection, fetched when asked for.

A file is encrypted to the profile's folder at once, and with that `send` is done:
what follows is carried on after any crash. One upload runs at a time, beside the
messages of the conversation, which do not wait for it. The message that names the
file is written when the server has all of it, so nobody is told of a file that is
not there:

    sealed, in the outbox ──upload complete──▶ message, in the outbox ──▶ as any other

The ciphertext is what is uploaded again after a break, never the file itself, which
may have changed meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import msgspec

from mentalverse_crypto import content as contents
from mentalverse_crypto.attachments import (
    MAX_ATTACHMENT_BYTES,
    AttachmentReference,
    ciphertext_bytes,
)
from mentalverse_crypto.carried import File
from mentalverse_crypto.content import Content
from mentalverse_signaling.blob_api import BlobPurpose
from mentalverse_signaling.errors import (
    Fault,
    NotFound,
    SignalingError,
    Unauthorised,
)
from mentalverse_signaling.ids import BlobId, new_id

from .blobs import BlobTransfer, Progress
from .connection import TokenSource, backoff_seconds
from .device import Device
from .errors import (
    ClientError,
    FileGone,
    FileNotSaved,
    NotAMember,
    NotConnected,
    NotReadable,
    ProfileDamaged,
    UnknownMessage,
)
from .http import AccountApi
from .messages import Message
from .records import Outgoing, Record, load, save
from .room import Room
from .sealed_files import SealedFiles, require_free
from .updates import Update, UpdateKind, Updates

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Transfer:
    """A file on its way."""

    conversation: str
    message: str
    """Id of its message."""
    name: str = field(repr=False)
    sending: bool
    across: int
    """Octets, encrypted."""
    size: int
    """Of them in all."""


class Host(Protocol):
    """What files need of the client around them."""

    device: Device
    updates: Updates

    @property
    def token(self) -> TokenSource:
        """Where sign-in tokens come from."""

    @property
    def rooms(self) -> Mapping[str, Room]:
        """Every conversation by id."""

    async def ready(self) -> None:
        """Return once connected and caught up."""

    def adopt(self, room: Room) -> None:
        """Look into a conversation's outbox again."""

    def changed(self, room: Room) -> None:
        """Tell the program that a conversation changed."""


class _Limits(Record, frozen=True):
    """What the server said last of the files it takes."""

    max_attachment_bytes: int = MAX_ATTACHMENT_BYTES


class Files:
    """The files of every conversation of a client."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._vault = host.device.profile.vault
        self._identity = host.device.profile.identity
        self._sealed = SealedFiles(self._vault.folder / "files")
        self._sealed.sweep({_blob(entry) for _, _, entry in self._waiting()})
        self._work = asyncio.Event()
        self._saving: set[BlobId] = set()
        self.idle = asyncio.Event()
        """Set while nothing waits to be uploaded."""
        self.transfers: dict[str, Transfer] = {}
        """What is on its way, by message id."""

    # --- sending ---

    async def send(self, room: Room, source: Path, keep_metadata: bool) -> str:
        """Encrypt a file and put it into the outbox; its message's id.

        Raises:
            FileNotSendable, NotAMember, NotReadable.
        """
        room.require_sendable()
        blob = BlobId(new_id(self._host.device.rng))
        reference = await asyncio.to_thread(
            self._sealed.seal,
            source,
            blob,
            await self._max_bytes(),
            keep_metadata,
            self._host.device.rng,
        )
        identity = room.write_file(File(reference), f"File: {reference.name}")
        self.wake()
        self._host.changed(room)
        return str(identity)

    def wake(self) -> None:
        """Look for files to upload again."""
        self.idle.clear()
        self._work.set()

    async def run(self) -> None:
        """Upload what waits, until cancelled."""
        attempt = 0
        while True:
            self._work.clear()
            found = next(self._waiting(), None)
            if found is None:
                self.idle.set()
                self._host.updates.publish(Update(UpdateKind.TRANSFER))
                await self._work.wait()
                continue
            await self._host.ready()
            retry = await self._upload(*found)
            attempt = attempt + 1 if retry else 0
            if retry:
                await asyncio.sleep(backoff_seconds(attempt - 1))

    def _waiting(self) -> Iterator[tuple[Room, int, Outgoing]]:
        for room in list(self._host.rooms.values()):
            for position, entry in room.uploads():
                yield room, position, entry

    async def _upload(self, room: Room, position: int, entry: Outgoing) -> bool:
        """Store one file; whether that has to be tried again."""
        blob = _blob(entry)
        source = self._sealed.outgoing(blob)
        transfer = _waiting_transfer(room, entry)
        try:
            room.require_sendable()
            async with BlobTransfer(self._identity.server_url, self._host.token) as way:
                await way.upload(
                    blob,
                    BlobPurpose.ATTACHMENT,
                    source,
                    lambda across, _: self._moved(transfer, across),
                )
        except NotConnected:
            return True
        except SignalingError as error:
            if error.fault is Fault.SERVER or isinstance(error, Unauthorised):
                return True
            self._fail(room, position, entry, error.code)
        except (NotAMember, NotReadable) as error:
            self._fail(room, position, entry, error.code)
        except OSError:
            self._fail(room, position, entry, "client.file_missing")
        else:
            room.file_stored(position, entry)
            self._host.adopt(room)
        finally:
            self._over(transfer)
        await asyncio.to_thread(source.unlink, missing_ok=True)
        return False

    def _fail(self, room: Room, position: int, entry: Outgoing, code: str) -> None:
        _log.warning("a file was not taken: %s", code)
        room.update_entry(position, msgspec.structs.replace(entry, failed=code))
        self._host.changed(room)

    async def _max_bytes(self) -> int:
        """The largest file, as the server says or said last."""
        known = load(self._vault, _Limits, "limits") or _Limits()
        try:
            async with AccountApi(self._identity.server_url) as api:
                info = await api.server()
        except (SignalingError, ClientError):
            return known.max_attachment_bytes
        limits = _Limits(max_attachment_bytes=info.limits.max_attachment_bytes)
        if limits != known:
            with self._vault.transaction() as write:
                save(write, "limits", limits)
        return limits.max_attachment_bytes

    # --- saving ---

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
        if blob in self._saving:
            raise FileNotSaved("it is being fetched already")
        self._saving.add(blob)
        try:
            await asyncio.to_thread(require_free, target)
            await self._fetch(message, reference, blob, progress)
            return await asyncio.to_thread(self._sealed.open, blob, reference, target)
        finally:
            self._saving.discard(blob)

    async def _fetch(
        self,
        message: Message,
        reference: AttachmentReference,
        blob: BlobId,
        progress: Progress | None,
    ) -> None:
        size = ciphertext_bytes(reference.size)
        transfer = Transfer(
            message.conversation, message.id, reference.name, False, 0, size
        )

        def moved(across: int, _: int) -> None:
            self._moved(transfer, across)
            if progress is not None:
                progress(across, size)

        target = self._sealed.incoming(blob)
        try:
            async with BlobTransfer(self._identity.server_url, self._host.token) as way:
                await way.download(blob, target, size, reference.sha256, moved)
        except NotFound:
            raise FileGone("the server does not keep this file any more") from None
        finally:
            self._over(transfer)

    # --- progress ---

    def _moved(self, transfer: Transfer, across: int) -> None:
        self.transfers[transfer.message] = replace(transfer, across=across)
        self._tell(transfer)

    def _over(self, transfer: Transfer) -> None:
        self.transfers.pop(transfer.message, None)
        self._tell(transfer)

    def _tell(self, transfer: Transfer) -> None:
        update = Update(UpdateKind.TRANSFER, transfer.conversation, transfer.message)
        self._host.updates.publish(update)


def _waiting_transfer(room: Room, entry: Outgoing) -> Transfer:
    match contents.decode(entry.content):
        case Content(id=identity, body=File(attachment=reference)):
            size = ciphertext_bytes(reference.size)
            return Transfer(room.id, str(identity), reference.name, True, 0, size)
    raise ProfileDamaged("a file in the outbox has another form")


def _blob(entry: Outgoing) -> BlobId:
    match contents.decode(entry.content):
        case Content(body=File(attachment=reference)):
            return BlobId(reference.blob.hex())
    raise ProfileDamaged("a file in the outbox has another form")
