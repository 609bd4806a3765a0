"""One's time and rewards, and what two decide about them: at real browsers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hatch_build import build
from load_tests.js_peer import WEB
from playwright.async_api import Browser, Locator, expect

from mentalverse_signaling.roles import Role
from support.beside import settle_week
from support.server import ServerProcess, start_server

from .conftest import NEUTRAL
from .modules import (
    coordinator,
    entry,
    isolated,
    look_at_rewards,
    somebody,
    train,
)

pytestmark = pytest.mark.timeout(300)


def mvt(amount: int) -> str:
    """As an amount stands in a sentence."""
    return f"{isolated(str(amount))} MVT"


async def decide(card: Locator, name: str) -> None:
    """Press a button of a card, and that of the question it asks."""
    await card.get_by_role("button", name=name).click()
    dialog = card.page.get_by_role("dialog")
    await dialog.get_by_role("button", name=name).click()
    await expect(dialog).to_have_count(0)


@pytest.mark.capability("T03")
async def test_an_entry_is_pending_then_checked_on_the_device_then_disputed(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """Two people find that it was not right, and it is put back by an entry of its own."""
    async with (
        coordinator(app_server, tmp_path) as iris,
        somebody(browser, app_server, "max") as max_,
        somebody(browser, app_server, "one", Role.COORDINATOR) as one,
        somebody(browser, app_server, "two", Role.SUPERVISOR) as two,
    ):
        await look_at_rewards(max_)
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
            await decide(dispute, "It was not right")
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
        await look_at_rewards(max_)
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
        await look_at_rewards(page)
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
