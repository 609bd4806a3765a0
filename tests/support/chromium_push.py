"""A push service on loopback that a real Chromium subscribes at.

Chromium asks its maker's service for an address, over HTTP, and gets its messages over
one TLS connection (MCS). Both are spoken here as far as Web Push needs them: checkin,
register, unregister, log in, a heartbeat, a message. On the other side a server pushes
by RFC 8030. What is sealed is opened by the browser alone, with keys that it made.

Only the host of the address is another: the browser names its maker's, so `reroute`
puts ours into what the page tells the server.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID
from playwright.async_api import BrowserContext, Route

from support.push import Post

SECONDS = 30.0
_VERSION = b"\x29"
_PING, _PONG, _LOGIN, _LOGGED_IN, _MESSAGE = 0, 1, 2, 3, 8


class ChromiumPush:
    """One that listens; `chromium_push` makes it."""

    def __init__(self) -> None:
        self.url = ""
        """Where a server pushes to, before the token."""
        self.arguments: tuple[str, ...] = ()
        """What Chromium has to be told at its start."""
        self.posts: list[Post] = []
        self._apps: dict[str, tuple[str, str]] = {}
        """App and sender by token."""
        self._lines: set[asyncio.StreamWriter] = set()
        self._changed = asyncio.Condition()

    @property
    def tokens(self) -> list[str]:
        """The addresses that browsers are reached by now."""
        return list(self._apps)

    async def reroute(self, context: BrowserContext) -> None:
        """Have pages tell the server an address that can be reached from here."""
        await context.route("**/api/v1/push", self._tell)

    async def _tell(self, route: Route) -> None:
        body = route.request.post_data_json if route.request.post_data else None
        if body is None:
            await route.continue_()
            return
        token = body["endpoint"].rpartition("/")[2]
        told = {**body, "endpoint": f"{self.url}/{token}"}
        await route.continue_(post_data=json.dumps(told))

    # --- what a server asks ---

    async def push(self, request: web.Request) -> web.Response:
        """RFC 8030 §5: hand it on, or say that nobody is there any more."""
        body = await request.read()
        self.posts.append(Post(request.path, dict(request.headers), body))
        token = request.match_info["token"]
        if token not in self._apps:
            return web.Response(status=410)
        await self.deliver(token, body)
        return web.Response(status=201)

    async def deliver(self, token: str, body: bytes) -> None:
        """Hand sealed octets, or a push of none, to the browser with this address."""
        app, sender = self._apps[token]
        async with asyncio.timeout(SECONDS), self._changed:
            await self._changed.wait_for(lambda: self._lines)
        coded = _text(1, "content-encoding") + _text(2, "aes128gcm")
        named = _text(1, "subtype") + _text(2, app)
        message = _text(3, sender) + _text(5, app) + _text(7, named)
        if body:
            message += _text(7, coded) + _text(21, body)
        for line in self._lines:
            line.write(_frame(_MESSAGE, message))

    # --- what a browser asks ---

    async def check_in(self, _request: web.Request) -> web.Response:
        """Any device is one."""
        now = int(datetime.now(UTC).timestamp() * 1000)
        ids = b"".join(_fixed(field, field) for field in (7, 8))
        return web.Response(body=_number(1, 1) + _number(3, now) + ids)

    async def register(self, request: web.Request) -> web.Response:
        """An address for an app, or its end."""
        asked = await request.post()
        app = str(asked.get("X-subtype", ""))
        if "delete" in asked:
            ended = [token for token, each in self._apps.items() if each[0] == app]
            for token in ended:
                del self._apps[token]
            return web.Response(text=f"token={app}")
        token = f"t{len(self._apps)}-{hashlib.sha256(app.encode()).hexdigest()[:8]}"
        if app.startswith("wp:"):
            self._apps[token] = app, str(asked["sender"])
        return web.Response(text=f"token={token}")

    async def talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """A browser's line, until it hangs up."""
        try:
            await reader.readexactly(len(_VERSION))
            writer.write(_VERSION)
            while True:
                tag = (await reader.readexactly(1))[0]
                await reader.readexactly(await _size(reader))
                if tag == _PING:
                    writer.write(_frame(_PONG, b""))
                if tag == _LOGIN:
                    writer.write(_frame(_LOGGED_IN, _text(1, "1")))
                    async with self._changed:
                        self._lines.add(writer)
                        self._changed.notify_all()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self._lines.discard(writer)
            writer.close()


@asynccontextmanager
async def chromium_push(folder: Path) -> AsyncIterator[ChromiumPush]:
    """A push service for as long as the block runs."""
    service = ChromiumPush()
    app = web.Application()
    app.router.add_post("/checkin", service.check_in)
    app.router.add_post("/register", service.register)
    app.router.add_post("/push/{token}", service.push)
    runner = web.AppRunner(app, shutdown_timeout=2)
    await runner.setup()
    certificate, pin = _certificate(folder)
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(certificate)
    lines = await asyncio.start_server(service.talk, "127.0.0.1", 0, ssl=secure)
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        here = f"http://127.0.0.1:{runner.addresses[0][1]}"
        service.url = f"{here}/push"
        port = lines.sockets[0].getsockname()[1]
        service.arguments = (
            f"--gcm-checkin-url={here}/checkin",
            f"--gcm-registration-url={here}/register",
            f"--gcm-mcs-endpoint=https://localhost:{port}",
            f"--ignore-certificate-errors-spki-list={pin}",
        )
        yield service
    finally:
        lines.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(lines.wait_closed(), 2)
        await runner.cleanup()


def _certificate(folder: Path) -> tuple[Path, str]:
    """A certificate for localhost with its key in one file, and its pin."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "push-service.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
    public = key.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    return file, base64.b64encode(hashlib.sha256(public).digest()).decode()


# --- Protocol Buffers, as far as they are needed ---


def _varint(value: int) -> bytes:
    octets = bytearray()
    while value > 0x7F:
        octets.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*octets, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _fixed(field: int, value: int) -> bytes:
    return _varint(field << 3 | 1) + struct.pack("<Q", value)


def _text(field: int, value: str | bytes) -> bytes:
    octets = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(octets)) + octets


def _frame(tag: int, message: bytes) -> bytes:
    return bytes([tag]) + _varint(len(message)) + message


async def _size(reader: asyncio.StreamReader) -> int:
    size = shift = 0
    while True:
        octet = (await reader.readexactly(1))[0]
        size |= (octet & 0x7F) << shift
        shift += 7
        if octet < 0x80:
            return size
