"""The local state under a passphrase: bytes in, bytes out.

    struct {
        opaque magic[4] = "MVKS";
        uint8  version = 1;
        uint32 passes;                  Argon2id (RFC 9106), one lane
        uint32 memory_kibibytes;
        opaque salt[16];
        opaque check[16];               tells a wrong passphrase from damage
        uint64 counter;
        opaque nonce[24];
        opaque sealed[rest];            XChaCha20-Poly1305, all of the above as AAD
    } Container;

One Argon2id run gives a master key, from which HMAC-SHA256 makes the sealing key
and the check value. The check value lets a guess be tested, but only at the price
of the Argon2id run that opening would cost as well.

`counter` rises with every write. Whoever knows a counter that was reached (the
server echoes it) passes it as `minimum_counter`, and a container from an old disk
image is refused: sending from it would use an AEAD key and nonce twice. A refused
store is thrown away and its groups are joined anew; group state is never restored
from a copy.

Python cannot erase what it read: keys stay in memory until it is reused.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Final

from nacl import bindings as sodium
from nacl.exceptions import CryptoError
from nacl.exceptions import RuntimeError as SodiumError
from nacl.pwhash import argon2id

from .ciphersuite import Rng
from .codec import Reader, u8, u32, u64
from .errors import (
    DecodeError,
    InvalidRequest,
    KeystoreDamaged,
    KeystoreMalformed,
    KeystoreOutOfMemory,
    KeystoreRolledBack,
    WrongPassphrase,
)

SALT_BYTES: Final = argon2id.SALTBYTES
"""Length of an Argon2id salt."""

_MAGIC: Final = b"MVKS"
_VERSION: Final = 1
_NONCE_BYTES: Final = sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_TAG_BYTES: Final = sodium.crypto_aead_xchacha20poly1305_ietf_ABYTES
_KEY_BYTES: Final = 32
_CHECK_BYTES: Final = 16
_MAX_COUNTER: Final = (1 << 64) - 1
_MAX_PASSES: Final = 16
_MAX_MEMORY_KIBIBYTES: Final = 1 << 20
"""1 GiB: a container must not make whoever opens it allocate more."""


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """How much work one guess of the passphrase takes.

    Raises:
        InvalidRequest: outside 1 to 16 passes or 8 KiB to 1 GiB.
    """

    passes: int
    memory_kibibytes: int

    def __post_init__(self) -> None:
        if not 1 <= self.passes <= _MAX_PASSES:
            raise InvalidRequest("Argon2id takes 1 to 16 passes here")
        if not 8 <= self.memory_kibibytes <= _MAX_MEMORY_KIBIBYTES:
            raise InvalidRequest("Argon2id takes 8 KiB to 1 GiB here")


INTERACTIVE = Argon2Cost(passes=2, memory_kibibytes=64 * 1024)
"""64 MiB, about 0.1 s: for a store opened at every start."""


@dataclass(frozen=True, slots=True)
class StoreKey:
    """What a passphrase became: keep it to write again without another Argon2id."""

    cost: Argon2Cost
    salt: bytes
    check: bytes = field(repr=False)
    sealing_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """A container's content, its write counter, and the key to write the next one."""

    plaintext: bytes = field(repr=False)
    counter: int
    key: StoreKey


def stretch(passphrase: bytes, salt: bytes, cost: Argon2Cost) -> bytes:
    """The 32 octets that Argon2id makes of a passphrase (RFC 9106).

    Args:
        passphrase: Any length.
        salt: 16 octets.
        cost: How much work.

    Raises:
        KeystoreOutOfMemory: the cost is more than this machine can spare.
    """
    try:
        return argon2id.kdf(
            _KEY_BYTES,
            passphrase,
            salt,
            opslimit=cost.passes,
            memlimit=cost.memory_kibibytes * 1024,
        )
    except SodiumError:
        raise KeystoreOutOfMemory("Argon2id found too little memory") from None


