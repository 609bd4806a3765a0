"""The leaf of a page: fresh keys in time, and the credential that is in force."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import Browser

from mentalverse_client import Conversation
from mentalverse_client.account.trust import leaf_of
from mentalverse_crypto import group
from support.clients import eventually, next_message, only_conversation
from support.clients import person as python_person
from support.server import ServerProcess

from .conftest import lab_person
from .talk import begin, open_chat, say

A_MINUTE_AGO = "([code, handle]) => lab.signUp(code, handle, 60_000)"
CREDENTIAL = "() => [...ada.chat.device.identity.credential]"


def shown(talk: Conversation, account: str) -> bytes:
    """The credential that an account's one leaf shows to a member."""
    members = group.members(talk._room.state)
    (found,) = [m for m in members if leaf_of(m.credential)[0] == account]
    return found.credential.identity


async def test_a_renewed_credential_is_shown_to_every_group(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """After a reload, without being asked, by one commit; and both talk on."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        code = await asyncio.to_thread(lab_server.invite)
        account = await page.evaluate(A_MINUTE_AGO, [code, "ada"])
        await open_chat(page)
        talk = await begin(page, ben, "page")
        await page.evaluate("() => ada.flush()")
        before, epoch = bytes(await page.evaluate(CREDENTIAL)), talk.epoch
        assert shown(talk, account) == before
        assert await page.evaluate("() => ada.renew()") is True
        after = bytes(await page.evaluate(CREDENTIAL))
        assert after != before
        await page.reload()
        await open_chat(page)
        await page.evaluate("(id) => { globalThis.talk = id }", talk.id)
        await eventually(lambda: shown(talk, account) == after)
        assert talk.epoch == epoch + 1
        await say(page, "still me")
        assert (await next_message(talk)).text == "still me"
        await talk.send("I see")
        await page.evaluate("(text) => ada.idOf(talk, text)", "I see")


async def test_who_is_added_by_a_leaf_whose_credential_was_renewed_can_join(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """A commit of Adds alone signs no leaf anew: the old credential stays until one does."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
        python_person(lab_server, tmp_path, "cleo") as cleo,
    ):
        code = await asyncio.to_thread(lab_server.invite)
        account = await page.evaluate(A_MINUTE_AGO, [code, "ada"])
        await open_chat(page)
        await page.evaluate(
            """async () => {
              globalThis.talk = await ada.chat.create("circle", [await ada.chat.people.find("ben")])
              await ada.flush()
              await ada.renew()
              await ada.conversation(talk).add([await ada.chat.people.find("cleo")])
            }"""
        )
        after = bytes(await page.evaluate(CREDENTIAL))
        talks = [await only_conversation(client) for client in (ben, cleo)]
        await talks[1].send("I am in")
        await page.evaluate("(text) => ada.idOf(talk, text)", "I am in")
        await page.evaluate("() => ada.chat.adopt(ada.chat.room(talk))")
        for talk in talks:
            await eventually(lambda t=talk: shown(t, account) == after)  # type: ignore[misc]


async def test_old_keys_are_replaced_without_being_asked(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """A leaf that committed nothing for a fortnight does so by itself, once."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        code = await asyncio.to_thread(lab_server.invite)
        await page.evaluate("([c, h]) => lab.signUp(c, h)", [code, "ada"])
        await open_chat(page)
        talk = await begin(page, ben, "python")
        epoch = talk.epoch
        await page.evaluate(
            """async () => {
              const room = ada.chat.room(talk)
              await room.updateRecord({ keysAtMs: Date.now() - 14 * 86_400_000 })
              ada.chat.adopt(room)
              await ada.until(() => !room.keysAreDue)
            }"""
        )
        await eventually(lambda: talk.epoch == epoch + 1)
        await say(page, "under fresh keys")
        assert (await next_message(talk)).text == "under fresh keys"
        assert talk.epoch == epoch + 1
