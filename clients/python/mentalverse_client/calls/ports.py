"""What a call needs of the client: a line to the server, and groups with their keys."""

from __future__ import annotations

from typing import Protocol, TypeVar

from mentalverse_crypto.content import Body, Content, Unknown
from mentalverse_crypto.identity import AccountIdentity
from mentalverse_signaling.conversation import ConversationKind, Leaf
from mentalverse_signaling.fields import Fact, Payload
from mentalverse_signaling.ids import AccountId, ConversationId

from .group_rules import Change, Leaves
from .key_ring import EpochKeys

_F = TypeVar("_F", bound=Fact)


class Line(Protocol):
    """Commands to the server."""

    async def call(self, name: str, payload: Payload, answer: type[_F]) -> _F:
        """The answer; raises `NotConnected` and `SignalingError`."""


class KeyGroup(Protocol):
    """The group whose members may be in a call."""

    @property
    def kind(self) -> ConversationKind:
        """Of the conversation that it belongs to."""

    def keys(self) -> EpochKeys:
        """Of the epoch as it is now."""

    def mark(self, session: bytes, call: bytes) -> bytes:
        """What only members can make of this epoch (`mentalverse_crypto`)."""

    async def later_than(self, epoch: int) -> None:
        """Wait until there is a later epoch."""

    def signature_key(self, leaf: Leaf) -> bytes | None:
        """The Ed25519 key of a device in the group; None: it is not there."""

    def renew(self) -> None:
        """Have a commit made that gives this device's leaf fresh keys."""

    def seal(self, body: Body) -> bytes:
        """See `seal_beside`."""

    def open(self, message: bytes) -> tuple[Leaf, Content | Unknown]:
        """See `open_beside`."""


class Accounts(Protocol):
    """This device's key and clock, and the keys that others are known by."""

    def sign(self, octets: bytes) -> bytes:
        """A signature with this device's key."""

    def now_ms(self) -> int:
        """Unix milliseconds."""

    async def identity(self, account: AccountId) -> AccountIdentity:
        """An account with its key, as the log proves it.

        Raises:
            PeerChanged, NotProven: the key does not hold.
            NotConnected, SignalingError: the server gave no answer.
        """


class CallGroups(Protocol):
    """All groups of this device."""

    async def group(self, conversation: str) -> KeyGroup:
        """One of them; waits until this device is in it."""

    async def make(self) -> ConversationId:
        """A group of kind `call` with this device alone, once the server has it.

        Raises:
            SignalingError, ClientError: it could not be made.
        """

    def change(self, group: ConversationId, change: Change) -> None:
        """Plan a change of a group; it goes out by itself.

        Raises:
            ClientError: nothing can be changed there now.
        """

    def leaves(self, group: ConversationId) -> Leaves | None:
        """Who is in a group; None where this device is not."""

    def people(self, conversation: ConversationId) -> frozenset[AccountId]:
        """The accounts in a conversation."""

    def planned(self, group: ConversationId) -> frozenset[AccountId]:
        """About whom something waits to be committed."""
