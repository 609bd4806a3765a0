"""The numbers on the page of help, in a browser: how far each can be relied on."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from hatch_build import build
from load_tests.js_peer import WEB
from playwright.async_api import Browser, Locator, Page, expect

from mentalverse_crisis.resources import Check
from mentalverse_server import line_checks
from mentalverse_server.app import running_server
from mentalverse_server.config import load_config
from support.browser import person


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[str]:
    """The product as it is installed: the built client, served."""
    build(WEB)
    flags = {
        "server.port": 0,
        "server.data_dir": tmp_path / "data",
        "metrics.enabled": False,
        "web.dist_dir": WEB / "dist",
    }
    line_checks.write(tmp_path / "data" / line_checks.FILE, [Check(*VERIFIED)])
    config = load_config(None, {}, flags).config
    async with running_server(config) as server:
        yield server.url


VERIFIED = ("DE", "TelefonSeelsorge", date(2026, 12, 1), "the desk")
"""What the operator's people have tried."""


def _numbers(page: Page) -> Locator:
    return page.locator('section[aria-labelledby="call"] li')


async def test_every_helpline_says_that_nobody_has_tried_it(
    browser: Browser, site: str
) -> None:
    """Each for itself and in plain words; also when the country is changed. Nobody is
    to dial an emergency number to try it: those say nothing of it."""
    async with person(browser, site, locale="en-GB") as (context, _):
        page = await context.new_page()
        await page.clock.set_fixed_time("2027-01-01T12:00:00Z")
        await page.goto("/help")
        for code in ("GB", "US"):
            await page.get_by_label("Numbers for").select_option(code)
            await expect(_numbers(page).first).to_contain_text("Emergency")
            count = await _numbers(page).count()
            assert count > 1
            emergency = await _numbers(page).filter(has_text="Emergency").count()
            marked = _numbers(page).filter(has_text="Not checked yet")
            await expect(marked).to_have_count(count - emergency)
            doubtful = marked.filter(has_text="Emergency")
            await expect(doubtful).to_have_count(0)
        note = page.get_by_text("Check before relying on it")
        await expect(note).to_be_visible()


async def test_a_list_that_nobody_has_tried_for_a_year_shows_emergency_numbers_alone(
    browser: Browser, site: str
) -> None:
    """Old helplines are hidden; whoever is in danger has a number all the same."""
    async with person(browser, site, locale="en-GB") as (context, _):
        page = await context.new_page()
        await page.clock.set_fixed_time("2029-01-01T12:00:00Z")
        await page.goto("/help")
        await page.get_by_label("Numbers for").select_option("GB")
        await expect(_numbers(page)).to_have_count(2)
        await expect(_numbers(page).filter(has_text="Emergency")).to_have_count(2)
        await page.get_by_label("Numbers for").select_option("")
        await expect(_numbers(page)).to_have_text(["Emergency112", "Emergency911"])
        await expect(
            page.get_by_text("call your local emergency number")
        ).to_be_visible()


@pytest.mark.parametrize(
    ("today", "said"),
    [
        ("2027-01-01", r"Checked on .?December 1, 2026.?$"),
        (
            "2027-09-01",
            r"Last checked on .?December 1, 2026.?\. It may have changed since\.$",
        ),
    ],
)
async def test_what_the_operators_people_have_tried_says_when_and_not_by_whom(
    browser: Browser, site: str, today: str, said: str
) -> None:
    """After `mentalverse crisis resources verify` and a start of the server."""
    async with person(browser, site, locale="en-GB") as (context, _):
        page = await context.new_page()
        await page.clock.set_fixed_time(f"{today}T12:00:00Z")
        await page.goto("/help")
        assert "the desk" not in await page.content()
        await page.get_by_label("Numbers for").select_option("DE")
        line = _numbers(page).filter(has_text="TelefonSeelsorge")
        await expect(line).to_have_count(2)
        await expect(line.first).to_contain_text(re.compile(said))
        unchecked = _numbers(page).filter(has_text="Not checked yet")
        await expect(unchecked).to_have_count(0)
