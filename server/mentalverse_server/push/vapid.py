"""Who pushes: the server's key, and its signature for a push service (RFC 8292).

The key is on P-256 and signs nothing else. A push service takes pushes for a
subscription only under the key that the browser subscribed with.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LIFETIME = timedelta(hours=12)
"""Of a signature; RFC 8292 §2 allows 24 hours, and clocks differ."""
_HALF_BYTES = 32
_HEADER = {"typ": "JWT", "alg": "ES256"}


@dataclass(frozen=True, slots=True)
class PushKey:
    """A key for Web Push: an uncompressed point of 65 octets, a scalar of 32."""

    public: bytes
    private: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The public key as browsers take it, base64url (RFC 4648 §5)."""
        return base64url(self.public)


def new_push_key() -> PushKey:
    """A fresh key."""
    made = ec.generate_private_key(ec.SECP256R1())
    scalar = made.private_numbers().private_value.to_bytes(_HALF_BYTES)
    public = made.public_key().public_bytes(
        Encoding.X962, PublicFormat.UncompressedPoint
    )
    return PushKey(public, scalar)


def authorization(key: PushKey, endpoint: str, contact: str, now: datetime) -> str:
    """The Authorization header of a push to `endpoint` (RFC 8292 §3).

    It is good for every subscription of that push service. `contact` is a `mailto:` or
    `https:` address of the operator's, or empty.
    """
    parts = urlsplit(endpoint)
    claims: dict[str, str | int] = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + LIFETIME).timestamp()),
    }
    if contact:
        claims["sub"] = contact
    pieces = (base64url(msgspec.json.encode(part)) for part in (_HEADER, claims))
    signed = ".".join(pieces)
    return f"vapid t={signed}.{base64url(_sign(key, signed.encode()))}, k={key.text}"


def base64url(octets: bytes) -> str:
    """Without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _sign(key: PushKey, octets: bytes) -> bytes:
    """ES256 (RFC 7518 §3.4): both integers in 32 octets each."""
    scalar = int.from_bytes(key.private)
    signer = ec.derive_private_key(scalar, ec.SECP256R1())
    r, s = utils.decode_dss_signature(signer.sign(octets, ec.ECDSA(SHA256())))
    return r.to_bytes(_HALF_BYTES) + s.to_bytes(_HALF_BYTES)
