"""What people share in a conversation, with what still waits to be sent."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from mentalverse_crypto import content as contents

from .engine import Engine
from .groups.room import Room
from .store.planned import Planned, identity_of
from .store.records import Task, outbox
from .store.session_page import Entry, Held, held, planned, single

_LAST = 1 << 53
"""Behind every row: what waits was begun last."""


class SharedThings:
    """Reads and writes what is shared in one conversation."""

    def __init__(self, engine: Engine, room: Room) -> None:
        self._engine = engine
        self._room = room

    def new_id(self) -> UUID:
        """For a thing that begins."""
        return UUID(bytes=self._engine.device.rng(16), version=4)

    def write(self, body: Planned, fallback: str) -> None:
        """Write a content; durable when this returns.

        Args:
            body: What is to hold from now on.
            fallback: What a client shows that does not know the type.
        """
        self._room.write(body, fallback)
        self._engine.adopt(self._room)
        self._engine.changed(self._room)

    def held(self) -> list[tuple[Held, bool]]:
        """What holds once everything is sent, and whether it still waits."""
        vault = self._engine.device.profile.vault
        found = {one.entry.identity: (one, False) for one in held(vault, self._room.id)}
        for body, content in self._waiting():
            identity = identity_of(body)
            before = found.get(identity)
            revision = 1 + (before[0].entry.seq if before else 0)
            own = self._engine.device.profile.identity.account
            since = before[0].entry.since if before else _LAST
            entry = Entry(
                identity=identity,
                seq=revision,
                since=since,
                account=own,
                content=content,
            )
            found[identity] = (Held(body, entry), True)
        return sorted(found.values(), key=lambda each: each[0].entry.since)

    def _waiting(self) -> Iterator[tuple[Planned, bytes]]:
        vault = self._engine.device.profile.vault
        for _, entry in outbox(vault, self._room.id):
            if entry.task is Task.MESSAGE and not entry.failed:
                body = planned(contents.decode(entry.content))
                if body is not None:
                    yield from single(body, entry.content)