def new_key(passphrase: bytes, rng: Rng, cost: Argon2Cost = INTERACTIVE) -> StoreKey:
    """The key of a container that does not exist yet, or that gets a new passphrase.

    Raises:
        InvalidRequest: the passphrase is empty.
        KeystoreOutOfMemory: the cost is more than this machine can spare.
    """
    if not passphrase:
        raise InvalidRequest("the passphrase is empty")
    return _derive(passphrase, rng(SALT_BYTES), cost)


def seal(key: StoreKey, plaintext: bytes, counter: int, rng: Rng) -> bytes:
    """A container.

    Args:
        key: From `new_key`, or `Opened.key` of the container this one follows.
        plaintext: Any length.
        counter: Higher than that of every earlier container of this store.
        rng: Source of the nonce.

    Raises:
        InvalidRequest: the counter does not fit 64 bits.
    """
    if not 0 <= counter <= _MAX_COUNTER:
        raise InvalidRequest("the counter does not fit 64 bits")
    nonce = rng(_NONCE_BYTES)
    header = _write_header(key, counter) + nonce
    sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        plaintext, header, nonce, key.sealing_key
    )
    return header + sealed


def open_(container: bytes, passphrase: bytes, minimum_counter: int = 0) -> Opened:
    """What a container holds.

    Args:
        container: An output of `seal`.
        passphrase: The one its key was made from.
        minimum_counter: The highest counter this store is known to have reached.

    Raises:
        KeystoreMalformed: cut short, of another version or of absurd cost.
        WrongPassphrase: another passphrase, or the salt, cost or check was altered.
        KeystoreDamaged: the passphrase is right, the rest was altered.
        KeystoreRolledBack: authentic, but older than `minimum_counter`.
        KeystoreOutOfMemory: the cost is more than this machine can spare.
    """
    stored = _read(container)
    key = _derive(passphrase, stored.salt, stored.cost)
    if not hmac.compare_digest(key.check, stored.check):
        raise WrongPassphrase("not the passphrase of this container")
    try:
        plaintext = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
            stored.sealed, stored.header, stored.nonce, key.sealing_key
        )
    except CryptoError:
        raise KeystoreDamaged("the container does not authenticate") from None
    if stored.counter < minimum_counter:
        raise KeystoreRolledBack("the container is older than a known one")
    return Opened(plaintext, stored.counter, key)


@dataclass(frozen=True, slots=True)
class _Container:
    cost: Argon2Cost
    salt: bytes
    check: bytes
    counter: int
    nonce: bytes
    header: bytes
    sealed: bytes


def _derive(passphrase: bytes, salt: bytes, cost: Argon2Cost) -> StoreKey:
    master = stretch(passphrase, salt, cost)
    check = hmac.digest(master, b"MentalVerse keystore check v1", "sha256")
    sealing_key = hmac.digest(master, b"MentalVerse keystore seal v1", "sha256")
    return StoreKey(cost, salt, check[:_CHECK_BYTES], sealing_key)


def _write_header(key: StoreKey, counter: int) -> bytes:
    return b"".join(
        (
            _MAGIC,
            u8(_VERSION),
            u32(key.cost.passes),
            u32(key.cost.memory_kibibytes),
            key.salt,
            key.check,
            u64(counter),
        )
    )


def _read(container: bytes) -> _Container:
    reader = Reader(container)
    try:
        if reader.raw(len(_MAGIC)) != _MAGIC or reader.u8() != _VERSION:
            raise KeystoreMalformed("not a container of a known version")
        cost = Argon2Cost(reader.u32(), reader.u32())
        salt, check = reader.raw(SALT_BYTES), reader.raw(_CHECK_BYTES)
        counter, nonce = reader.u64(), reader.raw(_NONCE_BYTES)
        header = container[: len(container) - reader.remaining]
        sealed = reader.raw(max(reader.remaining, _TAG_BYTES))
    except DecodeError:
        raise KeystoreMalformed("the container is cut short") from None
    except InvalidRequest:
        raise KeystoreMalformed("the container demands absurd work") from None
    return _Container(cost, salt, check, counter, nonce, header, sealed)
