"""An authenticator in software: passkeys as WebAuthn Level 3 §6 describes them."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

USER_PRESENT, USER_VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


def text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def octets(given: str) -> bytes:
    return base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))


@dataclass
class Passkey:
    """One discoverable credential, and how its authenticator behaves."""

    origin: str
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    flags: int = USER_PRESENT | USER_VERIFIED
    sign_count: int = 0
    counts: bool = True
    rp_id: str = "localhost"
    user: bytes = b""
    extensions: dict[str, Any] = field(default_factory=dict)

    def create(self, options: str) -> str:
        """What `create(options).toJSON()` gives, as JSON."""
        asked = json.loads(options)
        self.user = octets(asked["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        point = {-2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, **point})
        credential = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        attested = cbor2.dumps(
            {
                "fmt": "none",
                "attStmt": {},
                "authData": self._data(HAS_KEY) + credential,
            }
        )
        client = self._client("webauthn.create", asked["challenge"])
        return self._credential(
            clientDataJSON=text(client), attestationObject=text(attested)
        )

    def get(self, options: str) -> str:
        """What `get(options).toJSON()` gives, as JSON."""
        if self.counts:
            self.sign_count += 1
        client = self._client("webauthn.get", json.loads(options)["challenge"])
        data = self._data()
        signed = self.key.sign(
            data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256())
        )
        return self._credential(
            clientDataJSON=text(client),
            authenticatorData=text(data),
            signature=text(signed),
            userHandle=text(self.user),
        )

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps(
            {
                "type": kind,
                "challenge": challenge,
                "origin": self.origin,
                "crossOrigin": False,
            }
        ).encode()

    def _data(self, more: int = 0) -> bytes:
        scope = hashlib.sha256(self.rp_id.encode()).digest()
        return scope + bytes([self.flags | more]) + self.sign_count.to_bytes(4, "big")

    def _credential(self, **response: str) -> str:
        return json.dumps(
            {
                "id": text(self.id),
                "rawId": text(self.id),
                "type": "public-key",
                "response": response,
                "clientExtensionResults": self.extensions,
            }
        )
