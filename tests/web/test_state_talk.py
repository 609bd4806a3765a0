"""What a conversation on screen does besides texts, with a Python client as the other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from mentalverse_client import Conversation
from support.clients import (
    eventually,
    logged,
    next_message,
    only_conversation,
    texts,
)
from support.clients import person as python_person
from support.server import ServerProcess, start_server

from .conftest import WEB_FILES, lab_person, sign_up, web_dist
from .talk import open_session, open_talk


async def begin(page: Page, server: ServerProcess) -> None:
    await sign_up(page, server, "ada")
    await open_session(page)
    await open_talk(page)


async def heard(page: Page, text: str) -> str:
    """The id of a text, once the conversation shows it."""
    found = await page.evaluate(
        """async (text) => {
          const all = await lab.state.until(talk.messages, (all) => all.some((each) => each.text === text))
          return all.find((each) => each.text === text).id
        }""",
        text,
    )
    return str(found)


async def other_side(page: Page, ben: object) -> Conversation:
    """Ben's side, once a first message has gone each way."""
    await page.evaluate("() => talk.send('hello ben')")
    theirs = await only_conversation(ben)  # type: ignore[arg-type]
    await next_message(theirs)
    await theirs.send("hello ada")
    await heard(page, "hello ada")
    return theirs


async def test_files_go_both_ways_with_how_far_they_got(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """Octet by octet what was sent; what is known of a voice note comes along."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        await begin(page, lab_server)
        theirs = await other_side(page, ben)
        moved = await page.evaluate(
            """async () => {
              const seen = []
              const stop = lab.state.follow(talk.progress, (all) => seen.push(...all))
              const octets = new Uint8Array(3_000_000).map((_, place) => place % 251)
              await talk.sendFile(new File([octets], "large.bin", { type: "application/octet-stream" }))
              await talk.sendVoice(new Blob([octets.slice(0, 500)], { type: "audio/webm;codecs=opus" }), 1500, [1, 2, 255])
              await lab.state.until(talk.messages, (all) =>
                all.filter((each) => each.file && each.status === "sent").length === 2)
              stop()
              return seen
            }"""
        )
        assert moved
        for message in {message for message, _ in moved}:
            parts = [done for each, done in moved if each == message]
            assert parts == sorted(parts)
            assert all(0 <= done < 1 for done in parts)
        file, voice = await next_message(theirs), await next_message(theirs)
        saved = await theirs.save_file(file.id, tmp_path / "saved.bin")
        octets = bytes(place % 251 for place in range(3_000_000))
        assert saved.read_bytes() == octets
        assert voice.file is not None
        assert voice.file.reference.media_type == "audio/webm"
        assert voice.file.ms == 1500
        (tmp_path / "back.txt").write_bytes(octets[:100_000])
        sent = await theirs.send_file(tmp_path / "back.txt")
        await heard(page, "back.txt")
        digest = await page.evaluate(
            """async (id) => {
              const { file } = await talk.fetchFile(id)
              const hash = await crypto.subtle.digest("SHA-256", await file.arrayBuffer())
              return Array.from(new Uint8Array(hash), (octet) => octet.toString(16).padStart(2, "0")).join("")
            }""",
            sent,
        )
        assert digest == hashlib.sha256(octets[:100_000]).hexdigest()
        assert await page.evaluate("() => talk.progress.value.size") == 0


async def test_a_file_is_fetched_once(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """What was shown is there without a connection, too, until the conversation is closed."""
    async with (
        lab_person(browser, lab_server, "ERR_INTERNET_DISCONNECTED") as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        await begin(page, lab_server)
        theirs = await other_side(page, ben)
        (tmp_path / "note.txt").write_text("a note")
        sent = await theirs.send_file(tmp_path / "note.txt")
        await heard(page, "note.txt")
        assert (await page.evaluate("(id) => talk.fetchFile(id)", sent))["done"]
        await page.context.set_offline(True)
        text = await page.evaluate(
            "async (id) => (await talk.fetchFile(id)).file.text()", sent
        )
        assert text == "a note"


async def test_receipts_and_typing_are_told_and_heard(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """Who has read is shown at the newest message they read, also after a reload."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        await begin(page, lab_server)
        theirs = await other_side(page, ben)
        await page.evaluate("() => { talk.typed(); talk.typed(); talk.read() }")
        await eventually(lambda: theirs.writing() == ["ada"])
        await eventually(lambda: "ada" in theirs.read_by())
        await theirs.tell_writing()
        await page.evaluate(
            "() => lab.state.until(talk.typing, (names) => names.includes('ben'))"
        )
        await page.evaluate("() => talk.send('did you read this?')")
        asked = await next_message(theirs)
        await theirs.tell_read(asked)
        await page.evaluate(
            "(id) => lab.state.until(talk.readBy, (all) => all.get(id)?.includes('ben'))",
            asked.id,
        )
        await theirs.send("yes")
        await heard(page, "yes")
        assert await page.evaluate("() => talk.typing.value") == []
        await page.evaluate("() => ada.close()")
        await open_session(page)
        await open_talk(page)
        read = await page.evaluate("() => [...talk.readBy.value]")
        assert read == [[asked.id, ["ben"]]]


async def test_who_wants_to_tells_nothing(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """With both switches off nothing goes out that was not written."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        await begin(page, lab_server)
        theirs = await other_side(page, ben)
        await page.evaluate(
            """async () => {
              const { settings } = ada.session
              settings.sendReceipts.value = settings.sendTyping.value = false
              talk.typed()
              talk.read()
              await talk.send("a text")
              talk.close()
            }"""
        )
        assert (await next_message(theirs)).text == "a text"
        assert (theirs.writing(), theirs.read_by()) == ([], {})


async def test_a_draft_outlives_the_page_and_a_muted_conversation_says_so(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """Kept by itself, sealed; gone when it was sent. The list says both."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben"),
    ):
        await begin(page, lab_server)
        await page.evaluate(
            """async () => {
              talk.draft.value = "I have been thinking"
              await talk.mute(true)
              await ada.session.keep()
              await ada.close()
            }"""
        )
        await page.reload()
        await open_session(page)
        await open_talk(page)
        shown = await page.evaluate(
            """() => {
              const [row] = ada.session.conversations.value
              const isSilent = ada.session.silent.value.includes(row.id)
              return [talk.draft.value, row.draft, row.muted, isSilent]
            }"""
        )
        assert shown == ["I have been thinking", True, True, True]
        plain = await page.evaluate(
            """async () => {
              const names = (await indexedDB.databases()).map(({ name }) => name)
              const found = []
              for (const name of names) {
                const database = await new Promise((done) => {
                  indexedDB.open(name).onsuccess = (event) => done(event.target.result)
                })
                for (const store of database.objectStoreNames) {
                  const all = await new Promise((done) => {
                    database.transaction(store).objectStore(store).getAll().onsuccess = (event) => done(event.target.result)
                  })
                  found.push(...all.filter((value) => value instanceof Uint8Array))
                }
                database.close()
              }
              return found.some((octets) => new TextDecoder().decode(octets).includes("thinking"))
            }"""
        )
        assert plain is False
        assert (
            await page.evaluate(
                """async () => {
              talk.draft.value = ""
              talk.close()
              await lab.state.until(ada.session.conversations, (rows) => !rows[0].draft)
              return (await ada.session.open(ada.session.conversations.value[0].id)).draft.value
            }"""
            )
            == ""
        )


