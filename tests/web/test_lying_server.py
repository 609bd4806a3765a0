"""A server that lies about keys is found out by a page that only does its work."""

from __future__ import annotations

import base64
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from mentalverse_client.account.profile import open_profile
from mentalverse_crypto.log_entry import account_entry
from mentalverse_crypto.transparency import SignedHead
from support.clients import PASSPHRASE, register
from support.devices import new_device
from support.lying_server import Liar, without
from support.server import ServerProcess

from .conftest import come, lab_person, sign_up

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
FIND = """async (handle) => {
  const people = await me.people()
  return people.find(handle).then(() => "found", (error) => error.code)
}"""
LIST = """async (account) => {
  const { log } = await me.follow()
  return log.checkedList(account).then(() => "proven", (error) => error.code)
}"""
LOOK = "async () => { await (await me.follow()).look(); return me.alarms() }"


@pytest.fixture
def liar(lab_server: ServerProcess) -> Liar:
    return Liar(lab_server)


async def ben_of(server: ServerProcess, folder: Path) -> str:
    """Somebody with another client; the account."""
    folder = await register(server, folder, "ben")
    profile = open_profile(folder, PASSPHRASE, os.urandom)
    profile.vault.close()
    return profile.identity.account


async def test_a_swapped_key_that_is_not_in_the_log_is_not_believed(
    browser: Browser, lab_server: ServerProcess, liar: Liar, tmp_path: Path
) -> None:
    """Nothing of the lie is kept: the true key is believed afterwards."""
    ben = await ben_of(lab_server, tmp_path)
    async with lab_person(browser, lab_server) as page:
        await sign_up(page, lab_server, "ada")
        await come(page)
        with liar.for_a_while():
            liar.swap_key(ben, new_device(), logged=False)
            assert await page.evaluate(FIND, "ben") == "client.not_proven"
        assert await page.evaluate("me.alarms()") == ["not_proven"]
        assert await page.evaluate(FIND, "ben") == "found"


async def test_a_known_person_under_another_key_is_refused_and_shown(
    browser: Browser, lab_server: ServerProcess, liar: Liar, tmp_path: Path
) -> None:
    """The key that was seen first stays, whatever the log says."""
    ben = await ben_of(lab_server, tmp_path)
    async with lab_person(browser, lab_server) as page:
        await sign_up(page, lab_server, "ada")
        await come(page)
        assert await page.evaluate(FIND, "ben") == "found"
        liar.swap_key(ben, new_device(), logged=True)
        assert await page.evaluate(LIST, ben) == "client.peer_changed"
        assert await page.evaluate("me.alarms()") == ["other_key"]


async def test_a_swapped_key_of_ones_own_is_seen_until_it_is_acknowledged(
    browser: Browser, lab_server: ServerProcess, liar: Liar
) -> None:
    """An entry about the account that it did not sign is told, over reloads."""
    async with lab_person(browser, lab_server) as page:
        account = await sign_up(page, lab_server, "ada")
        await come(page)
        assert await page.evaluate(LOOK) == []
        liar.swap_key(account, new_device(), logged=True)
        assert await page.evaluate(LOOK) == ["own_account"]
        await page.reload()
        await come(page)
        assert await page.evaluate("me.alarms()") == ["own_account"]
        await page.evaluate(
            """async () => {
              const { alarms } = await me.follow()
              await alarms.acknowledge(lab.alarmId(alarms.current()[0]))
            }"""
        )
        assert await page.evaluate(LOOK) == []


async def test_a_deleted_entry_is_missed(
    browser: Browser, lab_server: ServerProcess, liar: Liar, tmp_path: Path
) -> None:
    """First the shorter log cannot be proven; as long again, it contradicts itself."""
    ben = await ben_of(lab_server, tmp_path)
    async with lab_person(browser, lab_server) as page:
        await sign_up(page, lab_server, "ada")
        await come(page)
        assert await page.evaluate(LOOK) == []
        shortened = without(liar.log(), ben)
        liar.show_log(shortened)
        liar.place_list(ben, 0)
        assert await page.evaluate(LOOK) == ["not_proven"]
        assert await page.evaluate(FIND, "ben") == "client.not_proven"
        stranger = account_entry(0, new_device().first_list(), LONG_AGO)
        liar.show_log([*shortened, stranger])
        assert "split_view" in await page.evaluate(LOOK)


async def test_a_head_of_another_log_that_somebody_tells_of_is_found_out(
    browser: Browser, lab_server: ServerProcess, liar: Liar
) -> None:
    """Two heads of one size that the log signed: the view is split, and stays so."""
    async with lab_person(browser, lab_server) as page:
        await sign_up(page, lab_server, "ada")
        await come(page)
        told = forked(liar)
        assert await page.evaluate(LOOK) == []
        await hear(page, told)
        assert await page.evaluate(LOOK) == ["split_view"]
        await page.reload()
        await come(page)
        assert await page.evaluate("me.alarms()") == ["split_view"]


async def test_a_head_that_is_told_of_and_proven_is_no_alarm(
    browser: Browser, lab_server: ServerProcess, liar: Liar, tmp_path: Path
) -> None:
    """An earlier head of the same log settles, and a made-up one is nobody's evidence."""
    async with lab_person(browser, lab_server) as page:
        await sign_up(page, lab_server, "ada")
        await come(page)
        earlier = liar.head()
        await ben_of(lab_server, tmp_path)
        assert await page.evaluate(LOOK) == []
        await hear(page, earlier)
        await hear(page, replace(earlier, root=bytes(32)))
        assert await page.evaluate(LOOK) == []
        heard = await page.evaluate("me.device.vault.names('log_heard')")
        assert heard == []
        # To each conversation the head is told once an hour, and only if it changed.
        due = """async () => {
          const { gossip } = await me.follow()
          return [await gossip.head("c1"), await gossip.head("c1"), await gossip.head("c2")]
            .map((head) => head?.size)
        }"""
        size = liar.head().size
        assert await page.evaluate(due) == [size, None, size]


def forked(liar: Liar) -> SignedHead:
    """A signed head of a log that has the same size and another last entry."""
    false = account_entry(0, new_device().first_list(), LONG_AGO)
    with liar.for_a_while():
        liar.show_log([*liar.log()[:-1], false])
        return liar.head()


async def hear(page: Page, head: SignedHead) -> None:
    """Have the page receive a head in a message."""
    said = [
        base64.b64encode(each).decode()
        for each in (head.log_id, head.root, head.signature)
    ]
    await page.evaluate(
        """async ([log, root, sig, size, at]) => {
          const octets = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
          const { gossip } = await me.follow()
          const body = { type: "log.head", log: octets(log), root: octets(root), sig: octets(sig), size, at }
          await me.device.vault.write(await gossip.heard(body))
        }""",
        [*said, head.size, head.time_ms],
    )
