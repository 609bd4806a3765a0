"""A conversation of ten thousand messages."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from support.browser import person
from support.gallery import gallery_site, open_gallery, show

MOST_ROWS = 120


async def test_only_what_is_near_is_in_the_page(browser: Browser) -> None:
    """Scrolling up through it brings older messages and drops newer ones; nothing
    that somebody reads moves by more than the scroll itself."""
    async with (
        gallery_site() as origin,
        person(browser, origin, viewport={"width": 390, "height": 844}) as (context, _),
    ):
        page, _states = await open_gallery(context)
        await show(page, "talk-long")
        rows = page.locator("[data-id]")
        await expect(page.get_by_text("Message 10000.")).to_be_in_viewport()
        assert await rows.count() <= MOST_ROWS
        jumps = await page.evaluate(
            """async () => {
              const box = document.querySelector("[role=log]")
              const frame = () => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))
              const jumps = []
              for (let turn = 0; turn < 60; turn++) {
                const top = box.getBoundingClientRect().top
                const row = [...box.querySelectorAll("[data-id]")].find(
                  (each) => each.getBoundingClientRect().bottom > top)
                const before = row.getBoundingClientRect().top
                box.scrollTop -= 400
                await frame()
                if (row.isConnected) jumps.push(Math.abs(row.getBoundingClientRect().top - before - 400))
              }
              return jumps
            }"""
        )
        assert max(jumps) <= 2
        assert await rows.count() <= MOST_ROWS
        await page.get_by_role("button", name="Newest").click()
        await expect(page.get_by_text("Message 10000.")).to_be_in_viewport()


async def test_new_messages_are_read_out_and_own_ones_are_not(
    browser: Browser,
) -> None:
    """The log itself is silent for screen readers; one region speaks, politely."""
    async with gallery_site() as origin, person(browser, origin) as (context, _):
        page, _states = await open_gallery(context)
        await show(page, "talk")
        log = page.get_by_role("log")
        await expect(log).to_have_attribute("aria-live", "off")
        await page.evaluate("() => gallery.hear('maple', 'Good morning.')")
        await expect(page.locator("p.hidden[role=status]")).to_contain_text(
            "Good morning."
        )
        await page.evaluate("() => gallery.hear('quiet-river', 'To myself.')")
        await expect(log).to_contain_text("To myself.")
        await expect(page.locator("p.hidden[role=status]")).not_to_contain_text(
            "To myself."
        )
