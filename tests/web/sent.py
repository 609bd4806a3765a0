"""What left the pages of a person, and under which generation of which leaf."""

from __future__ import annotations

from typing import Any

import msgspec
from playwright.async_api import Page, WebSocket

from mentalverse_client import Client, Conversation
from mentalverse_crypto.framing import PrivateMessage, decode_message
from mentalverse_crypto.protection import open_sender_data
from mentalverse_signaling.events import ConversationSync, LogPage
from mentalverse_signaling.ids import ConversationId


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
