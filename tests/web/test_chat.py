"""Conversations between a browser and Python, over a real server."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from support.clients import eventually, logged, next_message, only_conversation
from support.clients import person as python_person
from support.server import ServerProcess

from .conftest import lab_person, sign_up
from .talk import begin, lines, open_chat, python_lines, say


@pytest.mark.parametrize("maker", ["page", "python"])
async def test_a_browser_and_python_talk(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path, maker: str
) -> None:
    """Both write and read, fold changes alike, and see one safety number."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        await sign_up(page, lab_server, "ada")
        await open_chat(page)
        talk = await begin(page, ben, maker)
        assert talk.encryption_state.suite.startswith("MLS_128_MLKEM768X25519")
        first = await say(page, "hello ben")
        assert (await next_message(talk)).text == "hello ben"
        answer = await talk.reply(first, "hello ada")
        assert (
            await page.evaluate("(text) => ada.idOf(talk, text)", "hello ada") == answer
        )
        await page.evaluate(
            "(id) => ada.conversation(talk).react(id, '🙂', true)", answer
        )
        await page.evaluate(
            "(id) => ada.conversation(talk).edit(id, 'hello, ben!')", first
        )
        gone = await say(page, "not this")
        await page.evaluate("() => ada.flush()")
        await page.evaluate("(id) => ada.conversation(talk).remove(id)", gone)
        await page.evaluate("() => ada.flush()")
        last = await talk.send("bye")
        assert await page.evaluate("(text) => ada.idOf(talk, text)", "bye") == last
        await logged(talk, last)
        shown = await lines(page, talk.id)
        assert shown == python_lines(talk)
        assert [line[2] for line in shown] == ["hello, ben!", "hello ada", "", "bye"]
        digits = await page.evaluate(
            "async () => (await ada.conversation(talk).safetyNumber()).digits"
        )
        assert " ".join(digits) == talk.safety_number()
        await page.reload()
        await open_chat(page)
        assert await lines(page, talk.id) == shown


