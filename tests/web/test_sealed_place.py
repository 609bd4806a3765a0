"""Somebody locks in where they are; two people open it: browsers on both sides, and between
a browser and Python's client."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from mentalverse_client import Client
from mentalverse_client.crisis.overrides import stated
from mentalverse_client.errors import LocationHalfMissing
from mentalverse_crypto.sealed_location import Location, Position
from mentalverse_signaling.crisis_events import CaseStatus
from mentalverse_signaling.override_events import OverrideBasis
from mentalverse_signaling.roles import Role
from support.clients import DEADLINE_SECONDS, PASSPHRASE, opened, texts
from support.crisis_clients import until
from support.responder import take
from support.server import ServerProcess

from .app import at_desk, begin_duty
from .conftest import app_person

pytestmark = pytest.mark.timeout(400)

CANARY = "17 Larkspur Terrace, third door"
STATEMENT = "canary: wrote that all of the tablets are gone"
TOLD = "canary: an overdose, twenty minutes ago"
PHONE = {"width": 390, "height": 844}
LONDON = {"latitude": 51.507412, "longitude": -0.127801, "accuracy": 17.2}
ALONE_MS = 120_000
"""A minute in which a supervisor may answer, and a busy machine."""


def kept(server: ServerProcess) -> bytes:
    """Every octet that the server has on its disk, and what it logged."""
    files = [each for each in server.data.rglob("*") if each.is_file()]
    return b"".join(each.read_bytes() for each in files) + server.written().encode()


async def ask(page: Page) -> None:
    """Tap, and open what may be said of where one is."""
    await page.goto("/help")
    await page.get_by_role("button", name="Talk to someone now").click()
    await page.get_by_text("Where you are", exact=True).click()


async def lock_in(page: Page, address: str) -> None:
    await page.get_by_role("radio", name="My exact place, locked").check()
    await page.get_by_label("An address, or how to find you").fill(address)
    await page.get_by_role("button", name="Lock in what I wrote").click()
    await expect(page.get_by_text("Your place is locked in.")).to_be_visible()


async def state_why(page: Page) -> None:
    """Through the tools of the case to an override that waits for a supervisor."""
    tools = page.get_by_role("complementary", name="Tools")
    await tools.get_by_text("Acting without consent").click()
    await tools.get_by_role("link", name="What has to be stated").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(
        "Act without consent"
    )
    await page.get_by_role("radio", name="Their life is in danger").check()
    await page.get_by_role("radio", name="Ambulance").check()
    await page.get_by_label("Why it has to be").fill(STATEMENT)
    await page.get_by_label("What you are going to tell them").fill(TOLD)
    await page.get_by_role("radio", name="No", exact=True).check()
    await page.get_by_role("button", name="Ask the supervisors to agree").click()
    await expect(page.get_by_text("Please fill in each field")).to_be_visible()
    await page.get_by_label("Why they are not told").fill("They would leave")
    await page.get_by_role("button", name="Ask the supervisors to agree").click()
    await expect(page.get_by_text("Waits for a supervisor")).to_be_visible()


async def supervisor_profile(server: ServerProcess, folder: Path) -> Path:
    profile = folder / "lea"
    code = await asyncio.to_thread(server.invite, Role.SUPERVISOR)
    await Client.register(server.url, code, "lea", profile, PASSPHRASE)
    return profile


async def located(who: Client, override: str) -> Location:
    """The place, once the half of the conversation has come, too."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            try:
                return await who.desk.overrides.location(override)
            except LocationHalfMissing:
                await asyncio.sleep(0.02)


async def test_two_people_open_what_was_locked_in_and_the_server_reads_none_of_it(
    browser: Browser, desk_server: ServerProcess
) -> None:
    """From the tap to the contact; the place is gone once the person takes it back, and
    what was stated stays on the device of who stated it."""
    async with (
        at_desk(browser, desk_server, "maple", Role.RESPONDER) as responder,
        at_desk(browser, desk_server, "heron", Role.SUPERVISOR) as supervisor,
        app_person(browser, desk_server, viewport=PHONE, locale="en-GB") as asking,
    ):
        # Locked in before anybody is there: whoever comes has the half of it.
        await ask(asking)
        await lock_in(asking, CANARY)
        await begin_duty(responder)
        await responder.get_by_role("button", name="Accept").click()
        await expect(asking.get_by_role("heading", level=1)).to_have_text(
            re.compile("maple.? is here")
        )
        await state_why(responder)
        await expect(
            responder.get_by_role("button", name="Show the place")
        ).to_have_count(0)
        await responder.get_by_text("What was stated").click()
        await expect(responder.locator("main")).to_contain_text(STATEMENT)

        await supervisor.get_by_role("link", name="Overrides").click()
        main = supervisor.locator("main")
        await expect(main).to_contain_text("The person has sealed one.")
        await expect(main).to_contain_text("They would leave")
        await supervisor.get_by_role("button", name="Agree and release it").click()
        await expect(main).to_contain_text("Released: no contact yet")
        await expect(
            supervisor.get_by_role("button", name="Show the place")
        ).to_have_count(0)

        await responder.get_by_role("button", name="Show the place").click()
        await expect(responder.locator("main")).to_contain_text(CANARY)
        await responder.get_by_role("button", name="Hide it").click()
        await expect(responder.locator("main")).not_to_contain_text(CANARY)

        await asking.get_by_role("button", name="Take it back").click()
        await expect(asking.get_by_role("radio", name="Nothing")).to_be_checked()
        await expect(responder.locator("main")).to_contain_text("None is sealed.")

        await responder.get_by_role("button", name="Help has reached them").click()
        await expect(main).to_contain_text("Contact is made: to be reviewed")
        await expect(main).to_contain_text("who did not act in this reviews it")
        await expect(responder.locator("main")).to_contain_text("confirmed")
        log = asking.get_by_role("log", name="Messages")
        await expect(log).not_to_contain_text("canary")
    octets = kept(desk_server)
    for secret in (CANARY, STATEMENT, TOLD):
        assert secret.encode() not in octets


