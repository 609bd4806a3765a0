"""Safety plans and screening answers in real browsers, with Python on the other side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hatch_build import build
from load_tests.js_peer import WEB
from playwright.async_api import Browser, Locator, Page, expect

from mentalverse_crypto.safety_plan import PlanPart
from mentalverse_crypto.screening import Asked, Screening
from mentalverse_signaling.roles import Role
from support.browser import add_authenticator
from support.clients import eventually, only_conversation
from support.clients import person as python_person
from support.responder import on_duty, take
from support.screens import LONG_MS, Screens
from support.server import ServerProcess, start_server

from .app import at_desk, begin_duty
from .conftest import NEUTRAL, app_person

pytestmark = pytest.mark.timeout(300)
OWN, SHARED = "Your own safety plan", "Safety plan of this conversation"
ALONE = "Things that help me alone"
OFFLINE = ("Failed to load resource", "net::ERR", "WebSocket connection")


@pytest.fixture
def desk_server(tmp_path: Path) -> Iterator[ServerProcess]:
    """The product with a crisis desk, to be tried."""
    build(WEB)
    settings = {
        "WEB__DIST_DIR": str(WEB / "dist"),
        "WEB__EXIT_URL": NEUTRAL,
        "CRISIS__MODE": "demo",
        "CRISIS__CANARY_SECONDS": "0",
    }
    with start_server(tmp_path / "server", settings) as running:
        yield running


async def add(place: Page | Locator, part: str, text: str) -> None:
    """Write a line into a part that can be changed."""
    field = place.get_by_role("textbox", name=re.compile(f"Another line.*{part}"))
    await field.fill(text)
    await field.press("Enter")
    await expect(field).to_have_value("")
    await expect(line(place, text)).to_be_visible()


def line(place: Page | Locator, text: str) -> Locator:
    return place.locator("[data-part] li").filter(has_text=text)


@pytest.mark.capability("X03")
async def test_ones_own_plan_opens_in_one_tap_without_a_connection(
    browser: Browser, app_server: ServerProcess
) -> None:
    """Lines are written, changed and removed with a way back; nobody is sent any."""
    async with app_person(browser, app_server, *OFFLINE) as page:
        await add_authenticator(page)
        await Screens(page).come_in(app_server, "ada")
        await page.get_by_role("link", name=OWN).click()
        await expect(
            page.get_by_role("heading", name="My safety plan", level=1)
        ).to_be_visible()
        await add(page, ALONE, "a walk")
        await add(page, ALONE, "the rain album")
        await page.get_by_role("button", name=re.compile("Change: .?a walk")).click()
        field = page.get_by_role("textbox", name="Line of the plan")
        await expect(field).to_be_focused()
        await field.fill("a walk by the river")
        await field.press("Enter")
        await expect(line(page, "a walk by the river")).to_be_visible()
        remove = page.get_by_role("button", name=re.compile("Remove: .?the rain"))
        await remove.click()
        await page.get_by_role("button", name="Undo").click()
        await expect(line(page, "the rain album")).to_be_visible()
        await remove.click()
        # Whoever leaves the page has decided.
        await page.get_by_role("main").get_by_role("link", name="Back").click()
        await expect(page.get_by_role("link", name=OWN)).to_be_visible()

        await page.context.set_offline(True)
        await page.get_by_role("link", name=OWN).click()
        await expect(line(page, "a walk by the river")).to_be_visible()
        await expect(page.locator("[data-part] li")).to_have_count(1)
        await expect(page.get_by_role("textbox")).to_have_count(0)
        await page.get_by_role("button", name="I went through it today").click()
        await expect(page.get_by_text("Last gone through:")).to_be_visible()
        await page.context.set_offline(False)
        await page.reload()
        await expect(line(page, "a walk by the river")).to_be_visible(timeout=LONG_MS)


@pytest.mark.capability("X03")
async def test_a_plan_is_shared_when_somebody_says_so_and_both_change_it(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """It is reached from the session page; what the other wrote is kept by a press."""
    async with (
        app_person(browser, app_server) as page,
        python_person(app_server, tmp_path, "ben") as ben,
    ):
        await add_authenticator(page)
        ada = Screens(page)
        await ada.come_in(app_server, "ada")
        await page.get_by_role("link", name=OWN).click()
        await add(page, ALONE, "a walk")
        await page.get_by_role("main").get_by_role("link", name="Back").click()
        await ada.begin("ben")
        talk = await only_conversation(ben)
        await page.get_by_role("link", name="Appointments and goals").click()
        await page.get_by_role("link", name="Safety plan", exact=True).click()
        await expect(page.get_by_role("heading", name=SHARED)).to_be_visible()
        assert talk.safety_plan.lines() == []
        await page.get_by_role("button", name="Put my own plan here").click()
        await expect(page.get_by_text("Your plan is here now.")).to_be_visible()
        await eventually(lambda: len(talk.safety_plan.lines()) == 1)
        (walk,) = talk.safety_plan.lines()
        assert (walk.part, walk.text) == (PlanPart.ALONE, "a walk")

        talk.safety_plan.change(walk.id, "a walk with ben")
        talk.safety_plan.add(PlanPart.PEOPLE, "ben, in the evening")
        talk.safety_plan.reviewed()
        await expect(line(page, "a walk with ben")).to_be_visible(timeout=LONG_MS)
        await expect(line(page, "ben, in the evening")).to_be_visible(timeout=LONG_MS)
        await expect(page.get_by_text("Last gone through:")).to_be_visible(
            timeout=LONG_MS
        )
        await page.get_by_role("button", name="Keep this in my own plan").click()
        await expect(page.get_by_text("It is in your own plan.")).to_be_visible()
        await page.goto("/#/plan")
        await expect(page.locator("[data-part] li")).to_have_count(2)
        await expect(line(page, "a walk with ben")).to_be_visible()


OPTIONS = [
    ("I am not safe right now", 0),
    ("I think about dying or hurting myself", 2),
    ("I would rather not say", 2),
]


@pytest.mark.capability("X02")
@pytest.mark.capability("X12")
async def test_a_guests_answers_reach_who_helps_and_the_server_learns_a_band(
    browser: Browser, desk_server: ServerProcess, tmp_path: Path
) -> None:
    """The end looks the same whatever is answered; the plan stays through a reload."""
    async with (
        on_duty(desk_server, tmp_path, "ada") as ada,
        app_person(browser, desk_server, locale="en-GB") as page,
    ):
        await page.goto("/help")
        await page.get_by_role("button", name="Talk to someone now").click()
        case, talk = await take(ada)
        questions = page.locator("[data-care=questions]")
        await questions.locator("summary").click()
        begin = questions.get_by_role("button", name=re.compile("In your own words"))
        ends = set()
        for option, _ in OPTIONS:
            await begin.click()
            await questions.get_by_role("button", name=option).click()
            await expect(
                questions.get_by_role("heading", name="Thank you.")
            ).to_be_focused()
            ends.add(await questions.inner_text())
            await questions.get_by_role("button", name="Stop, and send nothing").click()
        assert len(ends) == 1
        assert talk.screenings.newest() == []
        await begin.click()
        # Each question takes the focus once it stands.
        await expect(questions.locator("h3")).to_be_focused()
        await questions.get_by_role("button", name=OPTIONS[0][0]).press("Enter")
        await questions.get_by_role("button", name="Send to who helps me").click()
        await expect(questions.get_by_text("You can go on talking.")).to_be_visible()
        await eventually(lambda: len(talk.screenings.newest()) == 1)
        (sealed,) = talk.screenings.newest()
        assert (sealed.instrument, sealed.band) == ("self_triage", "A0")
        assert [each.answer for each in sealed.asked] == [OPTIONS[0][0]]
        await eventually(lambda: [c.band for c in ada.desk.cases] == [0])
        stored = [p.read_bytes() for p in desk_server.data.rglob("*") if p.is_file()]
        assert not any(OPTIONS[0][0].encode() in each for each in stored)
        assert case.case

        plan = page.locator("[data-care=plan]")
        await plan.locator("summary").click()
        await add(plan, ALONE, "a shower")
        await eventually(lambda: len(talk.safety_plan.lines()) == 1)
        await plan.get_by_role("button", name="Keep this in my own plan").click()
        await expect(plan.get_by_text("It is in your own plan.")).to_be_visible()
        talk.safety_plan.change(talk.safety_plan.lines()[0].id, None)
        await expect(line(plan, "a shower")).to_have_count(0, timeout=LONG_MS)
        await page.reload()
        await plan.locator("summary").click(timeout=LONG_MS)
        await plan.get_by_role("button", name="Put my own plan here").click()
        await expect(line(plan, "a shower")).to_be_visible(timeout=LONG_MS)


@pytest.mark.capability("X03")
async def test_who_helps_has_the_answers_and_the_plan_beside_the_chat(
    browser: Browser, desk_server: ServerProcess, tmp_path: Path
) -> None:
    """As the person read them; a line that is written at the desk is in the plan."""
    asked = (Asked("¿Cómo estás ahora?", "No estoy bien"), Asked("¿Algo más?"))
    answers = Screening(
        "self_triage", "1", "es", "En tus palabras", asked, "A3", complete=False
    )
    async with (
        at_desk(browser, desk_server, "maple", Role.RESPONDER) as page,
        python_person(desk_server, tmp_path, "ann-d") as ann,
    ):
        await begin_duty(page)
        await ann.help.ask(band=2, language="es", region="ES")
        talk = ann.help.conversation
        assert talk is not None
        talk.screenings.send(answers)
        talk.safety_plan.add(PlanPart.PEOPLE, "mi hermana")
        offer = page.locator("[data-offer]")
        await offer.get_by_role("button", name="Accept").click()
        shown = page.locator("[data-care=answers]")
        await shown.locator("summary").click(timeout=LONG_MS)
        await expect(shown).to_contain_text("No estoy bien", timeout=LONG_MS)
        await expect(shown).to_contain_text("Skipped")
        await expect(shown).not_to_contain_text("A3")
        plan = page.locator("[data-care=plan]")
        await plan.locator("summary").click()
        await expect(line(plan, "mi hermana")).to_be_visible(timeout=LONG_MS)
        await expect(plan.get_by_role("button", name="my own plan")).to_have_count(0)
        await plan.get_by_role("button", name="Change the plan").click()
        await add(plan, ALONE, "un paseo")
        await eventually(lambda: len(talk.safety_plan.lines()) == 2)
