"""A headless Chromium for tests, and a watch on what its pages must never do."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Page,
    async_playwright,
)

from .answers import keep_answers

_ARGUMENTS = ("--no-sandbox",)
FAKE_MEDIA = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--mute-audio",
)
"""A camera and a microphone that need no devices and nobody's consent."""
ACTION_MS = 60_000
"""A bound for what is done to a page, and no law: the machine may be busy."""
_REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`))
"""


keep_answers()


def require_chromium() -> str:
    """Where Chromium is; without it the test is skipped by name, in CI it fails."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is missing: run tests/install_system_parts.sh tests")
        pytest.skip("chromium is missing")
    return path


@asynccontextmanager
async def chromium(*arguments: str) -> AsyncIterator[Browser]:
    """A browser of its own, closed at the end."""
    path = require_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path, args=[*_ARGUMENTS, *arguments]
        )
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def chromium_profile(
    folder: Path, origin: str, *arguments: str
) -> AsyncIterator[tuple[BrowserContext, Watched]]:
    """One person's browser with a profile on the disk, which can subscribe to Web Push.

    Profiles that forget can't.
    """
    path = require_chromium()
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            folder,
            executable_path=path,
            args=[*_ARGUMENTS, *arguments],
            base_url=origin,
        )
        async with _watching(context, origin) as watched:
            yield context, watched


@dataclass(frozen=True)
class Authenticator:
    """What makes passkeys on a page's machine, for questions to it."""

    session: CDPSession
    id: str


async def add_authenticator(page: Page, **options: bool) -> Authenticator:
    """Give the page's machine an authenticator that makes passkeys and keys of them."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    wanted = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "hasPrf": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = await session.send(
        "WebAuthn.addVirtualAuthenticator", {"options": wanted | options}
    )
    return Authenticator(session, added["authenticatorId"])


_PARTING = (
    "WebSocket is already in CLOSING or CLOSED state",
    "WebSocket is closed before the connection is established",
)
"""What Chromium says of a good-bye on a line that has ended, or has not begun."""


@dataclass
class Watched:
    """What went wrong in the pages of one person; empty at the end of a good test."""

    origin: str
    problems: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=lambda: [*_PARTING])
    """Parts of messages that a test brings about on purpose."""

    def add(self, problem: str) -> None:
        """Note a problem, unless the test expects it."""
        if not any(part in problem for part in self.expected):
            self.problems.append(problem)

    def watch(self, page: Page) -> None:
        """Note errors, violations of the page's policy, and foreign requests."""
        page.on("pageerror", lambda error: self.add(f"error: {error}"))
        page.on(
            "console",
            lambda line: (
                self.add(f"console: {line.text}")
                if line.type in ("error", "warning")
                else None
            ),
        )
        page.on("request", lambda request: self._check(request.url))
        page.on("websocket", lambda socket: self._check(socket.url))

    def _check(self, url: str) -> None:
        here, there = urlsplit(self.origin), urlsplit(url)
        if there.scheme not in ("blob", "data") and here.netloc != there.netloc:
            self.add(f"foreign request: {url}")


@asynccontextmanager
async def person(
    browser: Browser, origin: str, **options: object
) -> AsyncIterator[tuple[BrowserContext, Watched]]:
    """A browser profile of one person, whose pages must do nothing wrong."""
    context = await browser.new_context(base_url=origin, **options)  # type: ignore[arg-type]
    async with _watching(context, origin) as watched:
        yield context, watched


@asynccontextmanager
async def _watching(context: BrowserContext, origin: str) -> AsyncIterator[Watched]:
    watched = Watched(origin)
    context.set_default_timeout(ACTION_MS)
    context.on("page", watched.watch)
    await context.add_init_script(_REPORT_VIOLATIONS)
    try:
        yield watched
    finally:
        await context.close()
    assert watched.problems == [], watched.problems
