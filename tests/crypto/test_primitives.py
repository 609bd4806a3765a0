"""Primitives against independent implementations and published answers."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crypto import ciphersuite, hpke
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.codec import Reader, decode, opaque, varint, vector
from mentalverse_crypto.errors import DecryptError, SignatureError, UnsupportedError
from mentalverse_crypto.exporter import MAX_EXPORT_BYTES
from mentalverse_crypto.hpke import HPKECiphertext
from mentalverse_crypto.padding import padded_length
from support.deterministic import seeded_rng

RNG = seeded_rng(71)
repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=50)

BUILT_IN = {
    CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519: AEAD.AES_128_GCM,
    CipherSuite.MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519: (
        AEAD.CHACHA20_POLY1305
    ),
}


def _other(suite: CipherSuite) -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, BUILT_IN[suite])


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_another_hpke_opens_what_ours_seals(suite: CipherSuite) -> None:
    pair = hpke.generate_key_pair(RNG)
    sealed = hpke.seal(suite, pair.public, b"info", b"", b"text", RNG)
    private = X25519PrivateKey.from_private_bytes(pair.private)
    message = sealed.kem_output + sealed.ciphertext
    assert _other(suite).decrypt(message, private, b"info") == b"text"


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_ours_opens_what_another_hpke_seals(suite: CipherSuite) -> None:
    pair = hpke.generate_key_pair(RNG)
    public = X25519PublicKey.from_public_bytes(pair.public)
    message = _other(suite).encrypt(b"text", public, b"info")
    sealed = HPKECiphertext(message[:32], message[32:])
    assert hpke.open_(suite, pair, b"info", b"", sealed) == b"text"


RFC_9180_A_1 = [
    (
        "7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234",
        "52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736",
        "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
    ),
    (
        "6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037",
        "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8",
        "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d",
    ),
]


@pytest.mark.parametrize(("ikm", "private", "public"), RFC_9180_A_1)
def test_key_pairs_derive_as_published(ikm: str, private: str, public: str) -> None:
    pair = hpke.derive_key_pair(bytes.fromhex(ikm))
    assert (pair.private.hex(), pair.public.hex()) == (private, public)


def test_export_is_the_same_on_both_sides() -> None:
    suite = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519
    pair = hpke.generate_key_pair(RNG)
    kem_output, sent = hpke.send_export(suite, pair.public, b"context", RNG)
    assert hpke.receive_export(suite, pair, kem_output, b"context") == sent
    assert hpke.receive_export(suite, pair, kem_output, b"another") != sent


@repeatable
@given(st.binary(min_size=32, max_size=32), st.binary(), st.integers(1, 500))
def test_expand_equals_another_hkdf(secret: bytes, info: bytes, length: int) -> None:
    other = HKDFExpand(SHA256(), length, info).derive(secret)
    assert ciphersuite.expand(secret, info, length) == other


def test_expand_refuses_more_than_hkdf_yields() -> None:
    assert len(ciphersuite.expand(bytes(32), b"", MAX_EXPORT_BYTES)) == 8160
    with pytest.raises(ValueError, match="too long"):
        ciphersuite.expand(bytes(32), b"", MAX_EXPORT_BYTES + 1)


@pytest.mark.parametrize("number", sorted(ciphersuite._SMALL_ORDER))
@pytest.mark.parametrize("high_bit", [0, 1 << 255])
def test_keys_of_small_order_are_recognised(number: int, high_bit: int) -> None:
    public = (number | high_bit).to_bytes(32, "little")
    assert not ciphersuite.is_usable_public(public)
    with pytest.raises(DecryptError):
        ciphersuite.x25519(hashlib.sha256(b"any").digest(), public)


def test_honest_keys_are_usable() -> None:
    for _ in range(100):
        assert ciphersuite.is_usable_public(hpke.generate_key_pair(RNG).public)


def test_signatures_hold_for_their_message_and_key_only() -> None:
    pair = ciphersuite.generate_signature_key_pair(RNG)
    other = ciphersuite.generate_signature_key_pair(RNG)
    signature = ciphersuite.sign(pair, b"message")
    ciphersuite.verify(pair.public, b"message", signature)
    for public, message, given_signature in (
        (pair.public, b"another", signature),
        (other.public, b"message", signature),
        (pair.public, b"message", signature[:-1]),
        (pair.public[:-1], b"message", signature),
        (bytes(32), b"message", signature),
        (pair.public, b"message", b""),
    ):
        with pytest.raises(SignatureError):
            ciphersuite.verify(public, message, given_signature)


@pytest.mark.parametrize("value", [0, 2, 4, 0xF07A, 0xFFFF])
def test_other_suites_are_refused(value: int) -> None:
    with pytest.raises(UnsupportedError):
        ciphersuite.cipher_suite(value)


@repeatable
@given(st.lists(st.binary(max_size=200), max_size=20))
def test_what_is_written_is_read_back(items: list[bytes]) -> None:
    data = vector(map(opaque, items))
    assert decode(lambda r: r.vector(Reader.opaque), data) == tuple(items)


@repeatable
@given(st.integers(0, (1 << 30) - 1))
def test_lengths_take_their_shortest_form(value: int) -> None:
    data = varint(value)
    assert decode(Reader.varint, data) == value
    assert len(data) == (1 if value < 64 else 2 if value < 16384 else 4)


def test_a_length_above_the_limit_is_not_written() -> None:
    with pytest.raises(ValueError, match="2\\^30"):
        varint(1 << 30)


@repeatable
@given(st.integers(0, 200_000))
def test_padding_covers_the_content_in_few_sizes(length: int) -> None:
    padded = padded_length(length)
    assert padded >= max(length, 256)
    small = padded <= 32_768
    assert padded.bit_count() == 1 if small else padded % 32_768 == 0
    assert padded == 256 or padded < 2 * length
