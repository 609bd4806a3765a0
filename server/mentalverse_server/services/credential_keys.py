"""The keys of credentials: whose name they are issued in, and what seals evidence.

Each is derived from the keyring, so that a backup of one file is a backup of all. The
issuer has a key for each of the Authentication Service: who rotates that one
(`mentalverse keys rotate`) rotates this one, and old keys stay published.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from ..hooks.defaults.credential_rules import (
    Curve,
    IssuerKey,
    PublicKey,
    did_document,
    did_key,
    did_web,
)
from ..keyring import Keyring

STATUS_PATH = "/credentials/status"
"""Where the status lists stand; credentials name it, so it stays."""
_ISSUER = b"credential issuer v1"
_EVIDENCE = b"credential evidence v1"
_NONCE_BYTES = 12


class IssuerKeys:
    """The keys that sign credentials, newest first."""

    def __init__(self, keyring: Keyring, public_url: str | None) -> None:
        """`public_url`: https, and the issuer is `did:web`; otherwise `did:key`."""
        seeds = [keyring.derived(_ISSUER, key) for key in keyring.signing_keys]
        publics = [_public(seed) for seed in seeds]
        web = _web(public_url)
        self._all = tuple(
            IssuerKey(web or did_key(public), public.octets, seed)
            for public, seed in zip(publics, seeds, strict=True)
        )
        self.document = did_document(self.current.did, publics)
        """What is published under the name of a `did:web`."""

    @property
    def current(self) -> IssuerKey:
        """The key that signs."""
        return self._all[0]

    def key_of(self, key_id: str) -> PublicKey | None:
        """The key of an id, also of one that signs no longer."""
        for key in self._all:
            if key.key_id == key_id:
                return PublicKey(Curve.ED25519, key.public)
        return None


@dataclass(frozen=True, slots=True)
class Issuer:
    """In whose name credentials are issued, and where their status is published."""

    keys: IssuerKeys
    name: str
    origin: Callable[[], str]
    """Address of this server, once it listens."""

    def list_url(self, number: int, purpose: str) -> str:
        """Where a status list stands."""
        return f"{self.origin()}{STATUS_PATH}/{number}/{purpose}"


class Seal:
    """Encrypts fields; each opens where it was sealed for, and nowhere else."""

    def __init__(
        self, keyring: Keyring, rng: Callable[[int], bytes], label: bytes = _EVIDENCE
    ) -> None:
        """`label`: what is sealed; each has a key of its own."""
        self._cipher = ChaCha20Poly1305(keyring.derived(label))
        self._rng = rng

    def close(self, octets: bytes, place: str) -> bytes:
        """The sealed octets; `place` is what they belong to."""
        nonce = self._rng(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, octets, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """The octets again. Raises `ValueError`: of another place, or altered."""
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, rest, place.encode())
        except InvalidTag:
            raise ValueError("this evidence belongs elsewhere") from None


def _public(seed: bytes) -> PublicKey:
    key = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return PublicKey(Curve.ED25519, key.public_bytes_raw())


def _web(public_url: str | None) -> str | None:
    if public_url is None or not public_url.startswith("https://"):
        return None
    return did_web(public_url)
