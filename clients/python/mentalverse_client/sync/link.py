"""What those who send need of the client around them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol, TypeVar

from mentalverse_signaling.events import Fact, Payload

from ..groups.room import Room
from ..log.key_log import SignedLeaf
from ..store.records import Part

_F = TypeVar("_F", bound=Fact)


class Link(Protocol):
    """What a courier needs of the client around it."""

    async def ready(self) -> None:
        """Return once connected and caught up: what others did is known first."""

    async def call(self, name: str, payload: Payload, answer: type[_F]) -> _F:
        """See `Connection.call`."""

    async def store(self, parts: Iterable[Part]) -> None:
        """See `Parts.store`."""

    async def whole(self, message: bytes) -> bytes:
        """See `Parts.whole`."""

    async def sync(self, room: Room) -> None:
        """Read the conversation's log to its end."""

    async def require_members(self, room: Room) -> None:
        """See `KeyLog.require_members`."""

    async def require_listed(self, leaves: Collection[SignedLeaf]) -> None:
        """See `KeyLog.require_listed`."""

    async def froze(self, room: Room) -> None:
        """The server takes nothing here before there is a fresh group."""

    def message_sent(self, room: Room) -> None:
        """The server has taken a message of this conversation."""

    def changed(self, room: Room) -> None:
        """Something about the outbox of this conversation changed."""
