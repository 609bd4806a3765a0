"""A provider that is asked over HTTP, on this machine: what it was asked, and lies."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from mentalverse_server.hooks.signing import (
    ID_HEADER,
    PrivateKey,
    PublicKey,
    Verifier,
    signed_headers,
)

Headers = dict[str, str]


@dataclass
class DecidingService:
    """Answers yes, and signs it, unless a test says otherwise."""

    key: PrivateKey
    now_ms: Callable[[], int]
    url: str = ""
    port: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    """What came, once its signature was good."""
    server_key: PublicKey | None = None
    says: dict[str, Any] | bytes = field(default_factory=lambda: {"verdict": "allow"})
    status: int = 200
    late_seconds: int = 0
    """By so much its clock goes wrong."""
    other_id: str = ""
    signs_with: PrivateKey | None = None
    headers: Callable[[Headers], Headers] = dict

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        message = request.headers[ID_HEADER]
        if self.server_key is not None:
            verifier = Verifier([self.server_key])
            assert verifier.verify(request.headers, body, self.now_ms()) == message
        self.asked.append(json.loads(body))
        said = self.says
        text = said if isinstance(said, bytes) else json.dumps(said).encode()
        headers = signed_headers(
            [self.signs_with or self.key],
            self.other_id or message,
            self.now_ms() // 1000 + self.late_seconds,
            text,
        )
        return web.Response(
            body=text, status=self.status, headers=self.headers(headers)
        )


@asynccontextmanager
async def deciding_service(
    key: PrivateKey, now_ms: Callable[[], int]
) -> AsyncIterator[DecidingService]:
    """A running one."""
    service = DecidingService(key, now_ms)
    app = web.Application()
    app.router.add_post("/v1/decide", service.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    service.port = runner.addresses[0][1]
    service.url = f"http://127.0.0.1:{service.port}/v1/decide"
    try:
        yield service
    finally:
        await runner.cleanup()
