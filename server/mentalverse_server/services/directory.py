"""What the hot path knows of conversations, in memory.

A message is checked against its conversation's group, epoch and devices without
a read. Rooms are loaded when first asked for and replaced by the facts of
committed changes, which arrive in commit order, so a room is never older than
what the same event loop has announced. That holds as long as one process serves
a database.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from mentalverse_signaling.conversation import Leaf, Membership
from mentalverse_signaling.errors import (
    Internal,
    NotFound,
    Overloaded,
    SignalingError,
    Unavailable,
)
from mentalverse_signaling.ids import ConversationId, DeviceId, id_bytes

from ..store.conversations import ConversationState, load_state
from ..store.engine import Connection, Database

_log = logging.getLogger(__name__)

MAX_ROOMS = 20_000
MAX_WAITING = 5_000
"""Callers that wait for a room at the same time."""


@dataclass(frozen=True, slots=True)
class Room:
    """A conversation as the checks and the fan-out of a message see it."""

    group: bytes
    """MLS group id, 16 octets."""
    epoch: int
    devices: frozenset[DeviceId]
    """Leaves of the group: who may send, and who is sent every row."""
    former: frozenset[DeviceId]
    """Devices that were removed."""
    frozen: bool = False
    """Nothing is taken: a commit did not apply."""
    earlier: frozenset[bytes] = frozenset()
    """Groups in whose place this one is: what comes for them is stale."""


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """Fact: a committed change gave the conversation this room."""

    conversation: ConversationId
    room: Room


Then = Callable[[Room | SignalingError], None]


def room_of(state: ConversationState) -> Room:
    """The room of a conversation as the store has it."""
    leaves = state.membership.leaves
    return _room(state, leaves, state.epoch)


def room_after(state: ConversationState, after: Membership) -> Room:
    """The room once a commit has ended the state's epoch with this membership."""
    return _room(state, after.leaves, state.epoch + 1)


def _room(state: ConversationState, leaves: frozenset[Leaf], epoch: int) -> Room:
    devices = frozenset(device for _, device in leaves)
    return Room(
        group=id_bytes(state.group),
        epoch=epoch,
        devices=devices,
        former=frozenset(state.devices) - devices,
        frozen=state.frozen is not None,
        earlier=frozenset(
            id_bytes(freeze.group) for freeze in state.freezes if freeze.recreated_at
        ),
    )


class Directory:
    """Rooms in memory, bounded: the one loaded first goes first."""

    def __init__(
        self,
        database: Database,
        *,
        max_rooms: int = MAX_ROOMS,
        max_waiting: int = MAX_WAITING,
    ) -> None:
        self._database = database
        self._max_rooms = max_rooms
        self._max_waiting = max_waiting
        self._rooms: dict[ConversationId, Room] = {}
        self._waiting: dict[ConversationId, list[Then]] = {}
        self._waiters = 0
        self._loads: set[asyncio.Task[None]] = set()

    def get(self, conversation: ConversationId) -> Room | None:
        """The room if it is in memory."""
        return self._rooms.get(conversation)

    def replace(self, changed: RoomChanged) -> None:
        """Remember the room after a committed change."""
        self._rooms[changed.conversation] = changed.room
        if len(self._rooms) > self._max_rooms:
            del self._rooms[next(iter(self._rooms))]

    def when_loaded(self, conversation: ConversationId, then: Then) -> None:
        """Call `then` with the room, or with why there is none.

        Callers of one conversation are called in the order they asked, in the
        same step that makes the room available to `get`: nobody overtakes them.
        """
        if self._waiters >= self._max_waiting:
            then(Overloaded("too many conversations are being loaded", 1_000))
            return
        self._waiters += 1
        waiting = self._waiting.get(conversation)
        if waiting is not None:
            waiting.append(then)
            return
        self._waiting[conversation] = [then]
        task = asyncio.ensure_future(self._load(conversation))
        self._loads.add(task)
        task.add_done_callback(self._loads.discard)

    async def close(self) -> None:
        """Stop loading; whoever waits is told."""
        loads = tuple(self._loads)
        for task in loads:
            task.cancel()
        await asyncio.gather(*loads, return_exceptions=True)

    async def _load(self, conversation: ConversationId) -> None:
        result: Room | SignalingError = Unavailable("the server is going down")
        try:
            result = await self._database.read(_read_room, conversation)
        except SignalingError as error:
            result = error
        except Exception:
            _log.exception("a conversation could not be loaded")
            result = Internal("the conversation could not be loaded")
        finally:
            self._finish(conversation, result)

    def _finish(
        self, conversation: ConversationId, result: Room | SignalingError
    ) -> None:
        # A change committed while the read ran is newer than what was read.
        current = self._rooms.get(conversation)
        if current is not None:
            result = current
        elif isinstance(result, Room):
            self.replace(RoomChanged(conversation, result))
        waiting = self._waiting.pop(conversation)
        self._waiters -= len(waiting)
        for then in waiting:
            then(result)


def _read_room(connection: Connection, conversation: ConversationId) -> Room:
    state = load_state(connection, conversation)
    if state is None:
        raise NotFound("no such conversation")
    return room_of(state)
