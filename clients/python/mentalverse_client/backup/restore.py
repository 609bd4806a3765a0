"""From recovery words, or an exported file, to a device of the account.

    opened = await open_by_words(server_url, words)
    await restore(folder, passphrase, server_url, opened, now, rng)

The words find the envelope and open it. Its record must carry the account's signature
and name this server and its log. What is made of it is a new device with keys of its
own: the account's key signs it, and everybody sees it join. Its history is read back
once it is open (`archived`), and its groups are entered anew.

A device that knows nothing cannot tell by itself that it was given an old backup. The
account's device list can: `Opened.is_dated` says that the list in the backup is not
the newest one. The log shows that list too, once the device is connected.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mentalverse_crypto import backup as backups
from mentalverse_crypto.account_record import AccountRecord
from mentalverse_crypto.backup import MAX_BACKUP_BYTES
from mentalverse_crypto.device_list import DeviceList
from mentalverse_crypto.errors import DecodeError, MlsError
from mentalverse_crypto.key_slots import BackupSecret, passphrase_secret, words_secret
from mentalverse_crypto.storage_errors import BackupLocked
from mentalverse_crypto.words import lookup_secret, to_entropy
from mentalverse_signaling.errors import NotFound
from mentalverse_signaling.ids import AccountId, id_text

from ..account.enrol import enrol, newest_list
from ..account.kept import check_server, settings_of
from ..account.profile import check_url
from ..errors import BackupNotOpened
from ..line.http import AccountApi
from ..store.records import Identity
from .backup_api import BackupApi


@dataclass(frozen=True, slots=True)
class Opened:
    """What a backup holds, as far as a person wants to know."""

    record: AccountRecord
    handle: str
    people: int
    """How many people the account knows."""
    conversations: int
    """Of how many there is history."""
    is_dated: bool
    """Whether the account's devices changed after it was written."""


async def open_by_words(server_url: str, words: str) -> Opened:
    """The backup that recovery words find on a server.

    Raises:
        WordsError: they are not 24 words of the list that belong together.
        BackupNotOpened: the server has no backup for them, or not a sound one.
        UntrustedServer: not the account's server, or its list is not the account's.
        NotConnected, SignalingError.
    """
    entropy = to_entropy(words)
    check_url(server_url)
    async with BackupApi(server_url) as api:
        try:
            envelope = await api.fetch(lookup_secret(entropy))
        except NotFound:
            raise BackupNotOpened("this server has no backup for these words") from None
    locked = "these words do not open the backup that they find"
    record = await asyncio.to_thread(_open, envelope, words_secret(entropy), locked)
    return await _compared(server_url, record)


async def open_file(server_url: str, file: Path, passphrase: str) -> Opened:
    """The backup in a file that was exported.

    Raises:
        BackupNotOpened: not an exported backup, or another passphrase.
        UntrustedServer, NotConnected, SignalingError: see `open_by_words`.
        OSError: the file cannot be read.
    """
    check_url(server_url)
    envelope = await asyncio.to_thread(_read, file)
    secret = passphrase_secret(passphrase)
    locked = "this passphrase does not open the file"
    record = await asyncio.to_thread(_open, envelope, secret, locked)
    return await _compared(server_url, record)


async def restore(
    folder: Path,
    passphrase: str,
    server_url: str,
    opened: Opened,
    now: datetime,
    rng: Callable[[int], bytes],
) -> Identity:
    """Make `folder` a new device of the account; may be repeated until it succeeds.

    Raises:
        ProfileExists, UntrustedServer, NotConnected, SignalingError: see `enrol`.
    """
    return await enrol(folder, passphrase, server_url, opened.record, now, rng)


def _open(envelope: bytes, secret: BackupSecret, locked: str) -> AccountRecord:
    try:
        return backups.open_(envelope, secret, account_public=None).record
    except BackupLocked:
        raise BackupNotOpened(locked) from None
    except MlsError as error:
        raise BackupNotOpened(f"this is no sound backup ({error.code})") from None


async def _compared(server_url: str, record: AccountRecord) -> Opened:
    """The record, once server and device list are those of the account."""
    settings = settings_of(record)
    async with AccountApi(server_url) as api:
        check_server(settings, await api.server())
        newest = await newest_list(
            api,
            AccountId(id_text(record.account_id)),
            record.account_key.public,
            record.device_list,
        )
    return Opened(
        record=record,
        handle=settings.handle,
        people=len(record.contacts),
        conversations=len({kept.archive.conversation for kept in record.archives}),
        is_dated=newest.counter > _counter(record.device_list),
    )


def _counter(device_list: bytes) -> int:
    try:
        return DeviceList.decode(device_list).counter
    except DecodeError:
        return 0


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(MAX_BACKUP_BYTES + 1)
