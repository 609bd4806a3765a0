"""A circle in the app's own screens: two who lead, and two who take part."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from hatch_build import build
from load_tests.js_peer import WEB
from playwright.async_api import Locator, Page, expect

from support.browser import add_authenticator, chromium
from support.responder import on_duty
from support.screens import Screens
from support.server import ServerProcess, start_server
from web.calls.hearing import hears, hears_nothing
from web.calls.talk import FLAGS
from web.conftest import NEUTRAL, app_person

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]
LEADS = ("maple", "rowan")
OTHERS = ("fern", "wren")
SETTINGS = {
    "WEB__DIST_DIR": str(WEB / "dist"),
    "WEB__EXIT_URL": NEUTRAL,
    "CRISIS__MODE": "demo",
    "CRISIS__CANARY_SECONDS": "0",
    "MEDIA__ADDRESSES": '["127.0.0.1"]',
    "MEDIA__LINGER_SECONDS": "0",
}


@dataclass(frozen=True)
class Seat:
    """One person's page, in the circle or on the way into it."""

    name: str
    page: Page

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name, exact=isinstance(name, str))

    def tile(self, name: str) -> Locator:
        stage = self.page.get_by_role("region", name="People in the call")
        return stage.get_by_role("listitem").filter(has_text=name)

    async def agree(self) -> None:
        """Read what is agreed on, and keep to it."""
        accept = self.button("I keep to this")
        await expect(accept).to_be_disabled()
        await self.page.get_by_role("switch").check()
        await accept.click()

    async def knock(self) -> None:
        """Ask to be let in."""
        await self.button("Go in").click()
        await self.agree()
        await self.waits()

    async def waits(self) -> None:
        title = self.page.get_by_role("heading", level=1)
        await expect(title).to_have_text("Waiting room")

    async def is_in(self) -> None:
        await expect(self.page.get_by_role("group", name="In the call")).to_be_visible()

    async def panel(self, name: str) -> Locator:
        """What stands beside the people, opened if it is not."""
        found = self.page.get_by_role("region", name=name, exact=True)
        if await found.count() == 0:
            await self.button(re.compile(f"^{name}")).click()
        return found

    async def tools(self, name: str) -> Locator:
        """What can be done about somebody, for who leads."""
        people = await self.panel("People")
        tools = people.locator("details").filter(
            has_text=f"Tools for \u2068{name}\u2069"
        )
        if await tools.get_attribute("open") is None:
            await tools.locator("summary").click()
        return tools


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    build(WEB)
    with start_server(
        tmp_path_factory.mktemp("circle") / "server", SETTINGS
    ) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def seats(server: ServerProcess) -> AsyncIterator[dict[str, Seat]]:
    """Four people in a conversation of a circle, which the first of them leads."""
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium(*FLAGS))
        found = {}
        for name in (*LEADS, *OTHERS):
            page = await stack.enter_async_context(app_person(browser, server))
            await add_authenticator(page)
            await Screens(page).come_in(server, name)
            found[name] = Seat(name, page)
        maple, *others = found.values()
        await Screens(maple.page).begin(*(each.name for each in others))
        for each in others:
            await each.page.get_by_role("link").filter(has_text="maple").first.click()
            await each.page.get_by_role("link", name="Call", exact=True).click()
        await maple.page.get_by_role("link", name="Call", exact=True).click()
        yield found


async def test_nobody_comes_in_unheard_of(seats: dict[str, Seat]) -> None:
    """Only with the agreement, and through the waiting room; a place in it outlives the
    page, and one person is let in before all the others."""
    maple, rowan, fern, wren = seats.values()
    for each in (rowan, fern, wren):
        await maple.page.get_by_role("switch", name=each.name).check()
    await maple.button("Open the room").click()
    await maple.agree()
    await maple.is_in()
    for each in (fern, rowan, wren):
        await each.knock()
    await expect(fern.page.get_by_text("You are next.")).to_be_visible()
    for each in (fern, rowan, wren):
        await expect(each.page.get_by_text("Whoever leads is here.")).to_be_visible()
    await fern.page.reload()
    await fern.waits()
    await expect(fern.page.get_by_text("You are next.")).to_be_visible()
    people = await maple.panel("People")
    await expect(people).to_contain_text("fern")
    await people.get_by_role("button", name=re.compile("^Let in: .*fern")).click()
    await fern.is_in()
    await rowan.waits()
    await people.get_by_role("button", name="Let all in").click()
    for each in (rowan, wren):
        await each.is_in()
    for each in seats.values():
        for other in seats:
            await expect(each.tile(other)).to_have_count(1)


