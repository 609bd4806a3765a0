"""Primitives against independent implementations and published answers."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import (
    MLKEM768PrivateKey,
    MLKEM768PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crypto import ciphersuite, hpke, kem
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.codec import Reader, decode, opaque, varint, vector
from mentalverse_crypto.errors import DecryptError, SignatureError, UnsupportedError
from mentalverse_crypto.exporter import MAX_EXPORT_BYTES
from mentalverse_crypto.hpke import HPKECiphertext
from mentalverse_crypto.padding import padded_length
from support.deterministic import seeded_rng

RNG = seeded_rng(71)
repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=50)

SUITE_1 = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519
SUITE_3 = CipherSuite.MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519
HYBRID = CipherSuite.MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519
ML_KEM_BYTES = 1184

BUILT_IN = {
    SUITE_1: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM),
    SUITE_3: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305),
    HYBRID: Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM),
}


def _private(
    suite: CipherSuite, private: bytes
) -> X25519PrivateKey | MLKEM768X25519PrivateKey:
    """A private key of ours as the other implementation wants it."""
    if suite is not HYBRID:
        return X25519PrivateKey.from_private_bytes(private)
    octets = hashlib.shake_256(private).digest(96)
    return MLKEM768X25519PrivateKey(
        MLKEM768PrivateKey.from_seed_bytes(octets[:64]),
        X25519PrivateKey.from_private_bytes(octets[64:]),
    )


def _public(
    suite: CipherSuite, public: bytes
) -> X25519PublicKey | MLKEM768X25519PublicKey:
    if suite is not HYBRID:
        return X25519PublicKey.from_public_bytes(public)
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(public[:ML_KEM_BYTES]),
        X25519PublicKey.from_public_bytes(public[ML_KEM_BYTES:]),
    )


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_another_hpke_opens_what_ours_seals(suite: CipherSuite) -> None:
    pair = hpke.generate_key_pair(suite, RNG)
    sealed = hpke.seal(suite, pair.public, b"info", b"", b"text", RNG)
    message = sealed.kem_output + sealed.ciphertext
    private = _private(suite, pair.private)
    assert BUILT_IN[suite].decrypt(message, private, b"info") == b"text"


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_ours_opens_what_another_hpke_seals(suite: CipherSuite) -> None:
    pair = hpke.generate_key_pair(suite, RNG)
    public = _public(suite, pair.public)
    message = BUILT_IN[suite].encrypt(b"text", public, b"info")
    length = kem.kem_of(suite).output_bytes
    sealed = HPKECiphertext(message[:length], message[length:])
    assert hpke.open_(suite, pair, b"info", b"", sealed) == b"text"


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_keys_and_outputs_have_the_lengths_of_their_kem(suite: CipherSuite) -> None:
    pair = hpke.generate_key_pair(suite, RNG)
    sealed = hpke.seal(suite, pair.public, b"", b"", b"", RNG)
    used = kem.kem_of(suite)
    assert len(pair.private) == 32
    assert len(pair.public) == used.public_bytes
    assert len(sealed.kem_output) == used.output_bytes


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_an_altered_kem_output_does_not_open(suite: CipherSuite) -> None:
    pair = hpke.generate_key_pair(suite, RNG)
    sealed = hpke.seal(suite, pair.public, b"", b"", b"text", RNG)
    output = sealed.kem_output
    places = {0, len(output) // 2, len(output) - 32, len(output) - 2}
    altered = [output[:i] + bytes((output[i] ^ 1,)) + output[i + 1 :] for i in places]
    for other in (*altered, output[:-1], output + b"\x00", b""):
        with pytest.raises(DecryptError):
            hpke.open_(suite, pair, b"", b"", HPKECiphertext(other, sealed.ciphertext))


def test_an_x_wing_key_expands_as_published() -> None:
    """draft-connolly-cfrg-xwing-kem, appendix C, first vector: both ends of it."""
    seed = "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"
    ml_kem, x25519 = kem._expand_seed(bytes.fromhex(seed))
    public = ml_kem.public_key().public_bytes_raw()
    begin = "e2236b35a8c24b39b10aa1323a96a919a2ced88400633a7b07131713fc14b2b5"
    end = "859edb06eff389b27dce59844570216223593d4ba32d9abac8cd049040ef6534"
    assert public[:32].hex() == begin
    assert ciphersuite.x25519_public(x25519).hex() == end


X_WING_DERIVED = [
    (
        bytes(32),
        "f5977c8283546a63723bc31d2619124f11db4658643336741df81757d5ad3062",
        "a63ce7c32020147b209be5ec4240b63b3ba0c2950e5352f7215602316be25efe",
    ),
    (
        bytes(range(32)),
        "69f07c8840ce80024db30939882c3d5bbc9c98b3e31e4513ebd2ca9b4503cdd3",
        "e735f8e75ba7883aae5d6456ae03c14086b769d73502147370f2963b397e4d4a",
    ),
]
"""Input, private key and SHA-256 of the public key, by @hpke/hybridkem-x-wing 0.7.0."""


@pytest.mark.parametrize(("ikm", "private", "public_hash"), X_WING_DERIVED)
def test_an_x_wing_key_pair_derives_as_in_browsers(
    ikm: bytes, private: str, public_hash: str
) -> None:
    pair = hpke.derive_key_pair(HYBRID, ikm)
    assert pair.private.hex() == private
    assert hashlib.sha256(pair.public).hexdigest() == public_hash


def test_a_hybrid_key_is_usable_only_if_both_parts_are() -> None:
    public = hpke.generate_key_pair(HYBRID, RNG).public
    above_the_modulus = b"\xff" * 3 + public[3:]
    small_order = public[:ML_KEM_BYTES] + bytes(32)
    assert kem.is_usable_public(HYBRID, public)
    for bad in (above_the_modulus, small_order, public[:-1], public[-32:], b""):
        assert not kem.is_usable_public(HYBRID, bad)
        with pytest.raises(DecryptError):
            hpke.seal(HYBRID, bad, b"", b"", b"text", RNG)


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
    pair = hpke.derive_key_pair(SUITE_1, bytes.fromhex(ikm))
    assert (pair.private.hex(), pair.public.hex()) == (private, public)


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_export_is_the_same_on_both_sides(suite: CipherSuite) -> None:
    pair = hpke.generate_key_pair(suite, RNG)
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
    assert not kem.is_usable_public(SUITE_1, public)
    with pytest.raises(DecryptError):
        ciphersuite.x25519(hashlib.sha256(b"any").digest(), public)


@pytest.mark.parametrize("suite", list(CipherSuite))
def test_honest_keys_are_usable(suite: CipherSuite) -> None:
    for _ in range(100):
        public = hpke.generate_key_pair(suite, RNG).public
        assert kem.is_usable_public(suite, public)


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


@pytest.mark.parametrize("value", [0, 2, 4, 77, 88, 0xF079, 0xFFFF])
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
