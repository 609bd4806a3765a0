"""What people do with each other, through the screens as they are installed."""

from __future__ import annotations

import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from mentalverse_client import Client, MessageKind
from support.browser import FAKE_MEDIA, add_authenticator, chromium
from support.clients import eventually, logged, only_conversation, texts
from support.clients import person as python_person
from support.pictures import HOME, chunk
from support.screens import LONG_MS, Screens
from support.server import ServerProcess

from .conftest import app_person

pytestmark = pytest.mark.timeout(400)
CUT_OFF = "net::ERR_INTERNET_DISCONNECTED"
"""What the browser says itself of a request without a network."""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """One that has a microphone: it beeps."""
    async with chromium(*FAKE_MEDIA) as started:
        yield started


def a_picture(path: Path) -> Path:
    """A red dot that says where it was taken."""
    pixel = zlib.compress(b"\0\xff\0\0")
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
        + chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\0" + HOME)
        + chunk(b"IDAT", pixel)
        + chunk(b"IEND", b"")
    )
    return path


@pytest.mark.capability("C01")
async def test_two_people_talk_and_nothing_is_lost_on_the_way(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """Words, an answer, a reaction, a change, a picture without its place, a recording;
    after a reload all of it; what is written without a network goes once, later."""
    async with (
        app_person(browser, app_server, CUT_OFF) as ada_page,
        app_person(browser, app_server) as ben_page,
    ):
        await add_authenticator(ada_page)
        ada, ben = Screens(ada_page), Screens(ben_page)
        await ada.come_in(app_server, "ada")
        await ben.come_in(app_server, "ben", passkey=False)

        await ada.begin("ben")
        await ada.write("Good to see you here")
        await ben.enter("ada")
        await ben.hears("Good to see you here")
        await ben.act("Good to see you here", "Reply")
        await ben.write("I was waiting for you")
        answer = await ada.hears("I was waiting for you")
        await expect(answer.get_by_role("button", name="Answers:")).to_be_visible()
        await ben.act("Good to see you here", "❤️")
        await expect(ada.reaction("❤️", "ben")).to_be_visible(timeout=LONG_MS)
        await ada.write("See you at nine")
        await ada.act("See you at nine", "Change it")
        field = ada_page.get_by_role("textbox", name="Message")
        await expect(field).to_have_value("See you at nine")
        await ada.write("See you at ten")
        changed = await ben.hears("See you at ten")
        await expect(changed.get_by_text("Changed")).to_be_visible()

        await ada.attach(a_picture(tmp_path / "garden.png"))
        got = await ben.hears("garden.png")
        picture = got.get_by_role("img", name="Picture:")
        await expect(picture).to_be_visible(timeout=LONG_MS)
        received = await ben.save("garden.png", tmp_path / "received.png")
        assert received.startswith(b"\x89PNG")
        assert HOME not in received

        await ada_page.get_by_role("button", name="Record a voice message").click()
        await ada_page.get_by_role("button", name="Stop").click(timeout=LONG_MS)
        recorder = ada_page.get_by_role("group", name="Record a voice message")
        await recorder.get_by_role("button", name="Send").click()
        await expect(ben_page.get_by_role("button", name="Play, ")).to_be_visible(
            timeout=LONG_MS
        )

        await ada_page.reload()
        await ada.is_in("ben")
        await ada.hears("See you at ten")
        await ada.hears("garden.png")
        await expect(ada.reaction("❤️", "ben")).to_be_visible()

        await ada_page.context.set_offline(True)
        await ada.write("Written in the tunnel")
        waits = await ada.hears("Written in the tunnel")
        await expect(waits.get_by_text("Saved here, goes by itself")).to_be_visible()
        await expect(ben.row("Written in the tunnel")).to_have_count(0)
        await ada_page.context.set_offline(False)
        await ben.hears("Written in the tunnel")
        await expect(waits.get_by_text("Saved here")).to_have_count(0, timeout=LONG_MS)
        await ben.write("Out again?")
        await ada.hears("Out again?")
        await expect(ben.row("Written in the tunnel")).to_have_count(1)


@pytest.mark.capability("C01")
@pytest.mark.capability("C06")
async def test_a_browser_and_a_python_client_share_a_circle(
    browser: Browser, app_server: ServerProcess, tmp_path: Path
) -> None:
    """Each reads all that the other does: words, answer, reaction, change, files, voice."""
    async with (
        app_person(browser, app_server) as page,
        python_person(app_server, tmp_path, "ben") as ben,
        python_person(app_server, tmp_path, "cleo") as cleo,
    ):
        await add_authenticator(page)
        ada = Screens(page)
        await ada.come_in(app_server, "ada")
        await ada.begin("ben", "cleo")
        await ada.write("Welcome, both")
        circle = await only_conversation(ben)
        await eventually(lambda: texts(circle) == ["Welcome, both"])
        (said,) = [m for m in circle.history() if m.text == "Welcome, both"]

        await circle.reply(said.id, "Thank you, ada")
        await circle.react(said.id, "🙏")
        answer = await ada.hears("Thank you, ada")
        await expect(answer.get_by_role("button", name="Answers:")).to_be_visible()
        await expect(ada.reaction("🙏", "ben")).to_be_visible(timeout=LONG_MS)
        wrong = await circle.send("Tomorow")
        await logged(circle, wrong)
        await circle.edit(wrong, "Tomorrow")
        changed = await ada.hears("Tomorrow")
        await expect(changed.get_by_text("Changed")).to_be_visible()
        source = tmp_path / "plan.txt"
        source.write_bytes(b"tea at nine\n")
        await circle.send_file(source)
        assert await ada.save("plan.txt", tmp_path / "saved.txt") == b"tea at nine\n"

        await ada.act("Tomorrow", "❤️")
        await eventually(lambda: "❤️" in circle.message(wrong).reactions)
        await ada.attach(a_picture(tmp_path / "garden.png"))
        await page.get_by_role("button", name="Record a voice message").click()
        await page.get_by_role("button", name="Stop").click(timeout=LONG_MS)
        recorder = page.get_by_role("group", name="Record a voice message")
        await recorder.get_by_role("button", name="Send").click()
        for client in (ben, cleo):
            await _has_picture_and_recording(client, tmp_path / client.handle)
        mine = [m.text for m in circle.history() if m.kind is MessageKind.TEXT]
        heard = await only_conversation(cleo)
        assert [m.text for m in heard.history() if m.kind is MessageKind.TEXT] == mine


async def _has_picture_and_recording(client: Client, folder: Path) -> None:
    conversation = await only_conversation(client)

    def files() -> list[str]:
        files = [m.file for m in conversation.history() if m.file is not None]
        return [file.media_type.split("/")[0] for file in files]

    await eventually(lambda: {"image", "audio"} <= set(files()))
    folder.with_suffix(".files").mkdir()
    for message in conversation.history():
        if message.file is not None and message.file.media_type == "image/png":
            saved = await conversation.save_file(
                message.id, folder.with_suffix(".files")
            )
            assert HOME not in saved.read_bytes()
