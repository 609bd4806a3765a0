"""The whole way of a request for help, with a real browser at every place of it."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Page, expect

from mentalverse_signaling.roles import Role
from support.browser import chromium
from support.server import ServerProcess

from .app import at_desk, begin_duty
from .conftest import app_person

pytestmark = pytest.mark.timeout(400)
PHONE = {"width": 390, "height": 844}


async def write(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="Message", exact=True).fill(text)
    await page.get_by_role("button", name="Send", exact=True).click()


async def test_who_loses_their_responder_is_rescued_and_asked_afterwards(
    browser: Browser, desk_server: ServerProcess
) -> None:
    """A person at a telephone waits, is answered, loses whoever answered with their
    whole browser, is told so, and talks to the next; then it is summed up and somebody
    is due to ask. A supervisor's board shows each step, and never who the person is."""
    async with (
        chromium() as doomed,
        at_desk(doomed, desk_server, "maple", Role.RESPONDER) as first,
        at_desk(browser, desk_server, "wren", Role.RESPONDER) as second,
        at_desk(browser, desk_server, "heron", Role.SUPERVISOR) as supervisor,
        app_person(browser, desk_server, viewport=PHONE, locale="en-GB") as person,
    ):
        await supervisor.get_by_role("link", name="Board").click()
        board = supervisor.locator("main")
        await expect(board).to_contain_text("Nobody is waiting.")

        await person.goto("/help")
        await person.get_by_role("button", name="Talk to someone now").click()
        title = person.get_by_role("heading", level=1)
        await expect(title).to_have_text("You are in line")
        await expect(board).to_contain_text("Waiting: 1")
        await write(person, "I am afraid of the night")
        await person.get_by_role("button", name="It is getting worse").click()
        await expect(board).to_contain_text("A1 High")

        await begin_duty(first)
        await expect(board).to_contain_text("Asked:")
        await first.get_by_role("button", name="Accept").click()
        talk = first.get_by_role("log", name="Messages")
        await expect(talk).to_contain_text("I am afraid of the night")
        await expect(board).to_contain_text("Answered and open: 1")
        await write(first, "I am here with you")
        log = person.get_by_role("log", name="Messages")
        await expect(log).to_contain_text("I am here with you")
        await expect(title).to_have_text(re.compile("maple.? is here"))
        await expect(board).to_contain_text("Talking")

        await begin_duty(second)
        await doomed.close()
        happened = person.get_by_role("log", name="What has happened")
        # The board says it for as long as the grace lasts; what has happened stays.
        await expect(board).to_contain_text("Whoever has it is reconnecting")
        await expect(happened).to_contain_text(re.compile("maple.? is reconnecting"))
        offer = second.locator("[data-offer]")
        await expect(offer).to_contain_text("Somebody else lost their connection")
        await offer.get_by_role("button", name="Accept").click()
        await expect(title).to_have_text(re.compile("wren.? is here"))
        await write(person, "Are you still there?")
        rescued = second.get_by_role("log", name="Messages")
        await expect(rescued).to_contain_text("Are you still there?")
        await write(second, "I have taken over and I stay")
        await expect(log).to_contain_text("I have taken over and I stay")

        tools = second.get_by_role("complementary", name="Tools")
        await tools.get_by_text("End the conversation").click()
        await tools.get_by_role("button", name="End now").click()
        await expect(title).to_have_text("This conversation is over")
        await second.get_by_role("radio", name="Wanted", exact=True).check()
        await second.get_by_role("button", name="Save and close").click()
        await expect(second.get_by_text("It is wrapped up. Thank you.")).to_be_visible()
        await expect(board).to_contain_text(re.compile(r"Follow-ups due\s*1"))
        await expect(board).to_contain_text("No open conversation.")
