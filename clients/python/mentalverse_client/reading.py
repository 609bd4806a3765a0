"""Hands each received message to the program once, in order, also across restarts.

The position up to which a conversation was read is stored. It moves when the
program asks for the next message, that is, when it is done with the one before: a
crash in between brings that one again. The store is the queue, so a slow program
costs no memory.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Protocol

from .engine import Engine
from .store.messages import SPOKEN, Message

BATCH = 50
"""Messages read from the store at a time."""


class Readable(Protocol):
    """A conversation, as far as it is read here."""

    def unread(self, limit: int) -> list[Message]:
        """The first messages after what was read."""

    def mark_read(self, message: Message) -> None:
        """Count this message and all before it as read."""


async def unread(
    engine: Engine, conversations: Callable[[], Sequence[Readable]]
) -> AsyncGenerator[Message, None]:
    """Texts and files from others that no program has read; waits for more."""
    while True:
        coming = engine.updates.next()
        found = False
        for conversation in conversations():
            for message in conversation.unread(BATCH):
                found = True
                if _is_for_programs(message):
                    yield message
                conversation.mark_read(message)
        if not found:
            engine.updates.require_running()
            await coming.wait()


def _is_for_programs(message: Message) -> bool:
    return message.kind in SPOKEN and not message.mine and not message.deleted
