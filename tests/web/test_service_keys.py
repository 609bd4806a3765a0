"""The keys of a server as they change, and a page that follows what is proven."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

from playwright.async_api import Browser, Page

from mentalverse_cli import report_key
from mentalverse_server.keyring import open_keyring
from mentalverse_server.safety import write_safety_key
from support.clients import PASSPHRASE
from support.server import ServerProcess

from .conftest import come, lab_person, sign_up

FOLLOW = """async () => {
  const { serviceKeys, watch } = await me.follow()
  await serviceKeys.follow()
  await watch.look()
  await serviceKeys.compare()
  return [me.device.identity.asKeys.size, await me.alarms()]
}"""
REPORT_KEY = """async () => {
  const transparency = await me.follow()
  return transparency.reportKey().then((key) => key && [key.suite, ...key.public], (error) => error.code)
}"""


async def rotate(server: ServerProcess) -> None:
    """`mentalverse keys rotate`; the server is to be restarted."""
    command = [sys.executable, "-m", "mentalverse_cli", "keys", "rotate"]
    await asyncio.to_thread(
        subprocess.run,
        [*command, "--data", str(server.data)],
        capture_output=True,
        check=True,
        timeout=60,
    )


async def back(page: Page) -> None:
    """Wait for a server that was restarted: the page loads from it anew."""
    await page.reload()
    await come(page)


async def test_a_key_that_the_one_before_introduces_is_followed(
    browser: Browser, lab_server: ServerProcess
) -> None:
    """It is in the log and signed by its predecessor: no alarm, and it is accepted."""
    async with lab_person(browser, lab_server, "ERR_", "WebSocket") as page:
        await sign_up(page, lab_server, "ada")
        await come(page)
        assert await page.evaluate(FOLLOW) == [1, []]
        await page.evaluate("me.close()")
        await rotate(lab_server)
        await asyncio.to_thread(lab_server.restart)
        await back(page)
        assert await page.evaluate(FOLLOW) == [2, []]
        held = open_keyring(lab_server.data, os.urandom).public_keys
        kept = await page.evaluate("[...me.device.identity.asKeys.keys()]")
        assert set(kept) == {key_id.hex() for key_id in held}


async def test_the_key_for_reports_counts_as_the_log_shows_it(
    browser: Browser, lab_server: ServerProcess
) -> None:
    """None at first; then the one of the log; another one is told of once."""
    async with lab_person(browser, lab_server, "ERR_", "WebSocket") as page:
        await sign_up(page, lab_server, "ada")
        await come(page)
        assert await page.evaluate(REPORT_KEY) is None
        for number in (1, 2):
            await page.evaluate("me.close()")
            made = report_key.create(lab_server.data.parent / f"{number}", PASSPHRASE)
            write_safety_key(lab_server.data, made)
            await asyncio.to_thread(lab_server.restart)
            await back(page)
            if number == 2:
                told = await page.evaluate(REPORT_KEY)
                assert told == "client.report_key_changed"
                assert await page.evaluate("me.alarms()") == ["report_key"]
            assert await page.evaluate(REPORT_KEY) == [made.suite, *made.public]


async def test_a_credential_is_renewed_before_it_ends(
    browser: Browser, lab_server: ServerProcess
) -> None:
    """Made ten months ago it is renewed; a fresh one is left as it is."""
    async with lab_person(browser, lab_server) as page:
        code = await asyncio.to_thread(lab_server.invite)
        ago = 310 * 86_400_000
        await page.evaluate("(a) => lab.signUp(...a)", [code, "ada", ago])
        await come(page)
        renew = "async () => [await me.renew(), await me.renew()]"
        assert await page.evaluate(renew) == [True, False]
        await page.reload()
        await come(page)
        assert await page.evaluate("me.renew()") is False
