"""Reads back what other devices of the account archived.

A device that is restored or paired is told of the archives. It reads them piece by
piece in the background and goes on where it stopped. What it has read itself stays
as it is: archives fill the history before that.

Pieces hold together by their hashes, and the backup says how far they went when it
was written; what an archive got later is found by going on. A piece that is missing
before that is said, not passed over.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from mentalverse_crypto.errors import ContentError
from mentalverse_crypto.history import PIECE_OVERHEAD_BYTES, read_piece
from mentalverse_crypto.history_piece import MAX_PIECE_BYTES, HistoryMessage
from mentalverse_crypto.storage_errors import HistoryError
from mentalverse_signaling.errors import NotFound
from mentalverse_signaling.ids import BlobId, ConversationId, id_text

from ..account.device import Device
from ..account.kept import StoredArchive
from ..errors import BlobDamaged
from ..files.blobs import BlobTransfer
from ..store import evidence
from ..store.history import Additions, History
from ..store.messages import Message
from ..store.records import (
    Contact,
    Record,
    load,
    load_all,
    messages,
    save,
    save_message,
)
from ..store.vault import Transaction
from ..updates import Update, UpdateKind, Updates
from .archive import About, Line

_BATCH = 50
"""Rows that are stored before others get a turn."""
_MAX_BYTES = MAX_PIECE_BYTES + PIECE_OVERHEAD_BYTES


class Reading(Record, frozen=True):
    """How far an archive was read."""

    at: StoredArchive
    """The archive as far as it was read."""
    over: bool = False
    missing: bool = False
    """Whether a piece was not there, or not what it should be."""
    stored: int = 0
    """Rows that were not here before."""


@dataclass(frozen=True, slots=True)
class Restoring:
    """How far the history of other devices was read back."""

    conversations: int
    """How many there are."""
    read: int
    missing: int
    """Of how many the server did not have everything."""
    rows: int
    """How many messages and changes to them came back."""
    outside: int
    """How many this device has not entered: it waits for the group to let it in."""

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to read."""
        return self.read == self.conversations


