"""Resume words: five words by which a guest comes back to its place.

    words    five of the list's 2,048, each drawn by itself: 55 bits
    salt   = the first 16 octets of SHA-256("MentalVerse resume words v1" ‖ server id)
    root   = Argon2id(words with single spaces between, salt), 2 passes, 64 MiB
    lookup = HMAC-SHA256(root, "MentalVerse resume lookup v1")
    key    = HMAC-SHA256(root, "MentalVerse resume key v1")

    struct {
        uint8  version = 1;
        opaque nonce[24];
        opaque sealed[64];     XChaCha20-Poly1305 under key, of
                               account_id[16] ‖ seed of the account's key[32]
    } SealedPlace;             89 octets

The server keeps a sealed place and a slow hash of its lookup. Whoever has the words
gets the place and with it the account's key, which signs a new device; the keys of the
old one, and what was said to it, stay lost.

Five words are few enough to remember, and 55 bits too few to leave to a fast hash:
whoever steals all that the server knows tries 2^54 words on average to open one place,
each at the price of Argon2id over 64 MiB. At 0.1 s that is 57 million years of one
core. With the places of 100,000 guests to aim at, the first takes 1,100 years. The
server's id is in the salt, so that no work done for one server helps against another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from .ciphersuite import KEY_BYTES, Rng, digest, mac
from .codec import Reader, u8
from .codec import decode as decode_structure
from .credential import ID_BYTES
from .errors import DecodeError, require
from .keystore import INTERACTIVE, SALT_BYTES, stretch
from .storage_errors import BackupLocked, BackupMalformed
from .words import WORDS, read_words, word_at

WORD_COUNT: Final = 5
"""How many words a guest is shown."""
SEALED_BYTES: Final = 89
"""Length of a sealed place."""

_VERSION: Final = 1
_SALT_LABEL: Final = b"MentalVerse resume words v1"
_LOOKUP_LABEL: Final = b"MentalVerse resume lookup v1"
_KEY_LABEL: Final = b"MentalVerse resume key v1"
_NONCE_BYTES: Final = sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_TAG_BYTES: Final = sodium.crypto_aead_xchacha20poly1305_ietf_ABYTES


@dataclass(frozen=True, slots=True)
class ResumeKeys:
    """What words become, on one server."""

    lookup: bytes = field(repr=False)
    """Finds the place; it opens nothing."""
    key: bytes = field(repr=False)
    """Opens the place."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose place it is, and what signs a device into it."""

    account_id: bytes
    account_private: bytes = field(repr=False)
    """Seed of the account's Ed25519 key."""


def new_words(rng: Rng) -> tuple[str, ...]:
    """Five words that nobody has seen."""
    # 2,048 divides 2^16: every word is as likely as every other.
    return tuple(
        word_at(int.from_bytes(rng(2), "big") % WORDS) for _ in range(WORD_COUNT)
    )


def derive(typed: str, server_id: bytes) -> ResumeKeys:
    """The keys of words as somebody typed them. Takes 0.1 s and 64 MiB.

    Capital letters, line breaks, commas and repeated spaces do not matter.

    Args:
        typed: Five words of the list.
        server_id: 16 octets.

    Raises:
        WrongWordCount, UnknownWord: they are not five words of the list.
        KeystoreOutOfMemory: this machine cannot spare the memory.
    """
    require(len(server_id) == ID_BYTES, "a server id has 16 octets")
    words = " ".join(read_words(typed, WORD_COUNT))
    salt = digest(_SALT_LABEL + server_id)[:SALT_BYTES]
    root = stretch(words.encode("ascii"), salt, INTERACTIVE)
    return ResumeKeys(mac(root, _LOOKUP_LABEL), mac(root, _KEY_LABEL))


def seal(keys: ResumeKeys, place: Place, rng: Rng) -> bytes:
    """A place for the server to keep."""
    require(len(place.account_id) == ID_BYTES, "an account id has 16 octets")
    require(len(place.account_private) == KEY_BYTES, "a seed has 32 octets")
    nonce, plain = rng(_NONCE_BYTES), place.account_id + place.account_private
    sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        plain, _bound(), nonce, keys.key
    )
    return u8(_VERSION) + nonce + sealed


def open_(keys: ResumeKeys, sealed: bytes) -> Place:
    """The place in what the server gave.

    Raises:
        BackupMalformed: not a sealed place of this version.
        BackupLocked: sealed under other words, or damaged.
    """
    try:
        nonce, ciphertext = decode_structure(_read, sealed)
    except DecodeError:
        raise BackupMalformed("not a sealed place") from None
    try:
        plain = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
            ciphertext, _bound(), nonce, keys.key
        )
    except CryptoError:
        raise BackupLocked("the words do not open this place") from None
    return Place(plain[:ID_BYTES], plain[ID_BYTES:])


def _read(reader: Reader) -> tuple[bytes, bytes]:
    if reader.u8() != _VERSION:
        raise DecodeError("a sealed place of another version")
    return reader.raw(_NONCE_BYTES), reader.raw(ID_BYTES + KEY_BYTES + _TAG_BYTES)


def _bound() -> bytes:
    return _KEY_LABEL + u8(_VERSION)
