"""Appointments, goals and notes between a browser, a Python client and two zones."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from mentalverse_signaling.claim_events import ClaimKind
from support.browser import add_authenticator
from support.calendars import read_calendar
from support.clients import eventually, only_conversation
from support.clients import person as python_person
from support.screens import LONG_MS, Screens
from support.server import ServerProcess

from .conftest import app_person

pytestmark = pytest.mark.timeout(400)
VIENNA, NEW_YORK = "Europe/Vienna", "America/New_York"
PAGE = "Appointments and goals"


def clocks_forward() -> date:
    """The next day but one year on which Vienna puts its clocks forward."""
    year = datetime.now(UTC).year + 1
    return max(
        date(year, 3, day) for day in range(25, 32) if date(year, 3, day).weekday() == 6
    )


def at_six(day: date) -> datetime:
    """Six in the evening in Vienna."""
    return datetime(day.year, day.month, day.day, 18, tzinfo=ZoneInfo(VIENNA))


def shown(at: datetime, zone: str) -> str:
    """As the page writes it in English."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%A, %B} {local.day}, {local.year} at {local:%I:%M %p}".replace(
        "at 0", "at "
    )


async def look(page: Page) -> None:
    """Go to the session page of the conversation that is open."""
    await page.get_by_role("link", name=PAGE).click()
    await expect(page.get_by_role("heading", name=PAGE, level=1)).to_be_visible()


async def plan(page: Page, at: datetime, *lines: str) -> None:
    """Plan an appointment, at a time of the zone of this page."""
    await page.get_by_role("button", name="Plan an appointment").click()
    await page.get_by_label("Day").fill(f"{at:%Y-%m-%d}")
    await page.get_by_label("Time, where you are").fill(f"{at:%H:%M}")
    field = page.get_by_role("textbox", name="Another line")
    for line in lines:
        await field.fill(line)
        await field.press("Enter")
        await expect(field).to_have_value("")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(field).to_have_count(0)


def appointment(page: Page, at: datetime) -> Locator:
    """One that is shown at this moment."""
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return page.get_by_role("main").locator(f'time[datetime="{moment}"]')


