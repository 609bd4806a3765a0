"""HPKE base mode (RFC 9180) with the KEM of the suite.

Written out because MLS needs `DeriveKeyPair` and the exporter (§5.1.1, §8.3),
which the single-shot interfaces at hand do not offer. One context seals or
opens one message, so the sequence number is always zero.
"""

from dataclasses import dataclass, field

from .ciphersuite import (
    HASH_BYTES,
    KEY_BYTES,
    NONCE_BYTES,
    CipherSuite,
    HpkeKeyPair,
    Rng,
)
from .codec import Reader, opaque, u8, u16
from .kem import kem_of, labeled_expand, labeled_extract

_KDF_ID = 0x0001
_MODE_BASE = u8(0)


@dataclass(frozen=True, slots=True)
class HPKECiphertext:
    """`HPKECiphertext` (§7.6)."""

    kem_output: bytes
    ciphertext: bytes

    def encode(self) -> bytes:
        """The structure on the wire."""
        return opaque(self.kem_output) + opaque(self.ciphertext)

    @classmethod
    def read(cls, reader: Reader) -> "HPKECiphertext":
        """The structure from the wire."""
        return cls(reader.opaque(), reader.opaque())


def derive_key_pair(suite: CipherSuite, ikm: bytes) -> HpkeKeyPair:
    """`DeriveKeyPair` (RFC 9180 §7.1.3) of the suite's KEM."""
    return kem_of(suite).derive_key_pair(ikm)


def generate_key_pair(suite: CipherSuite, rng: Rng) -> HpkeKeyPair:
    """A fresh key pair."""
    return derive_key_pair(suite, rng(KEY_BYTES))


@dataclass(frozen=True, slots=True)
class _Context:
    """What the key schedule of RFC 9180 §5.1 leaves to derive from."""

    suite: CipherSuite
    suite_id: bytes
    secret: bytes = field(repr=False)
    context: bytes = field(repr=False)

    def derive(self, label: bytes, length: int) -> bytes:
        return labeled_expand(self.suite_id, self.secret, label, self.context, length)

    def export(self, exporter_context: bytes, length: int) -> bytes:
        secret = self.derive(b"exp", HASH_BYTES)
        return labeled_expand(self.suite_id, secret, b"sec", exporter_context, length)


def _key_schedule(suite: CipherSuite, shared_secret: bytes, info: bytes) -> _Context:
    suite_id = b"HPKE" + u16(kem_of(suite).kem_id) + u16(_KDF_ID) + u16(suite.aead_id)
    psk_id_hash = labeled_extract(suite_id, b"", b"psk_id_hash", b"")
    info_hash = labeled_extract(suite_id, b"", b"info_hash", info)
    secret = labeled_extract(suite_id, shared_secret, b"secret", b"")
    return _Context(suite, suite_id, secret, _MODE_BASE + psk_id_hash + info_hash)


def seal(
    suite: CipherSuite,
    public: bytes,
    info: bytes,
    aad: bytes,
    plaintext: bytes,
    rng: Rng,
) -> HPKECiphertext:
    """`SealBase` to a public key (RFC 9180 §6.1).

    Raises:
        DecryptError: nothing can be sealed to this key.
    """
    shared, kem_output = kem_of(suite).encapsulate(public, rng)
    context = _key_schedule(suite, shared, info)
    key = context.derive(b"key", suite.key_bytes)
    nonce = context.derive(b"base_nonce", NONCE_BYTES)
    return HPKECiphertext(kem_output, suite.seal(key, nonce, aad, plaintext))


def open_(
    suite: CipherSuite,
    key_pair: HpkeKeyPair,
    info: bytes,
    aad: bytes,
    sealed: HPKECiphertext,
) -> bytes:
    """`OpenBase` with a key pair (RFC 9180 §6.1).

    Raises:
        DecryptError: the ciphertext does not open.
    """
    shared = kem_of(suite).decapsulate(key_pair, sealed.kem_output)
    context = _key_schedule(suite, shared, info)
    key = context.derive(b"key", suite.key_bytes)
    nonce = context.derive(b"base_nonce", NONCE_BYTES)
    return suite.open(key, nonce, aad, sealed.ciphertext)


def send_export(
    suite: CipherSuite, public: bytes, exporter_context: bytes, rng: Rng
) -> tuple[bytes, bytes]:
    """`SendExportBase` with empty info: `(kem_output, secret of Nh octets)`."""
    shared, kem_output = kem_of(suite).encapsulate(public, rng)
    context = _key_schedule(suite, shared, b"")
    return kem_output, context.export(exporter_context, HASH_BYTES)


def receive_export(
    suite: CipherSuite,
    key_pair: HpkeKeyPair,
    kem_output: bytes,
    exporter_context: bytes,
) -> bytes:
    """`ReceiveExportBase` with empty info: the sender's secret of Nh octets."""
    shared = kem_of(suite).decapsulate(key_pair, kem_output)
    context = _key_schedule(suite, shared, b"")
    return context.export(exporter_context, HASH_BYTES)
