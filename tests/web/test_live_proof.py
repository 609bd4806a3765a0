"""A credential is asked for and shown in a conversation: a real browser and Python."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hatch_build import build
from load_tests.js_peer import WEB
from playwright.async_api import Browser, Locator, Page, expect

from mentalverse_client import Client
from mentalverse_client.live_proofs import Shown
from mentalverse_signaling.ids import AccountId, ClientId
from mentalverse_signaling.roles import Role
from support.browser import add_authenticator
from support.call_wire import CallWire, call_wire, until
from support.clients import (
    DEADLINE_SECONDS,
    PASSPHRASE,
    eventually,
    only_conversation,
    opened,
)
from support.clock import RunningClock
from support.inside import Inside
from support.reviewing import FOUND, Reviewers, reviewers
from support.screens import LONG_MS, Screens

from .app import by_passkey, sign_up
from .conftest import NEUTRAL, app_person
from .modules import begin, hand_in, isolated, press

pytestmark = [pytest.mark.timeout(300), pytest.mark.capability("K16")]

TYPE, TYPE_NAME = "level_basic", "Training: Basic"
KEEP_SECONDS = 31
"""A status list is made anew after it."""


@dataclass
class House:
    """A server in this process, two who decide, somebody at a page, somebody at a program."""

    wire: CallWire
    decide: Reviewers
    page: Page
    client: Client

    async def trained(self, handle: str) -> None:
        """Twenty hours, and the assessment."""
        await self.decide.trained(AccountId(await self.client.find(handle)))

    async def approved(self) -> ClientId:
        """Both sign what waits; the id of the credential."""
        one = self.decide.one
        (waiting,) = (await one.call("review.queue")).waiting
        which = {"application": waiting.application}
        for need in (await one.call("review.open", **which)).missing:
            await one.call(
                "review.note", **which, need=need, since="2020-01-01", **FOUND
            )
        await self.decide.fresh()
        for each in (one, self.decide.two):
            await each.call("review.sign", **which, approve=True)
        return ClientId(waiting.application)

    async def taken_back(self, credential: ClientId) -> None:
        """For good, and every list that says otherwise is old."""
        await self.decide.fresh()
        await self.decide.two.call(
            "credential.revoke", credential=credential, reason="conduct"
        )
        self.wire.clock.advance(KEEP_SECONDS)


@asynccontextmanager
async def _house(
    browser: Browser, folder: Path, at_page: str, at_program: str
) -> AsyncIterator[House]:
    build(WEB)
    settings = {"web.dist_dir": WEB / "dist", "web.exit_url": NEUTRAL}
    clock = RunningClock()
    clock.advance(-180)  # whose lists are never of a time to come, wherever it goes
    async with AsyncExitStack() as stack:
        wire = await stack.enter_async_context(call_wire(folder, clock, settings))
        server = Inside(wire.api)
        decide = await reviewers(wire)
        page = await stack.enter_async_context(app_person(browser, server))
        await add_authenticator(page)
        await sign_up(page, server, at_page, by_passkey, Role.MENTOR)
        profile = folder / at_program
        code = server.invite(Role.MENTOR)
        await Client.register(server.url, code, at_program, profile, PASSPHRASE)
        client = await stack.enter_async_context(opened(profile))
        yield House(wire, decide, page, client)


def _verdict(page: Page, what: str) -> Locator:
    return page.locator(f"main [data-verdict={what}]")


async def test_a_browser_asks_and_sees_what_python_shows(
    browser: Browser, tmp_path: Path
) -> None:
    """And that it was taken back, when it looks again."""
    async with _house(browser, tmp_path, "mia", "max") as house:
        page, max_ = house.page, house.client
        await house.trained("max")
        signed = await house.decide.issued(max_, TYPE)
        await Screens(page).begin("max")
        talk = await only_conversation(max_)
        await page.get_by_role("link", name="People here").click()
        await press(page, "Ask to see a credential")
        await expect(page.locator("main")).to_contain_text("has not shown anything")

        proofs = max_.credentials.proofs
        await eventually(lambda: len(proofs.asked(talk.id)) == 1)
        await press(page, "Ask again")
        (asked,) = proofs.asked(talk.id)
        await proofs.show(talk.id, asked.ask, signed.jwt)
        holds = _verdict(page, "holds")
        await expect(holds).to_contain_text(TYPE_NAME, timeout=LONG_MS)
        await expect(holds).to_contain_text("No, looked up on")
        await expect(holds).to_contain_text("It does not prove who")

        await house.taken_back(signed.credential.credential)
        await press(page, "Check it anew")
        await expect(_verdict(page, "refused")).to_contain_text("taken back for good")
        await expect(holds).to_have_count(0)


async def test_python_asks_and_a_browser_shows_what_its_person_chooses(
    browser: Browser, tmp_path: Path
) -> None:
    """Nothing before; and once it was taken back it is refused there too."""
    async with _house(browser, tmp_path, "max", "mia") as house:
        page, mia = house.page, house.client
        await house.trained("max")
        await begin(page, TYPE_NAME)
        await hand_in(page)
        credential = await house.approved()
        talk = await mia.direct("max")
        ask = await mia.credentials.proofs.ask(talk.id)

        async def shown() -> tuple[Shown, ...]:
            return await mia.credentials.proofs.shown(talk.id, ask)

        await page.goto("/#/")
        await Screens(page).enter("mia")
        notice = page.locator("[data-part=proofs]")
        await expect(notice).to_contain_text("asks to see a credential of yours")
        assert await shown() == ()
        await press(page, "Choose one")
        await page.get_by_role("dialog").get_by_role("radio", name=TYPE_NAME).check()
        await press(page, f"Show it to {isolated('mia')}")
        await expect(notice).to_contain_text("You have shown it to")

        (found,) = await until(shown, DEADLINE_SECONDS)
        assert found.problem == ""
        assert found.credential is not None
        assert found.credential.attested.code == TYPE
        await house.taken_back(credential)
        (found,) = await shown()
        assert (found.problem, found.credential) == ("revoked", None)
