"""What a call needs of the client: a line to the server, and groups with their keys."""

from __future__ import annotations

from typing import Protocol, TypeVar

from mentalverse_crypto.content import Body, Content, Unknown
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.fields import Fact, Payload

from .key_ring import EpochKeys

_F = TypeVar("_F", bound=Fact)


class Line(Protocol):
    """Commands to the server."""

    async def call(self, name: str, payload: Payload, answer: type[_F]) -> _F:
        """The answer; raises `NotConnected` and `SignalingError`."""


class CallGroup(Protocol):
    """The group whose members may be in a call."""

    def keys(self) -> EpochKeys:
        """Of the epoch as it is now."""

    async def later_than(self, epoch: int) -> None:
        """Wait until there is a later epoch."""

    def seal(self, body: Body) -> bytes:
        """See `seal_beside`."""

    def open(self, message: bytes) -> tuple[Leaf, Content | Unknown]:
        """See `open_beside`."""


class CallGroups(Protocol):
    """All groups of this device."""

    async def group(self, conversation: str) -> CallGroup:
        """One of them; waits until this device is in it."""
