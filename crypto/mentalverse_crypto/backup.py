"""The backup of an account: one sealed `account_record`, opened by any of its slots.

    struct {
        opaque magic[4] = "MVBK";
        uint8  version = 1;
        opaque account_id[16];
        uint64 counter;
        KeySlot slots<V>;                   1 to 6, see `key_slots`
        opaque nonce[24];
        opaque sealed<V>;                   XChaCha20-Poly1305, all above as AAD
        opaque signature[64];               Ed25519, the account's key
    } Backup;

The key is drawn anew for every backup. A device keeps its slots, with the keys that
wrap, in its sealed store: it writes the next backup without asking for words, and a
slot that it lets go opens no later one.

The account's key signs "MentalVerse backup v1" and everything before the signature.
A device that knows the account's public key verifies before it does any work, so
that nobody makes it run Argon2id, or try the secret, on slots of their own. A device
that knows only the words asks the transparency log for that key. It then finds the
private one in the record: that one must have made the signature and must belong to
the public key it was told of, and the record must name the account of the envelope.

A backup below a counter that was reached is refused. A device that knows of none can
be given an old backup: then its device list is older than the one in the log, and
that is what shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from .account_record import AccountRecord
from .ciphersuite import KEY_BYTES, SIGNATURE_BYTES, Rng, sign
from .ciphersuite import verify as verify_signature
from .codec import Reader, decode, opaque, u8, u64, vector
from .errors import DecodeError, InvalidRequest, SignatureError, require
from .key_slots import (
    BackupSecret,
    Slot,
    WrappedKey,
    check_kinds,
    read_slot,
    unwrap,
    unwrap_with,
    wrap,
)
from .storage_errors import (
    BackupDamaged,
    BackupForged,
    BackupLocked,
    BackupMalformed,
    BackupRolledBack,
)

MAX_BACKUP_BYTES: Final = 512 * 1024
"""Longest envelope."""

_MAGIC: Final = b"MVBK"
_VERSION: Final = 1
_ID_BYTES: Final = 16
_NONCE_BYTES: Final = sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_SIGNATURE_LABEL: Final = b"MentalVerse backup v1"
_PAD_BYTES: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class OpenedBackup:
    """What a backup held, and the slot that opened it."""

    record: AccountRecord
    counter: int
    slot: Slot
    """Others have to be made anew: what they need is not in the backup."""


def seal(
    record: AccountRecord, slots: tuple[Slot, ...], counter: int, rng: Rng
) -> bytes:
    """The backup of a record.

    Args:
        record: What is kept; its account key signs.
        slots: Whoever has the secret of one of them opens it.
        counter: Higher than that of every earlier backup of the account.
        rng: Source of the key and the nonces.

    Raises:
        InvalidRequest: no slot, too many, two of words or of a passphrase, a
            counter that does not fit 64 bits, or a record that is too long.
    """
    require(0 <= counter < 1 << 64, "the counter does not fit 64 bits")
    check_kinds([slot.kind for slot in slots])
    key = rng(KEY_BYTES)
    wrapped = vector(wrap(slot, key, record.account_id, rng) for slot in slots)
    header = _MAGIC + u8(_VERSION) + record.account_id + u64(counter) + wrapped
    plaintext = opaque(record.encode())
    plaintext += bytes(-len(plaintext) % _PAD_BYTES)
    nonce = rng(_NONCE_BYTES)
    sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        plaintext, header, nonce, key
    )
    signed = header + nonce + opaque(sealed)
    envelope = signed + sign(record.account_key, _SIGNATURE_LABEL + signed)
    require(len(envelope) <= MAX_BACKUP_BYTES, "the record is too long")
    return envelope


def open_(
    envelope: bytes,
    secret: BackupSecret,
    *,
    account_public: bytes | None,
    minimum_counter: int = 0,
) -> OpenedBackup:
    """What a backup holds.

    Args:
        envelope: As the server handed it out.
        secret: What somebody has.
        account_public: The account's key as this device pinned it or, on a device
            that knows nothing, as the transparency log has it. None only for a
            caller that compares `OpenedBackup.record` with the log afterwards.
        minimum_counter: The highest counter known to have been reached.

    Raises:
        BackupMalformed: not of this version, or of absurd cost.
        BackupForged: not signed by the account's key.
        BackupLocked: no slot opens with this secret.
        BackupDamaged: a slot opened, the content does not.
        BackupRolledBack: authentic, but below `minimum_counter`.
        KeystoreOutOfMemory: the cost is more than this machine can spare.
    """
    stored = _read_envelope(envelope)
    if account_public is not None:
        _verify(stored, account_public)
    slot, key = _unlock(stored, secret)
    record = _checked_record(stored, key, account_public)
    _check_counter(stored, minimum_counter)
    return OpenedBackup(record, stored.counter, slot)


def reopen(
    envelope: bytes, slot: Slot, *, account_public: bytes, minimum_counter: int
) -> OpenedBackup:
    """What another device of the account wrote, by a slot that this one keeps.

    Args:
        envelope: As the server handed it out.
        slot: From `OpenedBackup`, or one that this device sealed with.
        account_public: The account's key.
        minimum_counter: The lowest counter that is news to this device.

    Raises:
        BackupMalformed, BackupForged, BackupDamaged, BackupRolledBack: as `open_`
            says.
        BackupLocked: the slot is not in it: the account has new secrets.
    """
    stored = _read_envelope(envelope)
    _verify(stored, account_public)
    for candidate in stored.slots:
        key = unwrap_with(candidate, slot, stored.account_id)
        if key is not None:
            record = _checked_record(stored, key, account_public)
            _check_counter(stored, minimum_counter)
            return OpenedBackup(record, stored.counter, slot)
    raise BackupLocked("the slot is not in this backup")


@dataclass(frozen=True, slots=True)
class _Stored:
    account_id: bytes
    counter: int
    slots: tuple[WrappedKey, ...]
    header: bytes
    nonce: bytes
    sealed: bytes
    signed: bytes
    signature: bytes


def _unlock(stored: _Stored, secret: BackupSecret) -> tuple[Slot, bytes]:
    for candidate in stored.slots:
        unlocked = unwrap(candidate, secret, stored.account_id)
        if unlocked is not None:
            return unlocked
    raise BackupLocked("no key slot opens with this secret")


def _check_counter(stored: _Stored, minimum_counter: int) -> None:
    if stored.counter < minimum_counter:
        raise BackupRolledBack("the backup is older than a known one")


def _checked_record(
    stored: _Stored, key: bytes, account_public: bytes | None
) -> AccountRecord:
    record = _open_record(stored, key)
    if account_public not in (None, record.account_key.public):
        raise BackupForged("the record is of another account key")
    if record.account_id != stored.account_id:
        raise BackupForged("the record is of another account")
    _verify(stored, record.account_key.public)
    return record


def _open_record(stored: _Stored, key: bytes) -> AccountRecord:
    try:
        plaintext = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
            stored.sealed, stored.header, stored.nonce, key
        )
    except CryptoError:
        raise BackupDamaged("the content does not authenticate") from None
    reader = Reader(plaintext)
    try:
        record = AccountRecord.decode(reader.opaque())
        reader.finish_padding()
        return record
    except DecodeError as error:
        raise BackupMalformed(str(error)) from None


def _verify(stored: _Stored, account_public: bytes) -> None:
    try:
        verify_signature(
            account_public, _SIGNATURE_LABEL + stored.signed, stored.signature
        )
    except SignatureError:
        raise BackupForged("the account's signature does not verify") from None


def _read_envelope(envelope: bytes) -> _Stored:
    if len(envelope) > MAX_BACKUP_BYTES:
        raise BackupMalformed("the backup is too long")
    try:
        stored = decode(lambda reader: _read(reader, envelope), envelope)
        check_kinds([slot.kind for slot in stored.slots])
    except (DecodeError, InvalidRequest) as error:
        raise BackupMalformed(str(error)) from None
    return stored


def _read(reader: Reader, envelope: bytes) -> _Stored:
    def so_far() -> bytes:
        return envelope[: len(envelope) - reader.remaining]

    if reader.raw(len(_MAGIC)) != _MAGIC or reader.u8() != _VERSION:
        raise DecodeError("not a backup of a known version")
    account_id, counter = reader.raw(_ID_BYTES), reader.u64()
    slots, header = reader.vector(read_slot), so_far()
    nonce, sealed = reader.raw(_NONCE_BYTES), reader.opaque()
    signed, signature = so_far(), reader.raw(SIGNATURE_BYTES)
    return _Stored(account_id, counter, slots, header, nonce, sealed, signed, signature)