async def test_hands_stand_in_the_order_of_the_server(seats: dict[str, Seat]) -> None:
    maple, rowan, fern, wren = seats.values()
    for place, each in enumerate((wren, fern), 1):
        await each.button(re.compile("^Hand")).click()
        for one in seats.values():
            await expect(one.tile(each.name)).to_contain_text(f"Hand: {place}")
    people = await maple.panel("People")
    await people.get_by_role(
        "button", name=re.compile("^Lower the hand: .*wren")
    ).click()
    for one in (maple, rowan, fern, wren):
        await expect(one.tile("wren")).not_to_contain_text("Hand")
        await expect(one.tile("fern")).to_contain_text("Hand: 1")
    await fern.button(re.compile("^Hand")).click()
    await expect(maple.tile("fern")).not_to_contain_text("Hand")


async def test_who_leads_turns_voices_off_and_never_on(seats: dict[str, Seat]) -> None:
    """Everybody hears whoever speaks; asked to, they are silent, and only they
    themselves are heard again."""
    maple, rowan, fern, wren = seats.values()
    microphone = fern.button(re.compile("^Microphone"))
    await microphone.click()
    for each in (maple, rowan, wren):
        await hears(each.page)
    tools = await maple.tools("fern")
    await tools.get_by_role("button", name="Ask to turn the microphone off").click()
    await expect(microphone).to_have_attribute("aria-pressed", "false")
    await expect(maple.tile("fern")).to_contain_text("Microphone off")
    assert await hears_nothing(wren.page)
    await tools.get_by_role("button", name="Invite to speak").click()
    await expect(fern.page.get_by_text("You are invited to speak")).to_be_visible()
    await expect(microphone).to_have_attribute("aria-pressed", "false")
    await fern.button("Turn my microphone on").click()
    await expect(microphone).to_have_attribute("aria-pressed", "true")
    await microphone.click()


async def test_the_circle_goes_from_its_opening_to_its_closing(
    seats: dict[str, Seat],
) -> None:
    """Step by step, for everybody at once; who guides today may go on with it, too."""
    maple, _rowan, _fern, wren = seats.values()
    tools = await maple.tools("wren")
    await tools.get_by_role("button", name="Let guide today").click()
    await expect(maple.tile("wren")).to_contain_text("Guides today")
    guides = iter((maple, maple, wren, maple, wren))
    for phase in ("Opening", "Check-in round", "Activity", "Sharing", "Closing round"):
        guide = next(guides)
        circle = await guide.panel("Circle")
        await circle.get_by_role(
            "button", name=f"Go on to: \u2068{phase}\u2069"
        ).click()
        for each in seats.values():
            await expect(each.page.locator("h1 + p")).to_contain_text(f"{phase}")


async def test_what_somebody_types_is_read_by_everybody(seats: dict[str, Seat]) -> None:
    """For those who read a call: the line grows, and stays for a moment when it ends."""
    maple, rowan, fern, wren = seats.values()
    panel = await wren.panel("Captions")
    await panel.get_by_role("button", name="Type captions for the others").click()
    await panel.get_by_label("What is being said").fill("I begin with")
    for each in (maple, rowan, fern):
        await expect(each.page.get_by_text("I begin with")).to_be_visible()
    await panel.get_by_label("What is being said").fill("I begin with my week")
    await panel.get_by_role("button", name="End the line").click()
    for each in (maple, rowan, fern):
        line = each.page.get_by_text("I begin with my week", exact=True)
        await expect(line).to_be_visible()


async def test_the_talking_piece_goes_round(seats: dict[str, Seat]) -> None:
    """With a time for each turn that cuts nobody off; passing it on is the holder's."""
    maple, *_ = seats.values()
    circle = await maple.panel("Circle")
    await circle.get_by_role("button", name="Begin a round").click()
    order = []
    for _ in seats:
        holder = await _holder(seats)
        order.append(holder.name)
        for each in seats.values():
            await expect(each.tile(holder.name)).to_contain_text("Talking piece")
        own = await holder.panel("Circle")
        await expect(own).to_contain_text("You have the talking piece.")
        await expect(own).to_contain_text("of this turn")
        await own.get_by_role("button", name="Pass it on", exact=True).click()
        await expect(own).not_to_contain_text("You have the talking piece.")
    assert sorted(order) == sorted(seats)
    for each in seats.values():
        await expect(each.page.locator("li", has_text="Talking piece")).to_have_count(0)


async def _holder(seats: dict[str, Seat]) -> Seat:
    """Who has the piece, as the first page shows it."""
    page = next(iter(seats.values())).page
    tile = page.locator("section li").filter(has_text="Talking piece")
    await expect(tile).to_have_count(1)
    words = await tile.inner_text()
    return next(each for name, each in seats.items() if name in words)


async def test_who_is_put_in_front_is_large_for_everybody(
    seats: dict[str, Seat],
) -> None:
    maple, *_ = seats.values()
    tools = await maple.tools("fern")
    await tools.get_by_role("button", name="Put in front").click()
    for each in seats.values():
        front = each.page.locator("li[data-large=true]").filter(has_text="In front")
        await expect(front).to_contain_text("fern")
    await tools.get_by_role("button", name="No longer in front").click()
    await expect(maple.page.locator("li[data-large=true]")).to_have_count(0)


