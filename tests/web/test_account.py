"""An account that a browser makes and keeps, against a real server."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import Browser

from mentalverse_client.account.suites import CLASSICAL, HYBRID
from mentalverse_crypto.framing import decode_message
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.key_events import KeysTake, KeysTaken
from support.clients import person as python_person
from support.server import ServerProcess

from .conftest import come, lab_person, ready, sign_up


async def test_python_finds_proves_and_adds_who_registered_in_a_browser(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """The log proves the page's account, and its packages are good for groups."""
    async with lab_person(browser, lab_server) as page:
        account = AccountId(await sign_up(page, lab_server, "ada"))
        await page.evaluate("async () => { await (await lab.come()).keys.refill() }")
        async with python_person(lab_server, tmp_path, "ben") as ben:
            listed = await ben.transparency.log.checked_list(account)
            assert len(listed.devices) == 1
            take = KeysTake(account, (HYBRID, CLASSICAL))
            taken = await ben._engine.call("keys.take", take, KeysTaken)
            packages = [decode_message(each.package) for each in taken.packages]
            suites = {p.cipher_suite for p in packages if isinstance(p, KeyPackage)}
            assert suites == {HYBRID, CLASSICAL}
            members = (await ben.direct("ada")).members()
            assert [member.handle for member in members] == ["ada", "ben"]


async def test_the_pools_of_both_suites_are_filled_once(
    browser: Browser, lab_server: ServerProcess
) -> None:
    """Fifty packages and a last resort for each suite; filled again only at low water."""
    async with lab_person(browser, lab_server) as page:
        await sign_up(page, lab_server, "ada")
        counted = await page.evaluate(
            """async () => {
              const me = await lab.come()
              await me.keys.refill()
              const before = await me.connection.call("keys.count", {})
              await me.keys.refill()
              const after = await me.connection.call("keys.count", {})
              const kept = (await me.device.vault.names("key_package")).length
              return { before, after, kept }
            }"""
        )
        pools = {
            (pool["suite"], pool["remaining"], pool["has_last_resort"])
            for pool in counted["before"]["pools"]
        }
        assert pools == {(HYBRID, 50, True), (CLASSICAL, 50, True)}
        assert counted["after"] == counted["before"]
        assert counted["kept"] == 2 * 51


async def test_a_refused_registration_goes_on_with_the_keys_it_began_with(
    browser: Browser, lab_server: ServerProcess
) -> None:
    """Keys are stored before the server hears of them, and the same are registered."""
    async with lab_person(browser, lab_server, "status of 40") as page:
        refused = await page.evaluate(
            "lab.signUp('aaaa-bbbb-cccc', 'ada').catch((error) => error.code)"
        )
        assert refused in {"not_found", "bad_request", "forbidden"}
        begun = await page.evaluate("lab.accountOf()")
        await page.reload()
        await ready(page)
        assert await sign_up(page, lab_server, "ada") == begun
        code = await asyncio.to_thread(lab_server.invite)
        again = await page.evaluate(
            "(code) => lab.signUp(code, 'eve').catch((error) => error.code)", code
        )
        assert again == "client.profile_exists"


async def test_a_sign_in_is_kept_and_made_anew_when_it_was_ended(
    browser: Browser, lab_server: ServerProcess
) -> None:
    """A reload signs in by the kept token; an ended sign-in is replaced once asked."""
    async with lab_person(browser, lab_server) as page:
        await sign_up(page, lab_server, "ada")
        await come(page)
        await page.reload()
        await come(page)
        assert len(lab_server.events("sign_in.created")) == 1
        await page.evaluate(
            """async () => {
              const { sign_ins } = await me.connection.call("sign_in.list", {})
              const again = me.until(() => me.states.filter((s) => s === "online").length === 2)
              await me.connection.call("sign_in.revoke", { sign_in: sign_ins[0].sign_in }).catch(() => {})
              await again
            }"""
        )
        assert len(lab_server.events("sign_in.created")) == 2
