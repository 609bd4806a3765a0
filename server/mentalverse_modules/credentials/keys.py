"""Keys of issuers and holders, and the names under which others find them.

`did:key` is the key itself, written out: whoever has the name can verify, without a
network. `did:web` is a host, whose document lists keys. A server without a public
address issues as `did:key`; with one, as `did:web`, and its document keeps every key
that ever signed, for what an old key signed is still to be verified.

Ed25519 signs here; P-256 is read as well, for holders whose hardware has nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import quote, urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey, Key, OKPKey
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode

from .errors import MalformedCredential

MAX_DOCUMENT_KEYS = 64
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_MAX_MULTIBASE_CHARS = 64
"""A key has 48 characters; the bound keeps a long name from being worked through."""


class Curve(Enum):
    """Kinds of keys, with what precedes them in a multikey (multicodec, varint)."""

    ED25519 = b"\xed\x01"
    P256 = b"\x80\x24"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that verifies: 32 octets (Ed25519) or 33 (P-256, compressed point).

    Raises:
        MalformedCredential: not a key of that kind.
    """

    curve: Curve
    octets: bytes

    def __post_init__(self) -> None:
        if self.curve is Curve.ED25519:
            if len(self.octets) != 32:
                raise MalformedCredential("an Ed25519 key has 32 octets")
            return
        if len(self.octets) != 33:
            raise MalformedCredential("a compressed P-256 key has 33 octets")
        _point(self.octets)

    @property
    def multibase(self) -> str:
        """The key as text: `z`, then Base58 of kind and key."""
        return "z" + _base58(self.curve.value + self.octets)

    @property
    def jwk(self) -> dict[str, str]:
        """The key as JWK (RFC 7517, RFC 8037)."""
        if self.curve is Curve.ED25519:
            return {"kty": "OKP", "crv": "Ed25519", "x": _text(self.octets)}
        point = _point(self.octets)
        x, y = (number.to_bytes(32, "big") for number in (point.x, point.y))
        return {"kty": "EC", "crv": "P-256", "x": _text(x), "y": _text(y)}

    @property
    def jose_key(self) -> Key:
        """The key in the library's form."""
        if self.curve is Curve.ED25519:
            return OKPKey.import_key({**self.jwk})
        return ECKey.import_key({**self.jwk})

    @property
    def thumbprint(self) -> str:
        """Names the key among others of one issuer (RFC 7638)."""
        return self.jose_key.thumbprint()


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """An Ed25519 key that signs, and in whose name."""

    did: str
    public: bytes
    private: bytes = field(repr=False)
    """The 32 octets of RFC 8032 §5.1.5."""

    @property
    def key_id(self) -> str:
        """What a signature says of its key."""
        return key_id(self.did, PublicKey(Curve.ED25519, self.public))

    @property
    def jose_key(self) -> OKPKey:
        """The key in the library's form, with its private half."""
        public = PublicKey(Curve.ED25519, self.public)
        return OKPKey.import_key({**public.jwk, "d": _text(self.private)})


def did_key(key: PublicKey) -> str:
    """The name of a key that stands for itself."""
    return f"did:key:{key.multibase}"


def key_of_did(did: str) -> PublicKey:
    """The key that a `did:key` is.

    Raises:
        MalformedCredential: another kind of name, or not the one spelling of a key.
    """
    text = did.removeprefix("did:key:z")
    if text == did or len(text) > _MAX_MULTIBASE_CHARS:
        raise MalformedCredential("not a did:key")
    octets = _from_base58(text)
    for curve in Curve:
        if octets.startswith(curve.value):
            return PublicKey(curve, octets.removeprefix(curve.value))
    raise MalformedCredential("a did:key of an unknown kind")


def did_web(public_url: str) -> str:
    """The name of an issuer that is found under an https address.

    Raises:
        ValueError: no https, no host, or more than an address and a path.
    """
    parts = urlsplit(public_url)
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise ValueError("did:web needs an https address")
    if parts.query or parts.fragment:
        raise ValueError("did:web has no query and no fragment")
    folders = [quote(part, safe="") for part in parts.path.split("/") if part]
    return ":".join(["did:web", quote(parts.netloc.lower(), safe=""), *folders])


def key_id(did: str, key: PublicKey) -> str:
    """What a signature says of its key, so that it is found in the document."""
    if did.startswith("did:key:"):
        return f"{did}#{did.removeprefix('did:key:')}"
    return f"{did}#{key.thumbprint}"


def did_document(did: str, keys: Iterable[PublicKey]) -> dict[str, object]:
    """What is published under a name: every key that ever signed, newest first."""
    methods = [
        {
            "id": key_id(did, key),
            "type": "JsonWebKey",
            "controller": did,
            "publicKeyJwk": key.jwk,
        }
        for key in keys
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://www.w3.org/ns/cid/v1"],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


class _Jwk(msgspec.Struct, frozen=True):
    kty: str
    crv: str
    x: str
    y: str = ""


class _Method(msgspec.Struct, frozen=True):
    id: str
    controller: str
    publicKeyJwk: _Jwk


class _Document(msgspec.Struct, frozen=True):
    id: str
    verificationMethod: list[_Method]
    assertionMethod: list[str]


def keys_of_document(did: str, document: bytes) -> Mapping[str, PublicKey]:
    """The keys by which an issuer signs, by key id.

    Raises:
        MalformedCredential: not a document of this issuer, or with keys of others.
    """
    try:
        content = msgspec.json.decode(document, type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedCredential("not a DID document") from None
    methods = content.verificationMethod
    if content.id != did or len(methods) > MAX_DOCUMENT_KEYS:
        raise MalformedCredential("not the document of this issuer")
    if any(method.controller != did for method in methods):
        raise MalformedCredential("the document lists keys of others")
    signing = frozenset(content.assertionMethod)
    return {
        method.id: _from_jwk(method.publicKeyJwk)
        for method in methods
        if method.id in signing
    }


def _from_jwk(jwk: _Jwk) -> PublicKey:
    x, y = _octets(jwk.x), _octets(jwk.y)
    if (jwk.kty, jwk.crv) == ("OKP", "Ed25519"):
        return PublicKey(Curve.ED25519, x)
    if (jwk.kty, jwk.crv) == ("EC", "P-256") and len(x) == len(y) == 32:
        key = PublicKey(Curve.P256, bytes([2 + y[-1] % 2]) + x)
        if _point(key.octets).y == int.from_bytes(y, "big"):
            return key
    raise MalformedCredential("a key of an unknown kind")


def _point(octets: bytes) -> ec.EllipticCurvePublicNumbers:
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), octets)
    except ValueError:
        raise MalformedCredential("not a point of P-256") from None
    return key.public_numbers()


def _text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode("ascii")


def _octets(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text.encode("ascii"))
    except ValueError:
        raise MalformedCredential("not base64url") from None


def _base58(octets: bytes) -> str:
    # Neither kind of key begins with a zero octet, which Base58 would write apart.
    number, text = int.from_bytes(octets, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _ALPHABET[digit] + text
    return text


def _from_base58(text: str) -> bytes:
    number = 0
    for character in text:
        digit = _ALPHABET.find(character)
        if digit < 0:
            raise MalformedCredential("not Base58")
        number = number * 58 + digit
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    if _base58(octets) != text:
        raise MalformedCredential("not Base58 in its one spelling")
    return octets
