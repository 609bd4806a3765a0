"""Cipher suites and the primitives they name (§5.1, §17.1).

Ed25519 and X25519 come from libsodium, AEADs from OpenSSL, HKDF and HMAC from
the standard library: on the machines measured each is the fastest of those at
hand. Everything else in this package reaches a primitive through here.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from nacl import bindings as sodium
from nacl.exceptions import BadSignatureError
from nacl.exceptions import RuntimeError as SodiumError
from nacl.exceptions import ValueError as SodiumValueError

from .codec import Reader
from .errors import DecryptError, SignatureError, UnsupportedError

Rng = Callable[[int], bytes]
"""A source of cryptographically strong random octets."""

HASH_BYTES = 32
"""`Nh`: SHA-256, for every suite here."""
NONCE_BYTES = 12
"""`Nn` of both AEADs."""
TAG_BYTES = 16
"""Authentication tag of both AEADs."""
KEY_BYTES = 32
"""Length of X25519 and Ed25519 keys, private (as seed) and public."""
SIGNATURE_BYTES = 64
"""Length of an Ed25519 signature."""


class CipherSuite(IntEnum):
    """The suites supported, by their value on the wire."""

    MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519 = 0x0001
    MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519 = 0x0003
    MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519 = 0xF07A
    """X-Wing for key encapsulation; 0xF07A is for private use (§17.1)."""

    @property
    def key_bytes(self) -> int:
        """`Nk`, the AEAD key length."""
        return _AEADS[self].key_bytes

    @property
    def aead_id(self) -> int:
        """The AEAD's HPKE identifier (RFC 9180 §7.3)."""
        return _AEADS[self].hpke_id

    def seal(self, key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
        """`AEAD.Seal`: ciphertext with its tag."""
        return _AEADS[self].cipher(key).encrypt(nonce, plaintext, aad)

    def open(self, key: bytes, nonce: bytes, aad: bytes, ciphertext: bytes) -> bytes:
        """`AEAD.Open`.

        Raises:
            DecryptError: the tag does not match.
        """
        if len(ciphertext) < TAG_BYTES:
            raise DecryptError("ciphertext is shorter than its tag")
        try:
            return _AEADS[self].cipher(key).decrypt(nonce, ciphertext, aad)
        except InvalidTag:
            raise DecryptError("ciphertext does not open") from None


@dataclass(frozen=True, slots=True)
class _Aead:
    hpke_id: int
    key_bytes: int
    cipher: type[AESGCM] | type[ChaCha20Poly1305]


_AEADS = {
    CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519: _Aead(1, 16, AESGCM),
    CipherSuite.MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519: _Aead(
        3, 32, ChaCha20Poly1305
    ),
    CipherSuite.MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519: _Aead(1, 16, AESGCM),
}


_HYBRID = frozenset({CipherSuite.MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519})


def is_downgrade(current: CipherSuite, other: CipherSuite) -> bool:
    """Whether a move to another suite gives up post-quantum confidentiality."""
    return current in _HYBRID and other not in _HYBRID


def cipher_suite(value: int) -> CipherSuite:
    """The suite of a value on the wire.

    Raises:
        UnsupportedError: not one of ours.
    """
    try:
        return CipherSuite(value)
    except ValueError:
        raise UnsupportedError("cipher suite is not supported") from None


def read_cipher_suite(reader: Reader) -> CipherSuite:
    """A suite from its two octets on the wire."""
    return cipher_suite(reader.u16())


@dataclass(frozen=True, slots=True)
class SignatureKeyPair:
    """An Ed25519 key pair: a 32-octet seed and its public key."""

    private: bytes = field(repr=False)
    public: bytes


@dataclass(frozen=True, slots=True)
class HpkeKeyPair:
    """A key pair of a suite's KEM (`kem`)."""

    private: bytes = field(repr=False)
    """32 octets."""
    public: bytes
    """32 octets, or 1,216 of X-Wing."""


def generate_signature_key_pair(rng: Rng) -> SignatureKeyPair:
    """A fresh Ed25519 key pair."""
    return signature_key_pair(rng(KEY_BYTES))


def signature_key_pair(private: bytes) -> SignatureKeyPair:
    """The key pair of a 32-octet Ed25519 seed."""
    public, _ = sodium.crypto_sign_seed_keypair(private)
    return SignatureKeyPair(private, public)


def sign(key_pair: SignatureKeyPair, message: bytes) -> bytes:
    """An Ed25519 signature, 64 octets."""
    secret = key_pair.private + key_pair.public
    return sodium.crypto_sign(message, secret)[:SIGNATURE_BYTES]


def verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Check an Ed25519 signature.

    Raises:
        SignatureError: it does not verify, or key or signature is malformed.
    """
    if len(signature) != SIGNATURE_BYTES or len(public) != KEY_BYTES:
        raise SignatureError("key or signature has the wrong length")
    try:
        sodium.crypto_sign_open(signature + message, public)
    except (BadSignatureError, SodiumValueError):
        raise SignatureError("signature does not verify") from None


def x25519(private: bytes, public: bytes) -> bytes:
    """The Diffie-Hellman result, 32 octets.

    Raises:
        DecryptError: the public key is malformed or of small order.
    """
    if len(public) != KEY_BYTES:
        raise DecryptError("public key has the wrong length")
    try:
        return sodium.crypto_scalarmult(private, public)
    except SodiumError:
        raise DecryptError("public key is of small order") from None


_FIELD = 2**255 - 19
_ORDER_EIGHT = (
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
)
_SMALL_ORDER = frozenset((0, 1, _FIELD - 1, _FIELD, _FIELD + 1, *_ORDER_EIGHT))


def is_usable_x25519(public: bytes) -> bool:
    """Whether an X25519 key has its length and is not of small order."""
    if len(public) != KEY_BYTES:
        return False
    u = int.from_bytes(public, "little") & (1 << 255) - 1
    return u not in _SMALL_ORDER


def x25519_public(private: bytes) -> bytes:
    """The public key of an X25519 private key."""
    return sodium.crypto_scalarmult_base(private)


def digest(data: bytes) -> bytes:
    """`Hash`: SHA-256."""
    return hashlib.sha256(data).digest()


def mac(key: bytes, data: bytes) -> bytes:
    """`MAC`: HMAC-SHA256."""
    return hmac.digest(key, data, "sha256")


def verify_mac(key: bytes, data: bytes, tag: bytes) -> None:
    """Check a MAC in constant time.

    Raises:
        SignatureError: it does not match.
    """
    if not hmac.compare_digest(mac(key, data), tag):
        raise SignatureError("MAC does not match")


def extract(salt: bytes, input_key: bytes) -> bytes:
    """`KDF.Extract`: HKDF-SHA256 (RFC 5869 §2.2)."""
    return hmac.digest(salt, input_key, "sha256")


def expand(secret: bytes, info: bytes, length: int) -> bytes:
    """`KDF.Expand`: HKDF-SHA256 (RFC 5869 §2.3).

    Raises:
        ValueError: more than 255 blocks are asked for.
    """
    if length <= HASH_BYTES:
        return hmac.digest(secret, info + b"\x01", "sha256")[:length]
    if length > 255 * HASH_BYTES:
        raise ValueError("HKDF output is too long")
    output = block = b""
    counter = 0
    while len(output) < length:
        counter += 1
        block = hmac.digest(secret, block + info + bytes((counter,)), "sha256")
        output += block
    return output[:length]
