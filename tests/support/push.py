"""The other sides of Web Push: a browser, written from RFC 8291 and 8292, a service."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mentalverse_signaling.push_api import PUSH_NAME_LABEL, PushSubscribe


def unpadded(text: str) -> bytes:
    """The octets of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Subscription:
    """What a browser has of one subscription; it alone can read what comes."""

    def __init__(
        self,
        endpoint: str,
        private: ec.EllipticCurvePrivateKey | None = None,
        auth: bytes | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.private = private or ec.generate_private_key(ec.SECP256R1())
        self.auth = auth or secrets.token_bytes(16)
        self.p256dh = self.private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )

    def asked(self, key: bytes) -> PushSubscribe:
        """How it is told to the server, made with the server's `key`."""
        return PushSubscribe(self.endpoint, self.p256dh, self.auth, key)

    def opened(self, body: bytes) -> bytes:
        """The text of a push (RFC 8291 §3.4, RFC 8188 §2), one step after the other."""
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self.private.exchange(ec.ECDH(), theirs)
        first = hmac.digest(self.auth, shared, "sha256")
        info = b"WebPush: info\0" + self.p256dh + sender + b"\x01"
        secret = hmac.digest(salt, hmac.digest(first, info, "sha256"), "sha256")
        key = hmac.digest(secret, b"Content-Encoding: aes128gcm\0\x01", "sha256")
        nonce = hmac.digest(secret, b"Content-Encoding: nonce\0\x01", "sha256")
        text = AESGCM(key[:16]).decrypt(nonce[:12], sealed, None).rstrip(b"\0")
        assert text[-1:] == b"\x02"
        return text[:-1]

    def name_of(self, conversation: str) -> str:
        """How a push names a conversation to this browser."""
        named = PUSH_NAME_LABEL.encode() + bytes.fromhex(conversation)
        name = hmac.new(self.auth, named, hashlib.sha256).digest()[:16]
        return base64.urlsafe_b64encode(name).rstrip(b"=").decode()


def signed_claims(header: str, key: bytes) -> dict[str, Any]:
    """What an Authorization header claims, if `key` signed it (RFC 8292 §2, §3)."""
    scheme, _, rest = header.partition(" ")
    fields = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert scheme == "vapid"
    assert unpadded(fields["k"]) == key
    signed, _, signature = fields["t"].rpartition(".")
    raw = unpadded(signature)
    r, s = int.from_bytes(raw[:32]), int.from_bytes(raw[32:])
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    public.verify(utils.encode_dss_signature(r, s), signed.encode(), ec.ECDSA(SHA256()))
    head, claims = (msgspec.json.decode(unpadded(part)) for part in signed.split("."))
    assert head == {"typ": "JWT", "alg": "ES256"}
    return dict(claims)


@dataclass(frozen=True)
class Post:
    """One request that a push service got."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class PushService:
    """A push service on loopback: answers each address as it is told to."""

    def __init__(self) -> None:
        self.url = ""
        self.posts: list[Post] = []
        self.answers: dict[str, tuple[int, dict[str, str]]] = {}
        """Status and headers by path; 201 otherwise."""
        self.silent: set[str] = set()
        """Paths that never get an answer."""
        self._over = asyncio.Event()

    def at(self, path: str) -> list[Post]:
        """What came for one address."""
        return [post for post in self.posts if post.path == path]

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.posts.append(Post(request.path, dict(request.headers), body))
        if request.path in self.silent:
            await self._over.wait()
        status, headers = self.answers.get(request.path, (201, {}))
        return web.Response(status=status, headers=headers)

    async def end(self, _app: web.Application) -> None:
        self._over.set()


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    """One that listens for as long as the block runs."""
    service = PushService()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", service.answer)
    app.on_shutdown.append(service.end)
    runner = web.AppRunner(app, shutdown_timeout=2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        service.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield service
    finally:
        await runner.cleanup()
