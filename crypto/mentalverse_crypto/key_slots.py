"""Key slots: the ways to open one backup, each wrapping the same key.

    struct {
        uint8  kind;                        words(1), passphrase(2), secret(3)
        select (kind) {
            case words, passphrase: uint32 passes; uint32 memory_kibibytes;
            case secret:            nothing
        };
        opaque salt[16];
        opaque nonce[24];
        opaque wrapped[48];                 XChaCha20-Poly1305 of the backup's key
    } KeySlot;

Words and passphrase go through Argon2id (RFC 9106), a secret such as the PRF output
of a passkey through HKDF-SHA256 (RFC 5869). Recovery words are 256 random bits: the
cost is no protection they need. A passphrase lives by it, because whoever has a copy
of the backup guesses at leisure.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from .ciphersuite import KEY_BYTES, Rng, expand, extract
from .codec import Reader, u8, u32
from .errors import DecodeError, require
from .keystore import INTERACTIVE, SALT_BYTES, Argon2Cost, stretch
from .words import ENTROPY_BYTES

MAX_SLOTS: Final = 6
"""Most slots: words, a passphrase, and passkeys."""
PASSPHRASE_COST: Final = Argon2Cost(passes=3, memory_kibibytes=256 * 1024)
"""256 MiB, about a second: what a stolen backup costs per guess."""

_NONCE_BYTES: Final = sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_WRAPPED_BYTES: Final = KEY_BYTES + sodium.crypto_aead_xchacha20poly1305_ietf_ABYTES
_LABEL: Final = b"MentalVerse backup slot v1"


class SlotKind(IntEnum):
    """What opens a slot."""

    WORDS = 1
    """Recovery words."""
    PASSPHRASE = 2
    """Something somebody remembers."""
    SECRET = 3
    """32 octets that a device has, such as the PRF output of a passkey."""


@dataclass(frozen=True, slots=True)
class BackupSecret:
    """What somebody has to open a backup; made by one of the functions below."""

    kind: SlotKind
    octets: bytes = field(repr=False)


def words_secret(entropy: bytes) -> BackupSecret:
    """Recovery words, as `words.to_entropy` reads them.

    Raises:
        InvalidRequest: there are not 32 octets.
    """
    require(len(entropy) == ENTROPY_BYTES, "recovery words stand for 32 octets")
    return BackupSecret(SlotKind.WORDS, entropy)


def passphrase_secret(passphrase: str) -> BackupSecret:
    """A passphrase; how its accents were composed makes no difference (RFC 8265 §4.2).

    Raises:
        InvalidRequest: it is empty.
    """
    require(bool(passphrase), "the passphrase is empty")
    octets = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    return BackupSecret(SlotKind.PASSPHRASE, octets)


def device_secret(secret: bytes) -> BackupSecret:
    """32 octets that only one device can produce.

    Raises:
        InvalidRequest: there are not 32 octets.
    """
    require(len(secret) == KEY_BYTES, "a device's secret has 32 octets")
    return BackupSecret(SlotKind.SECRET, secret)


@dataclass(frozen=True, slots=True)
class Slot:
    """One way to open an account's backups, as a device keeps it."""

    kind: SlotKind
    cost: Argon2Cost | None
    """None for a secret that needs no stretching."""
    salt: bytes
    key: bytes = field(repr=False)
    """Wraps the key of every backup."""


def new_slot(secret: BackupSecret, rng: Rng, cost: Argon2Cost | None = None) -> Slot:
    """A slot for a secret.

    Args:
        secret: What will open it.
        rng: Source of the salt.
        cost: Of Argon2id for words (by default `INTERACTIVE`) and for a passphrase
            (by default `PASSPHRASE_COST`); ignored for a device's secret.

    Raises:
        KeystoreOutOfMemory: the cost is more than this machine can spare.
    """
    match secret.kind:
        case SlotKind.WORDS:
            chosen = cost or INTERACTIVE
        case SlotKind.PASSPHRASE:
            chosen = cost or PASSPHRASE_COST
        case SlotKind.SECRET:
            return _derive(secret, None, rng(SALT_BYTES))
    return _derive(secret, chosen, rng(SALT_BYTES))


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A slot as it stands in a backup."""

    kind: SlotKind
    cost: Argon2Cost | None
    salt: bytes
    nonce: bytes
    wrapped: bytes


def wrap(slot: Slot, key: bytes, account_id: bytes, rng: Rng) -> bytes:
    """A backup's key in a slot, on the wire."""
    header, nonce = _header(slot.kind, slot.cost, slot.salt), rng(_NONCE_BYTES)
    wrapped = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        key, _LABEL + account_id + header, nonce, slot.key
    )
    return header + nonce + wrapped


def unwrap(
    stored: WrappedKey, secret: BackupSecret, account_id: bytes
) -> tuple[Slot, bytes] | None:
    """The slot and the key it wraps; None when it is not of this secret.

    Raises:
        KeystoreOutOfMemory: the cost is more than this machine can spare.
    """
    if stored.kind is not secret.kind:
        return None
    slot = _derive(secret, stored.cost, stored.salt)
    key = unwrap_with(stored, slot, account_id)
    return None if key is None else (slot, key)


def unwrap_with(stored: WrappedKey, slot: Slot, account_id: bytes) -> bytes | None:
    """The key that a kept slot wraps; None when it is another slot."""
    aad = _LABEL + account_id + _header(stored.kind, stored.cost, stored.salt)
    try:
        return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
            stored.wrapped, aad, stored.nonce, slot.key
        )
    except CryptoError:
        return None


def read_slot(reader: Reader) -> WrappedKey:
    """A slot from the wire.

    Raises:
        DecodeError: of an unknown kind or too short.
        InvalidRequest: of absurd cost.
    """
    try:
        kind = SlotKind(reader.u8())
    except ValueError:
        raise DecodeError("a key slot of an unknown kind") from None
    cost = None
    if kind is not SlotKind.SECRET:
        cost = Argon2Cost(reader.u32(), reader.u32())
    salt, nonce = reader.raw(SALT_BYTES), reader.raw(_NONCE_BYTES)
    return WrappedKey(kind, cost, salt, nonce, reader.raw(_WRAPPED_BYTES))


def check_kinds(kinds: list[SlotKind]) -> None:
    """Check which slots stand together in a backup.

    Raises:
        InvalidRequest: none, more than `MAX_SLOTS`, or two of words or a passphrase.
    """
    # Each slot of words or a passphrase is a run of Argon2id for whoever opens.
    require(1 <= len(kinds) <= MAX_SLOTS, "a backup has 1 to 6 key slots")
    for kind in (SlotKind.WORDS, SlotKind.PASSPHRASE):
        require(kinds.count(kind) <= 1, "a backup has one slot of this kind")


def _derive(secret: BackupSecret, cost: Argon2Cost | None, salt: bytes) -> Slot:
    if cost is None:
        master = extract(salt, secret.octets)
    else:
        master = stretch(secret.octets, salt, cost)
    key = expand(master, _LABEL + u8(secret.kind), KEY_BYTES)
    return Slot(secret.kind, cost, salt, key)


def _header(kind: SlotKind, cost: Argon2Cost | None, salt: bytes) -> bytes:
    work = b"" if cost is None else u32(cost.passes) + u32(cost.memory_kibibytes)
    return u8(kind) + work + salt
