"""Somebody applies, two review, and the credential is shown: at real browsers."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from mentalverse_signaling.roles import Role
from support.server import ServerProcess

from .modules import (
    add_document,
    begin,
    coordinator,
    hand_in,
    isolated,
    note_all,
    point,
    sign_off,
    somebody,
    take_up,
)

pytestmark = pytest.mark.timeout(300)

PROFESSIONAL = "Professional"


async def note_licence(page: Page) -> None:
    """Open the document, and write down what it shows."""
    licence = point(page, "licence")
    await licence.get_by_role("button", name="Open").click()
    await expect(licence).to_contain_text("licence.pdf")
    await licence.get_by_role("button", name="Note what you found").click()
    await licence.get_by_role("radio", name="Met", exact=True).check()
    await licence.get_by_label("Who says so").select_option("issuer")
    await licence.get_by_label("How it was looked at").select_option("document")
    await licence.get_by_role("button", name="Keep this").click()
    await expect(licence).to_contain_text("Whoever issued it")


@pytest.mark.capability("K01")
async def test_somebody_applies_two_sign_and_the_credential_is_shown(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """A document is read by those who review, each signs with a passkey, and it is shown."""
    async with (
        somebody(browser, app_server, "max") as max_,
        somebody(browser, app_server, "one", Role.COORDINATOR) as one,
        somebody(browser, app_server, "two", Role.SUPERVISOR) as two,
        coordinator(app_server, tmp_path) as iris,
    ):
        await begin(max_, PROFESSIONAL)
        await add_document(max_, "licence")
        await hand_in(max_)
        await take_up(one, PROFESSIONAL)
        await note_licence(one)
        await note_all(iris)
        await one.reload()
        await sign_off(one, "You have signed it off.")
        await take_up(two, PROFESSIONAL)
        await sign_off(two, "Two people have signed")

        await expect(max_.locator("main")).to_contain_text("Two people have agreed")
        await max_.goto("/#/settings")
        await expect(
            max_.get_by_role("link", name="Review applications")
        ).to_have_count(0)
        await max_.get_by_role("link", name="My credentials").click()
        await max_.get_by_role("button", name="Show the code").click()
        code = max_.get_by_role(
            "img", name=f"Code of the credential: {isolated(PROFESSIONAL)}"
        )
        await expect(code).to_be_visible()
