"""One's time and rewards, and what two decide about them: at real browsers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hatch_build import build
from load_tests.js_peer import WEB
from playwright.async_api import Browser, Locator, Page, expect

from mentalverse_client import Client
from mentalverse_signaling.credential_events import (
    TrainingPass,
    TrainingRecord,
    TrainingView,
)
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import Role
from support.beside import settle_week
from support.browser import add_authenticator
from support.clients import PASSPHRASE, opened
from support.server import ServerProcess, start_server

from .app import by_passkey, sign_up
from .conftest import NEUTRAL, app_person

pytestmark = pytest.mark.timeout(300)

MODULE = "foundation"
TRAINING_MINUTES = 1200


@asynccontextmanager
async def somebody(
    browser: Browser, server: ServerProcess, handle: str, *roles: Role
) -> AsyncIterator[Page]:
    """At their browser, with a passkey."""
    async with app_person(browser, server) as page:
        await add_authenticator(page)
        await sign_up(page, server, handle, by_passkey, *roles)
        yield page


@asynccontextmanager
async def trainer(server: ServerProcess, folder: Path) -> AsyncIterator[Client]:
    """Who records what others have learned."""
    code = await asyncio.to_thread(server.invite, Role.COORDINATOR)
    profile = folder / "iris"
    await Client.register(server.url, code, "iris", profile, PASSPHRASE)
    async with opened(profile) as client:
        yield client


async def train(client: Client, handle: str) -> None:
    """Twenty hours of the first training, and its assessment: an entry is due for it."""
    account = AccountId(await client.find(handle))
    learned = TrainingRecord(account, "course-1", MODULE, TRAINING_MINUTES)
    await client._engine.call("training.record", learned, TrainingView)
    passed = TrainingPass(account, MODULE)
    await client._engine.call("training.pass", passed, TrainingView)


def mvt(amount: int) -> str:
    """As it stands in a sentence, whichever way either is written."""
    return f"\u2068{amount}\u2069 MVT"


def entry(page: Page, name: str) -> Locator:
    """The card of an entry."""
    return page.locator("main li").filter(has=page.get_by_role("heading", name=name))


async def confirm(card: Locator, name: str) -> None:
    """Press a button of a card, and that of the question it asks."""
    await card.get_by_role("button", name=name).click()
    dialog = card.page.get_by_role("dialog")
    await dialog.get_by_role("button", name=name).click()
    await expect(dialog).to_have_count(0)


async def look(page: Page) -> None:
    await page.goto("/#/settings")
    await page.get_by_role("link", name="My time and rewards").click()


@pytest.mark.capability("T03")
async def test_an_entry_is_pending_then_checked_on_the_device_then_disputed(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """Two people find that it was not right, and it is put back by an entry of its own."""
    async with (
        trainer(app_server, tmp_path) as iris,
        somebody(browser, app_server, "max") as max_,
        somebody(browser, app_server, "one", Role.COORDINATOR) as one,
        somebody(browser, app_server, "two", Role.SUPERVISOR) as two,
    ):
        await look(max_)
        await expect(max_.locator("main")).to_contain_text("Nothing is noted yet.")
        await train(iris, "max")
        card = entry(max_, "Training")
        await expect(card).to_contain_text("Not closed yet")
        await expect(card).to_contain_text(mvt(200))
        await expect(card.get_by_role("button", name="receipt")).to_have_count(0)

        await settle_week(app_server)
        await max_.reload()
        await expect(card).to_contain_text("Given")
        await card.get_by_role("button", name="Show the receipt").click()
        await expect(card).to_contain_text("Checked on this device")
        await card.get_by_role("button", name="Something is not right").click()
        await card.get_by_label("What is not right?").fill("It was another course.")
        await card.get_by_role("button", name="Ask for a look at it").click()
        await expect(card).to_contain_text("Two people look at it.")

        for page in (one, two):
            await page.goto("/#/settings")
            await page.get_by_role("link", name="Rewards: what two decide").click()
            dispute = page.locator("[data-part=dispute]")
            await expect(dispute).to_contain_text("It was another course.")
            await confirm(dispute, "It was not right")
        await expect(two.locator("main")).to_contain_text("Nobody waits for a look.")
        await expect(card).to_contain_text("Corrected")


@pytest.mark.capability("T03")
async def test_an_amount_that_somebody_proposes_takes_a_second_who_stands_for_it(
    browser: Browser, app_server: ServerProcess
) -> None:
    """And then it is an entry like any other, which the page shows as it comes."""
    async with (
        somebody(browser, app_server, "max") as max_,
        somebody(browser, app_server, "one", Role.COORDINATOR) as one,
        somebody(browser, app_server, "two", Role.SUPERVISOR) as two,
    ):
        await look(max_)
        await expect(max_.locator("main")).to_contain_text("Nothing is noted yet.")
        await one.goto("/#/rewards/decide")
        await one.get_by_role("button", name="Propose an amount").click()
        await one.get_by_label("Name of the person here").fill("max")
        await one.get_by_label("What for").select_option("peer.knowledge")
        await one.get_by_label("Whole MVT").fill("50")
        await one.get_by_label("Why, in a sentence or two").fill("The guide.")
        await one.get_by_role("button", name="Propose it").click()
        await expect(one.locator("[data-part=award]")).to_contain_text(
            "You stand for it."
        )
        await two.goto("/#/rewards/decide")
        award = two.locator("[data-part=award]")
        await award.get_by_role("button", name="Stand for it").click()
        await expect(award).to_contain_text("Given")
        await expect(entry(max_, "Knowledge shared")).to_contain_text(mvt(50))


@pytest.mark.capability("T05")
async def test_who_wants_nothing_noted_says_so_once(
    browser: Browser, app_server: ServerProcess
) -> None:
    """And it is so after the page was loaded anew."""
    async with somebody(browser, app_server, "mia") as page:
        await look(page)
        switch = page.get_by_role("switch", name="Note what I am given for my time")
        await expect(switch).to_be_checked()
        await switch.uncheck()
        await expect(page.locator("main")).to_contain_text("as you wish")
        await page.reload()
        await expect(switch).not_to_be_checked()


async def test_where_nothing_is_rewarded_nobody_is_shown_the_way(
    browser: Browser, tmp_path: Path
) -> None:
    """Whoever has the address is told why there is nothing."""
    build(WEB)
    settings = {
        "WEB__DIST_DIR": str(WEB / "dist"),
        "WEB__EXIT_URL": NEUTRAL,
        "REWARDS__ENABLED": "false",
    }
    with start_server(tmp_path / "server", settings) as server:
        async with somebody(browser, server, "max", Role.OPERATOR) as page:
            await page.goto("/#/rewards")
            await expect(page.locator("main")).to_contain_text(
                "This installation gives no rewards."
            )
            await page.goto("/#/settings")
            await expect(page.get_by_role("link", name="Webhooks")).to_be_visible()
            await expect(page.get_by_role("link", name="rewards")).to_have_count(0)
