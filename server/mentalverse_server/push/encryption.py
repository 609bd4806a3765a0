"""What a push says, for one browser to read (RFC 8291, RFC 8188).

    body = salt[16] ‖ record size u32 ‖ 65 ‖ our public key[65] ‖ AES-128-GCM(text ‖ 2)

One record, and every text has the same length, so that the push service in between
learns nothing from either.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mentalverse_signaling.ids import ConversationId, id_bytes
from mentalverse_signaling.push_api import (
    PUSH_NAME_BYTES,
    PUSH_NAME_LABEL,
    PUSH_PAYLOAD_BYTES,
    PushKind,
)

from .vapid import base64url

RECORD_BYTES = 4096
_LAST_RECORD = b"\x02"


def payload(kind: PushKind, auth: bytes, conversation: ConversationId) -> bytes:
    """The 64 octets for a browser (`push_api`)."""
    named = PUSH_NAME_LABEL.encode() + id_bytes(conversation)
    name = hmac.digest(auth, named, "sha256")[:PUSH_NAME_BYTES]
    return f"{kind}.{base64url(name)}".encode().ljust(PUSH_PAYLOAD_BYTES)


def notice(kind: PushKind) -> bytes:
    """The same of a kind that names nothing."""
    return f"{kind}.".encode().ljust(PUSH_PAYLOAD_BYTES)


def point(octets: bytes) -> ec.EllipticCurvePublicKey:
    """The key of a browser; `ValueError` for what is no point of P-256."""
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), octets)


def encrypt(
    text: bytes,
    p256dh: bytes,
    auth: bytes,
    salt: bytes,
    own: ec.EllipticCurvePrivateKey,
) -> bytes:
    """`text` for the browser with the key `p256dh` and the secret `auth`.

    `salt` (16 octets) and `own` are fresh for each push.
    """
    browser = point(p256dh)
    ours = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own.exchange(ec.ECDH(), browser)
    secret = _hkdf(auth, shared, b"WebPush: info\0" + p256dh + ours, 32)
    key = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(key).encrypt(nonce, text + _LAST_RECORD, None)
    head = salt + RECORD_BYTES.to_bytes(4) + bytes([len(ours)]) + ours
    return head + sealed


def encrypt_fresh(
    text: bytes, p256dh: bytes, auth: bytes, rng: Callable[[int], bytes]
) -> bytes:
    """`encrypt` with a salt and a key of its own."""
    return encrypt(text, p256dh, auth, rng(16), ec.generate_private_key(ec.SECP256R1()))


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