async def test_search_finds_what_stands_there_now(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """Without case and accents, in every conversation; edits count, deleted is gone."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        await begin(page, lab_server)
        theirs = await other_side(page, ben)
        search = """async (words) => (await ada.session.search(words)).map(({ message, marks }) =>
          [message.text, marks.map(([start, end]) => message.text.slice(start, end))])"""
        first = await theirs.send("Un CAFÉ solo, por favor")
        await heard(page, "Un CAFÉ solo, por favor")
        assert await page.evaluate(search, "cafe fav") == [
            ["Un CAFÉ solo, por favor", ["CAFÉ", "fav"]]
        ]
        await logged(theirs, first)
        await theirs.edit(first, "Un té")
        await heard(page, "Un té")
        assert await page.evaluate(search, "café") == []
        assert await page.evaluate(search, "TE") == [["Un té", ["té"]]]
        await theirs.delete(first)
        await page.evaluate(
            "() => lab.state.until(talk.messages, (all) => all.some((each) => each.deleted))"
        )
        assert await page.evaluate(search, "té") == []
        assert await page.evaluate(search, "  ") == []


async def test_a_circle_is_made_changed_and_left(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """Members come and go by their names; each change stands there in words."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
        python_person(lab_server, tmp_path, "cleo") as cleo,
    ):
        await sign_up(page, lab_server, "ada")
        await open_session(page)
        await page.evaluate(
            """async () => {
              const { conversation } = await ada.session.circle(["ben"])
              globalThis.talk = await ada.session.open(conversation)
              await lab.state.until(talk.members, (all) => all.length === 2)
            }"""
        )
        assert await page.evaluate("() => talk.add(['nobody'])") == {
            "done": False,
            "problem": {"code": "not_found", "fault": "yours"},
        }
        assert await page.evaluate("() => talk.add(['cleo'])") == {"done": True}
        theirs = await only_conversation(cleo)
        await theirs.send("hello everybody")
        await heard(page, "hello everybody")
        outcome = await page.evaluate(
            """async () => {
              const named = (each) => each.handle === "cleo"
              const all = await lab.state.until(talk.members, (all) => all.some(named))
              return talk.removeMember(all.find(named).account)
            }"""
        )
        assert outcome == {"done": True}
        members = await page.evaluate(
            "() => lab.state.until(talk.members, (all) => all.length === 2).then((all) => all.map((each) => each.handle))"
        )
        assert members == ["ada", "ben"]
        events = await page.evaluate(
            """async () => {
              const left = (each) => each.events.some(({ code }) => code === "left")
              const all = await lab.state.until(talk.messages, (all) => all.some(left))
              return all.flatMap((each) => each.events).map(({ code, people }) => [code, ...people])
            }"""
        )
        assert events == [["joined", "ben"], ["joined", "cleo"], ["left", "cleo"]]
        assert await page.evaluate("() => talk.leave()") == {"done": True}
        await page.evaluate(
            "() => lab.state.until(talk.encryption, ({ standing }) => standing === 'left')"
        )
        here = await only_conversation(ben)
        await eventually(lambda: len(here.members()) == 1)


