"""Somebody gave their account another key while the page was away, and what follows."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser

from support.clients import eventually, next_message, texts
from support.clients import person as python_person
from support.server import ServerProcess

from .conftest import lab_person, sign_up
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
