"""How a program hears that something changed.

An update names what changed and carries no content: the history is in the store,
and reading it there is always right, also after a subscriber fell behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum

MAX_WAITING_UPDATES = 1_000
"""Per subscriber; beyond it the oldest are dropped."""


class UpdateKind(StrEnum):
    """What changed."""

    MESSAGE = "message"
    """A message was added to the history."""
    CHANGED = "changed"
    """A message was edited or deleted, or reactions to it changed."""
    CONVERSATION = "conversation"
    """Its members, its standing or its outbox."""
    CONNECTION = "connection"
    ALARM = "alarm"
    """Something about keys that the person has to be told, or has seen."""
    TRANSFER = "transfer"
    """A file came further, or there is nothing more to upload."""
    DEVICES = "devices"
    """The devices of this account, or of somebody one writes with."""
    READ = "read"
    """Somebody told how far they have read: `Conversation.read_by`."""
    TYPING = "typing"
    """Somebody writes, or stopped: `Conversation.writing`."""
    HELP = "help"
    """How it stands with one's own request for help: `Client.help`."""
    DESK = "desk"
    """What a responder is shown: `Client.desk`."""
    REWOUND = "rewound"
    """The server's log is shorter than what is stored here: it was restored."""


@dataclass(frozen=True, slots=True)
class Update:
    """One change. `message` is set for `MESSAGE`, `CHANGED` and, mostly, `TRANSFER`."""

    kind: UpdateKind
    conversation: str = ""
    message: str = ""


class Updates:
    """Hands each update to every subscriber."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[Update]] = set()
        self._next = asyncio.Event()
        self._failure: BaseException | None = None

    def publish(self, update: Update) -> None:
        """Hand out an update; never waits."""
        for queue in self._queues:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(update)
        self._wake()

    def end(self, failure: BaseException) -> None:
        """Let every subscriber end with `failure`."""
        self._failure = failure
        self._wake()

    def next(self) -> asyncio.Event:
        """An event that the next update, or the end, sets. Take it before looking."""
        return self._next

    def require_running(self) -> None:
        """Raise the failure that ended the updates, if there is one."""
        if self._failure is not None:
            raise self._failure

    def subscribe(self) -> AsyncGenerator[Update, None]:
        """Every update from this call on."""
        queue: asyncio.Queue[Update] = asyncio.Queue(MAX_WAITING_UPDATES)
        self._queues.add(queue)
        return self._drain(queue)

    async def _drain(
        self, queue: asyncio.Queue[Update]
    ) -> AsyncGenerator[Update, None]:
        try:
            while True:
                coming = self.next()
                while not queue.empty():
                    yield queue.get_nowait()
                self.require_running()
                await coming.wait()
        finally:
            self._queues.discard(queue)

    def _wake(self) -> None:
        passed, self._next = self._next, asyncio.Event()
        passed.set()
