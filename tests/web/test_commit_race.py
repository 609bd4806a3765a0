"""Two browsers change one circle at the same moment."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.async_api import Browser, Page, WebSocket

from support.clients import eventually, only_conversation, texts
from support.clients import person as python_person
from support.server import ServerProcess

from .conftest import lab_person, sign_up
from .talk import open_chat, say

pytestmark = pytest.mark.timeout(300)

REMOVE = """async ([conversation, account]) => {
  globalThis.removal = ada.conversation(conversation).removeMember(account)
    .then(() => "", (error) => String(error))
}"""


class Line:
    """What a page's socket carries, from before it is opened."""

    def __init__(self, page: Page) -> None:
        self.commits = 0
        self.refusals: list[str] = []
        self._more = asyncio.Event()
        page.on("websocket", self._watch)

    async def committed(self) -> None:
        """Wait until a commit is on its way."""
        async with asyncio.timeout(40):
            while self.commits == 0:
                self._more.clear()
                await self._more.wait()

    def _watch(self, socket: WebSocket) -> None:
        socket.on("framesent", self._sent)
        socket.on("framereceived", self._received)

    def _sent(self, frame: str | bytes) -> None:
        data = _data(frame)
        if isinstance(data, list) and data[0] == "group.commit":
            self.commits += 1
            self._more.set()

    def _received(self, frame: str | bytes) -> None:
        match _data(frame):
            case [{"ok": False, "error": {"code": str(code)}}]:
                self.refusals.append(code)


def _data(frame: str | bytes) -> Any:
    if isinstance(frame, str):
        return None
    packet = msgspec.msgpack.decode(frame)
    return packet.get("data") if isinstance(packet, dict) else None


async def test_of_two_changes_at_once_both_come_about(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """The server gives the epoch to one; the other page plans anew on top of it, and
    both end up in one group that can be written in."""
    async with (
        lab_person(browser, lab_server) as ada,
        lab_person(browser, lab_server) as cleo,
        python_person(lab_server, tmp_path, "ben") as ben,
        python_person(lab_server, tmp_path, "dora") as dora,
    ):
        lines = Line(ada), Line(cleo)
        for page, handle in ((ada, "ada"), (cleo, "cleo")):
            await sign_up(page, lab_server, handle)
            await open_chat(page)
        talk = await ada.evaluate(
            """async () => {
              const names = ["ben", "cleo", "dora"]
              const people = await Promise.all(names.map((name) => ada.chat.people.find(name)))
              // Only the staff of a circle may remove somebody else.
              const made = await ada.chat.create("circle", people, [people[1]])
              await ada.until(() => ada.chat.room(made).accounts.size === 4)
              return globalThis.talk = made
            }"""
        )
        await cleo.evaluate("async () => { globalThis.talk = await ada.only() }")
        await say(ada, "four of us")
        await cleo.evaluate("() => ada.idOf(talk, 'four of us')")
        for line in lines:
            line.commits = 0
        os.kill(lab_server.pid, signal.SIGSTOP)
        try:
            await ada.evaluate(REMOVE, [talk, ben.account])
            await cleo.evaluate(REMOVE, [talk, dora.account])
            await asyncio.gather(*(line.committed() for line in lines))
        finally:
            os.kill(lab_server.pid, signal.SIGCONT)
        for page in (ada, cleo):
            assert await page.evaluate("() => removal") == ""
            await page.evaluate(
                "() => ada.until(() => ada.chat.room(talk).accounts.size === 2)"
            )
        refusals = [code for line in lines for code in line.refusals]
        assert refusals == ["epoch_taken"]
        for page, other, text in ((ada, cleo, "two"), (cleo, ada, "of us")):
            await say(page, text)
            await other.evaluate("(text) => ada.idOf(talk, text)", text)
        for out in (ben, dora):
            here = await only_conversation(out)
            await eventually(lambda here=here: not here.members())  # type: ignore[misc]
            assert "two" not in texts(here)
