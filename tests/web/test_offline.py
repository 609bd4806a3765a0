"""What a browser keeps of the app: offline, in a newer build, woken, and left.

Pushes are handed to the service worker by the browser's own developer tools; those that
come from a server are in `test_push.py`.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hatch_build import build
from load_tests.js_peer import WEB
from playwright.async_api import Browser, CDPSession, Page, expect

from support.browser import add_authenticator, person
from support.server import ServerProcess, start_server

from .app import by_passkey, expect_open, sign_up
from .conftest import NEUTRAL, app_person

NAME, OTHER = "AAECAwQFBgcICQoLDA0ODw", "EAECAwQFBgcICQoLDA0ODw"
READY = "() => navigator.serviceWorker.ready.then(() => true)"
CACHED = """async () => {
  const names = await caches.keys()
  const kept = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))
  return kept.flat().map((request) => new URL(request.url).pathname)
}"""
REGISTRATIONS = """async () =>
  (await navigator.serviceWorker.getRegistrations()).length"""
SHOWN = """async () => {
  const shown = await self.registration.getNotifications()
  return shown.map(({ title, body, data, tag }) => ({ title, body, data, tag }))
}"""
WINDOWS = """async () => (await self.clients.matchAll({ type: "window" })).length"""
OFF_LINE = ("Failed to load resource", "net::ERR", "WebSocket connection")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ServerProcess]:
    """The built client in a folder of its own, which a test may change."""
    build(WEB)
    dist = tmp_path / "dist"
    shutil.copytree(WEB / "dist", dist)
    settings = {"WEB__DIST_DIR": str(dist), "WEB__EXIT_URL": NEUTRAL}
    with start_server(tmp_path / "server", settings) as running:
        yield running


async def _at_home(page: Page, server: ServerProcess) -> None:
    """Somebody with an account, whose browser has kept the app."""
    await add_authenticator(page)
    await sign_up(page, server, "quiet-river", by_passkey)
    assert await page.evaluate(READY)


async def _worker(page: Page) -> tuple[CDPSession, str]:
    """The developer tools of the page, and the id of its service worker's registration."""
    tools = await page.context.new_cdp_session(page)
    found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def seen(event: dict[str, list[dict[str, str]]]) -> None:
        for registration in event["registrations"]:
            if not found.done():
                found.set_result(registration["registrationId"])

    tools.on("ServiceWorker.workerRegistrationUpdated", seen)
    await tools.send("ServiceWorker.enable")
    return tools, await asyncio.wait_for(found, 30)


async def _push(page: Page, text: str) -> None:
    """Have a push come while no page of ours is open."""
    origin = await page.evaluate("() => location.origin")
    tools, registration = await _worker(page)
    await page.goto("about:blank")
    # For a moment the browser still counts the page that is gone, as looked at.
    (worker,) = page.context.service_workers
    deadline = time.monotonic() + 30
    while await worker.evaluate(WINDOWS):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    await tools.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": origin, "registrationId": registration, "data": text},
    )


async def _shows(page: Page, *expected: dict[str, object]) -> None:
    """Wait until exactly these notices are shown."""
    (worker,) = page.context.service_workers
    deadline = time.monotonic() + 30
    while (shown := await worker.evaluate(SHOWN)) != list(expected):
        assert time.monotonic() < deadline, shown
        await asyncio.sleep(0.05)


def _notice(name: str, title: str = "You have an update") -> dict[str, object]:
    return {"title": title, "body": "", "data": {"name": name}, "tag": "mv"}


async def test_the_app_and_the_numbers_open_without_a_network(
    browser: Browser, site: ServerProcess
) -> None:
    """From what was kept, which holds documents and assets and no answer of the API."""
    async with app_person(browser, site, *OFF_LINE) as page:
        await _at_home(page, site)
        kept = await page.evaluate(CACHED)
        assert {"/", "/help"} <= set(kept)
        assert all(
            path in {"/", "/help"} or path.startswith("/assets/") for path in kept
        )
        site.kill9()
        await page.reload()
        await expect(page.get_by_role("heading", name="Messages").first).to_be_visible()
        await page.goto("/help")
        await expect(page.get_by_role("link", name="911").first).to_be_visible()
        policy = await page.evaluate(
            "() => fetch('/help').then((kept) => kept.headers.get('content-security-policy'))"
        )
        assert "require-trusted-types-for 'script'" in policy


