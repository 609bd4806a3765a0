"""What people do on the screens about credentials, mentors and rewards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, FilePayload, Locator, Page, expect

from mentalverse_client import Client
from mentalverse_signaling.match_events import MatchCodesTold
from mentalverse_signaling.review_events import ReviewNote
from mentalverse_signaling.roles import Role
from support.browser import add_authenticator
from support.clients import PASSPHRASE, opened
from support.server import Installed

from .app import by_passkey, sign_up
from .conftest import app_person

MODULE = "foundation"
TRAINING_MINUTES = 1200
ALWAYS = "f" * 168
"""Every quarter of an hour of a week."""


def isolated(text: str) -> str:
    """As it stands in a sentence, whichever way either is written."""
    return f"\u2068{text}\u2069"


@asynccontextmanager
async def somebody(
    browser: Browser, server: Installed, handle: str, *roles: Role
) -> AsyncIterator[Page]:
    """At their browser, with a passkey."""
    async with app_person(browser, server) as page:
        await add_authenticator(page)
        await sign_up(page, server, handle, by_passkey, *roles)
        yield page


@asynccontextmanager
async def coordinator(server: Installed, folder: Path) -> AsyncIterator[Client]:
    """Who records what others have learned, and notes what was found out, by a program."""
    code = await asyncio.to_thread(server.invite, Role.COORDINATOR)
    profile = folder / "iris"
    await Client.register(server.url, code, "iris", profile, PASSPHRASE)
    async with opened(profile) as client:
        yield client


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()


async def agree(page: Page, name: str) -> None:
    """To what a dialog asks."""
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name=name, exact=True).click()
    await expect(dialog).to_have_count(0)


async def confirm(page: Page, name: str) -> None:
    """Press a button, and that of the question it asks."""
    await press(page, name)
    await page.get_by_role("dialog").get_by_role("button", name=name).click()


# --- to apply, and to review ---


def point(page: Page, need: str) -> Locator:
    """What stands on the screen about one requirement."""
    return page.locator(f"[data-need={need}]")


async def begin(page: Page, type_name: str) -> None:
    """An application."""
    await page.goto("/#/settings")
    await page.get_by_role("link", name="Apply to work with people").click()
    await press(page, f"Begin: {isolated(type_name)}")


async def add_document(page: Page, need: str) -> None:
    """For a requirement that a document shows."""
    paper = FilePayload(
        name=f"{need}.pdf", mimeType="application/pdf", buffer=b"%PDF-1"
    )
    chosen = point(page, need).locator("input[type=file]")
    await chosen.set_input_files(paper)
    await expect(point(page, need)).to_contain_text(f"{need}.pdf")


async def hand_in(page: Page) -> None:
    await confirm(page, "Hand it in")
    await expect(page.locator("main")).to_contain_text("Two people will look at it")


async def take_up(page: Page, type_name: str) -> None:
    """The application that waits for a review."""
    await page.goto("/#/review")
    await page.get_by_role("button", name=f"Open: {isolated(type_name)}").click()


async def sign_off(page: Page, then: str) -> None:
    """Agree that everything is met, with a passkey."""
    await confirm(page, "Sign off")
    await expect(page.locator("main")).to_contain_text(then)


async def note_all(client: Client) -> None:
    """What somebody else who reviews has found out elsewhere."""
    (waiting,) = (await client.credentials.queue()).waiting
    case = await client.credentials.case(waiting.application)
    for need in case.missing:
        noted = ReviewNote(
            waiting.application,
            need,
            met=True,
            source="register",
            method="register",
            day="2025-12-01",
            since="2020-01-01",
        )
        case = await client.credentials.note(noted)
    assert case.missing == ()


async def train(client: Client, handle: str) -> None:
    """Twenty hours of the first training, and its assessment: an entry is due for it."""
    training = client.credentials.training
    await training.record(handle, MODULE, TRAINING_MINUTES, source="course-1")
    await training.passed(handle, MODULE)


# --- to find a mentor ---


@asynccontextmanager
async def other_mentor(
    server: Installed, folder: Path, handle: str
) -> AsyncIterator[Client]:
    """Somebody else who helps, so that there is a choice."""
    code = await asyncio.to_thread(server.invite, Role.MENTOR)
    await Client.register(server.url, code, handle, folder / handle, PASSPHRASE)
    async with opened(folder / handle) as client:
        codes = MatchCodesTold(languages=("en",), slots=ALWAYS)
        offering = await client.matching.offer(codes, 1)
        assert offering.eligible
        yield client


async def answer(page: Page) -> None:
    """The questions: a language and a morning, and nothing else."""
    await page.get_by_role("checkbox", name="English", exact=True).check()
    monday = page.get_by_role("group", name="Monday", exact=True)
    await monday.get_by_role("checkbox", name="Morning").check()
    for _ in range(4):
        await press(page, "Next")
    await expect(page.locator("main")).to_contain_text("hours a week")


async def offer(page: Page) -> None:
    """To be a mentor of one at most."""
    await page.goto("/#/mentor/offer")
    await answer(page)
    await press(page, "Agree, and be proposed")
    await expect(page.locator("main")).to_contain_text("places are taken")


async def search(page: Page) -> None:
    await page.goto("/#/settings")
    await expect(page.get_by_role("link", name="Proposals")).to_have_count(0)
    await page.get_by_role("link", name="Find a mentor").click()
    await answer(page)
    await press(page, "Agree, and look for somebody")
    await expect(page.get_by_role("heading", name="Looking for")).to_be_visible()


async def match(page: Page, name: str) -> None:
    """A coordinator has everybody matched, and gives on what is proposed to somebody."""
    await page.goto("/#/settings")
    await page.get_by_role("link", name="Proposals of mentors").click()
    await expect(page.locator("main")).to_contain_text("1 person waits")
    await press(page, "Match everybody who waits")
    await press(page, f"Show them to {isolated(name)}")
    nothing = page.get_by_role("heading", name="Nothing waits for a look")
    await expect(nothing).to_be_focused()


def options(page: Page) -> Locator:
    """Who is proposed."""
    return page.locator("main").get_by_role("heading", level=3)


async def become_a_pair(mentee: Page, mentor: Page, names: tuple[str, str]) -> None:
    """One chooses, the other says yes, and both prepare.

    Args:
        names: of the mentee and the mentor.
    """
    mentee_name, mentor_name = map(isolated, names)
    await press(mentee, f"Choose {mentor_name}")
    await agree(mentee, "Yes, ask them")
    await expect(mentee.locator("main")).to_contain_text(f"Now {mentor_name} answers")
    await press(mentor, f"Yes: {mentee_name}")
    await agree(mentor, "Yes")
    both = "both said yes"
    for page in (mentor, mentee):
        await expect(page.locator("main")).to_contain_text(both)
        await press(page, "I have read it")
    await press(mentee, "I would rather not")
    for page in (mentor, mentee):
        await expect(page.locator("main")).not_to_contain_text(both)
        await expect(page.get_by_text("Before you meet")).to_have_count(0)


# --- what came of it ---


def entry(page: Page, name: str) -> Locator:
    """The card of an entry among one's own rewards."""
    return page.locator("main li").filter(has=page.get_by_role("heading", name=name))


async def look_at_rewards(page: Page) -> None:
    await page.goto("/#/settings")
    await page.get_by_role("link", name="My time and rewards").click()
