"""What moves calls without anybody asking: time, and the groups that key the frames.

A commit in a call's group begins an epoch, and everybody's devices go over to it
(`key.prepared`). Whether it added or removed is seen from the devices before and after;
where those before are not known, it counts as a removal. A device that is no longer in
the conversation of a call has no seat in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial

import structlog

from mentalverse_signaling.call_events import KeyCause
from mentalverse_signaling.calls.commands import (
    Command,
    EpochPrepared,
    MemberGone,
    TimePassed,
)
from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.ids import ConversationId

from ..directory import Directory, RoomChanged
from ..directory import Room as Group
from .rooms import Room, Rooms

MOST_SECONDS = 0.25
"""Between two looks at what is due."""
MAX_WAITING = 4_096

log = structlog.get_logger()


class Watch:
    """Owns the two tasks that move calls; `start`, then `close`."""

    def __init__(self, rooms: Rooms, directory: Directory) -> None:
        self._rooms = rooms
        self._directory = directory
        self._groups: dict[ConversationId, Group] = {}
        self._work: asyncio.Queue[tuple[Room, Command]] = asyncio.Queue(MAX_WAITING)
        self._tasks: list[asyncio.Task[None]] = []
        self.lost = 0
        """What there was no room for; the metrics tell."""

    @property
    def is_alive(self) -> bool:
        """Whether time passes."""
        return bool(self._tasks) and not any(task.done() for task in self._tasks)

    async def start(self) -> None:
        """Begin; the groups of calls that were open are read first."""
        for room in self._rooms:
            self.follow(room)
        self._tasks = [
            asyncio.create_task(self._time(), name="mentalverse-calls-time"),
            asyncio.create_task(self._follow(), name="mentalverse-calls-groups"),
        ]

    async def close(self) -> None:
        """Stop."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def follow(self, room: Room) -> None:
        """Look at a call's group from now on."""
        group = room.call.group
        open_groups = {each.call.group for each in self._rooms}
        for over in self._groups.keys() - open_groups:
            del self._groups[over]
        if group is not None and group not in self._groups:
            self._directory.when_loaded(group, partial(self._remember, group))

    def on_committed(self, facts: Sequence[object]) -> None:
        """Of the writer: which groups have changed."""
        for fact in facts:
            if isinstance(fact, RoomChanged):
                self._changed(fact.conversation, fact.room)

    def _remember(
        self, conversation: ConversationId, found: Group | SignalingError
    ) -> None:
        if isinstance(found, Group):
            self._groups.setdefault(conversation, found)

    def _changed(self, conversation: ConversationId, group: Group) -> None:
        before = self._groups.get(conversation)
        concerned = False
        for room in self._rooms:
            call = room.call
            if call.group == conversation:
                concerned = True
                if before is None or group.epoch > before.epoch:
                    cause = _cause(before, group)
                    self._queue(room, [EpochPrepared(group.epoch, cause)])
            if call.conversation == conversation:
                self._queue(room, _gone(room, group))
        if concerned:
            self._groups[conversation] = group
        else:
            self._groups.pop(conversation, None)

    def _queue(self, room: Room, commands: Iterable[Command]) -> None:
        for command in commands:
            try:
                self._work.put_nowait((room, command))
            except asyncio.QueueFull:
                self.lost += 1

    async def _follow(self) -> None:
        while True:
            room, command = await self._work.get()
            await self._decide(room, command)

    async def _time(self) -> None:
        while True:
            for room in self._rooms.due():
                await self._decide(room, TimePassed())
            await asyncio.sleep(MOST_SECONDS)

    async def _decide(self, room: Room, command: Command) -> None:
        try:
            await self._rooms.decide(room, command)
        except SignalingError as error:
            # Not stored: what is due stays due.
            log.warning("calls.not_decided", code=error.code)
        except Exception:  # one call is not the end of all others
            log.exception("calls.watch_failed")


def _cause(before: Group | None, after: Group) -> KeyCause | None:
    if before is None or before.devices - after.devices:
        return None if before is None else KeyCause.REMOVE
    return KeyCause.ADD if after.devices - before.devices else KeyCause.REFRESH


def _gone(room: Room, group: Group) -> list[Command]:
    held = [(one.account, one.device) for one in room.call.seats.values()]
    held += [(one.account, one.device) for one in room.call.line.values()]
    return [
        MemberGone(account, device)
        for account, device in held
        if device not in group.devices
    ]
