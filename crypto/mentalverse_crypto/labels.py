"""Labelled use of every primitive (§5.1.2, §5.1.3, §5.2, §8).

A label keeps a value made for one purpose from being taken for another.
"""

from functools import lru_cache

from . import hpke
from .ciphersuite import (
    HASH_BYTES,
    CipherSuite,
    HpkeKeyPair,
    Rng,
    SignatureKeyPair,
    digest,
    expand,
    sign,
    verify,
)
from .codec import opaque, u16, u32
from .hpke import HPKECiphertext


@lru_cache(maxsize=256)
def _label_prefix(length: int, label: bytes) -> bytes:
    return u16(length) + opaque(b"MLS 1.0 " + label)


def expand_with_label(
    secret: bytes, label: bytes, context: bytes, length: int
) -> bytes:
    """`ExpandWithLabel` (§8)."""
    return expand(secret, _label_prefix(length, label) + opaque(context), length)


def derive_secret(secret: bytes, label: bytes) -> bytes:
    """`DeriveSecret` (§8)."""
    return expand_with_label(secret, label, b"", HASH_BYTES)


def derive_tree_secret(
    secret: bytes, label: bytes, generation: int, length: int
) -> bytes:
    """`DeriveTreeSecret` (§9.1)."""
    return expand_with_label(secret, label, u32(generation), length)


def ref_hash(label: bytes, value: bytes) -> bytes:
    """`RefHash` (§5.2); the label is given whole."""
    return digest(opaque(label) + opaque(value))


def _labelled(label: bytes, content: bytes) -> bytes:
    return opaque(b"MLS 1.0 " + label) + opaque(content)


def sign_with_label(key_pair: SignatureKeyPair, label: bytes, content: bytes) -> bytes:
    """`SignWithLabel` (§5.1.2)."""
    return sign(key_pair, _labelled(label, content))


def verify_with_label(
    public: bytes, label: bytes, content: bytes, signature: bytes
) -> None:
    """`VerifyWithLabel` (§5.1.2).

    Raises:
        SignatureError: the signature does not verify.
    """
    verify(public, _labelled(label, content), signature)


def encrypt_with_label(
    suite: CipherSuite,
    public: bytes,
    label: bytes,
    context: bytes,
    plaintext: bytes,
    rng: Rng,
) -> HPKECiphertext:
    """`EncryptWithLabel` (§5.1.3)."""
    return hpke.seal(suite, public, _labelled(label, context), b"", plaintext, rng)


def decrypt_with_label(
    suite: CipherSuite,
    key_pair: HpkeKeyPair,
    label: bytes,
    context: bytes,
    sealed: HPKECiphertext,
) -> bytes:
    """`DecryptWithLabel` (§5.1.3).

    Raises:
        DecryptError: the ciphertext does not open.
    """
    return hpke.open_(suite, key_pair, _labelled(label, context), b"", sealed)