async def test_what_is_written_offline_goes_out_once_when_the_line_is_back(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """Also after a reload without a line; nothing is lost, doubled or out of order."""
    async with (
        lab_person(browser, lab_server, "ERR_INTERNET_DISCONNECTED") as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        await sign_up(page, lab_server, "ada")
        await open_chat(page)
        talk = await begin(page, ben, "page")
        await page.evaluate("() => ada.flush()")
        await page.context.set_offline(True)
        texts = [f"offline {number}" for number in range(5)]
        for text in texts:
            await say(page, text)
        shown = await lines(page, talk.id)
        assert [line[2] for line in shown] == texts
        await page.context.set_offline(False)
        await page.evaluate("() => ada.flush()")
        for text in texts:
            assert (await next_message(talk)).text == text
        assert await lines(page, talk.id) == shown == python_lines(talk)


async def test_the_page_in_front_works_and_the_other_lets_go(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """A second page takes over when it asks, with everything the first one wrote."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        await sign_up(page, lab_server, "ada")
        await open_chat(page)
        talk = await begin(page, ben, "page")
        await say(page, "from the first")
        second = await page.context.new_page()
        await second.goto("/")
        await second.evaluate("() => lab.deviceLock.ask('lab')")
        await open_chat(second)
        await second.evaluate("(id) => { globalThis.talk = id }", talk.id)
        await say(second, "from the second")
        await second.evaluate("() => ada.flush()")
        for text in ("from the first", "from the second"):
            assert (await next_message(talk)).text == text
        assert await lines(second, talk.id) == python_lines(talk)


async def test_a_circle_grows_and_shrinks_from_both_sides(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """Members are added and removed by a page and by Python; who is out reads nothing."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
        python_person(lab_server, tmp_path, "cleo") as cleo,
        python_person(lab_server, tmp_path, "dora") as dora,
    ):
        await sign_up(page, lab_server, "ada")
        await open_chat(page)
        await page.evaluate(
            """async () => {
              const people = await Promise.all(["ben", "cleo"].map((h) => ada.chat.people.find(h)))
              globalThis.talk = await ada.chat.create("circle", people)
              await ada.until(() => ada.chat.room(talk).accounts.size === 3)
            }"""
        )
        bens, cleos = await only_conversation(ben), await only_conversation(cleo)
        await say(page, "three of us")
        assert (await next_message(bens)).text == "three of us"
        assert (await next_message(cleos)).text == "three of us"
        await page.evaluate(
            "async () => ada.conversation(talk).add([await ada.chat.people.find('dora')])"
        )
        doras = await only_conversation(dora)
        await doras.send("four of us")
        await page.evaluate("(text) => ada.idOf(talk, text)", "four of us")
        await page.evaluate(
            "async () => ada.conversation(talk).removeMember(await ada.chat.people.find('cleo'))"
        )
        await bens.send("without cleo")
        await page.evaluate("(text) => ada.idOf(talk, text)", "without cleo")
        await doras.leave()
        await page.evaluate(
            "() => ada.until(() => ada.chat.room(talk).accounts.size === 2)"
        )
        digits = await page.evaluate(
            "async () => (await ada.conversation(talk).safetyNumber()).digits"
        )
        await eventually(lambda: bens.safety_number() == " ".join(digits))
        assert "without cleo" not in [m.text for m in cleos.history()]


async def test_a_page_that_lost_its_place_comes_back_by_itself(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """A conversation that cannot be followed is entered from outside, seen by all."""
    async with (
        lab_person(browser, lab_server) as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        await sign_up(page, lab_server, "ada")
        await open_chat(page)
        talk = await begin(page, ben, "page")
        await say(page, "before")
        assert (await next_message(talk)).text == "before"
        epoch = talk.epoch
        await page.evaluate(
            """async () => {
              const room = ada.chat.room(talk)
              await room.updateRecord({ standing: "broken", cause: "older_copy" })
              await ada.conversation(talk).send("waits").catch(() => undefined)
              ada.chat.adopt(room)
              await ada.until(() => room.record.standing === "active")
            }"""
        )
        await say(page, "after")
        assert (await next_message(talk)).text == "after"
        assert talk.epoch == epoch + 1
        assert any("came back on a device" in m.text for m in talk.history())
        await talk.send("welcome back")
        await page.evaluate("(text) => ada.idOf(talk, text)", "welcome back")


async def test_files_go_both_ways_and_a_waiting_one_survives_a_reload(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """A page's file is read by Python and back, also one written without a line."""
    async with (
        lab_person(browser, lab_server, "ERR_INTERNET_DISCONNECTED") as page,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        await sign_up(page, lab_server, "ada")
        await open_chat(page)
        talk = await begin(page, ben, "page")
        await page.evaluate("() => ada.flush()")
        await page.context.set_offline(True)
        await page.evaluate(
            """async () => {
              const octets = new Uint8Array(700_000).map((_, place) => place % 251)
              const file = new Blob([octets], { type: "application/pdf" })
              await ada.conversation(talk).sendFile(file, "plan.pdf")
              await ada.close()
            }"""
        )
        await page.context.set_offline(False)
        await page.reload()
        await open_chat(page)
        await page.evaluate("(id) => { globalThis.talk = id }", talk.id)
        message = await next_message(talk)
        saved = await talk.save_file(message.id, tmp_path)
        assert saved.name == "plan.pdf"
        assert saved.read_bytes() == bytes(place % 251 for place in range(700_000))
        answer = await talk.send_file(saved)
        await page.evaluate(
            "(id) => ada.until(async () => (await ada.lines(talk)).some((line) => line.id === id))",
            answer,
        )
        same = await page.evaluate(
            """async (id) => {
              const file = await ada.conversation(talk).fetchFile(id)
              const octets = new Uint8Array(await file.arrayBuffer())
              return octets.length === 700_000 && octets.every((octet, place) => octet === place % 251)
            }""",
            answer,
        )
        assert same
        assert await lines(page, talk.id) == python_lines(talk)
        left = await page.evaluate("() => ada.chat.device.vault.names('file')")
        assert left == []
