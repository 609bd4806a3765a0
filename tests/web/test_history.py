"""The history that a device of the account gets which was not there."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import Browser, Page

from mentalverse_client import Client, Conversation
from support.backups import backed_up, history, read_back, restored
from support.clients import (
    PASSPHRASE,
    eventually,
    logged,
    next_message,
    only_conversation,
    opened,
)
from support.clients import person as python_person
from support.pairing import BothHands
from support.server import ServerProcess

from .conftest import lab_person, sign_up
from .talk import begin, open_chat, say

END = NONE_YET = "status of 404"
"""An archive ends where the server has no further piece; and there is no backup before one."""
JOIN = "() => { globalThis.hands = lab.join(); return hands.invitation }"
STORED = """async (id) => {
  await ada.readBack()
  return (await ada.stored(id)).map(({ id, kind, account, text, edited, deleted, reactions }) =>
    [id, kind, account, text, edited, deleted, reactions])
}"""
PROVEN = """async (id) => {
  const rows = await ada.chat.device.vault.scan("evidence", id)
  return rows.filter(({ value }) => JSON.parse(new TextDecoder().decode(value)).proof !== null).length
}"""

Told = tuple[str, str, str, str, bool, bool, dict[str, list[str]]]


def told(client: Client, conversation: str) -> list[Told]:
    """The history of a Python client, as `STORED` gives that of a page."""
    return [
        (
            m.id,
            str(m.kind),
            m.account,
            m.text,
            m.edited,
            m.deleted,
            {emoji: list(people) for emoji, people in m.reactions.items()},
        )
        for m in history(client, conversation)
    ]


def said(lines: list[Told]) -> list[Told]:
    """Without the lines that devices make themselves, which differ in form."""
    return [line for line in lines if line[1] == "text"]


async def stored(page: Page, conversation: str) -> list[Told]:
    found = await page.evaluate(STORED, conversation)
    return [tuple(line) for line in found]


async def talk_about_it(first: Conversation, other: Conversation) -> None:
    """Texts of both, an edit, a reaction and a deletion."""
    start = await first.send("first")
    assert (await next_message(other)).text == "first"
    answer = await other.reply(start, "an answer")
    await eventually(lambda: any(m.text == "an answer" for m in first.history()))
    await first.edit(start, "first, and better")
    await first.react(answer, "🙂")
    gone = await other.send("not this")
    await eventually(lambda: any(m.text == "not this" for m in first.history()))
    await logged(other, gone)
    await other.delete(gone)
    await eventually(lambda: any(m.deleted for m in first.history()))
    last = await first.send("last")
    await eventually(lambda: any(m.text == "last" for m in other.history()))
    await logged(first, last)


async def test_a_browser_that_python_approves_reads_what_was_said_before(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """Texts, changes, who came, names and proofs, as Python has them; and it writes on."""
    async with (
        python_person(lab_server, tmp_path, "ben") as ben,
        python_person(lab_server, tmp_path, "ada") as ada,
        lab_person(browser, lab_server, END) as page,
    ):
        talk = await ada.direct("ben")
        await ada.flush()
        theirs = await only_conversation(ben)
        await talk_about_it(talk, theirs)
        await ada.flush()
        before = told(ada, talk.id)
        invitation = await page.evaluate(JOIN)

        async def read_code() -> str:
            return str(await page.evaluate("hands.code"))

        await ada.devices.approve(invitation, read_code)
        await page.evaluate("hands.done")
        await open_chat(page)
        shown = await stored(page, talk.id)
        assert said(shown)[: len(said(before))] == said(before)
        assert f"joined {ben.account}" in [line[3] for line in shown]
        assert await page.evaluate(PROVEN, talk.id) >= len(said(before)) - 1
        await page.evaluate("async () => { globalThis.talk = await ada.only() }")
        await say(page, "from the browser")
        await eventually(
            lambda: any(m.text == "from the browser" for m in talk.history())
        )
        assert len([m for m in theirs.history() if m.text == "first, and better"]) == 1


async def test_a_python_device_that_a_browser_approves_reads_what_was_said_before(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """The other way round, with what a page says of who came and went."""
    async with (
        python_person(lab_server, tmp_path, "ben") as ben,
        lab_person(browser, lab_server) as page,
    ):
        await sign_up(page, lab_server, "ada")
        await open_chat(page)
        theirs = await begin(page, ben, "page")
        first = await say(page, "first")
        assert (await next_message(theirs)).text == "first"
        await theirs.react(first, "🙂")
        await theirs.send("an answer")
        await page.evaluate("(text) => ada.idOf(talk, text)", "an answer")
        await page.evaluate(
            "(id) => ada.conversation(talk).edit(id, 'first, and better')", first
        )
        await page.evaluate("() => ada.flush()")
        before = await stored(page, theirs.id)
        hands, profile = BothHands(), tmp_path / "second"
        joining = asyncio.create_task(
            Client.join(lab_server.url, profile, PASSPHRASE, hands)
        )
        await page.evaluate(
            "(text) => { globalThis.adding = ada.approve(text) }",
            await hands.invitation,
        )
        await page.evaluate(
            "(code) => { adding.type(code); return adding.done }", await hands.code
        )
        await joining
        async with opened(profile) as second:
            await read_back(second)
            shown = told(second, theirs.id)
            assert said(shown)[: len(said(before))] == said(before)
            assert any(line[3].endswith("joined") for line in shown)
            await eventually(lambda: len(second.conversations()) == 1)
            mine = second.conversations()[0]
            preview = mine.report_preview([line[0] for line in said(shown)])
            assert all(each.is_proven for each in preview)
            await mine.send("from the second device")
            await page.evaluate(
                "(text) => ada.idOf(talk, text)", "from the second device"
            )


async def test_words_of_a_browser_bring_history_and_conversations_back_in_python(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """Nobody else of the account is there: the PSK of the backup lets it in at once."""
    async with python_person(lab_server, tmp_path, "ben") as ben:
        async with lab_person(browser, lab_server, NONE_YET) as page:
            await sign_up(page, lab_server, "ada")
            await open_chat(page)
            theirs = await begin(page, ben, "page")
            await say(page, "before")
            assert (await next_message(theirs)).text == "before"
            await page.evaluate("() => ada.flush()")
            words = await page.evaluate(
                """async () => {
                  const backup = ada.backup()
                  const words = (await backup.newWords()).join(" ")
                  await backup.create(words)
                  return words
                }"""
            )
        folder = await restored(lab_server, words, tmp_path / "again")
        async with opened(folder) as again:
            await read_back(again)
            await eventually(lambda: len(again.conversations()) == 1)
            mine = again.conversations()[0]
            assert "before" in [m.text for m in mine.history()]
            await mine.send("after")
            assert (await next_message(theirs)).text == "after"


async def test_words_of_python_bring_history_and_conversations_back_in_a_browser(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """The same the other way round: read, entered at once, and written on."""
    async with python_person(lab_server, tmp_path, "ben") as ben:
        async with python_person(lab_server, tmp_path, "ada") as ada:
            talk = await ada.direct("ben")
            await ada.flush()
            theirs = await only_conversation(ben)
            await talk_about_it(talk, theirs)
            await ada.flush()
            words, before = await backed_up(ada), told(ada, talk.id)
        async with lab_person(browser, lab_server, END) as page:
            await page.evaluate("(words) => lab.restore(words)", words)
            await open_chat(page)
            await page.evaluate("async () => { globalThis.talk = await ada.only() }")
            shown = await stored(page, talk.id)
            assert said(shown)[: len(said(before))] == said(before)
            await say(page, "after")
            await eventually(lambda: any(m.text == "after" for m in theirs.history()))
            await theirs.send("welcome back")
            await page.evaluate("(text) => ada.idOf(talk, text)", "welcome back")
