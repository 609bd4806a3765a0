"""Stories of the desk: who answers sits at a real browser, who asks is Python's client."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from mentalverse_client import Client
from mentalverse_signaling.crisis_events import HelperRole
from mentalverse_signaling.desk_events import OfferView
from mentalverse_signaling.roles import Role
from support.clients import DEADLINE_SECONDS, eventually, next_message, person
from support.responder import on_duty
from support.server import ServerProcess

from .app import at_desk, begin_duty

pytestmark = pytest.mark.timeout(300)


async def first_offer(client: Client) -> OfferView:
    async with asyncio.timeout(DEADLINE_SECONDS):
        async for offer in client.desk.offers():
            return offer
    raise AssertionError("nothing was offered")


def isolated(name: str) -> str:
    """As it stands in a sentence, whichever way either is written."""
    return f"\u2068{name}\u2069"


async def say(page: Page, text: str) -> None:
    await page.get_by_label("Message", exact=True).fill(text)
    await page.get_by_role("button", name="Send", exact=True).click()


async def ask(client: Client, text: str, band: int = 2) -> None:
    await client.help.ask(band=band, language="en", region="GB")
    talk = client.help.conversation
    assert talk is not None
    await talk.send(text)


async def test_somebody_is_answered_from_the_offer_to_the_follow_up(
    browser: Browser, desk_server: ServerProcess, tmp_path: Path
) -> None:
    """Both read each other, notes stay on the device, and the follow-up is listed."""
    async with (
        at_desk(browser, desk_server, "maple", Role.RESPONDER) as page,
        person(desk_server, tmp_path, "ann-d") as ann,
    ):
        await begin_duty(page)
        await ask(ann, "I do not know what to do")
        offer = page.locator("[data-offer]")
        await expect(offer).to_contain_text("A2 Moderate")
        await expect(offer).to_contain_text("United Kingdom")
        await expect(offer).to_contain_text("left")
        await expect(page).to_have_title("● Home")
        await offer.get_by_role("button", name="Accept").click()
        await expect(page).to_have_title("Home")
        log = page.get_by_role("log")
        await expect(log).to_contain_text("I do not know what to do")

        await page.get_by_text("Quick replies").click()
        await page.get_by_role("button", name="Hello, I am here with you now.").click()
        await page.get_by_role("button", name="Send", exact=True).click()
        talk = ann.help.conversation
        assert talk is not None
        assert (await next_message(talk)).text == "Hello, I am here with you now."
        await talk.send("Thank you")
        await expect(log).to_contain_text("Thank you")
        assert ann.help.case is not None
        heading = page.get_by_role("heading", level=1)
        await say(page, "Shall we begin?")
        await expect(heading).to_have_text("You have this case")

        tools = page.get_by_role("complementary", name="Tools")
        await tools.get_by_label("For yourself").fill("Likes the lake")
        await tools.get_by_label("A plan for the next hours").check()
        await expect(tools).to_contain_text("Kept on this device, encrypted")
        await page.reload()
        await expect(tools.get_by_label("For yourself")).to_have_value("Likes the lake")
        await expect(tools.get_by_label("A plan for the next hours")).to_be_checked()

        await tools.get_by_text("End the conversation").click()
        await tools.get_by_role("button", name="End now").click()
        await expect(heading).to_have_text("Wrap-up")
        await page.get_by_role("button", name="Save and close").click()
        await expect(page.get_by_role("alert")).to_contain_text("Please choose")
        await page.get_by_role("radio", name="Wanted", exact=True).check()
        await page.get_by_role("button", name="Save and close").click()
        await expect(page.get_by_text("It is wrapped up. Thank you.")).to_be_visible()

        await page.get_by_role("link", name="Back to the desk").click()
        await page.get_by_role("link", name="Follow-ups").click()
        await page.get_by_text("Note an attempt").click()
        await page.get_by_role("button", name="No answer").click()
        await expect(page.get_by_text("attempts: 1")).to_be_visible()
        await page.get_by_role("button", name="Reached").click()
        await expect(page.get_by_text("Nobody waits for a follow-up.")).to_be_visible()


async def test_what_somebody_else_took_goes_in_a_calm_sentence(
    browser: Browser, desk_server: ServerProcess, tmp_path: Path
) -> None:
    """On whatever screen one is; and "Can't" takes an offer away without a question."""
    async with (
        at_desk(browser, desk_server, "maple", Role.RESPONDER) as page,
        on_duty(desk_server, tmp_path, "ben-d") as ben,
        person(desk_server, tmp_path, "ann-e") as ann,
        person(desk_server, tmp_path, "cleo-e") as cleo,
    ):
        await begin_duty(page)
        await page.goto("/#/settings")
        await ask(ann, "Is somebody there?", band=0)
        offer = page.locator("[data-offer]")
        await expect(offer).to_contain_text("A0 Now")
        await ben.desk.accept(await first_offer(ben))
        await expect(
            page.get_by_text("Somebody else has taken that case")
        ).to_be_visible()
        await expect(offer).to_have_count(0)
        await page.get_by_role("button", name="All right").click()

        await ask(cleo, "Hello?", band=1)
        await expect(offer).to_contain_text("A1 High")
        await offer.get_by_role("button", name="Can't").click()
        await expect(offer).to_have_count(0)
        await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_supervisor_sees_each_step_and_comes_in_when_asked(
    browser: Browser, desk_server: ServerProcess, tmp_path: Path
) -> None:
    """By band and time, without a name of the person; and in the talk like anybody."""
    async with (
        at_desk(browser, desk_server, "heron", Role.SUPERVISOR) as page,
        on_duty(desk_server, tmp_path, "ben-s") as ben,
        person(desk_server, tmp_path, "ann-s") as ann,
    ):
        await page.get_by_role("link", name="Board").click()
        main = page.locator("main")
        await expect(main).to_contain_text("Nobody is waiting.")
        await expect(main).to_contain_text("ben-s")
        await ask(ann, "Please", band=1)
        await expect(main).to_contain_text("Waiting: 1")
        await expect(main).to_contain_text(f"Asked: {isolated('ben-s')}")
        taken = await ben.desk.accept(await first_offer(ben))
        await expect(main).to_contain_text("Answered and open: 1")
        await expect(main).to_contain_text(f"With {isolated('ben-s')}")
        talk = await ben.desk.conversation(taken.case)
        await talk.send("I am here")
        await expect(main).to_contain_text("Talking")
        await ben.desk.ask_supervisor(taken.case)
        await expect(main).to_contain_text("Asks for back-up")
        assert "ann-s" not in await main.inner_text()

        await page.get_by_role("button", name="Come in").click()
        heading = page.get_by_role("heading", level=1)
        await expect(heading).to_have_text("You are here to help")
        await expect(page.get_by_role("log")).to_be_visible()
        await say(page, "I am here as well")
        for text in ("Please", "I am here as well"):
            assert (await next_message(talk)).text == text


async def test_whoever_comes_to_the_rescue_reads_on(
    browser: Browser, desk_server: ServerProcess, tmp_path: Path
) -> None:
    """A responder's page is closed in the middle; after the grace a colleague is asked."""
    async with (
        person(desk_server, tmp_path, "ann-r") as ann,
        at_desk(browser, desk_server, "maple", Role.RESPONDER) as first,
        at_desk(browser, desk_server, "wren", Role.RESPONDER) as second,
    ):
        await begin_duty(first)
        await ask(ann, "Please stay", band=0)
        await first.get_by_role("button", name="Accept").click()
        await expect(first.get_by_role("log")).to_contain_text("Please stay")
        await say(first, "I stay")
        talk = ann.help.conversation
        assert talk is not None
        assert (await next_message(talk)).text == "I stay"
        await begin_duty(second)
        await first.close()
        offer = second.locator("[data-offer]")
        await expect(offer).to_contain_text("Somebody else lost their connection")
        await offer.get_by_role("button", name="Accept").click()
        await expect(second.get_by_role("log")).to_be_visible()
        await talk.send("Are you back?")
        await expect(second.get_by_role("log")).to_contain_text("Are you back?")
        await say(second, "I have taken over")
        assert (await next_message(talk)).text == "I have taken over"


