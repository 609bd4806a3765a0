"""Accounts that get another key: somebody else's while the page was away, and the page's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from mentalverse_client import BackupNotOpened, Conversation
from mentalverse_client.account.trust import contact, leaf_of, read_credential
from mentalverse_client.backup.restore import open_by_words
from mentalverse_crypto import group
from support.clients import eventually, next_message, texts
from support.clients import person as python_person
from support.server import ServerProcess

from .conftest import lab_person, ready, sign_up
from .talk import begin, circle_with, open_chat, say


async def test_a_commit_that_shows_a_changed_key_is_applied_once_the_log_proves_it(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """The page that was away asks for the list, reads on, and nobody comes back anew."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        await sign_up(page, lab_server, "ada")
        await open_chat(page)
        talk = await begin(page, ben, "page")
        await say(page, "before")
        assert (await next_message(talk)).text == "before"
        await page.evaluate("() => ada.close()")
        epoch = talk.epoch
        await ben.devices.rotate_account_key()
        await eventually(lambda: talk.epoch > epoch)
        await talk.send("under another key")
        await ben.flush()
        await page.reload()
        await open_chat(page)
        await page.evaluate("(id) => { globalThis.talk = id }", talk.id)
        await page.evaluate("(text) => ada.idOf(talk, text)", "under another key")
        room = await page.evaluate("() => ada.chat.room(talk).record.standing")
        told = await page.evaluate(
            "() => ada.chat.transparency.alarms.current().map(({ kind }) => kind)"
        )
        assert (room, told) == ("active", ["key_changed"])
        await say(page, "I know")
        assert (await next_message(talk)).text == "I know"
        assert not any("came back" in m.text for m in talk.history())


async def test_a_welcome_to_a_group_of_people_with_changed_keys_is_used(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """Also where two of them changed: each is asked for, and the page joins."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
        python_person(lab_server, tmp_path, "cleo") as cleo,
    ):
        await sign_up(page, lab_server, "ada")
        await open_chat(page)
        await page.evaluate(
            "() => Promise.all(['ben', 'cleo'].map((handle) => ada.chat.people.find(handle)))"
        )
        await page.evaluate("() => ada.close()")
        for client in (ben, cleo):
            await client.devices.rotate_account_key()
        circle = await circle_with(ben, "ada", "cleo")
        await circle.send("come in")
        await ben.flush()
        await page.reload()
        await open_chat(page)
        await page.evaluate("async () => { globalThis.talk = await ada.only() }")
        await page.evaluate("(text) => ada.idOf(talk, text)", "come in")
        await say(page, "here I am")
        await eventually(lambda: "here I am" in texts(circle))
        told = await page.evaluate(
            "() => ada.chat.transparency.alarms.current().map(({ kind }) => kind)"
        )
        assert set(told) == {"key_changed"}


KEY = "() => [...lab.identity.accountKey(ada.chat.device.identity).public]"


async def key_of(page: Page) -> bytes:
    return bytes(await page.evaluate(KEY))


def shown_keys(talk: Conversation, account: str) -> set[bytes]:
    """The account keys that the leaves of an account show to a member."""
    members = group.members(talk._room.state)
    own = [m.credential for m in members if leaf_of(m.credential)[0] == account]
    return {read_credential(credential).account_public for credential in own}


def known_key(talk: Conversation, account: str) -> bytes:
    known = contact(talk._room._device.profile.vault, account)
    assert known is not None
    return known.account_pub


async def test_a_page_gives_its_account_another_key_and_contacts_follow(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """They are told, nothing waits, and recovery words open nothing any more."""
    async with (
        lab_person(browser, lab_server, "status of 404") as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        account = await sign_up(page, lab_server, "ada")
        await open_chat(page)
        talk = await begin(page, ben, "page")
        first = await say(page, "before")
        assert (await next_message(talk)).text == "before"
        words = await page.evaluate(
            """async () => {
              const backup = ada.backup()
              const words = (await backup.newWords()).join(" ")
              await backup.create(words)
              return words
            }"""
        )
        old, number = await key_of(page), talk.safety_number()
        await page.evaluate("() => ada.chat.devices.rotateAccountKey()")
        new = await key_of(page)
        assert new != old
        await eventually(lambda: known_key(talk, account) == new)
        await eventually(lambda: shown_keys(talk, account) == {new})
        digits = await page.evaluate(
            "async () => (await ada.conversation(talk).safetyNumber()).digits"
        )
        assert talk.safety_number() == " ".join(digits) != number
        assert [str(alarm.kind) for alarm in ben.alarms()] == ["key_changed"]
        told = await page.evaluate(
            "() => ada.chat.transparency.look().then(() => ada.chat.transparency.alarms.current())"
        )
        assert told == []
        await talk.send("still here?")
        await page.evaluate("(text) => ada.idOf(talk, text)", "still here?")
        await say(page, "yes")
        assert (await next_message(talk)).text == "yes"
        assert talk.report_preview([first])[0].is_proven
        # Who comes now adds the page by a KeyPackage that shows the new key.
        circle = await circle_with(ben, "ada")
        assert shown_keys(circle, account) == {new}
        with pytest.raises(BackupNotOpened):
            await open_by_words(lab_server.url, words)
        assert await page.evaluate("() => ada.backup().state()") is None


async def test_a_page_that_dies_between_two_steps_has_the_key_in_force(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """Before and after each write of the change: the next page finishes it, and writes."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        account = await sign_up(page, lab_server, "ada")
        await open_chat(page)
        talk = await begin(page, ben, "page")
        await page.evaluate("() => ada.flush()")
        for place in range(1, 5):
            for side in ("before", "after"):
                await page.reload()
                await ready(page)
                assert await page.evaluate(
                    "(all) => lab.rotateUntilDeath(...all)", [place, side]
                )
                await page.reload()
                await open_chat(page)
                await page.evaluate("(id) => { globalThis.talk = id }", talk.id)
                key = await key_of(page)
                await eventually(lambda k=key: shown_keys(talk, account) == {k})  # type: ignore[misc]
                text = f"{place} {side}"
                await say(page, text)
                assert (await next_message(talk)).text == text
        told = await page.evaluate(
            "() => ada.chat.transparency.look().then(() => ada.chat.transparency.alarms.current())"
        )
        assert told == []
