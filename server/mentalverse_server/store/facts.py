"""What a committed transaction announces, in commit order.

The writer hands facts to its listener after COMMIT, never before, and only for
work that was committed. A listener that misses one loses nothing: every fact
can be read back from the tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct

from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.fields import Fact
from mentalverse_signaling.ids import (
    AccountId,
    ClientId,
    ConversationId,
    DeviceId,
    SignInId,
    WelcomeId,
)


class RowAppended(Struct, frozen=True, gc=False):
    """The log of a conversation has a new row.

    A struct, because one is made for every message: a frozen dataclass takes ten
    times as long to make.
    """

    conversation: ConversationId
    seq: int
    at: datetime
    payload: bytes
    device: DeviceId | None
    """Who sent it, known to this process only for as long as the fact lives."""
    client_id: ClientId | None
    wakes: bool = False
    """Whether members whose devices are away may be woken for it."""

    def __repr__(self) -> str:
        return f"RowAppended({self.conversation!r}, {self.seq})"


@dataclass(frozen=True, slots=True)
class MembershipChanged:
    """Members, devices, epoch or leave requests of a conversation are different."""

    conversation: ConversationId


@dataclass(frozen=True, slots=True)
class WelcomeQueued:
    """A device was added to a group and has to be told."""

    welcome_id: WelcomeId
    conversation: ConversationId
    kind: ConversationKind
    device: DeviceId
    joined_seq: int
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class LeaveAsked:
    """An account asked to leave a conversation."""

    conversation: ConversationId
    account: AccountId


@dataclass(frozen=True, slots=True)
class FreezeChanged:
    """A conversation was frozen, or goes on in a fresh group."""

    conversation: ConversationId
    recreated: bool
    devices: frozenset[DeviceId]
    """Whom it concerns: also those that are not in the fresh group."""


@dataclass(frozen=True, slots=True)
class DevicesChanged:
    """An account's devices are others, or one more can be added to groups."""

    account: AccountId
    counter: int
    """Of the account's newest device list; 0 without one."""
    audience: frozenset[DeviceId]
    """Whom it concerns."""


@dataclass(frozen=True, slots=True)
class SignInEnded:
    """A sign-in is over: its live connections have to close."""

    sign_in: SignInId
    device: DeviceId
    reason: str
    """`revoked` or `expired`."""


@dataclass(frozen=True, slots=True)
class CaseAttached:
    """A case is talked about in this conversation from now on."""

    conversation: ConversationId


@dataclass(frozen=True, slots=True)
class AccountErased:
    """An account was deleted, by itself or because its time was over."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class AccountsTold:
    """Accounts are to look anew; `event` is a notice of the registry."""

    accounts: tuple[AccountId, ...]
    event: str
    notice: Fact
