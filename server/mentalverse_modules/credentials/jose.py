"""What is signed, as compact JWS (RFC 7515).

The signer writes `EdDSA`. RFC 9864 calls it `Ed25519` now, and verifiers in use refuse
that name; so both are read, and ES256. Which algorithm fits is a matter of the key, and
never of what the token says of itself. Keys that stand in a token, or are named there
by an address, are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from .errors import MalformedCredential, UnknownKey, WrongSignature
from .keys import IssuerKey, PublicKey

SIGNED_BY = "EdDSA"
ACCEPTED = frozenset({"EdDSA", "Ed25519", "ES256"})
MAX_PAYLOAD_BYTES = 8 * 1024 * 1024
"""A status list of 4 MiB that does not compress at all fits."""

KeyOf = Callable[[str], PublicKey | None]
"""The key of a key id, where it is known."""


class _ClosedList(JWSRegistry):
    max_payload_length = MAX_PAYLOAD_BYTES * 4 // 3 + 4

    def get_alg(self, name: str) -> Any:
        """The algorithm, of ours alone; the library warns of the name `EdDSA`."""
        if name not in ACCEPTED:
            raise WrongSignature("signed by an algorithm that is not accepted")
        return self.algorithms[name]


_REGISTRY = _ClosedList()


def sign(payload: bytes, key: IssuerKey, media_type: str) -> str:
    """A token of these octets. `media_type` is its `typ` (RFC 8725 §3.11)."""
    header = {"alg": SIGNED_BY, "typ": media_type, "kid": key.key_id}
    return jws.serialize_compact(header, payload, key.jose_key, registry=_REGISTRY)


class _Header(msgspec.Struct, frozen=True):
    alg: str
    typ: str
    kid: str


def verify(token: str, key_of: KeyOf, media_type: str) -> tuple[bytes, str]:
    """What was signed, and the key id.

    Raises:
        MalformedCredential: not a token of this media type.
        UnknownKey: no such key, or one that this algorithm cannot use.
        WrongSignature: altered, or signed by another key or by no accepted algorithm.
    """
    try:
        found = jws.extract_compact(token.encode(), registry=_REGISTRY)
        header = msgspec.convert(found.headers(), _Header)
        _REGISTRY.check_header(found.headers())
    except (JoseError, msgspec.ValidationError, ValueError, RecursionError):
        raise MalformedCredential("not a signed token") from None
    if header.typ != media_type:
        raise MalformedCredential("a token of another kind")
    key = key_of(header.kid)
    if key is None:
        raise UnknownKey("signed by a key that is not known")
    try:
        genuine = jws.validate_compact(found, key.jose_key, registry=_REGISTRY)
    except JoseError:
        raise UnknownKey("signed by another kind of key") from None
    if not genuine:
        raise WrongSignature("the signature does not fit")
    return found.payload, header.kid
