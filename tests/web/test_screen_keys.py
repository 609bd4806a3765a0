"""Every state of every screen by keys alone (WCAG 2.1.2, 2.4.7, 2.4.11)."""

from __future__ import annotations

import pytest
import pytest_asyncio
from playwright.async_api import Page, ViewportSize, expect

from support.browser import chromium, person
from support.gallery import (
    BACKWARDS,
    FORWARDS,
    Found,
    gallery_site,
    open_gallery,
    show,
    walk,
)

pytestmark = pytest.mark.timeout(1800)

WINDOWS: dict[str, ViewportSize] = {
    "keyboard": {"width": 390, "height": 500},
    "zoomed": {"width": 320, "height": 256},
}
"""A phone with its keyboard open; 1280 by 1024 at 400 % (WCAG 1.4.10)."""
KEYS = {"Tab": FORWARDS, "Shift+Tab": BACKWARDS}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def found() -> Found:
    """What is wrong with the focus in any state, by window and key."""
    found = Found()
    async with (
        gallery_site() as origin,
        chromium() as browser,
        person(browser, origin, reduced_motion="reduce") as (context, _),
    ):
        page, states = await open_gallery(context)
        keys = await context.new_cdp_session(page)
        for state in states:
            await show(page, state)
            for name, window in WINDOWS.items():
                await page.set_viewport_size(window)
                # Back from where the first key led, which is the edge of the page.
                for key, modifiers in KEYS.items():
                    problems = await walk(page, keys, modifiers)
                    found.add(f"{name} {key}", state, problems)
            if await page.locator("dialog").count() > 0:
                for name, window in WINDOWS.items():
                    await page.set_viewport_size(window)
                    found.add(f"{name} Escape", state, await _escape(page, state))
    return found


async def _escape(page: Page, state: str) -> list[str]:
    """Close the dialog that somebody opened by what had the focus."""
    await show(page, state, focused=True)
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    is_back = await page.evaluate("() => gallery.isBack()")
    return [] if is_back else ["the focus is elsewhere"]


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("key", KEYS)
def test_the_focus_is_always_seen_and_never_caught(
    found: Found, window: str, key: str
) -> None:
    """Never behind the bar, never off the window, with a ring of 2 px."""
    assert found[f"{window} {key}"] == []


@pytest.mark.parametrize("window", WINDOWS)
def test_every_dialog_gives_the_focus_back(found: Found, window: str) -> None:
    """To what opened it, when Escape closes it."""
    assert found[f"{window} Escape"] == []
