"""Keys are found under their names, each under one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from openbadgeslib.ob3 import did_key_from_pem, did_web_from_url

from mentalverse_modules.credentials.errors import MalformedCredential
from mentalverse_modules.credentials.keys import (
    MAX_DOCUMENT_KEYS,
    Curve,
    PublicKey,
    did_document,
    did_key,
    did_web,
    key_id,
    key_of_did,
    keys_of_document,
)
from support.credentials_kit import issuer_key, public_of

pytestmark = pytest.mark.capability("K16")

DID = "did:web:example.org"
ED = st.binary(min_size=32, max_size=32).map(public_of)
SCALARS = st.integers(1, 2**200)


def _p256(scalar: int) -> tuple[PublicKey, bytes]:
    key = ec.derive_private_key(scalar, ec.SECP256R1()).public_key()
    octets = key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(Curve.P256, octets), pem


P256 = SCALARS.map(lambda scalar: _p256(scalar)[0])


@given(ED | P256)
def test_a_key_is_read_back_from_its_name(key: PublicKey) -> None:
    assert key_of_did(did_key(key)) == key


@given(SCALARS)
def test_others_name_a_key_alike(scalar: int) -> None:
    key, pem = _p256(scalar)
    assert did_key(key) == did_key_from_pem(pem)


@given(st.lists(ED | P256, min_size=1, max_size=5, unique=True))
def test_a_document_gives_every_key_under_its_id(keys: list[PublicKey]) -> None:
    document = msgspec.json.encode(did_document(DID, keys))
    assert keys_of_document(DID, document) == {key_id(DID, key): key for key in keys}


def test_a_key_that_no_longer_signs_is_not_among_those_that_do() -> None:
    keys = [public_of(b"1" * 32), public_of(b"2" * 32)]
    document = did_document(DID, keys)
    document["assertionMethod"] = [key_id(DID, keys[0])]
    found = keys_of_document(DID, msgspec.json.encode(document))
    assert list(found.values()) == keys[:1]


@pytest.mark.parametrize(
    "name",
    [
        "did:web:example.org",
        "did:key:z",
        "did:key:z0OIl",
        "did:key:z11" + "2" * 40,
        "did:key:z" + "2" * 65,
        "did:key:z6Mk",
        did_key(public_of(b"1" * 32))[:-1],
    ],
)
def test_what_names_no_key_is_refused(name: str) -> None:
    with pytest.raises(MalformedCredential):
        key_of_did(name)


@pytest.mark.parametrize(
    ("curve", "octets"),
    [
        (Curve.ED25519, bytes(31)),
        (Curve.P256, bytes(32)),
        (Curve.P256, b"\x02" + b"\xff" * 32),
        (Curve.P256, b"\x05" + bytes(32)),
    ],
)
def test_octets_that_are_no_key_are_refused(curve: Curve, octets: bytes) -> None:
    with pytest.raises(MalformedCredential):
        PublicKey(curve, octets)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "https://Example.org/",
        "https://example.org:8443/mental/verse",
        "https://example.org/a b",
    ],
)
def test_an_address_is_named_as_others_name_it(url: str) -> None:
    assert did_web(url) == did_web_from_url(url.replace(" ", "%20").lower()).replace(
        "%2520", "%20"
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "https://",
        "https://a@example.org",
        "https://example.org/?a",
        "https://example.org/#a",
    ],
)
def test_an_address_that_cannot_be_named_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="did:web"):
        did_web(url)


def _with(change: dict[str, Any]) -> bytes:
    document: Any = did_document(DID, [public_of(b"1" * 32)])
    document["verificationMethod"][0].update(change)
    return msgspec.json.encode(document)


@pytest.mark.parametrize(
    "document",
    [
        b"{}",
        b"\xff",
        b"[" * 50_000,
        msgspec.json.encode(did_document("did:web:other.org", [])),
        msgspec.json.encode(
            did_document(DID, [public_of(b"1" * 32)] * (MAX_DOCUMENT_KEYS + 1))
        ),
        _with({"controller": "did:web:other.org"}),
        _with({"publicKeyJwk": {"kty": "OKP", "crv": "X25519", "x": "AA"}}),
        _with({"publicKeyJwk": {"kty": "OKP", "crv": "Ed25519", "x": "é"}}),
        _with({"publicKeyJwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}}),
        _with({"publicKeyJwk": {**_p256(7)[0].jwk, "y": _p256(8)[0].jwk["y"]}}),
    ],
)
def test_a_document_of_somebody_else_or_of_nothing_is_refused(document: bytes) -> None:
    with pytest.raises(MalformedCredential):
        keys_of_document(DID, document)


def test_a_private_half_is_not_shown() -> None:
    key = issuer_key()
    assert str(key.private) not in repr(key)
