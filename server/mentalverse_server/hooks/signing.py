"""Signatures of webhooks, by Standard Webhooks 1.0.0 (standardwebhooks.com).

    webhook-id         of the event, the same at each attempt; holds no "."
    webhook-timestamp  seconds since 1970, of the attempt
    webhook-signature  one for each key, separated by spaces

What is signed is id "." timestamp "." body, the body exactly as it is sent. `v1a` is
Ed25519 (RFC 8032): a receiver holds what verifies and could sign nothing. `v1` is
HMAC-SHA256, for receivers that know only that. As text a private key is `whsk_` and
base64 of seed and public key, a public one `whpk_`, a shared secret `whsec_`.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"

SECRET_BYTES = 32
MIN_SECRET_BYTES, MAX_SECRET_BYTES = 24, 64
TOLERANCE_MS = 5 * 60 * 1000
"""How far a timestamp may lie from our clock, either way."""
REMEMBERED_MS = 2 * TOLERANCE_MS
"""For how long an id is refused once it was taken; its timestamp is void after that."""
MAX_REMEMBERED = 100_000
MAX_SIGNATURES = 16
_SEED_BYTES = 32


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What verifies `v1a`; 32 octets."""

    VERSION: ClassVar = "v1a"
    PREFIX: ClassVar = "whpk_"
    public: bytes

    @property
    def text(self) -> str:
        """As receivers take it."""
        return _written(self.PREFIX, self.public)

    def matches(self, octets: bytes, signature: bytes) -> bool:
        """Whether the key's owner signed these octets."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, octets)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """What signs `v1a`: a seed of 32 octets."""

    VERSION: ClassVar = "v1a"
    PREFIX: ClassVar = "whsk_"
    seed: bytes = field(repr=False)

    @property
    def public(self) -> PublicKey:
        """What receivers verify with."""
        return PublicKey(self._key().public_key().public_bytes_raw())

    @property
    def text(self) -> str:
        """As it is kept; secret."""
        return _written(self.PREFIX, self.seed + self.public.public)

    def sign(self, octets: bytes) -> bytes:
        """64 octets."""
        return self._key().sign(octets)

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True, slots=True)
class Secret:
    """What signs and verifies `v1`: 24 to 64 octets that both sides hold."""

    VERSION: ClassVar = "v1"
    PREFIX: ClassVar = "whsec_"
    octets: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """As it is given to a receiver; secret."""
        return _written(self.PREFIX, self.octets)

    def sign(self, octets: bytes) -> bytes:
        """32 octets."""
        return hmac.digest(self.octets, octets, "sha256")

    def matches(self, octets: bytes, signature: bytes) -> bool:
        """Whether somebody with the secret signed these octets."""
        return hmac.compare_digest(self.sign(octets), signature)


SigningKey = PrivateKey | Secret
VerifyingKey = PublicKey | Secret


def new_private_key(rng: Callable[[int], bytes]) -> PrivateKey:
    """A fresh key of one endpoint."""
    return PrivateKey(rng(_SEED_BYTES))


def new_secret(rng: Callable[[int], bytes]) -> Secret:
    """A fresh secret of one endpoint."""
    return Secret(rng(SECRET_BYTES))


def read_secret(text: str) -> Secret:
    """A secret as text. Raises `ValueError`."""
    octets = _read(Secret.PREFIX, text)
    if not MIN_SECRET_BYTES <= len(octets) <= MAX_SECRET_BYTES:
        raise ValueError(f"a secret has {MIN_SECRET_BYTES} to {MAX_SECRET_BYTES} bytes")
    return Secret(octets)


def read_signing_key(text: str) -> SigningKey:
    """A private key or a secret as text. Raises `ValueError`."""
    if text.startswith(Secret.PREFIX):
        return read_secret(text)
    octets = _read(PrivateKey.PREFIX, text)
    key = PrivateKey(octets[:_SEED_BYTES])
    if len(octets) != 2 * _SEED_BYTES or key.public.public != octets[_SEED_BYTES:]:
        raise ValueError("a private key is its seed and the public key of that")
    return key


def read_verifying_key(text: str) -> VerifyingKey:
    """A public key or a secret as text. Raises `ValueError`."""
    if text.startswith(Secret.PREFIX):
        return read_secret(text)
    octets = _read(PublicKey.PREFIX, text)
    if len(octets) != _SEED_BYTES:
        raise ValueError("a public key has 32 bytes")
    return PublicKey(octets)


def signed_headers(
    keys: Sequence[SigningKey], message: str, seconds: int, body: bytes
) -> dict[str, str]:
    """The three headers of an attempt at `seconds` since 1970.

    Every key signs, so that whoever has taken up the new one and whoever has not can
    both verify. Raises `ValueError` for an id that would blur what is signed.
    """
    if not _is_id(message):
        raise ValueError("an id of a webhook is printable and holds no dot")
    octets = _signed(message, str(seconds), body)
    return {
        ID_HEADER: message,
        TIMESTAMP_HEADER: str(seconds),
        SIGNATURE_HEADER: " ".join(
            f"{key.VERSION},{base64.b64encode(key.sign(octets)).decode()}"
            for key in keys
        ),
    }


class Flaw(Enum):
    """Why something signed was not taken."""

    MISSING = "missing"
    """One of the headers is not there."""
    MALFORMED = "malformed"
    TOO_OLD = "too_old"
    TOO_NEW = "too_new"
    NO_MATCH = "no_match"
    """No signature is by a key that we know."""
    REUSED = "reused"
    CROWDED = "crowded"
    """More ids within ten minutes than are remembered."""


class NotGenuine(Exception):
    """It is not by whom it has to be, or not of now. The sender's fault."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw


