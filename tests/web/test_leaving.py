"""The way out, on the built client behind a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import pytest
from hatch_build import build
from load_tests.js_peer import WEB
from playwright.async_api import Browser, BrowserContext, Page, Request, Route, expect

from mentalverse_crisis.resources import SHIPPED, Channel, read
from mentalverse_server.app import running_server
from mentalverse_server.config import load_config
from support.browser import person

NEUTRAL = "https://neutral.example/weather"
STORE = """() => {
  localStorage.setItem("kept", "1"); sessionStorage.setItem("kept", "1")
  return new Promise((go) => { indexedDB.open("mv-test").onsuccess = () => go(true) })
}"""


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[str]:
    """The product as it is installed: the built client, served."""
    build(WEB)
    flags = {
        "server.port": 0,
        "server.data_dir": tmp_path / "data",
        "metrics.enabled": False,
        "web.dist_dir": WEB / "dist",
        "web.exit_url": NEUTRAL,
    }
    config = load_config(None, {}, flags).config
    async with running_server(config) as server:
        yield server.url.replace("127.0.0.1", "localhost")


@dataclass
class Outside:
    """The neutral page, and what was asked of it."""

    requests: list[Request] = field(default_factory=list)

    async def answer(self, route: Route) -> None:
        self.requests.append(route.request)
        await route.fulfill(
            body="<title>Weather</title>Sunny.", content_type="text/html"
        )


async def _outside(context: BrowserContext) -> Outside:
    outside = Outside()
    await context.route("https://neutral.example/**", outside.answer)
    return outside


def _dialled(number: str) -> str:
    return number.replace(" ", "")


async def _press_shift(page: Page) -> None:
    for _ in range(3):
        await page.keyboard.press("Shift")


async def _press_button(page: Page) -> None:
    await page.get_by_role("button", name="Exit now").click()


@pytest.mark.parametrize("path", ["/", "/help"])
@pytest.mark.parametrize("way", [_press_button, _press_shift])
async def test_leaving_shows_the_neutral_page_and_back_shows_nothing_of_ours(
    browser: Browser, site: str, path: str, way: object
) -> None:
    """The neutral page learns no address of ours, nothing of the session stays, other
    pages of ours leave too, and Back leads to what came before."""
    async with person(browser, site) as (context, watched):
        watched.expected.append("foreign request: https://neutral.example")
        outside = await _outside(context)
        page, other = await context.new_page(), await context.new_page()
        await other.goto("/")
        await page.goto("about:blank")
        await page.goto(path)
        await page.get_by_role("button", name="Exit now").wait_for()
        await page.evaluate(STORE)
        async with page.expect_request("**/exit") as left:
            await way(page)  # type: ignore[operator]
        assert (await left.value).post_data == "wipe"
        await page.wait_for_url(NEUTRAL)
        await other.wait_for_url(NEUTRAL)
        assert [request.headers.get("referer") for request in outside.requests] == [
            None,
            None,
        ]
        await page.go_back()
        await expect(page).to_have_url("about:blank")
        await page.goto("/help")
        assert await page.evaluate("() => sessionStorage.length") == 0
        assert await page.evaluate("() => localStorage.getItem('kept')") is None


async def test_leaving_does_not_wait_for_a_server_that_is_gone(
    browser: Browser, site: str
) -> None:
    """The page is blank in the same task; the neutral page comes without our server."""
    async with person(browser, site) as (context, watched):
        watched.expected += ["foreign request: https://neutral.example", "console"]
        await _outside(context)
        await context.route("**/exit", lambda route: route.abort())
        page = await context.new_page()
        await page.goto("/help")
        blank = await page.evaluate(
            """() => {
              const button = [...document.querySelectorAll("button")]
                .find((each) => each.textContent === "Exit now")
              button.click()
              return [document.body.childElementCount, document.title.trim().length <= 1]
            }"""
        )
        assert blank == [0, True]
        await page.wait_for_url(NEUTRAL)


async def test_a_link_leads_out_where_no_script_runs(
    browser: Browser, site: str
) -> None:
    """And the numbers stand in the page itself."""
    async with person(browser, site, java_script_enabled=False) as (context, watched):
        watched.expected.append("foreign request: https://neutral.example")
        await _outside(context)
        page = await context.new_page()
        await page.goto("/help")
        lines = read(files("mentalverse_crisis").joinpath(SHIPPED).read_bytes()).lines
        for line in lines:
            item = page.get_by_role("listitem").filter(has_text=line.name)
            await expect(item.first).to_contain_text("not checked yet")
            for number in line.numbers:
                scheme = "tel" if number.channel is Channel.CALL else "sms"
                link = page.locator(f'a[href="{scheme}:{_dialled(number.value)}"]')
                await expect(link.first).to_be_visible()
        await page.get_by_role("link", name="Exit now").click()
        await page.wait_for_url(NEUTRAL)


async def test_three_lights_say_how_far_somebody_is(
    browser: Browser, site: str
) -> None:
    """In light and in words; a Shift that makes a capital does not count."""
    async with person(browser, site) as (context, _):
        page = await context.new_page()
        await page.goto("/help")
        await page.keyboard.press("Shift")
        await expect(page.locator("header [data-on=true]")).to_have_count(1)
        await expect(page.locator("header [role=status]")).to_have_text(
            "Press Shift 2 more times to leave."
        )
        await page.keyboard.press("Shift+A")
        await expect(page.locator("header [data-on=true]")).to_have_count(0)
