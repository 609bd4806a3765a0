"""Ways at the desk of one responder: being called, finding words, giving back, going."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from mentalverse_signaling.desk_events import FollowUpWish
from mentalverse_signaling.roles import Role
from support.clients import person
from support.responder import on_duty, take
from support.server import ServerProcess

from .app import at_desk, begin_duty
from .conftest import app_person

pytestmark = pytest.mark.timeout(300)


async def test_who_cannot_be_called_is_told_and_keys_are_ones_own(
    browser: Browser, desk_server: ServerProcess
) -> None:
    """A key in use is told and stays; a new one works, also after a reload."""
    async with at_desk(browser, desk_server, "maple", Role.RESPONDER) as page:
        await begin_duty(page)
        main = page.locator("main")
        await expect(main).to_contain_text("None of your browsers takes notices.")
        await expect(
            main.get_by_role("link", name="Turn on notices")
        ).to_have_attribute("href", "#/settings/privacy")

        await page.get_by_role("button", name="Keys").click()
        dialog = page.get_by_role("dialog")
        field = dialog.get_by_label("To the follow-ups")
        await field.fill("d")
        await expect(dialog.get_by_role("alert")).to_contain_text("To the desk")
        await expect(field).to_have_value("f")
        await field.fill("w")
        await expect(field).to_have_value("w")
        await expect(dialog.get_by_role("alert")).to_be_empty()
        await dialog.get_by_role("button", name="Done").click()
        await expect(dialog).to_have_count(0)
        await page.reload()
        heading = page.get_by_role("heading", level=1)
        await expect(heading).to_have_text("Desk")
        await expect(main).to_contain_text("You are on duty.")
        await page.keyboard.press("f")
        await page.keyboard.press("w")
        await expect(heading).to_have_text("Follow-ups")
        await expect(heading).to_be_focused()
        await page.keyboard.press("d")
        await expect(heading).to_have_text("Desk")


async def test_a_card_is_beside_the_talk_and_its_words_are_sent_by_hand(
    browser: Browser, desk_server: ServerProcess, tmp_path: Path
) -> None:
    """From the list, the talk of a case leads to the case; an urgent one is asked back."""
    async with (
        at_desk(browser, desk_server, "maple", Role.RESPONDER) as page,
        person(desk_server, tmp_path, "ann-w") as ann,
    ):
        await begin_duty(page)
        await ann.help.ask(band=1, language="en", region="GB")
        talk = ann.help.conversation
        assert talk is not None
        await talk.send("My heart races")
        await page.get_by_role("button", name="Accept").click()
        await expect(page.get_by_role("log")).to_contain_text("My heart races")
        case = page.url

        tools = page.get_by_role("complementary", name="Tools")
        await tools.get_by_text("Cards", exact=True).click()
        await tools.get_by_text("Panic", exact=True).click()
        await expect(tools).to_contain_text("No clinician has checked these words.")
        await tools.get_by_role(
            "button", name="I am staying with you while this lasts."
        ).click()
        field = page.get_by_label("Message", exact=True)
        await expect(field).to_have_value("I am staying with you while this lasts.")
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.get_by_role("log")).to_contain_text("I am staying with you")

        await page.goto("/#/")
        await page.get_by_role("link", name=re.compile("ann-w")).click()
        await expect(page).to_have_url(case)

        main = page.locator("main")
        await tools.get_by_text("Hand over").click()
        await tools.get_by_role("radio", name="Back to the queue").check()
        opened = tools.locator("details[open]")
        await opened.get_by_label("Why").fill("My shift ends")
        await tools.get_by_role("button", name="Ask to give it back").click()
        await expect(main).to_contain_text("Until one agrees, it is yours.")
        await main.get_by_role("button", name="Keep it after all").click()
        await expect(main).not_to_contain_text("Until one agrees, it is yours.")


async def test_whoever_takes_a_follow_up_is_let_in_by_the_persons_own_page(
    browser: Browser, desk_server: ServerProcess, tmp_path: Path
) -> None:
    """And the person reads who wants to know how they are, before and after."""
    async with (
        app_person(browser, desk_server, locale="en-GB") as person_page,
        at_desk(browser, desk_server, "wren", Role.RESPONDER) as page,
        on_duty(desk_server, tmp_path, "ben-f") as ben,
    ):
        await person_page.goto("/help")
        await person_page.get_by_role("button", name="Talk to someone now").click()
        case, talk = await take(ben)
        await talk.send("I am here")
        log = person_page.get_by_role("log", name="Messages")
        await expect(log).to_contain_text("I am here")
        await ben.desk.end(case.case)
        await expect(person_page.get_by_role("heading", level=1)).to_have_text(
            "This conversation is over"
        )
        await ben.desk.wrap_up(case.case, "completed", FollowUpWish.YES)

        await page.get_by_role("link", name="Follow-ups").click()
        await page.get_by_role("button", name="I take it on").click()
        await expect(page.locator("main")).to_contain_text("You take care of it.")
        await expect(person_page.locator("main")).to_contain_text(
            re.compile("wren.? is here to ask how you are"), timeout=60_000
        )
        await page.reload()
        await page.get_by_role("link", name="Open the conversation").click()
        await expect(page.locator("main")).to_contain_text("Note how it went")
