"""What the screens are given: view models over a real server, in a real browser."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, Page

from support.clients import next_message, only_conversation
from support.clients import person as python_person
from support.server import ServerProcess

from .conftest import lab_person, ready, sign_up

OPEN = """async () => {
  globalThis.ada = await lab.state.openSession()
  await lab.state.until(ada.session.connection, (now) => now === "online")
}"""
TALK = """async () => {
  const { conversation } = await ada.session.direct("ben")
  globalThis.talk = await ada.session.open(conversation)
}"""
SHOWN = """(texts) => lab.state.until(talk.messages, (all) =>
  texts.every((text) => all.some((each) => each.text === text)))"""


async def come(page: Page) -> None:
    await ready(page)
    await page.evaluate(OPEN)


async def test_a_conversation_is_shown_as_it_goes(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """Texts, who wrote them, what waits and what was sent; and who is there."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        await sign_up(page, lab_server, "ada")
        await come(page)
        await page.evaluate(TALK)
        await page.evaluate("() => talk.send('hello ben')")
        theirs = await only_conversation(ben)
        message = await next_message(theirs)
        assert message.text == "hello ben"
        await theirs.reply(message.id, "hello ada")
        await theirs.react(message.id, "🌱")
        await page.evaluate(SHOWN, ["hello ben", "hello ada"])
        shown = await page.evaluate(
            """async () => {
              const all = await lab.state.until(talk.messages, (all) =>
                all.some((each) => each.reactions.size > 0))
              return all.filter((each) => each.kind === "text").map((each) => ({
                text: each.text, sender: each.sender, mine: each.mine, status: each.status,
                quote: each.replyTo?.quote ?? null, reactions: [...each.reactions],
              }))
            }"""
        )
        assert shown == [
            {
                "text": "hello ben",
                "sender": "ada",
                "mine": True,
                "status": "sent",
                "quote": None,
                "reactions": [["🌱", ["ben"]]],
            },
            {
                "text": "hello ada",
                "sender": "ben",
                "mine": False,
                "status": "sent",
                "quote": "hello ben",
                "reactions": [],
            },
        ]
        members = await page.evaluate(
            """() => lab.state.until(talk.members, (all) => all.length === 2)
                 .then((all) => all.map((each) => [each.handle, each.me, each.verified]))"""
        )
        assert members == [["ada", True, False], ["ben", False, False]]
        encryption = await page.evaluate(
            "() => lab.state.until(talk.encryption, ({ standing }) => standing === 'active')"
        )
        assert encryption["strength"] == "hybrid"
        assert encryption["standing"] == "active"


async def test_a_row_counts_what_was_not_read_until_it_is(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """The list says whom, the newest line and how many; reading makes it none."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        await sign_up(page, lab_server, "ada")
        await come(page)
        conversation = await ben.direct("ada")
        await conversation.send("one")
        await conversation.send("two")
        row = await page.evaluate(
            """async () => {
              const rows = await lab.state.until(ada.session.conversations, (rows) =>
                rows.some((row) => row.unread === 2))
              globalThis.talk = await ada.session.open(rows[0].id)
              return { people: rows[0].people, last: rows[0].last.text, unread: rows[0].unread }
            }"""
        )
        assert row == {"people": ["ben"], "last": "two", "unread": 2}
        await page.evaluate(SHOWN, ["one", "two"])
        unread = await page.evaluate(
            """async () => {
              const first = talk.messages.value.find((each) => each.id === talk.firstUnread.value)
              talk.read()
              await talk.send("read both")
              const rows = await lab.state.until(ada.session.conversations, (rows) => rows[0].unread === 0)
              return [first.text, rows[0].unread]
            }"""
        )
        assert unread == ["one", 0]


async def test_what_was_written_offline_waits_and_is_shown_so(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """It is saved at once, across a reload, and sent when there is a connection."""
    async with (
        lab_person(browser, lab_server, "ERR_INTERNET_DISCONNECTED") as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        await sign_up(page, lab_server, "ada")
        await come(page)
        await page.evaluate(TALK)
        await page.evaluate("() => talk.send('first')")
        theirs = await only_conversation(ben)
        assert (await next_message(theirs)).text == "first"
        await page.context.set_offline(True)
        status = await page.evaluate(
            """async () => {
              await talk.send("later")
              const all = await lab.state.until(talk.messages, (all) =>
                all.some((each) => each.text === "later"))
              return all.find((each) => each.text === "later").status
            }"""
        )
        assert status == "saved"
        await page.context.set_offline(False)
        assert (await next_message(theirs)).text == "later"
        await page.evaluate(
            """() => lab.state.until(talk.messages, (all) =>
                 all.some((each) => each.text === "later" && each.status === "sent"))"""
        )


async def test_a_refused_wish_says_whose_turn_it_is(
    browser: Browser, lab_server: ServerProcess
) -> None:
    async with lab_person(browser, lab_server) as page:
        await sign_up(page, lab_server, "ada")
        await come(page)
        outcome = await page.evaluate("() => ada.session.direct('nobody')")
        assert outcome["done"] is False
        assert outcome["problem"] == {"code": "not_found", "fault": "yours"}


async def test_a_second_page_waits_and_takes_over_when_it_asks(
    browser: Browser, lab_server: ServerProcess
) -> None:
    """Nobody works with the keys twice; the first page ends before the second begins."""
    async with lab_person(browser, lab_server) as page:
        await sign_up(page, lab_server, "ada")
        await come(page)
        other = await page.context.new_page()
        await other.goto("/")
        await ready(other)
        await other.evaluate(
            """() => {
              globalThis.waiting = new Promise((resolve) => {
                globalThis.coming = lab.state.openSession((useHere) => resolve(useHere))
              })
            }"""
        )
        await other.evaluate("async () => { (await globalThis.waiting)() }")
        await other.evaluate(
            """async () => {
              const { session } = await globalThis.coming
              await lab.state.until(session.connection, (now) => now === "online")
            }"""
        )
