"""HPKE and key derivation, sealed by one language and opened by the other."""

from __future__ import annotations

import os

import pytest
from load_tests.js_peer import JsError, JsPeer, octets

from mentalverse_crypto import hpke
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.errors import DecryptError
from mentalverse_crypto.hpke import HPKECiphertext


@pytest.fixture(params=CipherSuite, ids=lambda suite: hex(suite))
def suite(request: pytest.FixtureRequest) -> CipherSuite:
    return CipherSuite(request.param)


@pytest.mark.parametrize("length", [1, 32, 33, 200])
def test_derived_keys_are_equal(peer: JsPeer, suite: CipherSuite, length: int) -> None:
    ikm = os.urandom(length)
    theirs = peer.call("deriveKeyPair", suite=int(suite), ikm=ikm)
    ours = hpke.derive_key_pair(suite, ikm)
    assert octets(theirs["public"]) == ours.public
    assert octets(theirs["private"]) == ours.private


@pytest.mark.parametrize("length", [0, 1, 32, 5_000])
def test_python_opens_what_javascript_seals(
    peer: JsPeer, suite: CipherSuite, length: int
) -> None:
    keys = hpke.generate_key_pair(suite, os.urandom)
    info, aad, text = os.urandom(20), os.urandom(length % 7), os.urandom(length)
    to = {"suite": int(suite), "public": keys.public}
    sealed = peer.call("hpkeSeal", info=info, aad=aad, plaintext=text, **to)
    made = HPKECiphertext(octets(sealed["enc"]), octets(sealed["ciphertext"]))
    assert hpke.open_(suite, keys, info, aad, made) == text
    for wrong in ((info + b".", aad), (info, aad + b".")):
        with pytest.raises(DecryptError):
            hpke.open_(suite, keys, *wrong, made)


@pytest.mark.parametrize("length", [0, 1, 32, 5_000])
def test_javascript_opens_what_python_seals(
    peer: JsPeer, suite: CipherSuite, length: int
) -> None:
    keys = peer.call("deriveKeyPair", suite=int(suite), ikm=os.urandom(32))
    info, aad, text = os.urandom(20), os.urandom(length % 7), os.urandom(length)
    sealed = hpke.seal(suite, octets(keys["public"]), info, aad, text, os.urandom)
    fields = {
        "suite": int(suite),
        "private": octets(keys["private"]),
        "enc": sealed.kem_output,
        "ciphertext": sealed.ciphertext,
    }
    assert octets(peer.call("hpkeOpen", info=info, aad=aad, **fields)) == text
    for wrong in ({"info": info + b".", "aad": aad}, {"info": info, "aad": aad + b"."}):
        with pytest.raises(JsError):
            peer.call("hpkeOpen", **wrong, **fields)


def test_nothing_is_sealed_to_what_is_no_key(peer: JsPeer, suite: CipherSuite) -> None:
    """Of a wrong length, or of small order in its part of X25519."""
    right = hpke.generate_key_pair(suite, os.urandom).public
    for wrong in (b"", right[:-1], right + b"\0", right[:-32] + bytes(32)):
        with pytest.raises(DecryptError):
            hpke.seal(suite, wrong, b"", b"", b"text", os.urandom)
        fields = {"suite": int(suite), "public": wrong, "plaintext": b"text"}
        with pytest.raises(JsError):
            peer.call("hpkeSeal", info=b"", aad=b"", **fields)
