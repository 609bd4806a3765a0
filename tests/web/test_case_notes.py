"""A responder's notes about a case: a state of the gallery whose store answers late."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from support.browser import person
from support.gallery import gallery_site, open_gallery, show


async def test_what_is_kept_and_what_is_written_wipe_neither(browser: Browser) -> None:
    """Nothing can be written before it was read, and two changes at once both stay."""
    async with (
        gallery_site() as origin,
        person(browser, origin, viewport={"width": 1280, "height": 800}) as (
            context,
            _,
        ),
    ):
        page, _states = await open_gallery(context)
        await show(page, "case-notes-late")
        tools = page.get_by_role("complementary", name="Tools")
        notes = tools.get_by_label("For yourself")
        plan = tools.get_by_label("A plan for the next hours")
        await expect(notes).not_to_be_editable()
        await expect(plan).to_be_disabled()

        await page.evaluate("() => dispatchEvent(new Event('notes-read'))")
        await expect(notes).to_have_value("Likes the lake.")
        await notes.evaluate(
            """(field, box) => {
                field.value += " Sister: Fern."
                field.dispatchEvent(new InputEvent("input", { bubbles: true }))
                box.click()
            }""",
            await plan.element_handle(),
        )
        await expect(plan).to_be_checked()
        await expect(notes).to_have_value("Likes the lake. Sister: Fern.")
        await expect(tools).to_contain_text("Kept on this device, encrypted")