@pytest.mark.capability("C09")
@pytest.mark.capability("C11")
async def test_a_page_and_a_python_client_plan_together(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """One plans, the other moves it; goals, notes, a calendar; the same after a reload."""
    six = at_six(clocks_forward())
    async with (
        app_person(browser, app_server, timezone_id=VIENNA) as page,
        python_person(app_server, tmp_path, "ben") as ben,
    ):
        await add_authenticator(page)
        ada = Screens(page)
        await ada.come_in(app_server, "ada")
        await ada.begin("ben")
        await look(page)
        await expect(page.get_by_text("No appointment is planned.")).to_be_visible()
        await plan(page, six, "the week", "sleep")
        await expect(appointment(page, six)).to_have_text(shown(six, VIENNA))
        talk = await only_conversation(ben)
        theirs = talk.session_page
        await eventually(lambda: len(theirs.meetings()) == 1)
        (first,) = theirs.meetings()
        assert (first.starts_at, first.minutes, first.zone) == (six, 50, VIENNA)
        assert first.items == ("the week", "sleep")

        await page.get_by_role("button", name="Change", exact=True).click()
        await page.get_by_role("radio", name="90 minutes").check()
        up = page.get_by_role("button", name=re.compile("Move up: .?sleep"))
        await up.focus()
        await page.keyboard.press("Enter")
        down = page.get_by_role("button", name=re.compile("Move down: .?sleep"))
        await expect(down).to_be_focused()
        await page.get_by_role("button", name="Save", exact=True).click()
        changed = page.get_by_role("button", name="Change", exact=True)
        await expect(changed).to_be_focused()
        await eventually(lambda: theirs.meetings()[0].minutes == 90)
        assert theirs.meetings()[0].items == ("sleep", "the week")

        later = six + timedelta(days=1)
        theirs.move(first.id, later, 50, NEW_YORK)
        await expect(appointment(page, later)).to_be_visible(timeout=LONG_MS)
        await expect(page.get_by_text(shown(later, NEW_YORK))).to_be_visible()
        async with page.expect_download() as download:
            await page.get_by_role("button", name="Save to calendar").click()
        target = tmp_path / "appointment.ics"
        await (await download.value).save_as(target)
        saved = read_calendar(await asyncio.to_thread(target.read_bytes))
        assert saved["UID"] == [first.id]
        assert saved["DTSTART"] == [f"{later.astimezone(UTC):%Y%m%dT%H%M%SZ}"]
        assert saved["SUMMARY"] == ["Appointment"]
        assert "ben" not in str(saved)

        await page.get_by_role("button", name="Set a goal").click()
        await page.get_by_role("textbox", name="Goal").fill("go out every day")
        slider = page.get_by_role("slider", name="How far you feel you are")
        await slider.focus()
        await page.keyboard.press("ArrowRight")
        await page.get_by_role("button", name="Save", exact=True).click()
        await eventually(lambda: [g.progress for g in theirs.goals()] == [5])
        theirs.write_note("breathe out longer than in")
        await expect(page.get_by_text("breathe out longer than in")).to_be_visible(
            timeout=LONG_MS
        )

        await page.get_by_role("button", name="Cancel the appointment").click()
        await page.get_by_role("button", name="Undo").click()
        await expect(page.get_by_text("Cancelled", exact=True)).to_have_count(0)
        await page.reload()
        await expect(appointment(page, later)).to_be_visible(timeout=LONG_MS)
        await expect(page.get_by_text("go out every day").first).to_be_visible()
        assert not theirs.meetings()[0].cancelled
        # Whoever leaves the page has decided: nothing is left hanging.
        await page.get_by_role("button", name="Cancel the appointment").click()
        await page.get_by_role("main").get_by_role("link", name="Back").click()
        await eventually(lambda: theirs.meetings()[0].cancelled)
        log = page.get_by_role("log", name="Messages")
        await expect(log.get_by_text("cancelled the appointment")).to_be_visible(
            timeout=LONG_MS
        )


@pytest.mark.capability("C09")
async def test_an_appointment_is_one_moment_in_two_zones_and_is_reminded_of_once(
    browser: Browser, app_server: ServerProcess
) -> None:
    """The weeks around a change of the clocks, and a reload within the last minutes."""
    change = clocks_forward()
    days = [at_six(change - timedelta(days=1)), at_six(change)]
    async with (
        app_person(browser, app_server, timezone_id=VIENNA) as ada_page,
        app_person(browser, app_server, timezone_id=NEW_YORK) as ben_page,
    ):
        await add_authenticator(ada_page)
        await add_authenticator(ben_page)
        ada, ben = Screens(ada_page), Screens(ben_page)
        await ada.come_in(app_server, "ada")
        await ben.come_in(app_server, "ben")
        await ada.begin("ben")
        await look(ada_page)
        for six in days:
            await plan(ada_page, six)
        await ben.enter("ada")
        await look(ben_page)
        for six in days:
            there = appointment(ben_page, six)
            await expect(there).to_have_text(shown(six, NEW_YORK), timeout=LONG_MS)
            await expect(ben_page.get_by_text(shown(six, VIENNA))).to_be_visible()
        hours = [six.astimezone(ZoneInfo(NEW_YORK)).hour for six in days]
        assert hours == [13, 12]
        await ben_page.get_by_role("main").get_by_role("link", name="Back").click()
        await ben.is_in("ada")

        soon = datetime.now(ZoneInfo(VIENNA)) + timedelta(minutes=10)
        await plan(ada_page, soon)
        reminder = ben_page.get_by_text("Appointment at")
        await expect(reminder).to_be_visible(timeout=LONG_MS)
        await expect(reminder).not_to_contain_text("ada")
        await ben_page.reload()
        await ben.is_in("ada")
        log = ben_page.get_by_role("log", name="Messages")
        await expect(log.get_by_text("planned an appointment")).to_have_count(3)
        await expect(reminder).to_have_count(0)


@pytest.mark.capability("C11")
async def test_two_sign_a_goal_and_each_by_their_own_press(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """One signs in the browser, the other with a program, and the other way round."""
    async with (
        app_person(browser, app_server) as page,
        python_person(app_server, tmp_path, "ben") as ben,
    ):
        await add_authenticator(page)
        ada = Screens(page)
        await ada.come_in(app_server, "ada")
        await ada.begin("ben")
        await look(page)
        await page.get_by_role("button", name="Set a goal").click()
        await page.get_by_role("textbox", name="Goal").fill("go out every day")
        await page.get_by_role("button", name="Save", exact=True).click()
        main = page.get_by_role("main")
        await page.get_by_role("button", name="Sign that you set this together").click()
        await expect(main).to_contain_text(
            "You have signed that you two set this goal."
        )

        talk = await only_conversation(ben)
        theirs = talk.session_page
        await eventually(lambda: len(theirs.goals()) == 1)
        (goal,) = theirs.goals()
        (claim,) = await ben.claims.fetch(talk.id)
        assert (claim.kind, claim.ref) == (ClaimKind.GOAL_SET, goal.goal.bytes)
        held = await ben.claims.attest(talk.id, claim.kind, claim.ref, claim.day)
        assert len(held.attested_by) == 2

        reached = ClaimKind.GOAL_COMPLETED
        await ben.claims.attest(talk.id, reached, claim.ref)
        theirs.set_goal(goal.title, progress=100, done=True, goal_id=str(goal.goal))
        await expect(main).to_contain_text("Signed by both: set", timeout=LONG_MS)
        await page.get_by_role("button", name="Agree that it is reached").click()
        await expect(main).to_contain_text("Signed by both: reached")
        claims = {each.kind: each for each in await ben.claims.fetch(talk.id)}
        assert len(claims[reached].attested_by) == 2
