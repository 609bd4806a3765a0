"""Writing, changing and taking back, as a person does it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from support.browser import person
from support.gallery import gallery_site, open_gallery, show


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    async with (
        gallery_site() as origin,
        person(browser, origin, reduced_motion="reduce") as (context, _),
    ):
        opened, _states = await open_gallery(context)
        yield opened


async def _asked(page: Page) -> list[list[object]]:
    asked: list[list[object]] = await page.evaluate("() => gallery.asked")
    return asked


async def _actions_of(page: Page, text: str) -> None:
    row = page.locator("[data-id]").filter(has_text=text)
    await row.hover()
    await row.get_by_role("button", name="More for").click()


async def test_what_was_written_is_sent_and_the_field_is_empty(page: Page) -> None:
    """Shift and Enter begin a line, Enter sends."""
    await show(page, "talk")
    field = page.get_by_role("textbox", name="Message")
    await field.press_sequentially("Good")
    await field.press("Shift+Enter")
    await field.press_sequentially("morning")
    await field.press("Enter")
    await expect(field).to_have_value("")
    assert ["send", "Good\nmorning"] in [call[:2] for call in await _asked(page)]


async def test_what_could_not_be_taken_stays_in_the_field(page: Page) -> None:
    """With the reason in words, and nothing lost."""
    await show(page, "talk-refused")
    await expect(page.get_by_role("textbox", name="Message")).to_have_value("Too much.")
    await expect(page.get_by_text("That was a lot at once.")).to_be_visible()


async def test_a_message_is_deleted_only_if_nobody_undoes_it(page: Page) -> None:
    """It is gone from sight at once; the server hears of it when time has passed."""
    await page.clock.install()
    await show(page, "talk")
    text = "I read it twice."
    for undo in (True, False):
        await _actions_of(page, text)
        await page.get_by_role("button", name="Delete for everyone").click()
        await expect(page.get_by_text(text)).not_to_be_visible()
        if undo:
            await page.get_by_role("button", name="Undo").click()
            await expect(page.get_by_text(text)).to_be_visible()
        await page.clock.run_for(10_500)
        assert [call[0] for call in await _asked(page)].count("remove") == int(not undo)


async def test_whoever_goes_to_another_screen_deletes_at_once(page: Page) -> None:
    """The decision is carried out, not forgotten."""
    await show(page, "talk")
    await _actions_of(page, "I read it twice.")
    await page.get_by_role("button", name="Delete for everyone").click()
    await page.get_by_role("link", name="Settings").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Settings")
    assert "remove" in [call[0] for call in await _asked(page)]


async def test_a_message_is_changed_in_the_field_and_escape_gives_up(
    page: Page,
) -> None:
    await show(page, "talk")
    field = page.get_by_role("textbox", name="Message")
    for ending in ("Escape", "Enter"):
        await _actions_of(page, "I read it twice.")
        await page.get_by_role("button", name="Change it").click()
        await expect(field).to_be_focused()
        await expect(field).to_have_value("I read it twice. It helped a little.")
        await field.fill("I read it three times.")
        await field.press(ending)
        await expect(field).to_have_value("")
        edits = [call for call in await _asked(page) if call[0] == "edit"]
        assert len(edits) == int(ending == "Enter")


async def test_a_conversation_opens_where_reading_ended(page: Page) -> None:
    """With a line that says from where on it is new."""
    await show(page, "talk-unread")
    await expect(page.get_by_text("New", exact=True)).to_be_in_viewport()


async def test_a_report_shows_what_is_chosen_and_nothing_else(page: Page) -> None:
    """The preview changes with the choice; nothing is sent without one."""
    await show(page, "report")
    preview = page.get_by_role("heading", name="This is what they will see").locator(
        ".."
    )
    await expect(preview.get_by_role("listitem")).to_have_count(1)
    await page.get_by_role("checkbox", name="See you tomorrow").check()
    await expect(preview.get_by_role("listitem")).to_have_count(2)
    for box in await page.get_by_role("checkbox").all():
        await box.uncheck()
    await expect(preview.get_by_role("listitem")).to_have_count(0)
    await expect(page.get_by_role("button", name="Report 0 messages")).to_be_disabled()
