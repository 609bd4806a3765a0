"""Laws that hold in every state of every screen, asked of the page as it stands."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, ViewportSize

from support.browser import person
from support.gallery import ask, gallery_site, open_gallery, show

PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture
async def gallery() -> AsyncIterator[str]:
    async with gallery_site() as origin:
        yield origin


@pytest.mark.parametrize("question", ["passphrases", "isolatedTwice"])
async def test_every_state_keeps_to(
    browser: Browser, gallery: str, question: str
) -> None:
    """The law that stands at the question, in `test/gallery/looks.ts`."""
    async with person(browser, gallery, viewport=PHONE, reduced_motion="reduce") as (
        context,
        _,
    ):
        page, states = await open_gallery(context)
        found = []
        for state in states:
            await show(page, state)
            found += [f"{state}: {problem}" for problem in await ask(page, question)]
        assert found == []
