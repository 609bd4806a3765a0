"""From an application to a credential that is taken back: at real browsers.

Max applies and two decide; Mia is shown three with reasons and chooses him; both agree
and prepare; they meet in a call that both their devices sign for; what came of it is
settled with its week and computed again on his device; then a reviewer takes his
credential back. The clock of the server and of the two who meet is put forward while
they do.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from hatch_build import build
from load_tests.js_peer import WEB
from playwright.async_api import Locator, Page, expect

from mentalverse_client import Client
from mentalverse_signaling.roles import Role
from support.beside import settle_week
from support.browser import add_authenticator, chromium
from support.call_wire import CallWire, call_wire
from support.clock import RunningClock
from support.inside import Inside
from support.screens import LONG_MS, Screens
from web.app import by_passkey, sign_up
from web.calls.talk import FLAGS
from web.conftest import NEUTRAL, app_person
from web.modules import (
    become_a_pair,
    begin,
    coordinator,
    entry,
    hand_in,
    isolated,
    look_at_rewards,
    match,
    note_all,
    offer,
    options,
    other_mentor,
    press,
    search,
    sign_off,
    take_up,
    train,
)

pytestmark = pytest.mark.timeout(600)

PLANNED_MINUTES, ATTENDED_MINUTES = 10, 6
STEP_SECONDS = 1.0
"""Much less than a lease: nobody who is there seems to be away."""
STAFF = {"one": (Role.COORDINATOR,), "two": (Role.SUPERVISOR,)}
PEOPLE = {"max": (Role.MENTOR,), "mia": (), "ida": ()}


@dataclass
class House:
    """A fresh installation, and those who come to it."""

    wire: CallWire
    server: Inside
    pages: dict[str, Page]
    iris: Client

    async def credential(self, type_name: str) -> None:
        """Max applies, and two sign."""
        max_, one, two = (self.pages[name] for name in ("max", "one", "two"))
        await begin(max_, type_name)
        await hand_in(max_)
        await note_all(self.iris)
        for page, then in ((one, "You have signed it off."), (two, "Two people")):
            await take_up(page, type_name)
            await sign_off(page, then)
        await max_.goto("/#/credentials")
        card = max_.locator("main li").filter(
            has=max_.get_by_role("heading", name=type_name)
        )
        await expect(card).to_contain_text("Valid")

    async def go_on(self, minutes: int) -> None:
        """Time passes for the server, and for the two who are in a call."""
        for _ in range(round(minutes * 60 / STEP_SECONDS)):
            self.wire.clock.advance(STEP_SECONDS)
            await asyncio.gather(
                *(
                    self.pages[name].clock.run_for(round(STEP_SECONDS * 1000))
                    for name in ("max", "mia")
                )
            )
            await asyncio.sleep(0.05)  # what was asked is answered meanwhile


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    build(WEB)
    settings = {
        "web.dist_dir": WEB / "dist",
        "web.exit_url": NEUTRAL,
        "media.engine": "builtin",
        "media.addresses": ["127.0.0.1"],
        "media.linger_seconds": 0,
        "transport.ping_timeout_seconds": 3_600,
    }
    async with AsyncExitStack() as stack:
        wire = await stack.enter_async_context(
            call_wire(tmp_path, RunningClock(), settings)
        )
        server = Inside(wire.api)
        browser = await stack.enter_async_context(chromium(*FLAGS))
        pages = {}
        for name, roles in {**STAFF, **PEOPLE}.items():
            page = await stack.enter_async_context(app_person(browser, server))
            if name in ("max", "mia"):
                await page.clock.install()
            await add_authenticator(page)
            await sign_up(page, server, name, by_passkey, *roles)
            pages[name] = page
        iris = await stack.enter_async_context(coordinator(server, tmp_path))
        for name in ("ann", "ben"):
            await stack.enter_async_context(other_mentor(server, tmp_path, name))
        yield House(wire, server, pages, iris)


async def lobby(page: Page) -> None:
    await page.get_by_role("link", name="Call", exact=True).click()


def in_call(page: Page) -> Locator:
    return page.get_by_role("group", name="In the call")


async def leave(page: Page) -> None:
    await page.get_by_role("button", name="Leave").click()
    dialog = page.get_by_role("dialog", name="Leave the call")
    await dialog.get_by_role("button", name="Leave", exact=True).click()
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_have_text("You have left")


async def call(begins: Page, follows: Page, way_in: str) -> None:
    """One goes in as it is called there, and the other hears of it."""
    await press(begins, way_in)
    await expect(in_call(begins)).to_be_visible(timeout=LONG_MS)
    await follows.get_by_role("button", name="Go in").click(timeout=LONG_MS)
    for page in (begins, follows):
        await expect(in_call(page)).to_be_visible(timeout=LONG_MS)


@pytest.mark.capability("K09")
@pytest.mark.capability("M03")
@pytest.mark.capability("T01")
async def test_from_an_application_to_a_credential_that_is_taken_back(
    house: House,
) -> None:
    one, two, max_, mia, ida = house.pages.values()
    await train(house.iris, "max")
    await house.credential("Training: Basic")
    await house.credential("Peer mentor")

    await offer(max_)
    await max_.goto("/#/mentor")
    await search(mia)
    await match(one, "mia")
    await expect(options(mia)).to_have_count(3)
    await become_a_pair(mia, max_, ("mia", "max"))

    await press(mia, f"Write to {isolated('max')}")
    await Screens(mia).is_in("max")
    await Screens(mia).write("hello")
    await max_.goto("/#/")
    await Screens(max_).enter("mia")
    await Screens(max_).hears("hello")
    for page in (max_, mia):
        await lobby(page)
    await press(max_, "Plan a call")
    await max_.get_by_role("radio", name=f"{PLANNED_MINUTES} minutes").check()
    await press(max_, "Plan it")
    await call(max_, mia, "Open it")
    await house.go_on(ATTENDED_MINUTES)
    for page in (max_, mia):
        await leave(page)

    for page in (max_, mia):
        await look_at_rewards(page)
        await expect(entry(page, "A meeting")).to_contain_text("Not closed yet")
    await settle_week(house.server, house.wire.clock)
    for page in (max_, mia):
        await page.reload()
        card = entry(page, "A meeting")
        await expect(card).to_contain_text("Given")
        await card.get_by_role("button", name="Show the receipt").click()
        await expect(card).to_contain_text("Checked on this device")

    await max_.goto("/#/")
    await Screens(max_).enter("mia")
    await mia.goto("/#/")
    await Screens(mia).enter("max")
    for page in (max_, mia):
        await lobby(page)
    await call(max_, mia, "Start the call")
    await take_back(two, "max", "Peer mentor")
    await max_.get_by_role("button", name="Microphone").click()
    await house.go_on(1)
    for page in (max_, mia):
        await expect(in_call(page)).to_be_visible()
        await leave(page)
    await Screens(ida).begin("max")
    await lobby(ida)
    await press(ida, "Start the call")
    await expect(ida.get_by_role("alert")).to_be_visible()
    await expect(in_call(ida)).to_have_count(0)
    await search(ida)
    await match(one, "ida")
    await expect(options(ida)).to_have_count(2)
    await expect(ida.locator("main")).not_to_contain_text("max")


async def take_back(page: Page, handle: str, type_name: str) -> None:
    """For good, by somebody who reviews, with a passkey."""
    await page.goto("/#/review")
    await page.get_by_role("link", name="Credentials of somebody").click()
    await page.get_by_label("Name of the person here").fill(handle)
    await press(page, "Look up")
    await press(page, f"Take back for good: {isolated(type_name)}")
    await page.get_by_label("Why?").select_option("conduct")
    await press(page, "Take it back")
    card = page.locator("main li").filter(
        has=page.get_by_role("heading", name=type_name)
    )
    await expect(card).to_contain_text("Taken back")
    await expect(card.get_by_role("button")).to_have_count(0)
