"""Browser tests: a real Chromium, and parts of the client under its real policy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hatch_build import build
from load_tests.js_peer import WEB, prepare
from playwright.async_api import Browser, Page, Route, expect

from mentalverse_client import Client
from mentalverse_server.http.web import content_policy
from support.browser import chromium, person
from support.responder import on_duty
from support.server import Installed, ServerProcess, start_server
from support.stretching import stretch_beside

expect.set_options(timeout=60_000)  # a bound, and no law: the machine may be busy

NEUTRAL = "https://neutral.example/"
"""Where leaving in a hurry leads to."""
_PAGE = """<!doctype html><title>Lab</title><link rel="icon" href="data:,">
<script type="module" src="/lab.js"></script>
"""
WEB_FILES = ("lab.js", "argon2-worker.js", "frame-worker.js")


@pytest.fixture(scope="session", autouse=True)
def lab_scripts() -> None:
    """What pages of the tests run is of the sources as they stand."""
    prepare()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest.fixture
async def lab_origin() -> AsyncIterator[str]:
    """A site with `test/lab.ts` on it, under the policy of the product."""
    scripts = {f"/{name}": (WEB / "build" / name).read_bytes() for name in WEB_FILES}
    policy = {"Content-Security-Policy": content_policy(())}

    async def answer(request: web.Request) -> web.Response:
        if script := scripts.get(request.path):
            return web.Response(body=script, content_type="text/javascript")
        return web.Response(text=_PAGE, content_type="text/html", headers=policy)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        # A secure context by its name, as the product's demo is.
        yield f"http://localhost:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
async def lab(browser: Browser, lab_origin: str) -> AsyncIterator[Page]:
    async with person(browser, lab_origin) as (context, _):
        page = await context.new_page()
        await page.goto("/")
        await ready(page)
        yield page


def web_dist(folder: Path, scripts: tuple[str, ...]) -> Path:
    """A web client that is `test/lab.ts`, for a server in this folder."""
    dist = folder / "dist"
    dist.mkdir()
    (dist / "index.html").write_text(_PAGE)
    (dist / "help.html").write_text("<!doctype html><title>Help</title>")
    for script in scripts:
        (dist / script).write_bytes((WEB / "build" / script).read_bytes())
    return dist


@pytest.fixture
def lab_server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A real server, whose web client is `test/lab.ts`."""
    dist = web_dist(tmp_path, WEB_FILES)
    with start_server(tmp_path / "server", {"WEB__DIST_DIR": str(dist)}) as running:
        yield running


@pytest.fixture
def app_server(tmp_path: Path) -> Iterator[ServerProcess]:
    """The product as it is installed: a real server with the built client."""
    build(WEB)
    settings = {"WEB__DIST_DIR": str(WEB / "dist"), "WEB__EXIT_URL": NEUTRAL}
    with start_server(tmp_path / "server", settings) as running:
        yield running


@pytest.fixture
def desk_server(tmp_path: Path) -> Iterator[ServerProcess]:
    """The product with a crisis desk, to be tried."""
    build(WEB)
    settings = {
        "WEB__DIST_DIR": str(WEB / "dist"),
        "WEB__EXIT_URL": NEUTRAL,
        "CRISIS__MODE": "demo",
        "CRISIS__CANARY_SECONDS": "0",
    }
    with start_server(tmp_path / "server", settings) as running:
        yield running


@pytest.fixture
async def ada(desk_server: ServerProcess, tmp_path: Path) -> AsyncIterator[Client]:
    async with on_duty(desk_server, tmp_path, "ada") as client:
        yield client


@asynccontextmanager
async def app_person(
    browser: Browser,
    server: Installed,
    *expected: str,
    stretches: bool = False,
    **options: object,
) -> AsyncIterator[Page]:
    """A page of a browser profile of its own with the app, at a name that can have passkeys.

    Args:
        stretches: Whether it computes Argon2id itself, which takes it seconds.
    """
    origin = server.url.replace("127.0.0.1", "localhost")
    async with person(browser, origin, **options) as (context, watched):
        watched.expected += [f"foreign request: {NEUTRAL}", *expected]
        await context.route(f"{NEUTRAL}**", _neutral)
        if not stretches:
            await stretch_beside(context)
        yield await context.new_page()


async def _neutral(route: Route) -> None:
    await route.fulfill(body="<title>Weather</title>Sunny.", content_type="text/html")


@asynccontextmanager
async def lab_person(
    browser: Browser, server: ServerProcess, *expected: str
) -> AsyncIterator[Page]:
    """A page in a browser profile of its own, served by a real server.

    Args:
        expected: Parts of what the browser reports when the server says no on purpose.
    """
    async with person(browser, server.url) as (context, watched):
        watched.expected.extend(expected)
        await stretch_beside(context)
        page = await context.new_page()
        await page.goto("/")
        await ready(page)
        yield page


async def sign_up(page: Page, server: ServerProcess, handle: str) -> str:
    """An account made in this browser; its id."""
    code = await asyncio.to_thread(server.invite)
    return str(await page.evaluate("([c, h]) => lab.signUp(c, h)", [code, handle]))


async def come(page: Page) -> None:
    """Have the registered device of this browser connected, as `me` in the page."""
    await ready(page)
    await page.evaluate("async () => { globalThis.me = await lab.come() }")


async def ready(page: Page) -> None:
    """Wait until the modules are there."""
    handle: Any = await page.evaluate_handle(
        """new Promise((resolve) => {
             const look = () => globalThis.lab ? resolve(true) : setTimeout(look, 5)
             look()
           })"""
    )
    await handle.dispose()
