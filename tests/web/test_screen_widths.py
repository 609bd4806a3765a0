"""Every state of every screen in long words and from right to left, in every window."""

from __future__ import annotations

import pytest
import pytest_asyncio
from playwright.async_api import Frame, ViewportSize

from support.browser import chromium, person
from support.gallery import Found, ask, gallery_site, open_framed, show

pytestmark = pytest.mark.timeout(1800)

PHONE: ViewportSize = {"width": 390, "height": 844}
ZOOMED = [320, 256]
"""A window of 1280 by 1024 at 400 % (WCAG 1.4.10)."""
WINDOWS = [[390, 800], [320, 800], [768, 800], [1280, 800]]
SIZES = [100, 200]
"""Of the text, in percent."""


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
        frame, states = await open_framed(context)
        for state in states:
            await _show(frame, state, "ar")
            found.add("violations", state, await ask(frame, "violations"))
            found.add("ar", state, await ask(frame, "overflowsIn", WINDOWS, SIZES))
            zoomed = await ask(frame, "overflowsIn", [ZOOMED], [100])
            found.add("zoomed", state, zoomed)
            await _show(frame, state, "pseudo")
            found.add("pseudo", state, await ask(frame, "overflowsIn", WINDOWS, SIZES))
    return found


async def _show(frame: Frame, state: str, language: str) -> None:
    await ask(frame, "fillWindow", PHONE["width"], PHONE["height"])
    await show(frame, state, language=language)


@pytest.mark.parametrize("language", ["pseudo", "ar"])
def test_no_screen_scrolls_sideways(found: Found, language: str) -> None:
    """Long words, both directions, text at twice its size, phones and desks."""
    assert found[language] == []


def test_nothing_scrolls_both_ways_at_four_times_the_size(found: Found) -> None:
    """Down only, from right to left too (WCAG 1.4.10)."""
    assert found["zoomed"] == []


def test_axe_finds_nothing_from_right_to_left(found: Found) -> None:
    """0 violations of WCAG 2.2 AA and best practice; a theme changes colours, and no
    direction does (`test_screens`)."""
    assert found["violations"] == []
