"""The app as it is installed: coming in, staying, leaving and coming back."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, Route, expect

from support.browser import add_authenticator
from support.server import ServerProcess

from .app import (
    PASSPHRASE,
    STRETCHED_MS,
    Choose,
    by_passkey,
    by_passphrase,
    expect_open,
    leave,
    sign_up,
)
from .conftest import NEUTRAL, app_person

pytestmark = pytest.mark.timeout(300)

ANSWER_SECONDS = 90
STORED = """async () => {
  const open = (name) => new Promise((resolve, reject) => {
    const asked = indexedDB.open(name)
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
  const database = await open("mv-device")
  const record = await new Promise((resolve) => {
    const asked = database.transaction("devices").objectStore("devices").get("own")
    asked.onsuccess = () => resolve(asked.result)
  })
  database.close()
  const names = (await indexedDB.databases()).map(({ name }) => name).sort()
  return { names, handle: record?.handle ?? null, open: record?.storeKey !== undefined }
}"""


@pytest.mark.parametrize("choose", [by_passphrase, by_passkey])
async def test_an_invitation_leads_in_and_what_was_chosen_opens_again(
    browser: Browser, app_server: ServerProcess, choose: Choose
) -> None:
    """Open after a reload; locked by leaving, on the disk too; opened by the same."""
    async with app_person(browser, app_server, stretches=True) as page:
        await add_authenticator(page)
        await sign_up(page, app_server, "quiet-river", choose)
        await page.reload()
        await expect_open(page)
        await leave(page)
        await page.goto("/help")
        left = await page.evaluate(STORED)
        assert (left["handle"], left["open"]) == ("quiet-river", False)
        await page.goto("/")
        await expect(page.get_by_text("Your messages here are locked.")).to_be_visible()
        if choose is by_passkey:
            await page.get_by_role("button", name="Open with passkey").click()
        else:
            await page.get_by_label("Passphrase").fill("another lake at noon")
            await page.get_by_role("button", name="Open").click()
            await expect(page.get_by_text("not the passphrase")).to_be_visible(
                timeout=STRETCHED_MS
            )
            await page.get_by_label("Passphrase").fill(PASSPHRASE)
            await page.get_by_role("button", name="Open").click()
        await expect_open(page)


async def test_the_first_backup_is_sent_again_as_it_was(
    browser: Browser, app_server: ServerProcess
) -> None:
    """A page that is closed before the answer came leaves the very same to the next."""
    async with app_person(browser, app_server) as page:
        await add_authenticator(page)
        sent: list[bytes] = []
        arrived = asyncio.Event()

        async def keep_the_answer_back(route: Route) -> None:
            await route.fetch()
            sent.append(route.request.post_data_buffer or b"")
            arrived.set()

        await page.context.route("**/api/v1/backup", keep_the_answer_back, times=1)
        await sign_up(page, app_server, "quiet-river", by_passkey)
        async with asyncio.timeout(ANSWER_SECONDS):
            await arrived.wait()
        async with page.expect_response("**/api/v1/backup") as answered:
            await page.reload()
        answer = await answered.value
        again = answer.request.post_data_buffer
        assert (answer.status, [again]) == (200, sent)
        await page.goto("/#/settings/recovery")
        await expect(page.get_by_text("also brings your account back")).to_be_visible()


async def test_leaving_from_the_page_of_help_keeps_an_account(
    browser: Browser, app_server: ServerProcess
) -> None:
    """Whoever has one here is locked, not forgotten; a guest leaves nothing."""
    async with app_person(browser, app_server) as page:
        await page.goto("/help")
        await page.evaluate("() => localStorage.setItem('trace', '1')")
        await leave(page)
        await page.goto("/")
        assert await page.evaluate("() => localStorage.getItem('trace')") is None
        await add_authenticator(page)
        await sign_up(page, app_server, "quiet-river", by_passkey)
        await page.goto("/help")
        await leave(page)
        await page.goto("/")
        await expect(page.get_by_text("Your messages here are locked.")).to_be_visible()


async def test_what_a_refusal_or_a_reload_broke_off_goes_on(
    browser: Browser, app_server: ServerProcess
) -> None:
    """A name that is taken costs no invitation; a passkey that gives no key neither:
    the account is there after a reload, and only what opens it is asked for."""
    refused = "the server responded with a status of 409"
    async with (
        app_person(browser, app_server) as other,
        app_person(browser, app_server, refused) as page,
    ):
        await add_authenticator(other)
        await sign_up(other, app_server, "maple", by_passkey)
        await add_authenticator(page, hasPrf=False)
        code = await asyncio.to_thread(app_server.invite)
        await page.goto(f"/#/invite/{code}")
        await page.get_by_label("A name for you here").fill("maple")
        await page.get_by_role("button", name="Come in").click()
        await expect(page.get_by_text("Somebody has this name already")).to_be_visible()
        await page.get_by_label("A name for you here").fill("fern")
        await page.get_by_role("button", name="Come in").click()
        await expect(
            page.get_by_role("heading", name="One thing is left")
        ).to_be_visible()
        await leave(page)
        await page.goto("/")
        await expect(
            page.get_by_role("heading", name="One thing is left")
        ).to_be_visible()
        await by_passphrase(page)
        await page.get_by_role("button", name="Done").click()
        await expect_open(page)


async def test_the_page_in_front_has_the_device(
    browser: Browser, app_server: ServerProcess
) -> None:
    """The one behind lets go of it and says so, and takes it back when it is wanted there."""
    async with app_person(browser, app_server) as page:
        await add_authenticator(page)
        await sign_up(page, app_server, "quiet-river", by_passkey)
        other = await page.context.new_page()
        await other.goto("/")
        await expect_open(other)
        await expect(page.get_by_text("are open in another window")).to_be_visible()
        await page.get_by_role("button", name="Use it here").click()
        await expect_open(page)
        await expect(other.get_by_text("are open in another window")).to_be_visible()
        await leave(page)
        await other.wait_for_url(NEUTRAL)


async def test_a_device_that_is_forgotten_leaves_nothing(
    browser: Browser, app_server: ServerProcess
) -> None:
    async with app_person(browser, app_server) as page:
        await add_authenticator(page)
        await sign_up(page, app_server, "quiet-river", by_passkey)
        await leave(page)
        await page.goto("/")
        await page.get_by_role("button", name="Forget this device").click()
        await page.get_by_role("button", name="Forget it").click()
        await expect(
            page.get_by_role("button", name="I have an invitation")
        ).to_be_visible()
        stored = await page.evaluate(STORED)
        assert (stored["handle"], stored["names"]) == (None, ["mv-device"])
