"""The history as this device archives it: what another device reads later.

MLS gives nobody the past, so a device writes what it has read into an archive of its
own, one per conversation, as encrypted pieces that the server keeps. A piece is made
and stored here before it leaves, and how far the archive goes moves when the server
has it: after a crash the same octets go out again under the same id.

Pieces are padded, and one that holds a few messages is as long as one with hundreds.
When an archive has too many of those, it is written anew under another key, and the
earlier one is deleted once a backup names its successor. So it is when a device of
the account is revoked, which may know the key.

A row is archived as it came, with what proves who wrote it. What this device says
itself ("ada joined", a row that could not be read) goes in as a line without proof:

    {"line": kind, "id": …, "text": …}      in `HistoryMessage.content`
    {"names": {account: handle}}            before the first row of a piece
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Iterator

import msgspec

from mentalverse_crypto.carried import HISTORY_KEY_BYTES
from mentalverse_crypto.history import ArchiveEnd, read_piece, write_pieces
from mentalverse_crypto.history_piece import MAX_PIECE_BYTES, HistoryMessage
from mentalverse_signaling.blob_api import BlobPurpose
from mentalverse_signaling.errors import Conflict
from mentalverse_signaling.ids import (
    AccountId,
    BlobId,
    ConversationId,
    id_bytes,
)

from ..account.device import Device
from ..account.kept import OwnArchive, StoredArchive
from ..files.blobs import BlobTransfer
from ..groups.people import UNNAMED, handle_of
from ..store import evidence
from ..store.messages import Message, MessageKind
from ..store.records import (
    ConversationRecord,
    Record,
    load,
    load_all,
    messages,
    save,
)

SMALL_PIECES_PER_FULL_ONE = 8
"""Of more small ones than these an archive is written anew."""
_BATCH = 100
"""Rows that are read before others get a turn."""
_NOBODY = bytes(16)


class Line(msgspec.Struct, frozen=True):
    """A line of the history that no row with a proof stands behind."""

    line: MessageKind
    id: str
    text: str
    deleted: bool = False


class About(msgspec.Struct, frozen=True):
    """What the rows do not say: handles by account."""

    names: dict[str, str]


class Pending(Record, frozen=True):
    """A piece on its way to the server, and what holds when it has arrived."""

    blob: bytes
    octets: bytes
    after: OwnArchive

    def __repr__(self) -> str:
        return f"Pending(octets={len(self.octets)})"


class Archivist:
    """Writes the archives of one device. One call at a time."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._vault = device.profile.vault

    def behind(self) -> list[ConversationId]:
        """The conversations of which not everything is archived."""
        records = load_all(self._vault, ConversationRecord, "conversation")
        return [record.id for record in records if self._is_behind(record.id)]

    async def write(self, transfer: BlobTransfer, conversation: ConversationId) -> None:
        """Archive what is not archived of one conversation.

        Raises:
            NotConnected, SignalingError: as `BlobTransfer.upload`; what was stored
                until then is stored.
        """
        while True:
            pending = load(self._vault, Pending, "archive_pending", conversation)
            if pending is None:
                pending = await self._make(conversation)
            if pending is None:
                break
            blob = BlobId(pending.blob.hex())
            try:
                await transfer.upload(blob, BlobPurpose.ARCHIVE, pending.octets)
            except Conflict:
                # An older copy of this profile was put back: it has gone further.
                self._start_over(conversation, pending.after)
                continue
            self._settle(conversation, pending)
        self._let_go(conversation)

    async def delete_retired(self, transfer: BlobTransfer) -> None:
        """Delete pieces that no backup names any more."""
        for name in self._vault.names("retired_blob"):
            await transfer.delete(BlobId(name))
            with self._vault.transaction() as write:
                write.delete("retired_blob", name)

    def retire_all(self) -> None:
        """Give up every archive of this device; its pieces are to be deleted."""
        with self._vault.transaction() as write:
            for own in load_all(self._vault, OwnArchive, "archive"):
                for blob in (*own.blobs, *own.earlier_blobs):
                    write.put("retired_blob", blob.hex(), b"")
                write.delete("archive", own.current.conversation)
                write.delete("archive_pending", own.current.conversation)

    # --- how far it goes ---

    def _is_behind(self, conversation: ConversationId) -> bool:
        if self._vault.get("archive_pending", conversation) is not None:
            return True
        own = load(self._vault, OwnArchive, "archive", conversation)
        through = self._floor(conversation) if own is None else own.through
        return next(self._rows(conversation, through, 1), None) is not None

    def _floor(self, conversation: ConversationId) -> int:
        """Up to where the archives go that this device has read from others."""
        restored = self._vault.get("restored", conversation)
        return 0 if restored is None else int.from_bytes(restored)

    # --- making a piece ---

    async def _make(self, conversation: ConversationId) -> Pending | None:
        """The next piece, stored; None when everything is archived."""
        own = self._current(conversation)
        collected = await self._collect(conversation, own.through)
        if not collected:
            return None
        archive, end = own.current.archive, own.current.end
        piece = next(write_pieces(archive, end, collected, self._device.rng))
        held, _ = read_piece(archive, end, piece.octets)
        pending = Pending(
            blob=piece.blob,
            octets=piece.octets,
            after=_advanced(own, piece.end, held[-1].seq, piece.blob, piece.octets),
        )
        with self._vault.transaction() as write:
            save(write, "archive", own, conversation)
            save(write, "archive_pending", pending, conversation)
        return pending

    def _current(self, conversation: ConversationId) -> OwnArchive:
        """The archive to write to: a fresh one if there is none or it will not do."""
        own = load(self._vault, OwnArchive, "archive", conversation)
        devices = self._devices()
        if own is None:
            return self._fresh(conversation, devices, None)
        small = own.current.pieces - own.full
        is_scattered = small > SMALL_PIECES_PER_FULL_ONE * (1 + own.full)
        is_exposed = not set(own.devices) <= set(devices)
        if own.earlier is None and (is_scattered or is_exposed):
            return self._fresh(conversation, devices, own)
        # Those that came since were told the key.
        told = (*own.devices, *(each for each in devices if each not in own.devices))
        return msgspec.structs.replace(own, devices=told)

    def _fresh(
        self,
        conversation: ConversationId,
        devices: tuple[bytes, ...],
        earlier: OwnArchive | None,
    ) -> OwnArchive:
        rng = self._device.rng
        first = rng(16)
        current = StoredArchive(
            conversation=conversation,
            writer=id_bytes(self._device.profile.identity.device),
            period=0 if earlier is None else earlier.current.period + 1,
            key=rng(HISTORY_KEY_BYTES),
            first_blob=first,
            pieces=0,
            last=bytes(32),
            next_blob=first,
        )
        return OwnArchive(
            current=current,
            devices=devices,
            through=self._floor(conversation),
            earlier=None if earlier is None else earlier.current,
            earlier_blobs=() if earlier is None else earlier.blobs,
        )

    def _devices(self) -> tuple[bytes, ...]:
        own = self._device.profile.lists.get(self._device.profile.identity.account)
        return () if own is None else tuple(each.device_id for each in own.devices)

    async def _collect(
        self, conversation: ConversationId, through: int
    ) -> list[HistoryMessage]:
        """What comes after a row, at least as much as fits a piece if there is."""
        collected: list[HistoryMessage] = []
        length = 0
        for said in self._rows(conversation, through):
            collected.append(said)
            length += len(said.content)
            if length > MAX_PIECE_BYTES:
                break
            if len(collected) % _BATCH == 0:
                await asyncio.sleep(0)
        if collected:
            collected.insert(0, self._about(conversation, collected))
        return collected

    def _rows(
        self, conversation: ConversationId, through: int, page: int = _BATCH
    ) -> Iterator[HistoryMessage]:
        """Rows with their proof, lines where there is none, in the order of the log."""
        last = -1
        # Of two with one number the first wins: the row, not the line made of it.
        for said in heapq.merge(
            self._proven(conversation, through, page),
            self._lines(conversation, through, page),
            key=lambda said: said.seq,
        ):
            if said.seq != last:
                yield said
            last = said.seq

    def _proven(
        self, conversation: ConversationId, after: int, page: int
    ) -> Iterator[HistoryMessage]:
        while rows := evidence.kept_after(self._vault, conversation, after, page):
            yield from rows
            after = rows[-1].seq

    def _lines(
        self, conversation: ConversationId, after: int, page: int
    ) -> Iterator[HistoryMessage]:
        while found := messages(self._vault, conversation, after=after, limit=page):
            yield from map(_line, found)
            after = found[-1].seq

    def _about(
        self, conversation: ConversationId, collected: list[HistoryMessage]
    ) -> HistoryMessage:
        record = load(self._vault, ConversationRecord, "conversation", conversation)
        accounts = {said.account.hex() for said in collected} - {_NOBODY.hex()}
        handles = {
            account: handle_of(self._device, AccountId(account))
            for account in accounts.union(() if record is None else record.seats)
        }
        names = {a: handle for a, handle in handles.items() if handle != UNNAMED}
        first = collected[0]
        content = msgspec.json.encode(About(names))
        return HistoryMessage(first.seq, first.at_ms, _NOBODY, _NOBODY, content)

    # --- what has arrived ---

    def _start_over(self, conversation: ConversationId, own: OwnArchive) -> None:
        fresh = self._fresh(conversation, self._devices(), own)
        alone = msgspec.structs.replace(fresh, earlier=None, earlier_blobs=())
        with self._vault.transaction() as write:
            save(write, "archive", alone, conversation)
            write.delete("archive_pending", conversation)

    def _settle(self, conversation: ConversationId, pending: Pending) -> None:
        with self._vault.transaction() as write:
            save(write, "archive", pending.after, conversation)
            write.delete("archive_pending", conversation)

    def _let_go(self, conversation: ConversationId) -> None:
        """The successor is as long as its predecessor, which may go."""
        own = load(self._vault, OwnArchive, "archive", conversation)
        if own is None or own.earlier is None:
            return
        with self._vault.transaction() as write:
            for blob in own.earlier_blobs:
                write.put("retired_blob", blob.hex(), b"")
            alone = msgspec.structs.replace(own, earlier=None, earlier_blobs=())
            save(write, "archive", alone, conversation)


def _advanced(
    own: OwnArchive, end: ArchiveEnd, through: int, blob: bytes, octets: bytes
) -> OwnArchive:
    is_full = 2 * len(octets) >= MAX_PIECE_BYTES
    return msgspec.structs.replace(
        own,
        current=own.current.ending(end),
        through=through,
        blobs=(*own.blobs, blob),
        full=own.full + is_full,
    )


def _line(message: Message) -> HistoryMessage:
    line = Line(message.kind, message.id, message.text, message.deleted)
    return HistoryMessage(
        message.seq,
        int(message.at.timestamp() * 1000),
        id_bytes(message.account) if message.account else _NOBODY,
        _NOBODY,
        msgspec.json.encode(line),
    )
