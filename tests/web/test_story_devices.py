"""Another device of one's own, let in through the screens by a picture or by typing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from support.browser import FAKE_MEDIA, add_authenticator, chromium
from support.clients import eventually, only_conversation, texts
from support.clients import person as python_person
from support.screens import LONG_MS, Screens
from support.server import ServerProcess

from .conftest import app_person

pytestmark = [pytest.mark.timeout(400), pytest.mark.capability("C01")]
NONE_YET = "status of 404"
"""What the browser says itself of a piece of history that nobody has made so far."""

Show = Callable[[Page, Page], Awaitable[None]]
"""Brings what the first page shows before the second."""


async def _type(new: Page, old: Page) -> None:
    await old.get_by_role("button", name="Scan with the camera").click()
    await expect(old.get_by_text("The camera is not there")).to_be_visible()
    offer = new.get_by_text("mentalverse-device:")
    typed = (await offer.inner_text()).strip()
    await old.get_by_role("textbox", name="Or type the code it shows").fill(typed)
    await old.get_by_role("button", name="Go on").click()


async def _let_in(old: Page, new: Page, show: Show) -> None:
    """From two open screens to two devices of one account.

    The account's passkey is not on the new one, so a passphrase opens that.
    """
    phone = Screens(new)
    await new.goto("/")
    await new.get_by_role("button", name="Use with another device").click()
    await phone.choose_seal(passkey=False)
    await new.get_by_role("button", name="Show the code").click()
    await expect(
        new.get_by_role("img", name="Code for your other device")
    ).to_be_visible(timeout=LONG_MS)
    await old.goto("/#/settings/devices")
    await show(new, old)
    digits = new.get_by_text("Type this number on your other device.")
    await expect(digits).to_be_visible(timeout=LONG_MS)
    number = await digits.locator("xpath=following-sibling::p[1]").inner_text()
    await old.get_by_role("textbox", name="The six digits").fill(
        number, timeout=LONG_MS
    )
    await old.get_by_role("button", name="Let this device in").click()
    await new.get_by_role("button", name="Yes, it did").click()
    await phone.is_open()
    await expect(old.get_by_text("Both devices are ready.")).to_be_visible(
        timeout=LONG_MS
    )


async def _hear_everything(
    server: ServerProcess, folder: Path, old: Page, new: Page, show: Show
) -> None:
    """What was said before, and what each of three says after."""
    laptop, phone = Screens(old), Screens(new)
    async with python_person(server, folder, "ben") as ben:
        await add_authenticator(old)
        await laptop.come_in(server, "ada")
        await laptop.begin("ben")
        await laptop.write("Before there was a phone")
        await eventually(lambda: len(ben.conversations()) == 1)

        await _let_in(old, new, show)

        await phone.enter("ben")
        await phone.hears("Before there was a phone")
        talk = await only_conversation(ben)
        await talk.send("Hello, both of you")
        await phone.hears("Hello, both of you")
        await phone.write("From the phone")
        await eventually(lambda: "From the phone" in texts(talk))
        await old.goto(new.url)
        await laptop.is_in("ben")
        for text in (
            "Before there was a phone",
            "Hello, both of you",
            "From the phone",
        ):
            await laptop.hears(text)


async def test_a_second_device_comes_by_a_picture_and_both_hear_everything(
    app_server: ServerProcess, tmp_path: Path
) -> None:
    """The old one sees the screen of the new one with its camera; nothing is typed but digits."""
    seen = tmp_path / "seen.mjpeg"
    camera = f"--use-file-for-fake-video-capture={seen}"

    async def hold_before_the_camera(new: Page, old: Page) -> None:
        code = new.get_by_role("img", name="Code for your other device")
        await code.scroll_into_view_if_needed()
        # Motion JPEG is one picture after the other; after the last the first again.
        screen = await new.screenshot(type="jpeg", quality=90)
        await asyncio.to_thread(seen.write_bytes, screen)
        await old.get_by_role("button", name="Scan with the camera").click()

    async with (
        chromium() as with_screen,
        chromium(*FAKE_MEDIA, camera) as with_camera,
        app_person(with_camera, app_server, NONE_YET) as old,
        app_person(with_screen, app_server, NONE_YET) as new,
    ):
        await _hear_everything(app_server, tmp_path, old, new, hold_before_the_camera)


async def test_a_second_device_comes_by_a_typed_code_and_both_hear_everything(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """Where there is no camera: the old one says so, and takes what is typed."""
    async with (
        app_person(browser, app_server, NONE_YET) as old,
        app_person(browser, app_server, NONE_YET) as new,
    ):
        await _hear_everything(app_server, tmp_path, old, new, _type)
