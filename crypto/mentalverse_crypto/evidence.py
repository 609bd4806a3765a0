"""What proves to somebody outside a group who wrote a message.

A sender signs FramedContentTBS (RFC 9420 §6.1): protocol version, wire format, group,
epoch, leaf, authenticated data, content and the GroupContext. A member who keeps the
signature with the GroupContext of the epoch and the sender's LeafNode can show the
message to others later, without any key of the group:

    account key ⟶ device credential ⟶ signature_key of the leaf ⟶ the message

Whether the account key is the account's is for the verifier to know, from the
transparency log. Lifetimes are not judged: the receivers did when the message came,
and a sender must not get out of its own words by a false date.

Beyond group, epoch and sender nothing orders messages: a place in the conversation is
the claim of whoever shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from . import content, credential, declared
from .codec import decode
from .content import Content, Unknown
from .credential import DeviceCredential, DeviceKind
from .errors import ContentError, DecodeError, MlsError, SignatureError
from .framing import FramedContent, WireFormat, member
from .group_info import GroupContext
from .labels import verify_with_label
from .leaf import LeafNode

_LABEL = b"FramedContentTBS"

AccountKeys: TypeAlias = Callable[[bytes], Collection[bytes]]
"""The public keys that the log shows for an account id, past ones included."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a member keeps of a message besides its content."""

    epoch: int
    leaf_index: int
    authenticated_data: bytes
    signature: bytes
    """Over FramedContentTBS."""
    group_context: bytes = field(repr=False)
    """Encoded GroupContext of the epoch."""
    leaf_node: bytes = field(repr=False)
    """Encoded LeafNode of the sender in the epoch."""


class Cause(StrEnum):
    """Why a message cannot be shown to be anybody's."""

    GROUP_CONTEXT = "group_context"
    """It cannot be read or is of another epoch."""
    LEAF_NODE = "leaf_node"
    """It cannot be read, or was not signed for this place in this group."""
    CREDENTIAL = "credential"
    """The leaf is not vouched for by an account and a known service key."""
    ACCOUNT_KEY = "account_key"
    """The log does not show that account key."""
    SIGNATURE = "signature"
    """The sender signed something else."""


@dataclass(frozen=True, slots=True)
class Unverifiable:
    """A message that nobody can be held to. It is never shown as fact."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class Verified:
    """A message that the device of an account signed."""

    account_id: bytes
    device_id: bytes
    kind: DeviceKind
    account_public: bytes
    group_id: bytes
    epoch: int
    leaf_index: int
    client_id: bytes | None
    """Names the log's row together with group and epoch; None if not declared."""
    plaintext: bytes = field(repr=False)
    content: Content | Unknown | None = field(repr=False)
    """The plaintext as read; its id and time are the sender's words. None when it
    is not a content of ours."""


Verdict: TypeAlias = Verified | Unverifiable
"""What can be said of a message."""


class _Failed(Exception):
    """A step of the proof does not hold."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.value)
        self.cause = cause


def verify_message(
    plaintext: bytes,
    evidence: Evidence,
    *,
    as_keys: Mapping[bytes, bytes],
    account_keys: AccountKeys,
) -> Verdict:
    """Who signed an application message, or why that cannot be said.

    Args:
        plaintext: Of the application message.
        evidence: As kept with it.
        as_keys: Public keys of the authentication service by `as_key_id`, those of
            the past included.
        account_keys: What the transparency log shows for an account.
    """
    try:
        context = _read_context(evidence)
        leaf = _read_leaf(evidence, context)
        device = _read_credential(leaf, as_keys)
        if device.account_public not in account_keys(device.account_id):
            raise _Failed(Cause.ACCOUNT_KEY)
        _check_signature(plaintext, evidence, context, leaf)
    except _Failed as failed:
        return Unverifiable(failed.cause)
    return Verified(
        account_id=device.account_id,
        device_id=device.device_id,
        kind=device.kind,
        account_public=device.account_public,
        group_id=context.group_id,
        epoch=context.epoch,
        leaf_index=evidence.leaf_index,
        client_id=_read_client_id(evidence.authenticated_data),
        plaintext=plaintext,
        content=_read_content(plaintext),
    )


def _read_context(evidence: Evidence) -> GroupContext:
    try:
        context = decode(GroupContext.read, evidence.group_context)
    except MlsError:
        raise _Failed(Cause.GROUP_CONTEXT) from None
    if context.epoch != evidence.epoch:
        raise _Failed(Cause.GROUP_CONTEXT)
    return context


def _read_leaf(evidence: Evidence, context: GroupContext) -> LeafNode:
    try:
        leaf = decode(LeafNode.read, evidence.leaf_node)
        leaf.verify(context.group_id, evidence.leaf_index)
    except MlsError:
        raise _Failed(Cause.LEAF_NODE) from None
    return leaf


def _read_credential(
    leaf: LeafNode, as_keys: Mapping[bytes, bytes]
) -> DeviceCredential:
    try:
        device = DeviceCredential.decode(leaf.credential.identity)
        credential.verify_signatures(device, leaf.signature_key, as_keys)
    except MlsError:
        raise _Failed(Cause.CREDENTIAL) from None
    return device


def _check_signature(
    plaintext: bytes, evidence: Evidence, context: GroupContext, leaf: LeafNode
) -> None:
    framed = FramedContent(
        context.group_id,
        context.epoch,
        member(evidence.leaf_index),
        evidence.authenticated_data,
        plaintext,
    )
    signed = framed.to_be_signed(WireFormat.PRIVATE_MESSAGE, evidence.group_context)
    try:
        verify_with_label(leaf.signature_key, _LABEL, signed, evidence.signature)
    except SignatureError:
        raise _Failed(Cause.SIGNATURE) from None


def _read_client_id(authenticated_data: bytes) -> bytes | None:
    try:
        return declared.decode(authenticated_data).client_id
    except DecodeError:
        return None


def _read_content(plaintext: bytes) -> Content | Unknown | None:
    try:
        return content.decode(plaintext)
    except ContentError:
        return None
