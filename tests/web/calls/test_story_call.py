"""Two people call each other, through the screens as they are installed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hatch_build import build
from load_tests.js_peer import WEB
from playwright.async_api import Browser, Page, expect

from support.browser import add_authenticator, chromium
from support.screens import LONG_MS, Screens
from support.server import ServerProcess, start_server
from web.calls.talk import FLAGS
from web.conftest import NEUTRAL, app_person

STEPS = ("microphone", "camera", "speaker", "encryption", "path")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium(*FLAGS) as started:
        yield started


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """The product with an engine that this machine reaches: the test of a line asks it."""
    build(WEB)
    settings = {
        "WEB__DIST_DIR": str(WEB / "dist"),
        "WEB__EXIT_URL": NEUTRAL,
        "MEDIA__ADDRESSES": '["127.0.0.1"]',
        "MEDIA__LINGER_SECONDS": "0",
    }
    with start_server(tmp_path / "server", settings) as running:
        yield running


async def _try_devices(page: Page) -> None:
    """The test before a call, to its end."""
    await page.get_by_role("button", name="Begin the test").click()
    await page.get_by_role("button", name="I hear them").click(timeout=LONG_MS)
    await expect(page.get_by_text("All that was tested works.")).to_be_visible(
        timeout=LONG_MS
    )
    for step in STEPS:
        found = page.locator(f"[data-step={step}]")
        await expect(found.get_by_text("Works", exact=True)).to_be_visible()


async def _turn_on(page: Page) -> None:
    for name in ("Microphone", "Camera"):
        control = page.get_by_role("group", name="In the call").get_by_role(
            "button", name=name
        )
        await control.click()
        await expect(control).to_have_attribute("aria-pressed", "true")


async def _sees(page: Page, name: str) -> None:
    """A picture of somebody that moves."""
    tile = page.get_by_role("listitem").filter(has_text=name)
    picture = tile.locator("video")
    await expect(picture).to_be_visible(timeout=LONG_MS)
    await picture.evaluate(
        """(video) => new Promise((resolve) =>
          video.requestVideoFrameCallback(() => video.requestVideoFrameCallback(resolve)))"""
    )


@pytest.mark.capability("C04")
@pytest.mark.timeout(300)
async def test_two_people_call_each_other_from_their_conversation(
    browser: Browser, server: ServerProcess
) -> None:
    """They try their devices, go in, see each other, read a caption, and leave."""
    async with (
        app_person(browser, server) as ada_page,
        app_person(browser, server) as ben_page,
    ):
        ada, ben = Screens(ada_page), Screens(ben_page)
        for page in (ada_page, ben_page):
            await add_authenticator(page)
        await ada.come_in(server, "ada")
        await ben.come_in(server, "ben")
        await ada.begin("ben")
        await ada.write("Shall we talk?")
        await ben.enter("ada")
        await ben.hears("Shall we talk?")

        await ada_page.get_by_role("link", name="Call", exact=True).click()
        await ada_page.get_by_role("radio", name="Sound and picture").check()
        await _try_devices(ada_page)
        await ada_page.get_by_role("button", name="Start the call").click()
        await _turn_on(ada_page)
        await ben_page.get_by_role("link", name="Look in").click(timeout=LONG_MS)
        await ben_page.get_by_role("button", name="Go in").click()
        await _turn_on(ben_page)
        await asyncio.gather(_sees(ada_page, "ben"), _sees(ben_page, "ada"))

        await ada_page.get_by_role("button", name="Captions").click()
        await ada_page.get_by_role("button", name="Type captions").click()
        typed = ada_page.get_by_role("textbox", name="What is being said")
        await typed.fill("There is tea.")
        await expect(ben_page.get_by_text("There is tea.")).to_be_visible(
            timeout=LONG_MS
        )

        for page in (ada_page, ben_page):
            await page.get_by_role("button", name="Leave").click()
            dialog = page.get_by_role("dialog", name="Leave the call")
            await dialog.get_by_role("button", name="Leave", exact=True).click()
            heading = page.get_by_role("heading", level=1)
            await expect(heading).to_have_text("You have left")


async def _begin_call(ada_page: Page, ben_page: Page) -> None:
    """Ada calls and Ben comes, both with microphone and camera."""
    await ada_page.get_by_role("link", name="Call", exact=True).click()
    await ada_page.get_by_role("radio", name="Sound and picture").check()
    await ada_page.get_by_role("button", name="Start the call").click()
    await _turn_on(ada_page)
    await ben_page.get_by_role("link", name="Look in").click(timeout=LONG_MS)
    await ben_page.get_by_role("button", name="Go in").click()
    await _turn_on(ben_page)
    await asyncio.gather(_sees(ada_page, "ben"), _sees(ben_page, "ada"))


@pytest.mark.capability("C04")
@pytest.mark.timeout(300)
async def test_a_recording_is_agreed_to_kept_and_opened(
    browser: Browser, server: ServerProcess, tmp_path: Path
) -> None:
    """Everybody sees that it runs and whose device records; the file plays afterwards."""
    async with (
        app_person(browser, server) as ada_page,
        app_person(browser, server) as ben_page,
    ):
        ada, ben = Screens(ada_page), Screens(ben_page)
        for page in (ada_page, ben_page):
            await add_authenticator(page)
        await ada.come_in(server, "ada")
        await ben.come_in(server, "ben")
        await ada.begin("ben")
        await ada.write("Shall we talk?")
        await ben.enter("ada")
        await ben.hears("Shall we talk?")
        await _begin_call(ada_page, ben_page)

        await ada_page.get_by_role("button", name="People").click()
        await ada_page.get_by_role("button", name="Ask for a recording").click()
        await ada_page.get_by_role("button", name="Ask everybody").click()
        await ben_page.get_by_role("button", name="I agree").click(timeout=LONG_MS)
        begin = ada_page.get_by_role("button", name="Begin recording")
        await begin.click(timeout=LONG_MS)
        banner = ben_page.locator("[data-recording]")
        await expect(banner).to_contain_text("is recording this call", timeout=LONG_MS)
        await expect(
            ben_page.get_by_role("listitem").filter(has_text="Records")
        ).to_contain_text("ada")
        await _sees(ada_page, "ben")

        await ada_page.get_by_role("button", name="Leave").click()
        dialog = ada_page.get_by_role("dialog", name="Leave the call")
        await dialog.get_by_role("button", name="Leave", exact=True).click()
        async with ada_page.expect_download() as kept:
            await ada_page.get_by_role("button", name="Keep the sealed file").click()
        file = tmp_path / "kept.mvrec"
        await (await kept.value).save_as(file)
        assert file.read_bytes().startswith(b"MVREC\0\0\1")
        await ada_page.get_by_role("link", name="Open a recording").click()
        await ada_page.get_by_label("The sealed file").set_input_files(file)
        video = ada_page.locator("video[controls]")
        await expect(video).to_be_visible(timeout=LONG_MS)
        await video.evaluate(
            """(video) => new Promise((resolve) => {
              video.requestVideoFrameCallback(resolve)
              void video.play()
            })"""
        )
        assert await video.evaluate("(video) => video.videoWidth") == 1280
