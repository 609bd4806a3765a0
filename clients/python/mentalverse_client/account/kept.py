"""What an account keeps beyond this device: out of the vault, and into a fresh one.

It goes into every backup, and an old device hands it to a new one. The account's key
is in it, whom the account knows and has verified, where its archives are, and how to
tell the true server. Nothing of it decrypts or continues a group: a ratchet that
comes back from a copy would use a key and nonce twice, so a device that is restored
gets keys of its own.

`AccountRecord` leaves room for settings. They hold

    server, as_keys, log_pub    what this client pinned when the account was made
    handle                      the name of the account
    backup                      how each of its devices writes the next backup
    earlier_keys                keys that the account had before
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mentalverse_crypto.account_record import (
    AccountRecord,
    ContactPin,
    KeptArchive,
    ResumptionSecret,
    newest_resumption,
)
from mentalverse_crypto.errors import MlsError
from mentalverse_crypto.history import Archive, ArchiveEnd
from mentalverse_crypto.key_slots import Slot
from mentalverse_signaling.account_api import ServerInfo
from mentalverse_signaling.ids import AccountId, ConversationId, id_bytes, id_text

from ..errors import UntrustedServer
from ..store.records import (
    Contact,
    ConversationRecord,
    EarlierKey,
    Record,
    load,
    load_all,
    load_group,
)
from ..store.records import save as save_record
from ..store.vault import Transaction, Vault
from .as_keys import follow_as_keys
from .profile import Profile


class BackupAccess(Record, frozen=True):
    """What writes the next backup without asking the person for anything."""

    lookup: bytes
    """The secret that finds the backup; it opens nothing."""
    slots: tuple[Slot, ...]
    """What wraps the key of every backup. New recovery words make new ones."""
    passkeys: dict[str, bytes] = {}
    """By passkey, in base64url: the salt of the slot that it opens. Browsers' own; kept
    for them."""

    def __repr__(self) -> str:
        return f"BackupAccess(slots={len(self.slots)})"


class BackupState(Record, frozen=True):
    """What this device knows of the account's backup."""

    access: BackupAccess
    counter: int = 0
    """Of the last one that this device wrote or saw; 0 before any."""
    at_ms: int = 0
    size: int = 0
    digest: bytes = b""
    """SHA-256 of the account record in it."""
    trouble: str = ""
    """Code of what kept the last attempt from being whole; "" if nothing did."""


class Settings(Record, frozen=True):
    """The client's own part of an account record."""

    server: str
    as_keys: dict[str, bytes]
    log_pub: bytes
    handle: str
    backup: BackupAccess | None = None
    earlier_keys: tuple[EarlierKey, ...] = ()


class StoredArchive(Record, frozen=True):
    """An archive and how far it goes; the fields of `Archive` and `ArchiveEnd`."""

    conversation: ConversationId
    writer: bytes
    period: int
    key: bytes
    first_blob: bytes
    pieces: int
    last: bytes
    next_blob: bytes

    @staticmethod
    def of(kept: KeptArchive) -> StoredArchive:
        """As the record has it."""
        archive, end = kept.archive, kept.end
        return StoredArchive(
            conversation=ConversationId(id_text(archive.conversation)),
            writer=archive.writer,
            period=archive.period,
            key=archive.key,
            first_blob=archive.first_blob,
            pieces=end.pieces,
            last=end.last,
            next_blob=end.next_blob,
        )

    @property
    def archive(self) -> Archive:
        """Which one it is."""
        return Archive(
            id_bytes(self.conversation),
            self.writer,
            self.period,
            self.key,
            self.first_blob,
        )

    @property
    def end(self) -> ArchiveEnd:
        """How far it goes."""
        return ArchiveEnd(self.pieces, self.last, self.next_blob)

    def ending(self, end: ArchiveEnd) -> StoredArchive:
        """The same archive when it goes as far as `end`."""
        return msgspec.structs.replace(
            self, pieces=end.pieces, last=end.last, next_blob=end.next_blob
        )

    @property
    def kept(self) -> KeptArchive:
        """As the record has it."""
        return KeptArchive(self.archive, self.end)

    @property
    def name(self) -> str:
        """Names it among all."""
        return f"{self.conversation}/{self.writer.hex()}/{self.period}"

    def __repr__(self) -> str:
        return f"StoredArchive(conversation={self.conversation!r})"


class OwnArchive(Record, frozen=True):
    """What this device has archived of one conversation."""

    current: StoredArchive
    devices: tuple[bytes, ...]
    """The account's devices since its key was made: they may know the key."""
    through: int
    """Every row up to this one is in it, or in an archive of another device."""
    blobs: tuple[bytes, ...] = ()
    full: int = 0
    """Pieces that are at least half as long as a piece may be; the others are small."""
    earlier: StoredArchive | None = None
    """Its predecessor, for as long as `current` holds less."""
    earlier_blobs: tuple[bytes, ...] = ()

    @property
    def archives(self) -> tuple[StoredArchive, ...]:
        """What a record has to name."""
        return (self.current,) if self.earlier is None else (self.earlier, self.current)


class StoredSecrets(Record, frozen=True):
    """Resumption PSKs of one group by epoch: they prove that the account was in it."""

    by_epoch: dict[int, bytes]

    def __repr__(self) -> str:
        return f"StoredSecrets(epochs={sorted(self.by_epoch)})"