@pytest.fixture
def small_server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server that keeps 2 MiB of files for each account: one, with its padding."""
    settings = {
        "WEB__DIST_DIR": str(web_dist(tmp_path, WEB_FILES)),
        "BLOBS__ATTACHMENT_QUOTA_BYTES": str(2 * 1024 * 1024),
    }
    with start_server(tmp_path / "server", settings) as running:
        yield running


async def test_a_refused_file_is_tried_again_or_taken_back(
    browser: Browser, small_server: ServerProcess, tmp_path: Path
) -> None:
    """It stands there as not sent, with its code, until the person says what to do."""
    async with (
        lab_person(browser, small_server, "status of 403") as page,
        python_person(small_server, tmp_path, "ben") as ben,
    ):
        await begin(page, small_server)
        theirs = await other_side(page, ben)
        failed = await page.evaluate(
            """async () => {
              globalThis.file = (name) => new File([new Uint8Array(600_000)], name)
              globalThis.stands = (name, status) => lab.state.until(talk.messages, (all) =>
                all.some((each) => each.text === name && each.status === status))
                .then((all) => all.find((each) => each.text === name))
              await talk.sendFile(file("first"))
              await stands("first", "sent")
              await talk.sendFile(file("second"))
              await talk.sendFile(file("third"))
              const { failure } = await stands("second", "failed")
              await stands("third", "failed")
              return failure
            }"""
        )
        assert failed == "quota_exceeded"
        await page.evaluate(
            """async () => {
              await talk.discard((await stands("third", "failed")).id)
              await lab.state.until(talk.messages, (all) => !all.some((each) => each.text === "third"))
            }"""
        )
        async with page.expect_response(lambda answer: answer.status == 403):
            await page.evaluate(
                "async () => talk.retry((await stands('second', 'failed')).id)"
            )
        await page.evaluate("() => stands('second', 'failed')")
        await page.evaluate("() => talk.send('never mind')")
        await eventually(lambda: "never mind" in texts(theirs))
        assert [m.text for m in theirs.history() if m.file] == ["first"]


async def test_what_comes_while_a_conversation_is_opened_is_shown(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """Whatever the moment: it is opened again and again until the message has come."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        await begin(page, lab_server)
        theirs = await other_side(page, ben)
        for number in range(15):
            text = f"message {number}"
            await page.evaluate(
                """(text) => {
                  const shows = (all) => all.some((each) => each.text === text)
                  globalThis.missed = (async () => {
                    const opened = []
                    while (!shows(talk.messages.value)) opened.push(await ada.session.open(talk.id))
                    const late = new Promise((resolve) => setTimeout(() => resolve("late"), 30_000))
                    const all = opened.map(({ messages }) =>
                      Promise.race([lab.state.until(messages, shows), late]))
                    const missed = (await Promise.all(all)).filter((each) => each === "late")
                    for (const each of opened) each.close()
                    return missed.length
                  })()
                }""",
                text,
            )
            await theirs.send(text)
            assert await page.evaluate("() => globalThis.missed") == 0
