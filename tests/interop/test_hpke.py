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
    keys, info, text = (
        hpke.generate_key_pair(suite, os.urandom),
        os.urandom(20),
        os.urandom(length),
    )
    sealed = peer.call(
        "hpkeSeal", suite=int(suite), public=keys.public, info=info, plaintext=text
    )
    made = HPKECiphertext(octets(sealed["enc"]), octets(sealed["ciphertext"]))
    assert hpke.open_(suite, keys, info, b"", made) == text
    with pytest.raises(DecryptError):
        hpke.open_(suite, keys, info + b".", b"", made)


@pytest.mark.parametrize("length", [0, 1, 32, 5_000])
def test_javascript_opens_what_python_seals(
    peer: JsPeer, suite: CipherSuite, length: int
) -> None:
    keys, info, text = (
        peer.call("deriveKeyPair", suite=int(suite), ikm=os.urandom(32)),
        os.urandom(20),
        os.urandom(length),
    )
    public = octets(keys["public"])
    sealed = hpke.seal(suite, public, info, b"", text, os.urandom)
    fields = {
        "suite": int(suite),
        "private": octets(keys["private"]),
        "enc": sealed.kem_output,
        "ciphertext": sealed.ciphertext,
    }
    assert octets(peer.call("hpkeOpen", info=info, **fields)) == text
    with pytest.raises(JsError):
        peer.call("hpkeOpen", info=info + b".", **fields)
