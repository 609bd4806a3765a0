"""What those who send need of the client around them."""

from __future__ import annotations

from typing import Protocol, TypeVar

from mentalverse_signaling.events import Fact, Payload

from .room import Room

_F = TypeVar("_F", bound=Fact)


class Link(Protocol):
    """What a courier needs of the client around it."""

    async def ready(self) -> None:
        """Return once connected and caught up: what others did is known first."""

    async def call(self, name: str, payload: Payload, answer: type[_F]) -> _F:
        """See `Connection.call`."""

    async def sync(self, room: Room) -> None:
        """Read the conversation's log to its end."""

    def changed(self, room: Room) -> None:
        """Something about the outbox of this conversation changed."""
