"""Connections that only wait are closed, and requests that only trickle answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import http_parser, web

from mentalverse_server.errors import StartupError
from mentalverse_server.transport import hardening

WAIT_SECONDS = 45
"""Long beside the server's fractions of a second, and shorter than a trickle."""


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A server with the runner's options, its seconds shortened to fractions."""
    monkeypatch.setattr(hardening, "REQUEST_SECONDS", 0.3)

    async def read(request: web.Request) -> web.Response:
        return web.Response(body=await request.read())

    app = web.Application(middlewares=[hardening.request_deadline])
    app.router.add_post("/", read)
    options = hardening.RUNNER_OPTIONS | {"keepalive_timeout": 0.3}
    runner = web.AppRunner(app, **options)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


@pytest.mark.parametrize("sent", [b"", b"P", b"POST / HTTP/1.1\r\nHost: x\r\nX-Half"])
async def test_a_connection_without_a_whole_request_is_closed(
    port: int, sent: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    assert await asyncio.wait_for(reader.read(), WAIT_SECONDS) == b""
    writer.close()


async def test_one_byte_now_and_then_does_not_keep_a_connection(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def trickle() -> None:
        for byte in b"POST / HTTP/1.1\r\nX-Header: " + b"x" * 1000:
            writer.write(bytes((byte,)))
            await asyncio.sleep(0.05)

    trickling = asyncio.create_task(trickle())
    assert await asyncio.wait_for(reader.read(), WAIT_SECONDS) == b""
    trickling.cancel()
    writer.close()


async def test_a_body_that_does_not_come_is_answered_408(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
    async with asyncio.timeout(WAIT_SECONDS):
        assert b" 408 " in await reader.readline()
        # As every refusal: clients read its code, and that it is worth another try.
        while b'"deadline"' not in await reader.readline():
            assert not reader.at_eof()
    writer.close()


def test_the_compiled_parsers_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    hardening.require_c_extensions()
    python_parser = http_parser.HttpRequestParserPy
    monkeypatch.setattr(http_parser, "HttpRequestParser", python_parser)
    with pytest.raises(StartupError):
        hardening.require_c_extensions()