async def test_a_case_goes_to_a_colleague_who_agreed(
    browser: Browser, desk_server: ServerProcess, tmp_path: Path
) -> None:
    """More urgent with one press, less with a reason; whoever hands over stays until then."""
    async with (
        at_desk(browser, desk_server, "maple", Role.RESPONDER) as page,
        person(desk_server, tmp_path, "ann-h") as ann,
    ):
        await begin_duty(page)
        await ask(ann, "Hello", band=3)
        await page.get_by_role("button", name="Accept").click()
        await expect(page.get_by_role("log")).to_contain_text("Hello")
        await say(page, "I am here")
        main = page.locator("main")
        await page.get_by_role("button", name=f"Raise to {isolated('A2')}").click()
        await expect(main).to_contain_text("A2 Moderate")
        tools = page.get_by_role("complementary", name="Tools")
        await tools.get_by_text("Less urgent").click()
        await tools.get_by_label("Why").fill("Calmer now")
        await tools.get_by_role("button", name="Lower").click()
        await expect(main).to_contain_text("A3 Low")

        async with on_duty(desk_server, tmp_path, "ben-h") as ben:
            await tools.get_by_text("Hand over").click()
            await tools.get_by_label("Name of the colleague").fill("ben-h")
            await tools.get_by_role("button", name="Ask them").click()
            await expect(main).to_contain_text("is asked to take over")
            await eventually(lambda: len(ben.desk.cases) == 1)
            [asked] = ben.desk.cases
            await ben.desk.answer_hand_over(asked.case, accept=True)
            talk = await ben.desk.conversation(asked.case)
            await talk.send("I am with you from here on")
            await expect(page.get_by_role("log")).to_contain_text("I am with you")
            await eventually(
                lambda: ben.desk.case(asked.case).role is HelperRole.HOLDER
            )
            await expect(main).not_to_contain_text("is asked to take over")
