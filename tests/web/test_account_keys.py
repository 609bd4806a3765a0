"""Accounts that get another key, as a page sees them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import Browser

from mentalverse_client import Client
from mentalverse_client.account.suites import CLASSICAL
from mentalverse_signaling.key_events import KeysCount, KeysRemaining
from support.backups import backed_up
from support.clients import DEADLINE_SECONDS
from support.clients import person as python_person
from support.server import ServerProcess

from .conftest import come, lab_person, sign_up

KNOWN = """async (account) => {
  const { log } = await me.follow()
  const list = await log.checkedList(account)
  const check = await me.device.vault.get("contact", account)
  const { earlier, verified, undecided } = JSON.parse(new TextDecoder().decode(check))
  return { devices: list.devices.length, earlier: earlier.length, verified, undecided }
}"""
MAY_WRITE = """async (account) => {
  const { log } = await me.follow()
  const taken = await me.call("keys.take", { account, suites: [1] })
  const leaves = taken.packages.map((each) => lab.readPackage(new Uint8Array(each.package)))
  return log.requireMembers(leaves).then(() => true, (error) => error.code)
}"""


async def packages_of(client: Client) -> None:
    """Wait until a client has KeyPackages on the server, of its new key."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            count = await client._engine.call("keys.count", KeysCount(), KeysRemaining)
            if any(pool.suite == CLASSICAL and pool.remaining for pool in count.pools):
                return
            await asyncio.sleep(0.05)


async def test_a_key_that_changed_is_followed_and_asked_about_if_it_was_compared(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """Over several changes at once; nothing is sent before the person decides."""
    async with (
        python_person(lab_server, tmp_path, "ben") as ben,
        lab_person(browser, lab_server) as page,
    ):
        await sign_up(page, lab_server, "ada")
        await come(page)
        find = "async (handle) => (await me.people()).find(handle)"
        account = await page.evaluate(find, "ben")
        verify = "async (account) => (await me.people()).setVerified(account, true)"
        await page.evaluate(verify, account)
        for _ in range(2):
            await ben.devices.rotate_account_key()
        await packages_of(ben)
        assert await page.evaluate(KNOWN, account) == {
            "devices": 1,
            "earlier": 2,
            "verified": False,
            "undecided": True,
        }
        assert await page.evaluate("me.alarms()") == ["key_changed"]
        assert await page.evaluate(MAY_WRITE, account) == "client.peer_changed"
        await page.evaluate(verify, account)
        assert await page.evaluate(MAY_WRITE, account) is True


async def test_an_account_whose_key_changed_comes_back_without_alarm(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """Its record names the keys before: what they signed in the log is its own."""
    async with python_person(lab_server, tmp_path, "ada") as ada:
        await ada.devices.rotate_account_key()
        words = await backed_up(ada)
        async with lab_person(browser, lab_server) as page:
            await page.evaluate("(words) => lab.restore(words)", words)
            await come(page)
            await page.evaluate("async () => (await me.follow()).look()")
            assert await page.evaluate("me.alarms()") == []
            handed_on = "lab.gather(me.device).then(lab.settingsOf)"
            settings = await page.evaluate(
                f"{handed_on}.then((it) => it.earlier_keys.map((key) => key.until))"
            )
            assert settings == [2]
