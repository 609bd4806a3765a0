"""The gallery of the browser's client: every screen in every state, from fixed values.

async with gallery_site() as origin, chromium() as browser:
    page, states = await open_gallery(context)
    await show(page, "talk", language="ar", theme="dark")
    await ask(page, "violations")

To show a state takes longer than most questions, and there are hundreds: laws of all of
them are asked in one tour, of each state while it stands, and asserted one by one. A
window takes a browser longer than a frame does: what is asked in windows of many sizes
is asked in a frame of these sizes (`open_framed`).
"""

from __future__ import annotations

import asyncio
from collections import UserDict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

from aiohttp import web
from hatch_build import HELPLINES, INSTALL_INPUTS, fingerprint
from load_tests.js_peer import WEB, prepare, run_script
from playwright.async_api import BrowserContext, CDPSession, Frame, Page

from mentalverse_server.http.web import content_policy

BUILT = WEB / "build" / "gallery"
FORWARDS, BACKWARDS = 0, 8
"""Keys held with Tab, as `Input.dispatchKeyEvent` has them: none, or Shift."""
MOST_STEPS, STEPS_AT_ONCE = 1_000, 10
_INPUTS = (
    *INSTALL_INPUTS,
    HELPLINES,
    "src",
    "test",
    "public",
    "vite.gallery.config.ts",
)
_FRAME = """<!doctype html><title>Window</title><link rel="icon" href="data:,">
<style>body { margin: 0 } iframe { border: 0; display: block }</style>
<iframe name="window" src="/?framed" width="390" height="844"></iframe>
"""
_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


def build_gallery() -> Path:
    """The built gallery, made anew when what it is made from has changed."""
    prepare()
    stamp, wanted = WEB / "build" / "gallery.stamp", fingerprint(WEB, _INPUTS)
    # Two processes run tests: the second must not empty what the first one shows.
    with (WEB / "build" / "gallery.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not stamp.is_file() or stamp.read_text() != wanted:
            run_script(
                "node_modules/vite/bin/vite.js", "build", "--config", _INPUTS[-1]
            )
            stamp.write_text(wanted)
    return BUILT


@asynccontextmanager
async def gallery_site() -> AsyncIterator[str]:
    """Serves the gallery under the policy of the product; yields its origin."""
    folder = build_gallery()
    policy = content_policy(())
    framed = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/window":
            return web.Response(body=_FRAME, content_type="text/html")
        name = request.path.lstrip("/") or "index.html"
        path = folder / name
        if path.suffix not in _TYPES or not path.is_file():
            return web.Response(status=404)
        answered = web.Response(
            body=path.read_bytes(), content_type=_TYPES[path.suffix]
        )
        if path.suffix == ".html":
            own = framed if "framed" in request.query else policy
            answered.headers["Content-Security-Policy"] = own
        return answered

    app = web.Application()
    app.router.add_get("/{path:[A-Za-z0-9_./-]*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://localhost:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def open_gallery(context: BrowserContext) -> tuple[Page, list[str]]:
    """A page with the gallery, and the names of its states."""
    page = await context.new_page()
    await page.goto("/")
    names: list[str] = await page.evaluate("() => gallery.names")
    return page, names


async def open_framed(context: BrowserContext) -> tuple[Frame, list[str]]:
    """The same in a frame, which `gallery.fillWindow` has be a window of any size."""
    page = await context.new_page()
    await page.goto("/window")
    frame = page.frame(name="window")
    assert frame is not None
    names: list[str] = await frame.evaluate("() => gallery.names")
    return frame, names


async def show(
    page: Page | Frame,
    name: str,
    *,
    language: str = "en",
    theme: str = "light",
    scale: float = 1,
    focused: bool = False,
) -> None:
    """Show one state; returns when it stands.

    Args:
        focused: Whether what is pressed on the way takes the focus first.
    """
    look = {"language": language, "theme": theme, "scale": scale, "focused": focused}
    await page.evaluate("([name, look]) => gallery.show(name, look)", [name, look])


async def ask(page: Page | Frame, question: str, *arguments: object) -> list[str]:
    """What is wrong with the screen: by a function of `test/gallery/looks.ts`."""
    (found,) = await ask_all(page, [question, *arguments])
    return found


async def ask_all(page: Page | Frame, *questions: Sequence[object]) -> list[list[str]]:
    """The same, of a question and its arguments each, in turn and on one way there."""
    found: list[list[str]] = await page.evaluate(
        """async (questions) => {
          const found = []
          for (const [question, ...all] of questions)
            found.push((await gallery[question](...all)) ?? [])
          return found
        }""",
        list(questions),
    )
    return found


class Found(UserDict[str, list[str]]):
    """What is wrong in any state, by question; none that was not asked."""

    def add(self, question: str, state: str, problems: Iterable[str]) -> None:
        """Note that a question was asked of a state, and what is wrong with it."""
        noted = self.data.setdefault(question, [])
        noted += [f"{state}: {problem}" for problem in problems]


async def walk(page: Page, keys: CDPSession, modifiers: int) -> list[str]:
    """What is wrong with how the focus is seen, wherever Tab leads.

    It ends at the edge of the page, where a walk in the other direction can begin. The
    page notes each press; many are on their way at once.

    Args:
        modifiers: `FORWARDS` or `BACKWARDS`.
    """
    tab = {"key": "Tab", "windowsVirtualKeyCode": 9, "modifiers": modifiers}
    presses = [{"type": "rawKeyDown"} | tab, {"type": "keyUp"} | tab]
    await page.evaluate("() => gallery.begin()")
    for _ in range(0, MOST_STEPS, STEPS_AT_ONCE):
        await asyncio.gather(
            *(
                keys.send("Input.dispatchKeyEvent", press)
                for press in presses * STEPS_AT_ONCE
            )
        )
        walked: tuple[int, list[str]] | None
        walked = await page.evaluate("() => gallery.walk() ?? null")
        if walked is not None:
            return walked[1]
    return ["Tab never comes back"]