async def test_whoever_has_no_account_here_leaves_no_trace(
    browser: Browser, site: ServerProcess
) -> None:
    """Neither the page of help nor an invitation that was only looked at is kept."""
    async with app_person(browser, site) as page:
        for path in ("/help", "/#/invite/ABCDE-ABCDE-ABCDE-ABCDE"):
            await page.goto(path)
            await expect(page.get_by_role("button", name="Exit now")).to_be_visible()
            assert await page.evaluate(REGISTRATIONS) == 0
            assert await page.evaluate("async () => (await caches.keys()).length") == 0


async def test_a_newer_build_waits_until_it_is_let_in(
    browser: Browser, site: ServerProcess, tmp_path: Path
) -> None:
    """The page stays as it is, and is offered the newer one where nothing is open."""
    async with app_person(browser, site, *OFF_LINE) as page:
        await _at_home(page, site)
        before = await page.evaluate("async () => (await caches.keys())[0]")
        worker = tmp_path / "dist" / "sw.js"
        worker.write_text(worker.read_text().replace("%SETTINGS%", "newer-%SETTINGS%"))
        await asyncio.to_thread(site.restart)
        await expect_open(page)
        await page.goto("/#/new")
        await page.evaluate(
            "async () => (await navigator.serviceWorker.ready).update()"
        )
        offer = page.get_by_role("button", name="Refresh")
        await page.goto("/#/")
        await expect(offer).to_be_visible()
        await page.goto("/#/new")
        await expect(page.get_by_label("Name", exact=False).first).to_be_visible()
        await expect(offer).to_have_count(0)
        await page.goto("/#/")
        async with page.expect_navigation():
            await offer.click()
        await expect_open(page)
        await expect(offer).to_have_count(0)
        caches = await page.evaluate("() => caches.keys()")
        assert len(caches) == 2
        assert caches[0] == before


async def test_a_push_shows_the_same_words_and_leads_to_its_place(
    browser: Browser, site: ServerProcess
) -> None:
    """In the person's language; one notice at most, which leads home for several."""
    origin = site.url.replace("127.0.0.1", "localhost")
    async with person(browser, origin) as (context, _):
        await context.grant_permissions(["notifications"])
        page = await context.new_page()
        await _at_home(page, site)
        await _push(page, f"1.{NAME}".ljust(64))
        await _shows(page, _notice(NAME))
        await page.goto("/")
        await page.evaluate(
            """() => caches.open("mv-notices")
              .then((kept) => kept.put("/notice-words", new Response("Tienes una novedad")))"""
        )
        await _push(page, f"1.{OTHER}".ljust(64))
        await _shows(page, _notice("", "Tienes una novedad"))


async def test_a_push_of_a_server_to_come_wakes_all_the_same(
    browser: Browser, site: ServerProcess
) -> None:
    """What it means is not known here; that something is there, is."""
    origin = site.url.replace("127.0.0.1", "localhost")
    async with person(browser, origin) as (context, _):
        await context.grant_permissions(["notifications"])
        page = await context.new_page()
        await _at_home(page, site)
        await _push(page, '{"kind": 7}')
        await _shows(page, _notice(""))


async def test_leaving_takes_the_notices_away(
    browser: Browser, site: ServerProcess
) -> None:
    """Also from the page of help; what is kept of the app stays with the account."""
    origin = site.url.replace("127.0.0.1", "localhost")
    async with person(browser, origin) as (context, watched):
        watched.expected.append(f"foreign request: {NEUTRAL}")
        await context.grant_permissions(["notifications"])
        await context.route(f"{NEUTRAL}**", lambda route: route.fulfill(body="Sunny."))
        page = await context.new_page()
        await _at_home(page, site)
        await _push(page, f"1.{NAME}".ljust(64))
        await _shows(page, _notice(NAME))
        await page.goto("/help")
        await page.get_by_role("button", name="Exit now").click()
        await page.wait_for_url(NEUTRAL)
        await _shows(page)
        await page.goto("/help")
        assert await page.evaluate(REGISTRATIONS) == 1


async def test_the_app_can_be_installed(browser: Browser, site: ServerProcess) -> None:
    """Chromium finds nothing missing."""
    async with app_person(browser, site) as page:
        await _at_home(page, site)
        tools = await page.context.new_cdp_session(page)
        missing = (await tools.send("Page.getInstallabilityErrors"))[
            "installabilityErrors"
        ]
        # A profile of a test is one that forgets, in which nothing is installed.
        assert [
            each["errorId"] for each in missing if each["errorId"] != "in-incognito"
        ] == []
        manifest = await tools.send("Page.getAppManifest")
        assert manifest["errors"] == []
