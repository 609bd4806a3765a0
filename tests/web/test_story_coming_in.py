"""How people come to a server that is new, by what the operator sees in a terminal."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Browser, expect

from support.browser import add_authenticator
from support.screens import Screens
from support.server import ServerProcess

from .conftest import app_person

pytestmark = pytest.mark.timeout(300)
LINK = re.compile(r"http://localhost:\d+/#/invite/\S+")
USED = "status of 409"
"""What the browser says itself of an invitation that was used before."""


@pytest.mark.capability("C01")
async def test_the_operator_comes_by_the_first_start_and_others_by_the_command(
    browser: Browser, app_server: ServerProcess
) -> None:
    """Both links work as they are printed, and once; the two then talk."""
    (first,) = LINK.findall(await asyncio.to_thread(app_server.printed.read_text))
    async with (
        app_person(browser, app_server) as olga_page,
        app_person(browser, app_server) as ben_page,
        app_person(browser, app_server, USED) as late_page,
    ):
        await add_authenticator(olga_page)
        olga, ben = Screens(olga_page), Screens(ben_page)
        await olga.follow(first, "olga")
        roles = await asyncio.to_thread(app_server.mentalverse, "role", "list", "olga")
        assert roles == "operator\n"

        create = ("invite", "create", "--role", "mentee", "--note", "for Ben")
        printed = await asyncio.to_thread(app_server.mentalverse, *create)
        (link,) = LINK.findall(printed)
        await ben.follow(link, "ben", passkey=False)
        await olga.begin("ben")
        await olga.write("You found the door")
        await ben.enter("olga")
        await ben.hears("You found the door")
        await ben.write("It was open")
        await olga.hears("It was open")

        for used in (first, link):
            await late_page.goto("about:blank")
            await late_page.goto(used)
            await late_page.get_by_label("A name for you here").fill("late")
            await Screens(late_page).choose_seal(passkey=False)
            await late_page.get_by_role("button", name="Come in").click()
            await expect(
                late_page.get_by_text("or the invitation has been used")
            ).to_be_visible()
