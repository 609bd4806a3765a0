"""Every screen of the browser's client in every state of the gallery."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from support.browser import person
from support.gallery import ask, gallery_site, open_gallery, show

PHONE: ViewportSize = {"width": 390, "height": 844}
CRISIS = "help"
"""How the names of those states begin in which somebody may be in a crisis."""


@pytest.fixture
async def gallery() -> AsyncIterator[str]:
    async with gallery_site() as origin:
        yield origin


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing_on_any_screen(
    browser: Browser, gallery: str, theme: str, language: str
) -> None:
    """0 violations of WCAG 2.2 AA and best practice, in both directions and themes."""
    async with person(browser, gallery, viewport=PHONE, reduced_motion="reduce") as (
        context,
        _,
    ):
        page, states = await open_gallery(context)
        found = []
        for state in states:
            await show(page, state, language=language, theme=theme)
            found += [
                f"{state}: {problem}" for problem in await ask(page, "violations")
            ]
        assert found == []


async def test_axe_finds_nothing_on_a_desk(browser: Browser, gallery: str) -> None:
    """The list beside a conversation."""
    desk: ViewportSize = {"width": 1280, "height": 800}
    async with person(browser, gallery, viewport=desk, reduced_motion="reduce") as (
        context,
        _,
    ):
        page, _states = await open_gallery(context)
        found = []
        for state in ("home", "talk", "talk-mixed", "circle", "settings", "help"):
            await show(page, state, theme="contrast")
            found += [
                f"{state}: {problem}" for problem in await ask(page, "violations")
            ]
        assert found == []


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", ["pseudo", "ar"])
async def test_no_screen_scrolls_sideways(
    browser: Browser, gallery: str, language: str
) -> None:
    """Long words, both directions, text at twice its size, phones and desks."""
    async with person(browser, gallery, reduced_motion="reduce") as (context, _):
        page, states = await open_gallery(context)
        found = []
        for state in states:
            await page.set_viewport_size(PHONE)
            await show(page, state, language=language)
            for width in (390, 320, 768, 1280):
                await page.set_viewport_size({"width": width, "height": 800})
                for scale in (100, 200):
                    await page.evaluate(
                        "(scale) => { document.documentElement.dataset.text = scale }",
                        scale,
                    )
                    found += [
                        f"{state} {width} {scale} %: {wide}"
                        for wide in await ask(page, "overflows")
                    ]
        assert found == []


async def test_everything_that_is_pressed_is_large_enough(
    browser: Browser, gallery: str
) -> None:
    """24 CSS pixels each way (WCAG 2.5.8); 44 where somebody may be in a crisis."""
    async with person(browser, gallery, viewport=PHONE, reduced_motion="reduce") as (
        context,
        _,
    ):
        page, states = await open_gallery(context)
        found = []
        for state in states:
            await show(page, state)
            least = 44 if state.startswith(CRISIS) else 24
            found += [f"{state}: {small}" for small in await ask(page, "small", least)]
        assert found == []


async def test_the_way_out_takes_the_focus_first(
    browser: Browser, gallery: str
) -> None:
    """On every screen without a dialog; within one it stands in the dialog."""
    async with person(browser, gallery, viewport=PHONE, reduced_motion="reduce") as (
        context,
        _,
    ):
        page, states = await open_gallery(context)
        for state in states:
            await show(page, state)
            first = await page.evaluate("() => gallery.first()")
            assert first == "Exit now", state


async def test_another_screen_has_the_focus_on_its_heading(
    browser: Browser, gallery: str
) -> None:
    """And there is one entry of the history, so that Back never shows what was left."""
    async with person(browser, gallery, viewport=PHONE, reduced_motion="reduce") as (
        context,
        _,
    ):
        page, _states = await open_gallery(context)
        await show(page, "home")
        entries = await page.evaluate("() => history.length")
        for link, heading in (
            ("Settings", "Settings"),
            ("Privacy", "Privacy"),
            ("Back", "Settings"),
            ("Back", "Messages"),
        ):
            await page.get_by_role("link", name=link, exact=True).click()
            level_one = page.get_by_role("heading", level=1, name=heading, exact=True)
            await expect(level_one).to_be_focused()
        assert await page.evaluate("() => history.length") == entries