class ArchiveReader:
    """Fills the history of one device from the archives of others."""

    def __init__(self, device: Device, updates: Updates) -> None:
        self._device = device
        self._vault = device.profile.vault
        self._updates = updates

    @property
    def progress(self) -> Restoring:
        """How far it has come."""
        told = load_all(self._vault, StoredArchive, "inherited")
        left = {stored.conversation for stored in self._left()}
        there = {stored.conversation for stored in told}
        whole = self._whole()
        missing = {
            stored.conversation
            for stored in told
            if self._reading(stored).missing and _source(stored) not in whole
        }
        rows = sum(self._reading(stored).stored for stored in told)
        outside = there.difference(self._vault.names("conversation"))
        return Restoring(
            conversations=len(there),
            read=len(there - left),
            missing=len(missing),
            rows=rows,
            outside=len(outside),
        )

    async def run(self, transfer: BlobTransfer) -> None:
        """Read what is left to read.

        Raises:
            NotConnected, SignalingError: called again it goes on.
        """
        while left := self._left():
            stored = left[0]
            while not (reading := self._reading(stored)).over:
                await self._next_piece(transfer, stored, reading)
            self._updates.publish(Update(UpdateKind.CONVERSATION, stored.conversation))

    def _left(self) -> list[StoredArchive]:
        """What is to be read, archives of older devices first.

        A device's archives of a conversation are read once: what it archives
        later, this device reads itself.
        """
        told = load_all(self._vault, StoredArchive, "inherited")
        whole = self._whole()
        left = [
            stored
            for stored in told
            if not self._reading(stored).over and _source(stored) not in whole
        ]
        return sorted(left, key=lambda stored: (self._age(stored.writer), stored.name))

    def _whole(self) -> set[tuple[str, bytes]]:
        """Conversations and devices of which an archive was read to its end."""
        readings = load_all(self._vault, Reading, "reading")
        return {_source(r.at) for r in readings if r.over and not r.missing}

    def _age(self, writer: bytes) -> int:
        own = self._device.profile.lists.get(self._device.profile.identity.account)
        listed = None if own is None else own.find(writer)
        return 0 if listed is None else listed.added_at

    def _reading(self, stored: StoredArchive) -> Reading:
        begun = load(self._vault, Reading, "reading", stored.name)
        return begun or Reading(at=stored.ending(stored.archive.start))

    async def _next_piece(
        self, transfer: BlobTransfer, stored: StoredArchive, reading: Reading
    ) -> None:
        archive, end = stored.archive, reading.at.end
        is_known = end.pieces < stored.pieces
        try:
            octets = await transfer.fetch(BlobId(end.next_blob.hex()), _MAX_BYTES)
            said, later = read_piece(archive, end, octets)
        except (NotFound, HistoryError, BlobDamaged):
            over = msgspec.structs.replace(reading, over=True, missing=is_known)
            self._save(stored, over)
            return
        rows = reading.stored
        for first in range(0, len(said), _BATCH):
            rows += self._fill(stored.conversation, said[first : first + _BATCH])
            await asyncio.sleep(0)
        at = stored.ending(later)
        self._save(stored, msgspec.structs.replace(reading, at=at, stored=rows))

    def _save(self, stored: StoredArchive, reading: Reading) -> None:
        with self._vault.transaction() as write:
            save(write, "reading", reading, stored.name)
            if reading.at.pieces > stored.pieces:
                save(write, "inherited", reading.at, stored.name)

    # --- rows ---

    def _fill(
        self, conversation: ConversationId, said: tuple[HistoryMessage, ...]
    ) -> int:
        """Store rows below those that this device has read itself; how many."""
        through = self._through(conversation)
        own = self._first_own(conversation, through)
        stored = 0
        with self._vault.transaction() as write:
            for row in said:
                if row.seq < own and not self._is_there(conversation, row.seq):
                    stored += self._store(conversation, row, write)
                    through = max(through, row.seq)
            write.put("restored", conversation, through.to_bytes(8))
        return stored

    def _through(self, conversation: ConversationId) -> int:
        stored = self._vault.get("restored", conversation)
        return 0 if stored is None else int.from_bytes(stored)

    def _first_own(self, conversation: ConversationId, through: int) -> int:
        """The first row that this device has not from an archive."""
        rows = evidence.kept_after(self._vault, conversation, through, 1)
        lines = messages(self._vault, conversation, after=through, limit=1)
        found = [row.seq for row in rows] + [line.seq for line in lines]
        return min(found, default=1 << 62)

    def _is_there(self, conversation: ConversationId, seq: int) -> bool:
        return (
            self._vault.get("message", conversation, seq) is not None
            or evidence.kept(self._vault, conversation, seq) is not None
        )

    def _store(
        self, conversation: ConversationId, row: HistoryMessage, write: Transaction
    ) -> bool:
        """Take over one line of an archive; whether it is one of the history."""
        made = _made_here(row.content) if row.evidence is None else None
        match made:
            case About(names=names):
                self._learn(names, write)
                return False
            case Line():
                save_message(write, self._message(conversation, row, made))
            case None:
                mine = id_text(row.account) == self._device.profile.identity.account
                history = History(self._vault, write, Additions())
                try:
                    history.deliver(conversation, row, mine=mine)
                except ContentError:
                    return False  # what that device could read, this one cannot
        return True

    def _learn(self, names: dict[str, str], write: Transaction) -> None:
        for account, handle in names.items():
            known = load(self._vault, Contact, "contact", account)
            if known is not None and not known.handle:
                named = msgspec.structs.replace(known, handle=handle)
                save(write, "contact", named, account)

    def _message(
        self, conversation: ConversationId, row: HistoryMessage, line: Line
    ) -> Message:
        account = id_text(row.account) if any(row.account) else ""
        return Message(
            id=line.id,
            conversation=conversation,
            seq=row.seq,
            at=datetime.fromtimestamp(row.at_ms / 1000, UTC),
            account=account,
            sender="",
            mine=account == self._device.profile.identity.account,
            kind=line.line,
            text=line.text,
            deleted=line.deleted,
        )


def _source(stored: StoredArchive) -> tuple[str, bytes]:
    return stored.conversation, stored.writer


def _made_here(content: bytes) -> About | Line | None:
    """A line that the writer of the archive made itself; None for a row."""
    with suppress(msgspec.MsgspecError):
        return msgspec.json.decode(content, type=Line)
    with suppress(msgspec.MsgspecError):
        return msgspec.json.decode(content, type=About)
    return None
