"""Devices that join an account, leave it and come back: browser and Python."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser

from mentalverse_client import Client, PairingFailed
from mentalverse_crypto.words import to_words
from support.backups import backed_up, restored
from support.clients import PASSPHRASE, opened
from support.clients import person as python_person
from support.pairing import BothHands
from support.server import ServerProcess

from .conftest import come, lab_person, sign_up

JOIN = "() => { globalThis.hands = lab.join(); return hands.invitation }"


async def test_a_python_device_adds_a_browser(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """The page is on the list, has the account's people, and is in the log."""
    async with (
        python_person(lab_server, tmp_path, "ben"),
        python_person(lab_server, tmp_path, "ada") as ada,
        lab_person(browser, lab_server) as page,
    ):
        ben = await ada.find("ben")
        invitation = await page.evaluate(JOIN)

        async def read_code() -> str:
            return str(await page.evaluate("hands.code"))

        added = await ada.devices.approve(invitation, read_code)
        assert await page.evaluate("hands.done") == added.id
        await come(page)
        assert await page.evaluate("me.device.identity.account") == ada.account
        known = await page.evaluate("me.device.vault.names('contact')")
        assert known == [ben]
        looked = await page.evaluate(
            """async () => {
              await (await me.follow()).look()
              return [await me.alarms(), me.devices.list().map(({ device }) => device)]
            }"""
        )
        assert looked == [[], [each.id for each in ada.devices.list()]]


async def test_a_browser_adds_a_python_device_and_revokes_it(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """The other device is signed in; after the revocation it is not."""
    async with lab_person(browser, lab_server) as page:
        account = await sign_up(page, lab_server, "ada")
        await come(page)
        hands, profile = BothHands(), tmp_path / "second"
        joining = asyncio.create_task(
            Client.join(lab_server.url, profile, PASSPHRASE, hands)
        )
        await page.evaluate(
            "(text) => { globalThis.adding = me.approve(text) }", await hands.invitation
        )
        added = await page.evaluate(
            "(code) => { adding.type(code); return adding.done }", await hands.code
        )
        await joining
        async with opened(profile) as second:
            assert (second.account, len(second.devices.list())) == (account, 2)
        await page.evaluate("(device) => me.devices.revoke(device)", added)
        left = await page.evaluate("me.devices.list().map(({ current }) => current)")
        assert left == [True]
        alone = (
            "me.devices.revoke(me.device.identity.device, true).catch((e) => e.code)"
        )
        assert await page.evaluate(alone) == "client.not_your_device"


async def test_digits_that_differ_add_nothing(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """A wrong code ends the pairing, and the list stays as it was."""
    async with lab_person(browser, lab_server) as page:
        await sign_up(page, lab_server, "ada")
        await come(page)
        hands = BothHands(accepts=False)
        joining = asyncio.create_task(
            Client.join(lab_server.url, tmp_path / "second", PASSPHRASE, hands)
        )
        await page.evaluate(
            "(text) => { globalThis.adding = me.approve(text) }", await hands.invitation
        )
        wrong = f"{(int(await hands.code) + 1) % 1_000_000:06}"
        told = await page.evaluate(
            "(code) => { adding.type(code); return adding.done }", wrong
        )
        assert told == "client.pairing_failed"
        assert len(await page.evaluate("me.devices.list()")) == 1
        joining.cancel()
        with pytest.raises((PairingFailed, asyncio.CancelledError)):
            await joining


async def test_recovery_words_of_either_client_bring_the_account_back_in_the_other(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """Python's words open in a page, and the words of that page in Python."""
    async with python_person(lab_server, tmp_path, "ada") as ada:
        account, words = ada.account, await backed_up(ada)
        async with lab_person(browser, lab_server) as page:
            device = await page.evaluate("(words) => lab.restore(words)", words)
            await come(page)
            assert await page.evaluate("me.device.identity.account") == account
            await ada.devices.refresh()
            assert device in {each.id for each in ada.devices.list()}
            # What the page writes next, Python takes over; then the page's own words.
            later = await page.evaluate(
                """async () => {
                  const backup = me.backup()
                  await backup.write()
                  const before = (await backup.state()).counter
                  const words = (await backup.newWords()).join(" ")
                  await backup.create(words)
                  const { counter, trouble } = await backup.state()
                  return { words, grew: counter > before, trouble }
                }"""
            )
            assert (later["grew"], later["trouble"]) == (True, "")
        folder = await restored(lab_server, later["words"], tmp_path / "third")
    async with opened(folder) as third:
        assert (third.account, len(third.devices.list())) == (account, 3)


async def test_words_that_find_nothing_or_are_none_are_refused_by_name(
    browser: Browser, lab_server: ServerProcess
) -> None:
    """Each mistake has its code, and nothing begins in the browser."""
    async with lab_person(browser, lab_server, "status of 404") as page:
        unknown = " ".join(to_words(bytes(32)))
        for words, code in (
            (unknown, "client.backup_not_opened"),
            (unknown.rsplit(" ", 1)[0], "words.count"),
            (unknown.rsplit(" ", 1)[0] + " hous", "words.unknown"),
        ):
            told = "(words) => lab.restore(words).catch((error) => error.code)"
            assert await page.evaluate(told, words) == code
        assert await page.evaluate("lab.accountOf().then((it) => it ?? null)") is None
