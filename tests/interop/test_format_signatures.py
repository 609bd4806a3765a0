"""Ed25519 in the browser gives libsodium's verdicts, on the odd inputs too."""

from __future__ import annotations

import hashlib
import os

import pytest
from load_tests.js_peer import JsPeer, octets
from nacl import bindings as sodium

from mentalverse_crypto import ciphersuite
from mentalverse_crypto.errors import SignatureError

ORDER = 2**252 + 27742317777372353535851937790883648493
FIELD = 2**255 - 19
ORDER_EIGHT = bytes.fromhex(
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
)
"""A point whose multiples are the eight of small order."""


def _multiples() -> list[bytes]:
    found = [ORDER_EIGHT]
    while len(found) < 8:
        found.append(sodium.crypto_core_ed25519_add(found[-1], ORDER_EIGHT))
    return found


SMALL_ORDER = _multiples()


def _scalar(value: int) -> bytes:
    return (value % ORDER).to_bytes(32, "little")


def _times_base(value: int) -> bytes:
    return sodium.crypto_scalarmult_ed25519_base_noclamp(_scalar(value))


def _signed(a: int, public: bytes, r: int, commitment: bytes, text: bytes) -> bytes:
    """R ‖ S with S = r + k·a, where public and R may have a part of small order."""
    hashed = hashlib.sha512(commitment + public + text).digest()
    k = int.from_bytes(hashed, "little")
    return commitment + _scalar(r + k * a)


def _ours(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        ciphersuite.verify(public, message, signature)
    except SignatureError:
        return False
    return True


def _agreed(formats: JsPeer, public: bytes, message: bytes, signature: bytes) -> bool:
    ours = _ours(public, message, signature)
    theirs = formats.call(
        "verifies", public=public, message=message, signature=signature
    )
    assert theirs == ours, (public.hex(), message.hex(), signature.hex())
    return ours


def test_keys_and_signatures_are_equal(formats: JsPeer) -> None:
    for length in (0, 1, 100, 5_000):
        seed, message = os.urandom(32), os.urandom(length)
        pair = ciphersuite.signature_key_pair(seed)
        assert octets(formats.call("public", seed=seed)) == pair.public
        signature = octets(formats.call("sign", seed=seed, message=message))
        assert signature == ciphersuite.sign(pair, message)
        assert _agreed(formats, pair.public, message, signature)


@pytest.mark.parametrize("of_key", range(8))
def test_parts_of_small_order_are_judged_alike(formats: JsPeer, of_key: int) -> None:
    """A key or R may carry one: only the equation without cofactor tells who fits."""
    a, r = int.from_bytes(os.urandom(32)), int.from_bytes(os.urandom(32))
    public = sodium.crypto_core_ed25519_add(_times_base(a), SMALL_ORDER[of_key])
    verdicts = set()
    for of_r in SMALL_ORDER:
        commitment = sodium.crypto_core_ed25519_add(_times_base(r), of_r)
        for text in (b"%d" % number for number in range(8)):
            signature = _signed(a, public, r, commitment, text)
            verdicts.add(_agreed(formats, public, text, signature))
    assert False in verdicts


def test_points_of_small_order_are_refused(formats: JsPeer) -> None:
    """As a key and as R, although the equation holds for some of them."""
    for point in SMALL_ORDER:
        for other in SMALL_ORDER:
            assert not _agreed(formats, point, b"text", other + bytes(32))
        commitment = _times_base(7)
        assert not _agreed(formats, point, b"text", commitment + _scalar(7))
        for a in range(1, 9):
            forged = _signed(a, _times_base(a), 0, point, b"text")
            assert not _agreed(formats, _times_base(a), b"text", forged)


def test_every_number_has_one_encoding(formats: JsPeer) -> None:
    """S above the order, y above the field, and the wrong sign of x = 0."""
    pair = ciphersuite.signature_key_pair(os.urandom(32))
    signature = ciphersuite.sign(pair, b"text")
    s = int.from_bytes(signature[32:], "little")
    for multiple in range(1, 16):
        longer = (s + multiple * ORDER).to_bytes(33, "little")[:32]
        assert not _agreed(formats, pair.public, b"text", signature[:32] + longer)
    for y in range(19):
        for sign in (0, 1 << 255):
            loose = (FIELD + y | sign).to_bytes(32, "little")
            assert not _agreed(formats, loose, b"text", signature)
            assert not _agreed(formats, pair.public, b"text", loose + signature[32:])
    for y in (1, FIELD - 1):
        wrong = (y | 1 << 255).to_bytes(32, "little")
        assert not _agreed(formats, wrong, b"text", signature)
        assert not _agreed(formats, pair.public, b"text", wrong + signature[32:])


def test_no_flipped_bit_is_accepted(formats: JsPeer) -> None:
    pair = ciphersuite.signature_key_pair(os.urandom(32))
    signature = ciphersuite.sign(pair, b"text")
    for bit in range(512):
        flipped = bytearray(signature)
        flipped[bit // 8] ^= 1 << bit % 8
        assert not _agreed(formats, pair.public, b"text", bytes(flipped))
    for bit in range(256):
        flipped = bytearray(pair.public)
        flipped[bit // 8] ^= 1 << bit % 8
        assert not _agreed(formats, bytes(flipped), b"text", signature)
