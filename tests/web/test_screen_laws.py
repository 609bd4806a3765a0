"""Laws of every state of every screen that axe cannot judge (WCAG 2.2, and our own)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from support.browser import person
from support.gallery import ask, gallery_site, open_gallery, show, walk

PHONE: ViewportSize = {"width": 390, "height": 844}
KEYS_UP: ViewportSize = {"width": 390, "height": 500}
"""A phone with its keyboard open."""
ZOOMED: ViewportSize = {"width": 320, "height": 256}
"""A window of 1280 by 1024 at 400 % (WCAG 1.4.10)."""


@pytest.fixture
async def gallery() -> AsyncIterator[str]:
    async with gallery_site() as origin:
        yield origin


async def _in_every_state(
    page: Page, states: list[str], question: str, *, theme: str = "light"
) -> list[str]:
    found = []
    for state in states:
        await show(page, state, theme=theme)
        found += [f"{state}: {problem}" for problem in await ask(page, question)]
    return found


@pytest.mark.timeout(600)
@pytest.mark.parametrize("question", ["passphrases", "isolatedTwice", "moves"])
async def test_every_state_keeps_to(
    browser: Browser, gallery: str, question: str
) -> None:
    """What the question asks, in `test/gallery/looks.ts`."""
    async with person(browser, gallery, viewport=PHONE, reduced_motion="reduce") as (
        context,
        _,
    ):
        page, states = await open_gallery(context)
        assert await _in_every_state(page, states, question) == []


@pytest.mark.timeout(600)
@pytest.mark.parametrize("theme", ["contrast", "system"])
async def test_who_asks_for_contrast_reads_every_text_at_seven_to_one(
    browser: Browser, gallery: str, theme: str
) -> None:
    """In the app's settings or in those of the device (WCAG 1.4.6)."""
    asked = "more" if theme == "system" else "no-preference"
    async with person(
        browser, gallery, viewport=PHONE, reduced_motion="reduce", contrast=asked
    ) as (context, _):
        page, states = await open_gallery(context)
        assert await _in_every_state(page, states, "faint", theme=theme) == []


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("window", "key"),
    [(KEYS_UP, "Tab"), (KEYS_UP, "Shift+Tab"), (ZOOMED, "Tab"), (ZOOMED, "Shift+Tab")],
    ids=["forwards", "backwards", "forwards zoomed", "backwards zoomed"],
)
async def test_the_focus_is_always_seen_and_never_caught(
    browser: Browser, gallery: str, window: ViewportSize, key: str
) -> None:
    """By keys alone: never behind the bar, never off the window, with a ring of 2 px."""
    async with person(browser, gallery, viewport=window, reduced_motion="reduce") as (
        context,
        _,
    ):
        page, states = await open_gallery(context)
        found = []
        for state in states:
            await show(page, state)
            found += [f"{state}: {problem}" for problem in await walk(page, key)]
        assert found == []


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_nothing_scrolls_both_ways_at_four_times_the_size(
    browser: Browser, gallery: str, language: str
) -> None:
    """Down only; what was beside each other stands below (WCAG 1.4.10)."""
    async with person(browser, gallery, viewport=ZOOMED, reduced_motion="reduce") as (
        context,
        _,
    ):
        page, states = await open_gallery(context)
        found = []
        for state in states:
            await show(page, state, language=language)
            found += [f"{state}: {wide}" for wide in await ask(page, "overflows")]
        assert found == []


@pytest.mark.timeout(600)
async def test_every_dialog_gives_the_focus_back(
    browser: Browser, gallery: str
) -> None:
    """To what opened it, when Escape closes it."""
    async with person(browser, gallery, viewport=PHONE, reduced_motion="reduce") as (
        context,
        _,
    ):
        page, states = await open_gallery(context)
        dialog = page.get_by_role("dialog")
        closed = 0
        for state in states:
            await show(page, state, focused=True)
            if await page.locator("dialog").count() == 0:
                continue
            await expect(dialog).to_be_visible()
            await page.keyboard.press("Escape")
            await expect(dialog).to_have_count(0)
            assert await page.evaluate("() => gallery.isBack()"), state
            closed += 1
        assert closed > 0
