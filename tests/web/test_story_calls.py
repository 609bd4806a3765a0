"""People who talk by voice from the app's own screens, each in a browser of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hatch_build import build
from load_tests.js_peer import WEB
from playwright.async_api import Browser, Page, expect

from mentalverse_signaling.roles import Role
from support.browser import chromium
from support.coturn import MEETING_ON_LOOPBACK, SECRET, running_coturn
from support.server import ServerProcess, start_server

from .app import at_desk, begin_duty
from .calls.hearing import hears
from .calls.talk import FLAGS
from .conftest import NEUTRAL, app_person

pytestmark = pytest.mark.timeout(400)
PHONE = {"width": 390, "height": 844}


def _desk(folder: Path, **settings: str) -> dict[str, str]:
    build(WEB)
    return {
        "WEB__DIST_DIR": str(WEB / "dist"),
        "WEB__EXIT_URL": NEUTRAL,
        "CRISIS__MODE": "demo",
        "CRISIS__CANARY_SECONDS": "0",
        "MEDIA__ENGINE": "off",
        **settings,
    }


@pytest.fixture
def relayed_desk(tmp_path: Path) -> Iterator[ServerProcess]:
    """A crisis desk with a relay, and with nothing that forwards."""
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    with running_coturn(tmp_path / "relay", MEETING_ON_LOOPBACK) as relay:
        urls = json.dumps([relay.url().text])
        settings = _desk(tmp_path, TURN__URLS=urls, TURN__SECRET_FILE=str(secret))
        with start_server(tmp_path / "server", settings) as running:
            yield running


@pytest.fixture
def bare_desk(tmp_path: Path) -> Iterator[ServerProcess]:
    """A crisis desk where nothing could hide an address."""
    with start_server(tmp_path / "server", _desk(tmp_path)) as running:
        yield running


async def write(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="Message", exact=True).fill(text)
    await page.get_by_role("button", name="Send", exact=True).click()


async def meet(person: Page, responder: Page) -> None:
    """Somebody asks for help, and is answered."""
    await person.goto("/help")
    await person.get_by_role("button", name="Talk to someone now").click()
    await begin_duty(responder)
    await responder.get_by_role("button", name="Accept").click()
    await write(responder, "I am here with you")
    await expect(person.get_by_role("log", name="Messages")).to_contain_text(
        "I am here with you"
    )


@pytest.mark.capability("C04")
@pytest.mark.capability("S03")
async def test_a_talk_in_a_crisis_goes_on_by_voice_and_the_case_stays_where_it_is(
    relayed_desk: ServerProcess,
) -> None:
    """A person without an account asks to, and the responder comes without leaving the
    case. Nothing is on before each has turned it on; everything goes over the relay,
    which is the only way there is; and writing goes on through all of it."""
    async with (
        chromium(*FLAGS) as browser,
        at_desk(browser, relayed_desk, "maple", Role.RESPONDER) as responder,
        app_person(browser, relayed_desk, viewport=PHONE, locale="en-GB") as person,
    ):
        await meet(person, responder)
        case = responder.url
        theirs = person.get_by_role("region", name="Talk by voice")
        ours = responder.get_by_role("region", name="Talk by voice")
        await theirs.get_by_role("button", name="Talk by voice").click()
        await expect(theirs).to_contain_text("Your microphone is off.")
        await expect(ours).to_contain_text("You are invited to talk by voice")
        await ours.get_by_role("button", name="Talk by voice").click()
        await expect(ours).to_contain_text("both microphones are off")
        await theirs.get_by_role("button", name="Turn my microphone on").click()
        await expect(ours).to_contain_text("You hear them.")
        await hears(responder)
        await ours.get_by_role("button", name="Turn my microphone on").click()
        await expect(theirs).to_contain_text("You hear each other.")
        await hears(person)
        assert responder.url == case
        await write(person, "Talking is easier")
        await expect(responder.get_by_role("log", name="Messages")).to_contain_text(
            "Talking is easier"
        )

        await person.reload()
        await expect(theirs).to_contain_text("Your microphone is off.")
        await hears(person)
        await theirs.get_by_role("button", name="Leave the call").click()
        await expect(ours).to_contain_text("Nobody else is in the call yet.")
        await ours.get_by_role("button", name="Leave the call").click()
        await expect(theirs.get_by_role("button", name="Talk by voice")).to_be_visible()
        await write(responder, "I am still here")
        await expect(person.get_by_role("log", name="Messages")).to_contain_text(
            "I am still here"
        )


@pytest.mark.capability("S03")
async def test_where_no_address_could_be_hidden_both_are_told_and_go_on_writing(
    browser: Browser, bare_desk: ServerProcess
) -> None:
    """Neither is offered a call that would not begin, or would show where they are."""
    async with (
        at_desk(browser, bare_desk, "maple", Role.RESPONDER) as responder,
        app_person(browser, bare_desk, viewport=PHONE, locale="en-GB") as person,
    ):
        await meet(person, responder)
        for page in (person, responder):
            voice = page.get_by_role("region", name="Talk by voice")
            await expect(voice).to_contain_text("nothing on this server could hide")
            await expect(voice.get_by_role("button")).to_have_count(0)
        await write(person, "Then I write")
        await expect(responder.get_by_role("log", name="Messages")).to_contain_text(
            "Then I write"
        )
