"""Payloads for when a commit does not apply: see `freezing` for what they lead to."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .envelope import MAX_GROUP_INFO_BYTES
from .fields import Ciphertext, Fact, Payload, Seq
from .freezing import RejectReason
from .ids import (
    AccountIdField,
    ClientIdField,
    ConversationIdField,
    DeviceIdField,
    GroupIdField,
)


class GroupReject(Payload, frozen=True):
    """This device cannot apply the commit that ended `epoch` of `group`."""

    conversation: ConversationIdField
    group: GroupIdField
    epoch: Seq
    reason: RejectReason


class RejectionNoted(Fact, frozen=True):
    """Answer to `group.reject`. If not `frozen`, the device comes back by itself."""

    frozen: bool


class GroupRecreate(Payload, frozen=True):
    """Go on in a fresh group instead of `replaces`, the frozen one.

    The commit is the first of the fresh group: it adds the devices that
    `FrozenView` names, with the resumption PSK of the epoch named there.
    """

    conversation: ConversationIdField
    client_id: ClientIdField
    replaces: GroupIdField
    commit: Ciphertext
    welcome: Ciphertext
    group_info: Annotated[bytes, Meta(min_length=1, max_length=MAX_GROUP_INFO_BYTES)]


class FrozenView(Fact, frozen=True):
    """Why nothing is taken in a conversation, and what the fresh group is to be."""

    epoch: Seq
    """The last epoch all agreed on: the one that the rejected commit ended."""
    committer: AccountIdField
    """Whose commit was rejected."""
    makers: tuple[AccountIdField, ...]
    """Who may begin the fresh group, in turns; nobody if that was done too often."""
    devices: tuple[DeviceIdField, ...]
    """The devices of the fresh group, its maker's among them."""


class GroupFrozen(Fact, frozen=True):
    """A conversation was frozen: `conversation.list` says why."""

    conversation: ConversationIdField


class GroupRecreated(Fact, frozen=True):
    """A conversation goes on in a fresh group: a Welcome waits for who is in it."""

    conversation: ConversationIdField
