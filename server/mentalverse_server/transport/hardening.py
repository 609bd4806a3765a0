"""What aiohttp leaves open below the routes: connections that wait, and its parser.

`RUNNER_OPTIONS` go to `web.AppRunner`. aiohttp's keep-alive timer starts with the
connection and is not renewed by bytes, only by complete requests: set short, it
ends a silent TCP connection and one that never finishes its headers alike. What
it does not cover is a body that trickles in, hence `request_deadline`. Internet
traffic still belongs behind a proxy that terminates TLS.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import http_parser, web
from aiohttp.http_websocket import WebSocketReader

from mentalverse_signaling.errors import DeadlineExceeded

from ..errors import StartupError, http_body
from .limits import SOCKET_PATH

HEADER_SECONDS = 10.0
"""From accept, or from the last response, to a complete request head."""
REQUEST_SECONDS = 10.0
"""From a complete head to the whole answer, the body's arrival included."""
TRANSFER_SECONDS = {
    ("PATCH", "/api/v1/blobs/{blob}"): 60.0,
    ("GET", "/api/v1/blobs/{blob}"): 600.0,
    ("GET", "/api/v1/account/export"): 600.0,
    ("PUT", "/api/v1/backup"): 60.0,
    ("POST", "/api/v1/recovery/fetch"): 60.0,
    ("POST", "/api/v1/reports"): 60.0,
    ("PUT", "/api/v1/pairing/{mailbox}/{slot}"): 60.0,
    ("GET", "/api/v1/pairing/{mailbox}/{slot}"): 60.0,
}
"""The same for large bodies on slow lines, and for answers that are waited for."""

RUNNER_OPTIONS: dict[str, Any] = {
    "access_log": None,
    "auto_decompress": False,
    "keepalive_timeout": HEADER_SECONDS,
    "lingering_time": 2.0,
}


@web.middleware
async def request_deadline(
    request: web.Request,
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> web.StreamResponse:
    """408 for a request that takes too long; a WebSocket lives as long as it likes."""
    if request.path == SOCKET_PATH:
        return await handler(request)
    resource = request.match_info.route.resource
    route = (request.method, resource.canonical if resource else "")
    try:
        async with asyncio.timeout(TRANSFER_SECONDS.get(route, REQUEST_SECONDS)):
            return await handler(request)
    except TimeoutError:
        late = DeadlineExceeded("the request took too long")
        return web.json_response(http_body(late), status=408)


def require_c_extensions() -> None:
    """Raises `StartupError` where aiohttp fell back to its Python parsers.

    They are slower by an order of magnitude, and have parsed requests otherwise
    than the C parser does, which is how requests get smuggled past a proxy.
    """
    if (
        http_parser.HttpRequestParser is http_parser.HttpRequestParserPy
        or not WebSocketReader.__module__.endswith("reader_c")
    ):
        raise StartupError("aiohttp lacks its C extensions: reinstall it")
