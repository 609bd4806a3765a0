"""A page that dies at any of its steps loses nothing, doubles nothing, reuses no key."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.async_api import Browser, Page, WebSocket

from mentalverse_client import Client, Conversation
from mentalverse_crypto.framing import PrivateMessage, decode_message
from mentalverse_crypto.protection import open_sender_data
from mentalverse_signaling.events import ConversationSync, LogPage
from mentalverse_signaling.ids import ConversationId
from support.clients import person as python_person
from support.server import ServerProcess

from .conftest import lab_person, ready, sign_up
from .talk import begin, lines, open_chat, python_lines

ROUNDS = 100
WRITES = 9
"""More than a page makes while it catches up, writes two texts and sends them."""


class Sent:
    """Every message that left the pages of a person, whether it was taken or not."""

    def __init__(self) -> None:
        self.payloads: set[bytes] = set()

    def watch(self, page: Page) -> None:
        page.on("websocket", self._watch)

    def _watch(self, socket: WebSocket) -> None:
        socket.on("framesent", self._sent)

    def _sent(self, frame: str | bytes) -> None:
        if isinstance(frame, str):
            return
        packet: Any = msgspec.msgpack.decode(frame)
        data = packet.get("data")
        if isinstance(data, list) and data[0] == "message.send":
            self.payloads.add(data[1]["payload"])


def places(talk: Conversation, payloads: set[bytes]) -> list[tuple[int, int, int]]:
    """Epoch, leaf and generation of messages of the present epoch."""
    state = talk._room.state
    found = []
    for payload in payloads:
        message = decode_message(payload)
        assert isinstance(message, PrivateMessage)
        assert message.epoch == state.epoch
        sender = open_sender_data(
            state.suite, message, state.secrets.sender_data_secret
        )
        found.append((message.epoch, sender.leaf_index, sender.generation))
    return found


async def log_of(ben: Client, talk: Conversation) -> set[bytes]:
    """The messages of the present epoch in the server's log."""
    rows: list[bytes] = []
    since = talk.history(100_000)[0].seq  # the line that says who let Ben in
    while True:
        request = ConversationSync(ConversationId(talk.id), since)
        page = await ben._engine.call("conversation.sync", request, LogPage)
        rows += [row.payload for row in page.rows]
        if not page.rows or page.rows[-1].seq >= page.head:
            return {row for row in rows if _is_message(row, talk.epoch)}
        since = page.rows[-1].seq


def _is_message(row: bytes, epoch: int) -> bool:
    message = decode_message(row)
    return isinstance(message, PrivateMessage) and message.epoch == epoch


@pytest.mark.timeout(600)
async def test_pages_that_die_at_every_step_lose_and_double_nothing(
    browser: Browser, lab_server: ServerProcess, tmp_path: Path
) -> None:
    """Before and after each durable write, while both write, a hundred times."""
    async with (
        lab_person(browser, lab_server, "status of 40") as first,
        python_person(lab_server, tmp_path, "ben") as ben,
    ):
        sent = Sent()
        first.context.on("page", sent.watch)
        await sign_up(first, lab_server, "ada")
        await open_chat(first)
        talk = await begin(first, ben, "page")
        await first.evaluate("() => ada.flush()")
        await first.close()
        kept: list[str] = []
        deaths = 0
        for round_ in range(ROUNDS):
            page = await first.context.new_page()
            await page.goto("/")
            await ready(page)
            texts = [f"{round_} {turn}" for turn in "ab"]
            place = 1 + round_ // 2 % WRITES, ("before", "after")[round_ % 2]
            said, _ = await asyncio.gather(
                page.evaluate(
                    "(all) => lab.sayUntilDeath(...all)", [talk.id, texts, *place]
                ),
                talk.send(f"ben {round_}"),
            )
            kept += said["kept"]
            deaths += said["died"]
            await page.close()
        assert deaths == ROUNDS
        last = await first.context.new_page()
        await last.goto("/")
        await open_chat(last)
        await last.evaluate("() => ada.flush()")
        await ben.flush()
        await last.evaluate("(id) => ada.chat.sync(ada.chat.room(id))", talk.id)
        shown = await lines(last, talk.id)
        await ben._engine.sync(talk._room)
        assert shown == python_lines(talk)
        ids, texts = [line[0] for line in shown], [line[2] for line in shown]
        assert len(set(ids)) == len(ids)
        own = [text for text in texts if not text.startswith("ben")]
        assert [text for text in own if text in set(kept)] == kept
        assert len(set(own)) == len(own)
        assert [t for t in texts if t.startswith("ben")] == [
            f"ben {n}" for n in range(ROUNDS)
        ]
        logged = await log_of(ben, talk)
        assert len(logged) >= len(texts)
        used = places(talk, sent.payloads | logged)
        assert len(set(used)) == len(used)
