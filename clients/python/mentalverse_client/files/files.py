"""Files to be sent: encrypted at once, uploaded when there is a connection.

A file is encrypted to the profile's folder at once, and with that `send` is done:
what follows is carried on after any crash. One upload runs at a time, beside the
messages of the conversation, which do not wait for it. The message that names the
file is written when the server has all of it, so nobody is told of a file that is
not there:

    sealed, in the outbox ──upload complete──▶ message, in the outbox ──▶ as any other

The ciphertext is what is uploaded again after a break, never the file itself, which
may have changed meanwhile. A file that was taken back is deleted from the server too,
as soon as there is a connection.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

import msgspec

from mentalverse_crypto import content as contents
from mentalverse_crypto.attachments import (
    MAX_ATTACHMENT_BYTES,
    ciphertext_bytes,
)
from mentalverse_crypto.carried import File
from mentalverse_crypto.content import Content
from mentalverse_signaling.blob_api import BlobPurpose
from mentalverse_signaling.errors import (
    Fault,
    SignalingError,
    Unauthorised,
)
from mentalverse_signaling.ids import BlobId, new_id

from ..account.device import Device
from ..errors import (
    ClientError,
    NotAMember,
    NotConnected,
    NotReadable,
    ProfileDamaged,
)
from ..groups.room import Room
from ..line.connection import TokenSource, backoff_seconds
from ..line.http import AccountApi
from ..store.records import Outgoing, Record, load, save
from ..updates import Update, UpdateKind, Updates
from .blobs import BlobTransfer
from .sealed_files import SealedFiles
from .transfers import Transfer, Transfers

_FORGOTTEN = "forgotten_blob"
"""Vault space: files to be deleted from the server, by their ids."""

_log = logging.getLogger(__name__)


class Host(Protocol):
    """What files need of the client around them."""

    device: Device
    updates: Updates
    transfers: Transfers

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


class _TakenBack(Exception):
    """The file that is being uploaded is not to be sent after all."""


class Files:
    """The outgoing files of every conversation of a client."""

    def __init__(self, host: Host, sealed: SealedFiles) -> None:
        self._host = host
        self._vault = host.device.profile.vault
        self._identity = host.device.profile.identity
        self._sealed = sealed
        self._sealed.sweep(
            {_blob(entry) for _, _, entry in self._waiting()}, host.device.now()
        )
        self._work = asyncio.Event()
        self.idle = asyncio.Event()
        """Set while there is nothing to upload."""

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
            await self.max_bytes(),
            keep_metadata,
            self._host.device.rng,
        )
        identity = room.write_file(File(reference), f"File: {reference.name}")
        self.wake()
        self._host.changed(room)
        return str(identity)

    def take_back(self, room: Room, position: int, entry: Outgoing) -> None:
        """Do not send a file that waits, or was refused."""
        self.forget(_blob(entry))
        room.finish(position)
        self._host.changed(room)

    def forget(self, blob: BlobId) -> None:
        """Delete a file of this account from the server."""
        with self._vault.transaction() as write:
            write.put(_FORGOTTEN, blob, b"")
        self.wake()

    def wake(self) -> None:
        """Look for files to upload or delete again."""
        self.idle.clear()
        self._work.set()

    async def run(self) -> None:
        """Upload and delete what waits, until cancelled."""
        attempt = 0
        while True:
            self._work.clear()
            step = self._next_step()
            if step is None:
                await self._work.wait()
                continue
            await self._host.ready()
            retry = await step()
            attempt = attempt + 1 if retry else 0
            if retry:
                await asyncio.sleep(backoff_seconds(attempt - 1))

    def _next_step(self) -> Callable[[], Awaitable[bool]] | None:
        """What to do next; it returns whether it has to be done again."""
        found = next(self._waiting(), None)
        if found is not None:
            return partial(self._upload, *found)
        if not self.idle.is_set():
            self.idle.set()
            self._host.updates.publish(Update(UpdateKind.TRANSFER))
        forgotten = next(iter(self._vault.names(_FORGOTTEN)), None)
        return partial(self._delete, BlobId(forgotten)) if forgotten else None

    def _waiting(self) -> Iterator[tuple[Room, int, Outgoing]]:
        for room in list(self._host.rooms.values()):
            for position, entry in room.uploads():
                yield room, position, entry

    async def _upload(self, room: Room, position: int, entry: Outgoing) -> bool:
        """Store one file; whether that has to be tried again."""
        blob = _blob(entry)
        source = self._sealed.outgoing(blob)
        transfer = _transfer(room, entry)

        def moved(across: int, _: int) -> None:
            if not room.is_waiting(position):
                raise _TakenBack
            self._host.transfers.moved(transfer, across)

        try:
            room.require_sendable()
            async with BlobTransfer(self._identity.server_url, self._host.token) as way:
                await way.upload(blob, BlobPurpose.ATTACHMENT, source, moved)
        except _TakenBack:
            pass
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
            if room.is_waiting(position):
                room.file_stored(position, entry)
                self._host.adopt(room)
        finally:
            self._host.transfers.over(transfer)
        await asyncio.to_thread(source.unlink, missing_ok=True)
        return False

    async def _delete(self, blob: BlobId) -> bool:
        """Delete one file; whether that has to be tried again."""
        try:
            async with BlobTransfer(self._identity.server_url, self._host.token) as way:
                await way.delete(blob)
        except NotConnected:
            return True
        except SignalingError as error:
            if error.fault is Fault.SERVER or isinstance(error, Unauthorised):
                return True
            _log.warning("a file was not deleted: %s", error.code)
        await asyncio.to_thread(self._sealed.outgoing(blob).unlink, missing_ok=True)
        with self._vault.transaction() as write:
            write.delete(_FORGOTTEN, blob)
        return False

    def _fail(self, room: Room, position: int, entry: Outgoing, code: str) -> None:
        _log.warning("a file was not taken: %s", code)
        if not room.is_waiting(position):
            return  # taken back meanwhile
        room.update_entry(position, msgspec.structs.replace(entry, failed=code))
        self._host.changed(room)

    async def max_bytes(self) -> int:
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


def _transfer(room: Room, entry: Outgoing) -> Transfer:
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