def gather(profile: Profile, access: BackupAccess | None = None) -> AccountRecord:
    """The account record of this moment.

    Args:
        profile: The open profile.
        access: To the backup that is about to be made; else to the one there is.
    """
    vault, identity = profile.vault, profile.identity
    backup = load(vault, BackupState, "backup")
    if access is None and backup is not None:
        access = backup.access
    own = profile.lists.get(identity.account)
    settings = Settings(
        server=identity.server,
        as_keys=identity.as_keys,
        log_pub=identity.log_pub,
        handle=identity.handle,
        backup=access,
        earlier_keys=identity.earlier_keys,
    )
    return AccountRecord(
        account_id=id_bytes(identity.account),
        account_private=identity.account_private,
        device_list=b"" if own is None else own.encode(),
        contacts=tuple(_contacts(vault)),
        archives=tuple(stored.kept for stored in archives(vault)),
        resumption=tuple(_resumption(vault)),
        settings=msgspec.json.encode(settings),
    )


def settings_of(record: AccountRecord) -> Settings:
    """The client's own part of a record.

    Raises:
        UntrustedServer: the record was not made by this client.
    """
    try:
        return msgspec.json.decode(record.settings, type=Settings)
    except msgspec.MsgspecError:
        raise UntrustedServer("the account was kept by another client") from None


def check_server(settings: Settings, info: ServerInfo) -> dict[str, bytes]:
    """Compare a server with the account's; the service keys to pin, by key id.

    Keys that came since are taken if those before introduce them. Whether the log
    shows them, too, is looked at with the first reading of it (`service_keys`).

    Raises:
        UntrustedServer: it is another installation, or its log has another key.
    """
    if (settings.server, settings.log_pub) != (info.server, info.log_pub):
        raise UntrustedServer("the account was made on another server")
    try:
        accepted = follow_as_keys(settings.as_keys.values(), info.as_succession)
    except MlsError:
        raise UntrustedServer(
            "the server's keys do not follow on those known"
        ) from None
    return settings.as_keys | {key.hex(): public for key, public in accepted.items()}


def take_over(write: Transaction, record: AccountRecord) -> None:
    """Put into a fresh vault what a record holds, but for the identity itself."""
    for pin in record.contacts:
        account = AccountId(id_text(pin.account_id))
        known = Contact(
            account=account, account_pub=pin.account_public, verified=pin.verified
        )
        save_record(write, "contact", known, account)
    access = settings_of(record).backup
    if access is not None:
        save_record(write, "backup", BackupState(access=access))
    for kept in record.archives:
        stored = StoredArchive.of(kept)
        save_record(write, "inherited", stored, stored.name)
    for group_id in {secret.group_id for secret in record.resumption}:
        held = {s.epoch: s.secret for s in record.resumption if s.group_id == group_id}
        save_record(write, "resumption", StoredSecrets(by_epoch=held), group_id.hex())


def merge(profile: Profile, record: AccountRecord) -> None:
    """Take over what another device of the account has written down since.

    Only of other devices: what this one archives, it knows best. An archive that
    has a successor is not named any more.
    """
    vault = profile.vault
    own = id_bytes(profile.identity.device)
    shown = [StoredArchive.of(kept) for kept in record.archives]
    theirs = {stored.name: stored for stored in shown if stored.writer != own}
    newest: dict[tuple[str, bytes], int] = {}
    for stored in theirs.values():
        source = (stored.conversation, stored.writer)
        newest[source] = max(newest.get(source, 0), stored.period)
    with vault.transaction() as write:
        for known in load_all(vault, StoredArchive, "inherited"):
            source = (known.conversation, known.writer)
            if known.name not in theirs and newest.get(source, 0) > known.period:
                write.delete("inherited", known.name)
        for name, stored in theirs.items():
            before = load(vault, StoredArchive, "inherited", name)
            if before is None or before.pieces < stored.pieces:
                save_record(write, "inherited", stored, name)
        for pin in record.contacts:
            _merge_contact(vault, write, pin)


def resumption_secrets(vault: Vault, group_id: bytes) -> dict[int, bytes]:
    """By epoch, what the account kept of a group that this device was never in."""
    stored = load(vault, StoredSecrets, "resumption", group_id.hex())
    return {} if stored is None else stored.by_epoch


def archives(vault: Vault) -> list[StoredArchive]:
    """Those that this device writes, and those that it was told of."""
    own = load_all(vault, OwnArchive, "archive")
    return [
        *(archive for kept in own for archive in kept.archives if archive.pieces),
        *load_all(vault, StoredArchive, "inherited"),
    ]


def archived_elsewhere(vault: Vault) -> set[ConversationId]:
    """The conversations whose history other devices of the account archived."""
    return {
        archive.conversation for archive in load_all(vault, StoredArchive, "inherited")
    }


def _merge_contact(vault: Vault, write: Transaction, pin: ContactPin) -> None:
    account = AccountId(id_text(pin.account_id))
    known = load(vault, Contact, "contact", account)
    if known is None:
        known = Contact(account=account, account_pub=pin.account_public)
    elif known.account_pub != pin.account_public or known.verified >= pin.verified:
        return
    verified = msgspec.structs.replace(known, verified=pin.verified)
    save_record(write, "contact", verified, account)


def _contacts(vault: Vault) -> Iterator[ContactPin]:
    for known in load_all(vault, Contact, "contact"):
        yield ContactPin(id_bytes(known.account), known.account_pub, known.verified)


def _resumption(vault: Vault) -> Iterator[ResumptionSecret]:
    """Of groups that this device is in, else as they were handed to it."""
    current = set()
    for record in load_all(vault, ConversationRecord, "conversation"):
        state = load_group(vault, record.id)
        if state is not None:
            current.add(state.group_id)
            yield from newest_resumption(state.group_id, state.resumption_psks)
    for name in vault.names("resumption"):
        group_id = bytes.fromhex(name)
        if group_id not in current:
            yield from newest_resumption(group_id, resumption_secrets(vault, group_id))
