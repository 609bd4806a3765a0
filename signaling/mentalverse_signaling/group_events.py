"""Payloads of groups: commits, Welcomes, and the way back into a group."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .conversation import ConversationKind
from .envelope import MAX_GROUP_INFO_BYTES
from .fields import Ciphertext, Fact, Payload, Seq, TimestampMs
from .ids import AccountIdField, ClientIdField, ConversationIdField, WelcomeIdField


class GroupCommit(Payload, frozen=True):
    """Take the group's current epoch with this commit.

    Group id, epoch and the declared adds and removes are read from the commit's
    own header and authenticated data. `staff` names added accounts that take a
    staff seat. The Welcome goes to the declared added devices, and only if this
    commit wins.
    """

    conversation: ConversationIdField
    client_id: ClientIdField
    commit: Ciphertext
    welcome: Ciphertext | None = None
    group_info: (
        Annotated[bytes, Meta(min_length=1, max_length=MAX_GROUP_INFO_BYTES)] | None
    ) = None
    staff: Annotated[tuple[AccountIdField, ...], Meta(max_length=2)] = ()


class GroupInfoRequest(Payload, frozen=True):
    """What a device of a member needs to come back into the group from outside."""

    conversation: ConversationIdField


class GroupInfoView(Fact, frozen=True):
    """The group's current epoch, and its GroupInfo if its committer gave one."""

    epoch: Seq
    group_info: bytes | None


class GroupRejoin(Payload, frozen=True):
    """Take the current epoch with an external commit (RFC 9420 §12.4.3.2).

    The commit is a PublicMessage that adds a leaf of the calling device, removes
    its old leaf if it has one, and declares just that.
    """

    conversation: ConversationIdField
    client_id: ClientIdField
    commit: Ciphertext
    group_info: Annotated[bytes, Meta(min_length=1, max_length=MAX_GROUP_INFO_BYTES)]


class CommitAccepted(Fact, frozen=True):
    """The commit is the one for its epoch; `epoch` is the group's new one."""

    seq: Seq
    at: TimestampMs
    epoch: Seq


class GroupWelcomed(Fact, frozen=True):
    """This device was added: a Welcome waits (also listed by `welcome.list`)."""

    welcome: WelcomeIdField
    conversation: ConversationIdField
    kind: ConversationKind
    joined_seq: Seq
    """Row of the commit that added the device: its cursor starts here."""
    payload: bytes


class WelcomeList(Payload, frozen=True):
    """The Welcomes this device has not confirmed, oldest first."""


class Welcomes(Fact, frozen=True):
    """Answer to `welcome.list`."""

    welcomes: tuple[GroupWelcomed, ...]
    more: bool = False
    """Whether others follow once these are confirmed."""


class WelcomeConfirm(Payload, frozen=True):
    """The Welcome is processed and the state stored: the server may drop it."""

    welcome: WelcomeIdField