async def test_what_a_browser_found_opens_in_python(
    browser: Browser, desk_server: ServerProcess, ada: Client, tmp_path: Path
) -> None:
    """The position as the device said it; a country is only said in the conversation."""
    options: dict[str, Any] = {"permissions": ["geolocation"], "geolocation": LONDON}
    lead = await supervisor_profile(desk_server, tmp_path)
    async with (
        opened(lead) as lea,
        app_person(browser, desk_server, locale="en-GB", **options) as asking,
    ):
        await lea.desk.look()
        await ask(asking)
        case, talk = await take(ada)
        await asking.get_by_role("radio", name="My country").check()
        await asking.get_by_label("Country", exact=True).select_option("IE")
        await asking.get_by_role("button", name="Tell them").click()
        await expect(asking.get_by_role("log", name="Messages")).to_contain_text(
            "I am in"
        )
        await asking.get_by_role("radio", name="My exact place, locked").check()
        await asking.get_by_role("button", name="Use where this device is").click()
        await expect(asking.get_by_text("This device says")).to_contain_text("18 met")
        await asking.get_by_role("button", name="Lock in this place").click()
        await expect(asking.get_by_text("Your place is locked in.")).to_be_visible()

        asked = await ada.desk.overrides.open(
            case.case,
            OverrideBasis.VITAL_INTERESTS,
            stated(STATEMENT, os.urandom),
            stated(TOLD, os.urandom),
            "ambulance",
        )
        await lea.desk.overrides.cosign(asked.override)
        found = await located(ada, asked.override)
        assert isinstance(found, Position)
        assert (found.latitude_e7, found.longitude_e7) == (515_074_120, -1_278_010)
        assert found.accuracy_m == 18
        assert "Ireland" in texts(talk)[-1]


async def test_what_python_sealed_is_shown_in_a_browser_after_a_minute_alone(
    browser: Browser, desk_server: ServerProcess, tmp_path: Path
) -> None:
    """Nobody answers, so whoever opened it says why and goes on; what they had written
    before they looked at the talk again is still there."""
    folder = tmp_path / "guest"
    async with at_desk(browser, desk_server, "maple", Role.RESPONDER) as page:
        await begin_duty(page)
        await Client.ask_for_help(desk_server.url, folder, PASSPHRASE, language="en")
        async with opened(folder) as guest:
            await until(guest, CaseStatus.WAITING, CaseStatus.OFFERED)
            here = Position(481_234_567, 163_456_789, 12, 1_796_144_400_000)
            await guest.help.location.seal(here)
            await page.get_by_role("button", name="Accept").click()
            tools = page.get_by_role("complementary", name="Tools")
            await tools.get_by_text("Acting without consent").click()
            await tools.get_by_role("link", name="What has to be stated").click()
            await page.get_by_label("Why it has to be").fill(STATEMENT)
            await page.get_by_role("link", name="Back").click()
            await tools.get_by_text("Acting without consent").click()
            await tools.get_by_role("link", name="What has to be stated").click()
            await expect(page.get_by_label("Why it has to be")).to_have_value(STATEMENT)
            await page.get_by_role("link", name="Back").click()
            await state_why(page)
            await page.get_by_label("Why it cannot wait").fill(
                "nobody answers", timeout=ALONE_MS
            )
            await page.get_by_role("button", name="Release it alone").click()
            main = page.locator("main")
            await expect(main).to_contain_text("Released: no contact yet")
            await expect(main).to_contain_text("nobody answers")
            await page.get_by_role("button", name="Show the place").click()
            await expect(main).to_contain_text("48.12346, 16.34568")
            await expect(main).to_contain_text("within \u206812 met")
