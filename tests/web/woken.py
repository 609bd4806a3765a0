"""Somebody whose browser is woken by real pushes, and what the browser shows them."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hatch_build import build
from load_tests.js_peer import WEB
from playwright.async_api import Page, Route, Worker, expect

from mentalverse_client import Client, Conversation
from mentalverse_server.keyring import make_push_key
from support.browser import add_authenticator, chromium_profile
from support.chromium_push import ChromiumPush, chromium_push
from support.screens import LONG_MS, Screens
from support.server import ServerProcess, start_server

from .conftest import NEUTRAL

SHOWN = """async () => (await self.registration.getNotifications())
  .map(({ title, body, data, tag }) => ({ title, body, data, tag }))"""
SUBSCRIBED = (
    """async () => (await self.registration.pushManager.getSubscription()) !== null"""
)
# Only a real press may open or focus a window. What the worker asks for then is noted;
# what it says to a page that is open arrives there.
PRESS = """async () => {
  const asked = [], work = []
  self.clients.openWindow = async (address) => void asked.push(address)
  const [notification] = await self.registration.getNotifications()
  const event = new NotificationEvent("notificationclick", { notification })
  event.waitUntil = (begun) => work.push(begun)
  self.dispatchEvent(event)
  await Promise.allSettled(work)
  return asked
}"""

# What the worker does about the next event, to its end.
NEXT = """() => {
  const { waitUntil } = ExtendableEvent.prototype
  self.next = new Promise((begun) => {
    ExtendableEvent.prototype.waitUntil = function (work) {
      ExtendableEvent.prototype.waitUntil = waitUntil
      begun(work)
      return waitUntil.call(this, work)
    }
  })
}"""


@contextmanager
def pushing_server(folder: Path) -> Iterator[ServerProcess]:
    """The product with a key for Web Push, which wakes soon and every time."""
    build(WEB)
    settings = {
        "WEB__DIST_DIR": str(WEB / "dist"),
        "WEB__EXIT_URL": NEUTRAL,
        "PUSH__ALLOW_PRIVATE_ADDRESSES": "true",
        "PUSH__DELAY_SECONDS": "0.5",
        "PUSH__AGAIN_MINUTES": "0",
    }
    with start_server(folder / "server", settings) as running:
        make_push_key(running.data, os.urandom)
        running.restart()
        yield running


@dataclass(frozen=True)
class Woken:
    """Ada, with an open page, and the push service of her browser."""

    page: Page
    screens: Screens
    service: ChromiumPush
    server: ServerProcess

    @property
    def worker(self) -> Worker:
        """Her browser's service worker."""
        (worker,) = self.page.context.service_workers
        return worker

    async def turn_on(self) -> None:
        """Ask for notices in the settings."""
        await self.page.goto("/#/settings/privacy")
        switch = self.page.get_by_role("switch", name="Notify me")
        await switch.click(timeout=LONG_MS)
        await expect(switch).to_be_checked(timeout=LONG_MS)
        await self.is_reached()

    async def shows(self, *names: str) -> None:
        """Wait until exactly these notices are shown, each with the same words."""
        expected = [
            {
                "title": "You have an update",
                "body": "",
                "data": {"name": n},
                "tag": "mv",
            }
            for n in names
        ]
        await self._until(self._shown, expected.__eq__)

    async def name_shown(self) -> str:
        """Wait for a notice; the name of what it is about."""
        (shown,) = await self._until(self._shown, bool)
        name = str(shown["data"]["name"])
        await self.shows(name)
        return name

    @asynccontextmanager
    async def handling(self) -> AsyncIterator[None]:
        """Wait at the end until the worker has dealt with what came."""
        await self.worker.evaluate(NEXT)
        yield
        await self.worker.evaluate("() => self.next")

    async def press(self) -> list[str]:
        """Press the notice; the addresses that a new window was asked for."""
        asked: list[str] = await self.worker.evaluate(PRESS)
        return asked

    async def is_subscribed(self) -> bool:
        """Whether the browser has an address."""
        return bool(await self.worker.evaluate(SUBSCRIBED))

    async def is_reached(self) -> None:
        """Wait until the push service and the server know of one address."""
        await self._until(self._tokens, lambda tokens: len(tokens) == 1)
        await self._until(self._rows, lambda count: count == 1)

    async def is_silent(self) -> None:
        """Wait until neither the browser nor its push service know of an address."""
        await self._until(self._tokens, lambda tokens: tokens == [])

    async def is_forgotten(self) -> None:
        """Wait until the server knows of none either."""
        await self.is_silent()
        await self._until(self._rows, lambda count: count == 0)

    def rows(self) -> int:
        """How many devices the server pushes to."""
        path = self.server.data / "mentalverse.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            found = database.execute("SELECT count(*) FROM push_subscriptions")
            return int(found.fetchone()[0])

    async def _shown(self) -> Any:
        return await self.worker.evaluate(SHOWN)

    async def _tokens(self) -> list[str]:
        return self.service.tokens

    async def _rows(self) -> int:
        return self.rows()

    @staticmethod
    async def _until(look: Callable[[], Any], holds: Callable[[Any], bool]) -> Any:
        deadline = time.monotonic() + LONG_MS / 1000
        while not holds(found := await look()):
            assert time.monotonic() < deadline, found
            await asyncio.sleep(0.05)
        return found


@asynccontextmanager
async def woken(
    folder: Path, server: ServerProcess, *expected: str
) -> AsyncIterator[Woken]:
    """Ada in a browser with a profile on the disk, signed up; she leaves to `NEUTRAL`."""
    origin = server.url.replace("127.0.0.1", "localhost")
    profile = folder / "profile"
    async with (
        chromium_push(folder) as service,
        chromium_profile(profile, origin, *service.arguments) as (context, watched),
    ):
        watched.expected += [f"foreign request: {NEUTRAL}", *expected]
        await context.grant_permissions(["notifications"], origin=origin)
        await context.route(f"{NEUTRAL}**", _neutral)
        await service.reroute(context)
        page = await context.new_page()
        await add_authenticator(page)
        ada = Woken(page, Screens(page), service, server)
        await ada.screens.come_in(server, "ada")
        yield ada


async def _neutral(route: Route) -> None:
    await route.fulfill(body="<title>Weather</title>Sunny.", content_type="text/html")


async def has_met(ada: Woken, ben: Client) -> Conversation:
    """A conversation that both know, before her app is closed."""
    await ada.turn_on()
    talk = await ben.direct("ada")
    await ada.page.goto("/#/")
    row = ada.page.get_by_role("link", name="ben")
    await expect(row).to_be_visible(timeout=LONG_MS)
    await ada.page.goto("about:blank")
    return talk
