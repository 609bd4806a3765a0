"""Somebody asks for help on the page of help, waits, writes, and talks to who comes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, Route, expect

from mentalverse_client import Client
from support.clients import next_message
from support.responder import on_duty, take
from support.server import ServerProcess

from .conftest import NEUTRAL, app_person

ASK = "Talk to someone now"


@asynccontextmanager
async def somebody(
    browser: Browser, server: ServerProcess, *expected: str, stretches: bool = False
) -> AsyncIterator[Page]:
    """Somebody without an account, on the page of help."""
    async with app_person(
        browser, server, *expected, stretches=stretches, locale="en-GB"
    ) as page:
        await page.goto("/help")
        yield page


async def ask(page: Page) -> None:
    """Tap, and be in line."""
    await page.get_by_role("button", name=ASK).click()
    await stands(page, "You are in line")


async def stands(page: Page, words: str | re.Pattern[str]) -> None:
    """Wait until the first words of the page say so."""
    await expect(page.get_by_role("heading", level=1)).to_have_text(words)


async def write(page: Page, text: str) -> None:
    field = page.get_by_role("textbox", name="Message")
    await field.fill(text)
    await page.get_by_role("button", name="Send").click()
    await expect(field).to_have_value("")


async def test_a_tap_is_a_case_and_what_was_written_reaches_who_comes(
    browser: Browser, desk_server: ServerProcess, ada: Client
) -> None:
    """Nothing is asked before it; both talk; the numbers and the warning stay."""
    async with somebody(browser, desk_server) as page:
        await page.get_by_role("button", name=ASK).click()
        case, talk = await take(ada)
        await stands(page, re.compile("ada.? is here"))
        await write(page, "I am afraid of the night")
        assert (await next_message(talk)).text == "I am afraid of the night"
        await talk.send("I am here")
        await expect(page.get_by_role("log", name="Messages")).to_contain_text(
            "I am here"
        )
        await expect(page.get_by_text("Demo: nobody is there.")).to_be_visible()
        await expect(page.get_by_role("link", name="999")).to_be_visible()
        await ada.desk.end(case.case)
        await stands(page, "This conversation is over")


async def test_what_is_written_while_nobody_is_there_arrives_after_a_reload(
    browser: Browser, desk_server: ServerProcess, tmp_path: Path
) -> None:
    """In order, to who comes later; the place, the words and the case are the same."""
    async with somebody(browser, desk_server) as page:
        await ask(page)
        await write(page, "is somebody there?")
        await write(page, "I did not sleep")
        await page.reload()
        await stands(page, "You are in line")
        await expect(page.get_by_role("log", name="Messages")).to_contain_text(
            "I did not sleep"
        )
        async with on_duty(desk_server, tmp_path, "ada") as ada:
            _, talk = await take(ada)
            for said in ("is somebody there?", "I did not sleep"):
                assert (await next_message(talk)).text == said
            await stands(page, re.compile("ada.? is here"))
            await page.reload()
            await stands(page, re.compile("ada.? is here"))
            await write(page, "I am still here")
            assert (await next_message(talk)).text == "I am still here"
    assert len(desk_server.events("guest.begun")) == 1


async def test_a_tap_without_a_connection_is_sent_once_when_it_is_back(
    browser: Browser, desk_server: ServerProcess, tmp_path: Path
) -> None:
    """The page says that it has not arrived; numbers are there; then there is one case."""
    offline = ("ERR_INTERNET_DISCONNECTED", "WebSocket")
    async with somebody(browser, desk_server, *offline) as page:
        button = page.get_by_role("button", name=ASK)
        await expect(button).to_be_visible()
        await page.context.set_offline(True)
        await button.click()
        await stands(page, "We are asking for somebody")
        await expect(page.get_by_text("This has not arrived yet.")).to_be_visible()
        await expect(page.get_by_role("link", name="999")).to_be_visible()
        await page.context.set_offline(False)
        await stands(page, "You are in line")
        async with on_duty(desk_server, tmp_path, "ada") as ada:
            await take(ada)
            await stands(page, re.compile("ada.? is here"))
            assert len(ada.desk.cases) == 1


async def test_an_answer_that_is_lost_makes_no_second_case(
    browser: Browser, desk_server: ServerProcess, ada: Client
) -> None:
    """The same request goes again; the server has it already."""
    async with somebody(browser, desk_server, "ERR_FAILED") as page:
        lost = asyncio.Event()

        async def lose(route: Route) -> None:
            await route.fetch()
            await route.abort()
            lost.set()

        await page.route("**/api/v1/crisis/cases", lose, times=1)
        await page.get_by_role("button", name=ASK).click()
        await take(ada)
        await stands(page, re.compile("ada.? is here"))
        assert lost.is_set()
        view = await ada.desk.look()
        assert (len(view.cases), len(view.offers)) == (1, 0)
    begun = {event["account"] for event in desk_server.events("guest.begun")}
    assert len(begun) == 1


async def test_who_says_that_it_is_getting_worse_is_answered_at_once(
    browser: Browser, desk_server: ServerProcess, tmp_path: Path
) -> None:
    """And is asked for more urgently; what is going on leaves the device as a number."""
    async with somebody(browser, desk_server) as page:
        await ask(page)
        await page.get_by_role("button", name="It is getting worse").click()
        await expect(page.get_by_text("We ask more urgently now.")).to_be_visible()
        await page.get_by_text("What is going on").click()
        await page.get_by_role("radio", name="I have hurt myself").check()
        await expect(
            page.get_by_text("Thank you. Somebody is being asked.")
        ).to_be_visible()
        async with on_duty(desk_server, tmp_path, "ada") as ada:
            case, _ = await take(ada)
            assert case.band == 0


async def test_who_leaves_the_line_can_take_the_place_again(
    browser: Browser, desk_server: ServerProcess, tmp_path: Path
) -> None:
    """Of those who are in danger it is kept: over a reload, too, with numbers meanwhile."""
    async with somebody(browser, desk_server) as page:
        await ask(page)
        await page.get_by_role("button", name="It is getting worse").click()
        await expect(page.get_by_text("We ask more urgently now.")).to_be_visible()
        await page.get_by_role("button", name="Leave the line").click()
        await stands(page, "You have left")
        await expect(page.get_by_text("Your place is kept until")).to_be_visible()
        await expect(page.get_by_role("link", name="999")).to_be_visible()
        await page.reload()
        await stands(page, "You have left")
        await page.get_by_role("button", name="Take my place again").click()
        await stands(page, "You are in line")
        async with on_duty(desk_server, tmp_path, "ada") as ada:
            await take(ada)
            await stands(page, re.compile("ada.? is here"))


async def test_leaving_quickly_changes_no_case_and_five_words_lead_back(
    browser: Browser, desk_server: ServerProcess, tmp_path: Path
) -> None:
    """In another tab, without what was said; whoever comes finds the person there."""
    async with somebody(browser, desk_server, stretches=True) as page:
        await ask(page)
        await write(page, "before I left")
        await page.get_by_role("button", name="Show me five words").click()
        shown = page.locator("section[aria-labelledby=keep] li")
        await expect(shown).to_have_count(5)
        words = await shown.all_inner_texts()
        await page.get_by_role("button", name="Show them as a shopping list").click()
        await expect(page.get_by_role("heading", name="Shopping")).to_be_visible()
        await page.get_by_role("button", name="Exit now").click()
        await page.wait_for_url(NEUTRAL)
        async with on_duty(desk_server, tmp_path, "ada") as ada:
            await ada.desk.look()
            async with asyncio.timeout(60):
                async for offer in ada.desk.offers():
                    case = await ada.desk.accept(offer)
                    break
            await page.goto("/help")
            assert await page.evaluate("() => sessionStorage.length") == 0
            await page.get_by_text("I was here before").click()
            await page.get_by_label("Your five words").fill(" ".join(words))
            await page.get_by_role("button", name="Take me back").click()
            await stands(page, re.compile("ada.? is here"))
            talk = await ada.desk.conversation(case.case)
            await write(page, "I am back")
            assert (await next_message(talk)).text == "I am back"


async def test_who_can_not_be_let_go_of_is_said(
    browser: Browser, desk_server: ServerProcess, tmp_path: Path
) -> None:
    """Who came, that they are away, and that somebody else is asked."""
    async with somebody(browser, desk_server) as page:
        await ask(page)
        async with on_duty(desk_server, tmp_path, "ada") as ada:
            await take(ada)
            await stands(page, re.compile("ada.? is here"))
        happened = page.get_by_role("log", name="What has happened")
        await expect(happened).to_contain_text(re.compile("ada.? is reconnecting"))


async def test_a_site_without_a_desk_says_so(
    browser: Browser, app_server: ServerProcess
) -> None:
    """There is no button that leads nowhere."""
    async with somebody(browser, app_server) as page:
        await expect(
            page.get_by_text("Nobody is on duty on this site yet.")
        ).to_be_visible()
        await expect(page.get_by_role("button", name=ASK)).to_have_count(0)
