"""HPKE base mode with DHKEM(X25519, HKDF-SHA256) (RFC 9180).

Written out because MLS needs `DeriveKeyPair` and the exporter (§5.1.1, §8.3),
which the single-shot interfaces at hand do not offer. One context seals or
opens one message, so the sequence number is always zero.
"""

from dataclasses import dataclass

from .ciphersuite import (
    HASH_BYTES,
    KEY_BYTES,
    NONCE_BYTES,
    CipherSuite,
    HpkeKeyPair,
    Rng,
    expand,
    extract,
    x25519,
    x25519_public,
)
from .codec import Reader, opaque, u8, u16

_KEM_ID = 0x0020
_KDF_ID = 0x0001
_KEM_SUITE_ID = b"KEM" + u16(_KEM_ID)
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


def _labeled_extract(suite_id: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    return extract(salt, b"HPKE-v1" + suite_id + label + ikm)


def _labeled_expand(
    suite_id: bytes, secret: bytes, label: bytes, info: bytes, length: int
) -> bytes:
    return expand(secret, u16(length) + b"HPKE-v1" + suite_id + label + info, length)


def derive_key_pair(ikm: bytes) -> HpkeKeyPair:
    """`DeriveKeyPair` (RFC 9180 §7.1.3)."""
    secret = _labeled_extract(_KEM_SUITE_ID, b"", b"dkp_prk", ikm)
    private = _labeled_expand(_KEM_SUITE_ID, secret, b"sk", b"", KEY_BYTES)
    return HpkeKeyPair(private, x25519_public(private))


def generate_key_pair(rng: Rng) -> HpkeKeyPair:
    """A fresh key pair."""
    return derive_key_pair(rng(KEY_BYTES))


def _shared_secret(dh: bytes, kem_output: bytes, public: bytes) -> bytes:
    secret = _labeled_extract(_KEM_SUITE_ID, b"", b"eae_prk", dh)
    context = kem_output + public
    return _labeled_expand(_KEM_SUITE_ID, secret, b"shared_secret", context, HASH_BYTES)


def _encapsulate(public: bytes, rng: Rng) -> tuple[bytes, bytes]:
    ephemeral = generate_key_pair(rng)
    dh = x25519(ephemeral.private, public)
    return _shared_secret(dh, ephemeral.public, public), ephemeral.public


def _decapsulate(key_pair: HpkeKeyPair, kem_output: bytes) -> bytes:
    dh = x25519(key_pair.private, kem_output)
    return _shared_secret(dh, kem_output, key_pair.public)


@dataclass(frozen=True, slots=True)
class _Context:
    """What the key schedule of RFC 9180 §5.1 leaves to derive from."""

    suite: CipherSuite
    suite_id: bytes
    secret: bytes
    context: bytes

    def derive(self, label: bytes, length: int) -> bytes:
        return _labeled_expand(self.suite_id, self.secret, label, self.context, length)

    def export(self, exporter_context: bytes, length: int) -> bytes:
        secret = self.derive(b"exp", HASH_BYTES)
        return _labeled_expand(self.suite_id, secret, b"sec", exporter_context, length)


def _key_schedule(suite: CipherSuite, shared_secret: bytes, info: bytes) -> _Context:
    suite_id = b"HPKE" + u16(_KEM_ID) + u16(_KDF_ID) + u16(suite.aead_id)
    psk_id_hash = _labeled_extract(suite_id, b"", b"psk_id_hash", b"")
    info_hash = _labeled_extract(suite_id, b"", b"info_hash", info)
    secret = _labeled_extract(suite_id, shared_secret, b"secret", b"")
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
        DecryptError: the public key is malformed or of small order.
    """
    shared, kem_output = _encapsulate(public, rng)
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
    shared = _decapsulate(key_pair, sealed.kem_output)
    context = _key_schedule(suite, shared, info)
    key = context.derive(b"key", suite.key_bytes)
    nonce = context.derive(b"base_nonce", NONCE_BYTES)
    return suite.open(key, nonce, aad, sealed.ciphertext)


def send_export(
    suite: CipherSuite, public: bytes, exporter_context: bytes, rng: Rng
) -> tuple[bytes, bytes]:
    """`SendExportBase` with empty info: `(kem_output, secret of Nh octets)`."""
    shared, kem_output = _encapsulate(public, rng)
    context = _key_schedule(suite, shared, b"")
    return kem_output, context.export(exporter_context, HASH_BYTES)


def receive_export(
    suite: CipherSuite,
    key_pair: HpkeKeyPair,
    kem_output: bytes,
    exporter_context: bytes,
) -> bytes:
    """`ReceiveExportBase` with empty info: the sender's secret of Nh octets."""
    shared = _decapsulate(key_pair, kem_output)
    context = _key_schedule(suite, shared, b"")
    return context.export(exporter_context, HASH_BYTES)
