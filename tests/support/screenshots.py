"""`make screenshots`: every screen on a phone and a desk, in the light and in the dark.

    PYTHONPATH=tests python -m support.screenshots [STATE ...]

They land in `clients/web/build/screenshots`, to be looked at.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Collection

from load_tests.js_peer import WEB
from playwright.async_api import Browser, ViewportSize

from .browser import chromium, person
from .gallery import gallery_site, open_gallery, show

SIZES: dict[str, ViewportSize] = {
    "phone": {"width": 390, "height": 844},
    "desk": {"width": 1280, "height": 800},
}
LOOKS = {
    "light": ("en", "light"),
    "dark": ("en", "dark"),
    "contrast": ("en", "contrast"),
    "arabic": ("ar", "light"),
}
TARGET = WEB / "build" / "screenshots"


async def main(wanted: Collection[str]) -> None:
    """Take those of the states that are wanted; of all without any."""
    TARGET.mkdir(parents=True, exist_ok=True)
    async with gallery_site() as origin, chromium() as browser:
        for name, size in SIZES.items():
            await _take(browser, origin, name, size, wanted)


async def _take(
    browser: Browser,
    origin: str,
    size_name: str,
    size: ViewportSize,
    wanted: Collection[str],
) -> None:
    async with person(browser, origin, viewport=size, reduced_motion="reduce") as (
        context,
        _,
    ):
        page, states = await open_gallery(context)
        for state in states:
            if wanted and state not in wanted:
                continue
            for look, (language, theme) in LOOKS.items():
                await show(page, state, language=language, theme=theme)
                await page.screenshot(path=TARGET / f"{state}-{size_name}-{look}.png")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
