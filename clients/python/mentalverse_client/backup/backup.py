"""The account's backup: what recovery words bring back when every device is lost.

    client.backup.status()                what there is
    words = client.backup.new_words()     to be written on paper
    await client.backup.create(words)     from here on the client keeps it up to date
    await client.backup.now()

The envelope on the server holds the account's key, whom it knows, and where its
archives are, sealed under what only the words give. The history itself is in the
archives (`archive`). Both are written in the background when something changed, at
most every fifteen minutes, and when the client closes.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from mentalverse_crypto.key_slots import new_slot, passphrase_secret, words_secret
from mentalverse_crypto.words import ENTROPY_BYTES, lookup_secret, to_entropy, to_words
from mentalverse_signaling.errors import QuotaExceeded, SignalingError

from ..account.device import Device
from ..account.kept import BackupAccess, BackupState, archives
from ..errors import BackupGone, BackupReplaced, ClientError, NoBackup
from ..files.blobs import BlobTransfer
from ..line.connection import TokenSource
from ..store.records import load, save
from ..updates import Updates
from .archive import Archivist
from .archived import ArchiveReader, Restoring
from .envelope import Envelope

WRITE_SECONDS = 15 * 60.0
"""Between two backups that nobody asked for."""
LOOK_SECONDS = 60.0
CLOSING_SECONDS = 10.0
"""How long closing may wait for the last backup."""

_log = logging.getLogger(__name__)
Progress = Callable[[int, int], None]
"""Called with the conversations that are archived and those there are to archive."""


@dataclass(frozen=True, slots=True)
class BackupSummary:
    """How the backup stands, as this device knows it."""

    at: datetime | None
    """When this device wrote one last; None if it never did."""
    counter: int
    size: int
    """Octets of the envelope; the archives are beside it."""
    conversations: int
    """Of how many there is history, from this device or another."""
    is_current: bool
    """Whether nothing has changed since."""
    trouble: str
    """Code of what kept the last attempt from being whole; "" if nothing did."""


class Backup:
    """Writes the account's backup, and reads back what others archived."""

    def __init__(
        self,
        device: Device,
        token: TokenSource,
        updates: Updates,
        ready: Callable[[], Awaitable[None]],
    ) -> None:
        self._device = device
        self._vault = device.profile.vault
        self._url = device.profile.identity.server_url
        self._token = token
        self._ready = ready
        self._envelope = Envelope(device, token)
        self._archivist = Archivist(device)
        self._reader = ArchiveReader(device, updates)
        self._one_at_a_time = asyncio.Lock()
        self._tried_at_ms = 0

    # --- what there is ---

    @property
    def restoring(self) -> Restoring:
        """How far the history of other devices has been read back."""
        return self._reader.progress

    def status(self) -> BackupSummary | None:
        """How the backup stands; None if none was made."""
        state = self._state
        if state is None:
            return None
        at = datetime.fromtimestamp(state.at_ms / 1000, UTC) if state.at_ms else None
        return BackupSummary(
            at=at,
            counter=state.counter,
            size=state.size,
            conversations=len({kept.conversation for kept in archives(self._vault)}),
            is_current=not self._has_changed(state),
            trouble=state.trouble,
        )

    async def check(self) -> None:
        """Compare with the server what `status` says.

        Raises:
            NoBackup, BackupGone, BackupReplaced: as it stands.
            NotConnected, SignalingError.
        """
        async with self._one_at_a_time:
            try:
                await self._envelope.check(self._require())
            except (BackupGone, BackupReplaced) as error:
                self._note(error.code)
                raise

    # --- what a person asks for ---

    @staticmethod
    def new_words() -> tuple[str, ...]:
        """24 fresh recovery words. They mean nothing before `create` took them."""
        return to_words(os.urandom(ENTROPY_BYTES))

    async def create(self, words: str, progress: Progress | None = None) -> None:
        """Make the backup that these words open; earlier words open none any more.

        Once it returns the words are of use. What of the history takes longer goes
        on in the background when this call is given up.

        Raises:
            WordsError: they are not 24 words as `new_words` makes them.
            BackupTooLarge, NotConnected, SignalingError: see `now`.
        """
        entropy = to_entropy(words)
        slot = await asyncio.to_thread(
            new_slot, words_secret(entropy), self._device.rng
        )

        def renewed(known: BackupAccess | None) -> BackupAccess:
            lookup = lookup_secret(entropy)
            if known is None:
                return BackupAccess(lookup=lookup, slots=(slot,))
            others = [each for each in known.slots if each.kind is not slot.kind]
            return BackupAccess(
                lookup=lookup, slots=(slot, *others), passkeys=known.passkeys
            )

        async with self._one_at_a_time:
            self._save(await self._envelope.replace(self._state, renewed))
        await self.now(progress)

    async def now(self, progress: Progress | None = None) -> None:
        """Archive what is not archived, and write the backup.

        Raises:
            NoBackup: there is none; `create` makes one.
            BackupReplaced: another device has made new recovery words.
            BackupTooLarge: the account knows more than fits.
            QuotaExceeded: the history does not fit; the account itself is saved.
            NotConnected, SignalingError: the server does not take it now.
        """
        await self._now(progress or _ignore, is_asked=True)

    async def export(self, file: Path, passphrase: str) -> None:
        """Write the envelope into a file, opened by a passphrase instead of words.

        It holds keys, people, and where the history is; the history stays with the
        server.

        Raises:
            NoBackup, BackupTooLarge, OSError: `FileExistsError` among them.
        """
        state = self._require()
        slot = await asyncio.to_thread(
            new_slot, passphrase_secret(passphrase), self._device.rng
        )
        envelope = self._envelope.copy(state, slot)
        await asyncio.to_thread(_write_new, file, envelope)

    async def forget(self) -> None:
        """Delete the backup, and what this device archived, from the server.

        Raises:
            NotConnected, SignalingError: not everything is deleted; call it again.
        """
        async with self._one_at_a_time:
            await self._envelope.delete()
            self._archivist.retire_all()
            async with BlobTransfer(self._url, self._token) as transfer:
                await self._archivist.delete_retired(transfer)
            with self._vault.transaction() as write:
                write.delete("backup", "")

    async def archive(self) -> None:
        """Archive what is not archived, whether or not there is a backup.

        For a device that is about to be added. What the server does not take now, that
        device goes without.
        """
        with suppress(ClientError, SignalingError):
            async with (
                self._one_at_a_time,
                BlobTransfer(self._url, self._token) as transfer,
            ):
                await self._archive(transfer, _ignore)

    # --- in the background ---

    async def run(self) -> None:
        """Read back and keep up to date, until cancelled."""
        while True:
            await self._ready()
            try:
                await self._read_back()
                await self._write_if_due()
            except (ClientError, SignalingError, OSError) as error:
                _log.debug("the backup has to wait: %s", error)
            await asyncio.sleep(LOOK_SECONDS)

    async def close(self) -> None:
        """Write what has changed, if that takes no longer than a moment."""
        state = self._state
        if state is None or not self._writes_itself(state):
            return
        with suppress(TimeoutError, ClientError, SignalingError, OSError):
            async with asyncio.timeout(CLOSING_SECONDS):
                if self._has_changed(state):
                    await self._now(_ignore, is_asked=False)

    async def _read_back(self) -> None:
        if not self._reader.progress.is_over:
            async with BlobTransfer(self._url, self._token) as transfer:
                await self._reader.run(transfer)

    async def _write_if_due(self) -> None:
        state = self._state
        if state is None or not self._writes_itself(state):
            return
        now_ms = self._device.now_ms()
        last_ms = max(state.at_ms, self._tried_at_ms)
        if now_ms - last_ms < WRITE_SECONDS * 1000:
            return
        if self._has_changed(state):
            self._tried_at_ms = now_ms
            await self._now(_ignore, is_asked=False)

    def _writes_itself(self, state: BackupState) -> bool:
        return state.trouble not in (BackupReplaced.code, BackupGone.code)

    # --- within ---

    @property
    def _state(self) -> BackupState | None:
        return load(self._vault, BackupState, "backup")

    def _require(self) -> BackupState:
        state = self._state
        if state is None:
            raise NoBackup("there is no backup yet")
        return state

    def _save(self, state: BackupState) -> None:
        with self._vault.transaction() as write:
            save(write, "backup", state)

    def _note(self, trouble: str) -> None:
        state = self._require()
        if state.trouble != trouble:
            self._save(msgspec.structs.replace(state, trouble=trouble))

    def _has_changed(self, state: BackupState) -> bool:
        return bool(self._archivist.behind()) or self._envelope.differs(state)

    async def _now(self, progress: Progress, *, is_asked: bool) -> None:
        async with self._one_at_a_time:
            state = self._require()
            try:
                await self._write(state, progress, is_asked)
            except (ClientError, SignalingError) as error:
                self._note(error.code)
                raise
            self._note("")

    async def _write(
        self, state: BackupState, progress: Progress, is_asked: bool
    ) -> None:
        full: QuotaExceeded | None = None
        async with BlobTransfer(self._url, self._token) as transfer:
            try:
                await self._archive(transfer, progress)
            except QuotaExceeded as error:
                full = error
            self._save(await self._envelope.write(state, is_asked=is_asked))
            await self._archivist.delete_retired(transfer)
        if full is not None:
            raise full

    async def _archive(self, transfer: BlobTransfer, progress: Progress) -> None:
        # Until the past is read back, nobody knows where this device's part begins.
        if not self._reader.progress.is_over:
            return
        behind = self._archivist.behind()
        for done, conversation in enumerate(behind):
            progress(done, len(behind))
            await self._archivist.write(transfer, conversation)
        progress(len(behind), len(behind))


def _write_new(file: Path, octets: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(octets)
        opened.flush()
        os.fsync(descriptor)


def _ignore(_done: int, _all: int) -> None:
    """Nobody watches."""
