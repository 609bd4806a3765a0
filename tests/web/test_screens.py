"""Every screen of the browser's client in every state of the gallery."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, expect

from support.browser import chromium, person
from support.gallery import Found, ask, ask_all, gallery_site, open_gallery, show

pytestmark = pytest.mark.timeout(1800)

PHONE: ViewportSize = {"width": 390, "height": 844}
ZOOMED: ViewportSize = {"width": 320, "height": 256}
"""A window of 1280 by 1024 at 400 % (WCAG 1.4.10)."""
CRISIS = "help"
"""How the names of those states begin in which somebody may be in a crisis."""
LOOKS = ("beforeExit", "passphrases", "isolatedTwice", "moves")


@pytest.fixture
async def gallery() -> AsyncIterator[str]:
    async with gallery_site() as origin:
        yield origin


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def found() -> Found:
    """What is wrong with any state, in English on a phone."""
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
            await show(page, state)
            await _look(page, state, found)
            await page.set_viewport_size(ZOOMED)
            found.add("zoomed", state, await ask(page, "overflows"))
            await page.set_viewport_size(PHONE)
    return found


async def _look(page: Page, state: str, found: Found) -> None:
    least = 44 if state.startswith(CRISIS) else 24
    light = ["violations", *LOOKS]
    *plain, small, _, dark, _, contrast = await ask_all(
        page,
        *([question] for question in light),
        ["small", least],
        ["wear", "dark"],
        ["colours"],
        ["wear", "contrast"],
        ["faint"],
    )
    for question, problems in zip(light, plain, strict=True):
        found.add(question, state, problems)
    found.add("small", state, small)
    found.add("dark", state, dark)
    found.add("contrast", state, contrast)
    await page.emulate_media(contrast="more")
    _, system = await ask_all(page, ["wear", "system"], ["faint"])
    found.add("system", state, system)
    await page.emulate_media(contrast="no-preference")


def test_axe_finds_nothing_on_any_screen(found: Found) -> None:
    """0 violations of WCAG 2.2 AA and best practice."""
    assert found["violations"] == []


def test_axe_finds_nothing_in_the_dark(found: Found) -> None:
    """Of what judges colours: a theme changes nothing else."""
    assert found["dark"] == []


@pytest.mark.parametrize("theme", ["contrast", "system"])
def test_who_asks_for_contrast_reads_every_text_at_seven_to_one(
    found: Found, theme: str
) -> None:
    """In the app's settings or in those of the device (WCAG 1.4.6)."""
    assert found[theme] == []


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_who_asks_their_device_gets_the_same_colours(
    browser: Browser, gallery: str, theme: Literal["dark", "light"]
) -> None:
    """So what is judged of a theme that was chosen here holds for both."""
    async with person(browser, gallery, viewport=PHONE, reduced_motion="reduce") as (
        context,
        _,
    ):
        page, _states = await open_gallery(context)
        await show(page, "home")
        _, chosen = await ask_all(page, ["wear", theme], ["tokens"])
        await page.emulate_media(color_scheme=theme)
        _, wished = await ask_all(page, ["wear", "system"], ["tokens"])
        assert len(chosen) > 10
        assert wished == chosen


@pytest.mark.parametrize("question", ["passphrases", "isolatedTwice", "moves"])
def test_every_state_keeps_to(found: Found, question: str) -> None:
    """What the question asks, in `test/gallery/looks.ts`."""
    assert found[question] == []


def test_everything_that_is_pressed_is_large_enough(found: Found) -> None:
    """24 CSS pixels each way (WCAG 2.5.8); 44 where somebody may be in a crisis."""
    assert found["small"] == []


def test_the_way_out_takes_the_focus_first(found: Found) -> None:
    """On every screen without a dialog; within one it stands in the dialog."""
    assert found["beforeExit"] == []


def test_nothing_scrolls_both_ways_at_four_times_the_size(found: Found) -> None:
    """Down only; what was beside each other stands below (WCAG 1.4.10)."""
    assert found["zoomed"] == []


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
