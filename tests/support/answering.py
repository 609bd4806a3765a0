"""A server of one path, for answers that the real one never gives."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer

Handler = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def answering(method: str, path: str, handler: Handler) -> AsyncIterator[str]:
    """The address of a server on this machine that has `handler` at `path`."""
    app = web.Application()
    app.router.add_route(method, path, handler)
    async with TestServer(app) as running:
        yield str(running.make_url("")).rstrip("/")
