"""Where somebody can go on, beside the talk of a case: states of the gallery."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from support.browser import person
from support.gallery import gallery_site, open_gallery, show

WINDOWS: dict[str, ViewportSize] = {
    "phone": {"width": 390, "height": 844},
    "desk": {"width": 1280, "height": 800},
}


@pytest.mark.parametrize("window", WINDOWS)
async def test_a_place_goes_into_the_message_and_is_not_sent(
    browser: Browser, window: str
) -> None:
    """Also where the tools stand in the place of the talk, which then comes back."""
    viewport = WINDOWS[window]
    async with (
        gallery_site() as origin,
        person(browser, origin, viewport=viewport, reduced_motion="reduce") as (
            context,
            _,
        ),
    ):
        page, _states = await open_gallery(context)
        await show(page, "case-referrals")
        put = page.get_by_role("button", name="Put into the message")
        await put.nth(1).click()
        field = page.get_by_placeholder("Write a message")
        await expect(field).to_have_value(
            "North House: 1 North Road, side door, 00000, begin with BED"
        )
        await expect(page.get_by_role("log")).not_to_contain_text("North House")


async def test_only_what_is_plainly_an_address_can_be_pressed(browser: Browser) -> None:
    """The rest of what the operator has written is there to be read."""
    viewport = WINDOWS["desk"]
    async with (
        gallery_site() as origin,
        person(browser, origin, viewport=viewport, reduced_motion="reduce") as (
            context,
            _,
        ),
    ):
        page, _states = await open_gallery(context)
        await show(page, "case-referrals")
        places = page.locator("[data-place]")
        await expect(places).to_have_count(3)
        links = await places.get_by_role("link").evaluate_all(
            "links => links.map(({ href }) => new URL(href).protocol)"
        )
        assert links == ["tel:", "mailto:", "https:"]
        for text in ("1 North Road, side door", "ask at the desk"):
            await expect(places.get_by_text(text)).to_be_visible()