async def test_who_is_moved_back_waits_before_a_closed_room(
    seats: dict[str, Seat],
) -> None:
    """They keep their place, hear nothing, and come in when they are let in again."""
    maple, rowan, fern, wren = seats.values()
    tools = await maple.tools("fern")
    await tools.get_by_role("button", name="Back to the waiting room").click()
    await fern.waits()
    await expect(fern.page.get_by_text("You were asked to wait here")).to_be_visible()
    for each in (rowan, wren):
        await expect(each.tile("fern")).to_have_count(0)
    people = await maple.panel("People")
    await expect(people).to_contain_text("Was inside, waits since")
    await people.get_by_role("button", name=re.compile("^Let in: .*fern")).click()
    await fern.is_in()
    for each in (maple, rowan, wren):
        await expect(each.tile("fern")).to_have_count(1)


@pytest.mark.capability("S08")
async def test_i_am_not_ok_reaches_the_desk_and_nobody_in_the_circle(
    seats: dict[str, Seat], server: ServerProcess, tmp_path: Path
) -> None:
    """The others see that somebody is away, who leads sees no more than that."""
    maple, rowan, fern, wren = seats.values()
    async with on_duty(server, tmp_path, "heron") as responder:
        await wren.button("I’m not OK").click()
        dialog = wren.page.get_by_role("dialog")
        await dialog.get_by_role("switch").uncheck()
        await dialog.get_by_role("button", name="Ask for somebody now").click()
        await expect(dialog).to_contain_text("Somebody is being asked to come.")
        async with asyncio.timeout(60):
            async for offer in responder.desk.offers():
                await responder.desk.accept(offer)
                break
        for each in (maple, rowan, fern):
            await expect(each.tile("wren")).to_contain_text("Away")
            await expect(each.page.get_by_text("is not OK and lets")).to_have_count(0)
        await dialog.get_by_role("button", name="Be back in the circle").click()
        await dialog.get_by_role("button", name="Stay in the circle").click()
        for each in (maple, rowan, fern):
            await expect(each.tile("wren")).not_to_contain_text("Away")


@pytest.mark.capability("S07")
async def test_leading_is_handed_on_and_who_is_taken_out_is_gone(
    seats: dict[str, Seat],
) -> None:
    """The second who leads may do the same; a reason is named, and told to nobody."""
    maple, rowan, fern, wren = seats.values()
    tools = await maple.tools("rowan")
    await tools.get_by_role("button", name="Let lead too").click()
    await expect(fern.tile("rowan")).to_contain_text("Leads too")
    tools = await rowan.tools("wren")
    await tools.get_by_role("button", name="Take out …").click()
    dialog = rowan.page.get_by_role("dialog")
    await dialog.get_by_role("radio", name="Was not alone").check()
    await dialog.get_by_role("button", name="Take out", exact=True).click()
    title = wren.page.get_by_role("heading", level=1)
    await expect(title).to_have_text("You were taken out of this call")
    for each in (maple, rowan, fern):
        await expect(each.tile("wren")).to_have_count(0)
        await expect(each.page.get_by_text("not alone")).to_have_count(0)


async def test_when_who_leads_goes_the_other_leads_on_and_ends_it(
    seats: dict[str, Seat],
) -> None:
    maple, rowan, fern, _wren = seats.values()
    await maple.button("Leave").click()
    dialog = maple.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("leads on when you go")
    await dialog.get_by_role("button", name="Leave", exact=True).click()
    await expect(fern.tile("rowan")).to_contain_text(re.compile("Leads$"))
    title = maple.page.get_by_role("heading", level=1)
    await expect(title).to_have_text("You have left")
    await rowan.button("Leave").click()
    await rowan.button("End it for everybody").click()
    for each in (rowan, fern):
        title = each.page.get_by_role("heading", level=1)
        await expect(title).to_have_text("The circle is over")
    minutes = rowan.page.get_by_role("list").filter(has_text="fern")
    await expect(minutes).to_contain_text("minute")
    await expect(fern.page.get_by_text("How long the others")).to_have_count(0)


async def test_whoever_was_led_is_asked_whether_it_helped(
    seats: dict[str, Seat],
) -> None:
    """Not who led, nor who was taken out; an answer can be changed while it is shown."""
    _maple, _rowan, fern, _wren = seats.values()
    for name, each in seats.items():
        asked = each.page.get_by_role("heading", name="Did this help?")
        await expect(asked).to_have_count(1 if name == "fern" else 0)
    await expect(fern.button("Answer")).to_be_disabled()
    for score in ("4", "5 – a great deal"):
        await fern.page.get_by_role("radio", name=score, exact=True).check()
        await fern.button("Answer").click()
        thanks = fern.page.get_by_role("status").filter(has_text="You answered")
        await expect(thanks).to_contain_text(score)
        await fern.button("Change the answer").click()
    await fern.button("Leave it as it was").click()
    await expect(thanks).to_contain_text("a great deal")
