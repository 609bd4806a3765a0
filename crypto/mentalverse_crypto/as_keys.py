"""The keys of the authentication service, each introduced by the one before.

    struct {
        uint8  version = 1;
        uint64 counter;                 1, 2, 3, …
        opaque public[32];              Ed25519
        opaque signature<V>;            64 octets by the key before, none for the first
    } AsKey;

    the key before signs  "MentalVerse AS succession v1" ‖ uint64 counter ‖ public

A device pins a key of the service when it meets it. Another one is accepted when a
chain of signatures leads to it from the pinned key, and each is an entry of the
transparency log. A key and the next are held side by side for 30 days or longer, so
that the credentials which the older one signed can be renewed; whoever reads reports
keeps all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .ciphersuite import KEY_BYTES, SIGNATURE_BYTES, SignatureKeyPair, sign
from .ciphersuite import verify as verify_signature
from .codec import Reader, opaque, u8, u64
from .codec import decode as decode_structure
from .credential import as_key_id
from .errors import DecodeError, SignatureError, UnknownAuthenticationKey

VERSION = 1
"""The only version there is."""

_LABEL = b"MentalVerse AS succession v1"


@dataclass(frozen=True, slots=True)
class AsKey:
    """One key of the service and the signature that introduces it."""

    counter: int
    public: bytes
    """Ed25519 public key, 32 octets."""
    signature: bytes = b""
    """By the key with the counter before; empty for the first."""

    def encode(self) -> bytes:
        """The structure on the wire."""
        return u8(VERSION) + u64(self.counter) + self.public + opaque(self.signature)

    @staticmethod
    def decode(data: bytes) -> AsKey:
        """The key that `data` holds; nothing is verified.

        Raises:
            DecodeError: not a key of our version.
        """
        return decode_structure(_read, data)


def next_as_key(previous: AsKey, previous_private: bytes, public: bytes) -> AsKey:
    """The key that follows, signed by the one before.

    Args:
        previous: The service's newest key.
        previous_private: Its Ed25519 seed.
        public: The key to be introduced, 32 octets.
    """
    counter = previous.counter + 1
    signer = SignatureKeyPair(previous_private, previous.public)
    return AsKey(counter, public, sign(signer, _text(counter, public)))


def accepted_as_keys(pinned: bytes, keys: Sequence[AsKey]) -> dict[bytes, bytes]:
    """The keys to accept credentials of, by `as_key_id`: the pinned one and all after.

    Args:
        pinned: A public key of the service that was accepted before.
        keys: What the service shows, in ascending order.

    Raises:
        UnknownAuthenticationKey: the pinned key is not among them, or one is not
            introduced by the one before.
    """
    accepted = {as_key_id(pinned): pinned}
    place = next((i for i, key in enumerate(keys) if key.public == pinned), None)
    if place is None:
        raise UnknownAuthenticationKey("the service does not show the pinned key")
    previous = keys[place]
    for key in keys[place + 1 :]:
        _check_introduced(previous, key)
        accepted[as_key_id(key.public)] = key.public
        previous = key
    return accepted


def _check_introduced(previous: AsKey, key: AsKey) -> None:
    if key.counter != previous.counter + 1:
        raise UnknownAuthenticationKey("a key of the service is missing between two")
    try:
        text = _text(key.counter, key.public)
        verify_signature(previous.public, text, key.signature)
    except SignatureError:
        raise UnknownAuthenticationKey("the key before did not sign the key") from None


def _text(counter: int, public: bytes) -> bytes:
    return _LABEL + u64(counter) + public


def _read(reader: Reader) -> AsKey:
    if reader.u8() != VERSION:
        raise DecodeError("service key is of another version")
    key = AsKey(reader.u64(), reader.raw(KEY_BYTES), reader.opaque())
    if len(key.signature) != (0 if key.counter == 1 else SIGNATURE_BYTES):
        raise DecodeError("the first key has no signature, every other has one")
    if key.counter == 0:
        raise DecodeError("keys are counted from 1")
    return key
