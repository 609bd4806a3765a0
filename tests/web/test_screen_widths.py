"""Every state of every screen in long words and from right to left, in every window."""

from __future__ import annotations

import pytest
import pytest_asyncio
from playwright.async_api import Page, ViewportSize

from support.browser import chromium, person
from support.gallery import Found, ask, gallery_site, open_gallery, show, wear

pytestmark = pytest.mark.timeout(1800)

PHONE: ViewportSize = {"width": 390, "height": 844}
ZOOMED: ViewportSize = {"width": 320, "height": 256}
"""A window of 1280 by 1024 at 400 % (WCAG 1.4.10)."""
WIDTHS = (390, 320, 768, 1280)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def found() -> Found:
    """What is wrong with any state in Arabic, and in words that are longer than any."""
    found = Found()
    async with (
        gallery_site() as origin,
        chromium() as browser,
        person(browser, origin, viewport=PHONE, reduced_motion="reduce") as (
            context,
            _,
        ),
    ):
        page, states = await open_gallery(context)
        for state in states:
            await show(page, state, language="ar")
            await _judge(page, state, found)
            found.add("ar", state, await _too_wide(page))
            await page.set_viewport_size(ZOOMED)
            found.add("zoomed", state, await ask(page, "overflowsAt", 100))
            await page.set_viewport_size(PHONE)
            await show(page, state, language="pseudo")
            found.add("pseudo", state, await _too_wide(page))
            await page.set_viewport_size(PHONE)
    return found


async def _judge(page: Page, state: str, found: Found) -> None:
    found.add("violations", state, await ask(page, "violations"))
    await wear(page, "dark")
    found.add("dark", state, await ask(page, "colours"))
    await wear(page, "light")


async def _too_wide(page: Page) -> list[str]:
    """Of the window that it has, and with text at twice its size."""
    found = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        for percent in (100, 200):
            found += await ask(page, "overflowsAt", percent)
    return found


@pytest.mark.parametrize("language", ["pseudo", "ar"])
def test_no_screen_scrolls_sideways(found: Found, language: str) -> None:
    """Long words, both directions, text at twice its size, phones and desks."""
    assert found[language] == []


def test_nothing_scrolls_both_ways_at_four_times_the_size(found: Found) -> None:
    """Down only, from right to left too (WCAG 1.4.10)."""
    assert found["zoomed"] == []


def test_axe_finds_nothing_from_right_to_left(found: Found) -> None:
    """0 violations of WCAG 2.2 AA and best practice."""
    assert found["violations"] == []


def test_axe_finds_nothing_from_right_to_left_in_the_dark(found: Found) -> None:
    """Of what judges colours: a theme changes nothing else."""
    assert found["dark"] == []