class Verifier:
    """Takes what others signed, each id once."""

    def __init__(self, keys: Sequence[VerifyingKey]) -> None:
        self._keys = tuple(keys)
        self._taken: dict[str, int] = {}
        """Id → until when it is refused, in the order in which they came."""

    def verify(self, headers: Mapping[str, str], body: bytes, now_ms: int) -> str:
        """The id, if it is genuine. Raises `NotGenuine`.

        An id counts as used once a signature was good: strangers cannot use one up.
        """
        given = {name.lower(): value for name, value in headers.items()}
        message, seconds, signatures = (
            given.get(name, "")
            for name in (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER)
        )
        if not (message and seconds and signatures):
            raise NotGenuine(Flaw.MISSING)
        _check_time(message, seconds, now_ms)
        if not self._is_signed(_signed(message, seconds, body), signatures):
            raise NotGenuine(Flaw.NO_MATCH)
        self._take(message, now_ms)
        return message

    def _is_signed(self, octets: bytes, signatures: str) -> bool:
        given = [_split(each) for each in signatures.split(" ")[:MAX_SIGNATURES]]
        return any(
            version == key.VERSION and key.matches(octets, signature)
            for version, signature in given
            for key in self._keys
        )

    def _take(self, message: str, now_ms: int) -> None:
        for each, until_ms in list(self._taken.items()):
            if until_ms > now_ms:
                break
            del self._taken[each]
        if message in self._taken:
            raise NotGenuine(Flaw.REUSED)
        if len(self._taken) >= MAX_REMEMBERED:
            raise NotGenuine(Flaw.CROWDED)
        self._taken[message] = now_ms + REMEMBERED_MS


def _check_time(message: str, seconds: str, now_ms: int) -> None:
    if not (_is_id(message) and seconds.isascii() and seconds.isdigit()):
        raise NotGenuine(Flaw.MALFORMED)
    if len(seconds) > 12:
        raise NotGenuine(Flaw.TOO_NEW)
    ahead_ms = int(seconds) * 1000 - now_ms
    if ahead_ms < -TOLERANCE_MS:
        raise NotGenuine(Flaw.TOO_OLD)
    if ahead_ms > TOLERANCE_MS:
        raise NotGenuine(Flaw.TOO_NEW)


def _is_id(text: str) -> bool:
    sound = text.isascii() and text.isprintable() and 0 < len(text) <= 128
    return sound and "." not in text and " " not in text


def _signed(message: str, seconds: str, body: bytes) -> bytes:
    return f"{message}.{seconds}.".encode() + body


def _split(signature: str) -> tuple[str, bytes]:
    """Version and octets; no octets where they are not base64."""
    version, _, encoded = signature.partition(",")
    try:
        return version, base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return version, b""


def _written(prefix: str, octets: bytes) -> str:
    return prefix + base64.b64encode(octets).decode()


def _read(prefix: str, text: str) -> bytes:
    if not text.startswith(prefix):
        raise ValueError(f"it does not begin with {prefix}")
    try:
        return base64.b64decode(text.removeprefix(prefix), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"after {prefix} there is no base64") from None
