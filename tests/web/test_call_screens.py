"""What the screens of calls promise to whoever is in one, by the gallery's fixed values."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from support.browser import chromium, person
from support.gallery import gallery_site, open_gallery, show

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gallery() -> AsyncIterator[tuple[Browser, str]]:
    """One browser and one site for all; each test has a profile of its own."""
    async with gallery_site() as origin, chromium() as browser:
        yield browser, origin


@pytest_asyncio.fixture(loop_scope="module")
async def page(gallery: tuple[Browser, str]) -> AsyncIterator[Page]:
    async with person(*gallery, reduced_motion="reduce") as (context, _):
        opened, _states = await open_gallery(context)
        yield opened


async def _asked(page: Page) -> list[list[object]]:
    asked: list[list[object]] = await page.evaluate("() => gallery.asked")
    return asked


async def test_without_calls_nothing_leads_to_one(page: Page) -> None:
    """An address that somebody kept says so, and nothing offers one."""
    await show(page, "talk")
    await expect(page.get_by_role("link", name="Call", exact=True)).to_have_count(0)
    await show(page, "talk-can-call")
    await expect(page.get_by_role("link", name="Call", exact=True)).to_have_count(1)
    await show(page, "call-none")
    await expect(page.get_by_role("heading", level=1)).not_to_contain_text("Call")


async def test_that_it_is_recorded_stays_in_sight_until_somebody_ends_it(
    page: Page,
) -> None:
    """On every panel and with Escape; the one button of the banner takes the yes back."""
    await show(page, "call-record-on")
    banner = page.locator("[data-recording]")
    await expect(banner.get_by_role("button")).to_have_text(["Stop it"])
    for key in ("Escape", "p", "c"):
        await page.keyboard.press(key)
        await expect(banner).to_be_in_viewport(ratio=1)
    await banner.get_by_role("button").click()
    assert ["withdraw"] in await _asked(page)


async def test_who_goes_on_elsewhere_is_told_so_and_may_come_back(page: Page) -> None:
    """In words of everyday, and by a button: never by itself."""
    await show(page, "call-replaced")
    title = page.get_by_role("heading", level=1)
    await expect(title).to_have_text("Open somewhere else")
    await expect(page.get_by_text("on another device")).to_be_visible()
    assert await _asked(page) == []
    await page.get_by_role("button", name="Go on here").click()
    assert [call for call, *_ in await _asked(page)] == ["comeBack"]


async def test_what_a_direct_connection_gives_away_is_said_before_it_is_wished(
    page: Page,
) -> None:
    """In one sentence at the switch, which is off until somebody turns it on."""
    await show(page, "call-before")
    wish = page.get_by_role("switch", name="Connect directly")
    await expect(wish).not_to_be_checked()
    await expect(page.get_by_text("learns your internet address")).to_have_count(1)
    await expect(page.get_by_text("Calls here hide your internet")).to_be_visible()
    await wish.click()
    assert ["wishDirect", "c1", True] in await _asked(page)


async def test_nobody_is_moved_from_one_call_to_another_without_saying_so(
    page: Page,
) -> None:
    """The two ways stand next to each other, and staying leads back to that call."""
    await show(page, "call-another-here")
    go_in = page.get_by_role("button", name="Start the call", exact=True)
    await expect(go_in).to_have_count(0)
    await page.get_by_role("button", name="Stay there").click()
    await expect(page.get_by_role("button", name="Leave", exact=True)).to_be_visible()
    assert await _asked(page) == []

    await show(page, "call-another-here")
    await page.get_by_role("button", name="Leave that one and go in here").click()
    assert await _asked(page) == [["leaveOthers", "c2"], ["start", "c2", "audio"]]


async def test_a_call_on_another_device_is_left_from_here(page: Page) -> None:
    """And where it is the same call, it is said that it moves."""
    await show(page, "call-another-elsewhere")
    await expect(page.get_by_text("on another device")).to_be_visible()
    await page.get_by_role("button", name="Leave that one and go in here").click()
    assert await _asked(page) == [["leaveOthers", "c2"], ["join", "call2"]]
    await show(page, "call-before-moves")
    await expect(page.get_by_text("it moves to this one")).to_be_visible()
    await expect(page.get_by_role("button", name="Not now")).to_have_count(0)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("home-called", "A call is going on"),
        ("home-call-here", "You are in this call"),
        ("home-call-elsewhere", "You are in this call on another device"),
    ],
)
async def test_the_list_of_conversations_says_where_a_call_goes_on(
    page: Page, state: str, words: str
) -> None:
    """At one row, that of its conversation."""
    await show(page, state)
    rows = page.locator("li").filter(has=page.get_by_text(words, exact=True))
    await expect(rows).to_have_count(1)


async def test_what_is_planned_is_opened_by_who_leads_and_near_its_time(
    page: Page,
) -> None:
    """The others see when; what is later than three waits folded."""
    await show(page, "call-planned")
    section = page.locator("section").filter(has_text="Planned calls")
    await expect(section.get_by_role("button")).to_have_count(0)
    await expect(section.get_by_text("Whoever leads opens it.")).to_be_visible()
    await expect(section.get_by_text("your time zone")).to_be_visible()
    await expect(section.locator("time:visible")).to_have_count(3)
    await section.locator("summary").click()
    await expect(section.locator("time:visible")).to_have_count(5)

    await show(page, "call-planned-led")
    await section.get_by_role("button", name="Open it").click()
    assert ["start", "c2", "video", "s20"] in await _asked(page)


async def test_what_is_planned_and_goes_on_is_joined_from_there(page: Page) -> None:
    """And nobody is led to where they would be turned away."""
    await show(page, "call-planned-begun")
    section = page.locator("section").filter(has_text="Planned calls")
    await expect(section.get_by_text("A short talk with whoever leads")).to_be_visible()
    await section.get_by_role("button").click()
    assert ["join", "call1"] in await _asked(page)
    await show(page, "call-before")
    await expect(page.get_by_text("No call is planned here.")).to_be_visible()


async def test_whoever_has_no_say_is_told_all_the_same(page: Page) -> None:
    """Where devices learn addresses by rule; in a crisis there is nothing to choose."""
    await show(page, "call-before-direct")
    await expect(page.get_by_role("switch")).to_have_count(0)
    await expect(page.get_by_text("This call connects directly")).to_be_visible()
    await show(page, "call-crisis-before")
    await expect(page.get_by_role("switch", name="Connect directly")).to_have_count(0)


async def test_yes_and_no_to_a_recording_are_of_one_size(page: Page) -> None:
    """And both are there at once, with what is asked word for word before them."""
    await show(page, "call-record-asked")
    consent = page.locator("[data-consent]")
    await expect(consent).to_contain_text("To be looked at with a supervisor")
    yes = consent.get_by_role("button", name="I agree", exact=True)
    no = consent.get_by_role("button", name="I do not agree", exact=True)
    looks = [
        await each.evaluate("(button) => [button.className, button.offsetHeight]")
        for each in (yes, no)
    ]
    assert looks[0] == looks[1]
    await no.click()
    assert ["consent", False] in await _asked(page)


async def test_a_crisis_call_offers_no_recording(page: Page) -> None:
    """Not before it, and not to those who are in it."""
    await show(page, "call-crisis-before")
    await expect(page.get_by_text("recording")).to_have_count(0)
    await show(page, "call-crisis")
    await page.get_by_role("button", name="People").click()
    await expect(page.get_by_text("1 person", exact=True)).to_be_visible()
    await expect(page.get_by_text("recording")).to_have_count(0)


@pytest.mark.parametrize(
    "state",
    ["circle-room", "circle-paused", "circle-muted", "circle-agenda", "circle-lead"],
)
async def test_everybody_in_a_circle_can_say_in_every_phase_that_they_are_not_ok(
    page: Page, state: str
) -> None:
    """In two presses, and whoever leads learns of it only if the person lets them."""
    await show(page, state)
    await page.get_by_role("button", name="I’m not OK").click()
    await page.get_by_role("switch").uncheck()
    await page.get_by_role("button", name="Ask for somebody now").click()
    assert ["askForHelp", False] in await _asked(page)


async def test_nobody_agrees_by_pressing_on(page: Page) -> None:
    """Whether somebody is alone is said by themselves before they can go in."""
    await show(page, "call-agreement")
    accept = page.get_by_role("button", name="I keep to this")
    await expect(accept).to_be_disabled()
    await page.get_by_role("switch").check()
    await accept.click()
    assert ["agree", True] in await _asked(page)


async def test_who_does_not_lead_has_none_of_the_tools(page: Page) -> None:
    """They see who is here, and can do nothing about anybody."""
    await show(page, "circle-room")
    await page.get_by_role("button", name="People").click()
    panel = page.get_by_role("region", name="People", exact=True)
    await expect(panel.get_by_text("10 people")).to_be_visible()
    await expect(panel.get_by_role("button")).to_have_text(["Close"])
    await expect(panel.get_by_role("switch")).to_have_count(0)
    await expect(panel.locator("details")).to_have_count(0)


async def test_nobody_is_taken_out_without_a_reason(page: Page) -> None:
    """One is always named, and it goes to the server with the wish."""
    await show(page, "circle-lead")
    await page.get_by_role("button", name="People").click()
    tools = page.locator("details").filter(has_text="Tools for \u2068wren\u2069")
    await tools.locator("summary").click()
    await tools.get_by_role("button", name="Take out …").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("radio", name="Was not alone").check()
    await dialog.get_by_role("button", name="Take out", exact=True).click()
    await expect(dialog).to_have_count(0)
    assert ["remove", "wren", "not_alone"] in await _asked(page)


async def test_keys_do_what_they_say_and_rest_where_somebody_writes(page: Page) -> None:
    """One each; none of them once they are turned off (WCAG 2.1.4)."""
    await show(page, "circle-room")
    for key in ("m", "v", "h"):
        await page.keyboard.press(key)
    done = [["setMicrophone", True], ["setCamera", True], ["raiseHand", True]]
    assert await _asked(page) == done
    await page.keyboard.press("c")
    await page.get_by_role("button", name="Type captions for the others").click()
    await page.get_by_label("What is being said").press_sequentially("mvh")
    await page.keyboard.press("Escape")
    asked = await _asked(page)
    assert [call for call in asked if call[0] != "write"] == done
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_role("button", name="Keys", exact=True).click()
    await page.get_by_role("switch", name="Use these keys").uncheck()
    await page.get_by_role("button", name="Done", exact=True).click()
    await page.keyboard.press("m")
    assert [call for call in await _asked(page) if call[0] != "write"] == done


async def test_nothing_is_turned_on_by_who_leads(page: Page) -> None:
    """An invitation to speak is answered by the person, and goes away unanswered."""
    await show(page, "circle-invited")
    assert await _asked(page) == []
    invitation = page.get_by_role("status").filter(has_text="You are invited")
    await invitation.get_by_role("button", name="Not now").click()
    await expect(invitation).to_have_count(0)
    assert await _asked(page) == []
