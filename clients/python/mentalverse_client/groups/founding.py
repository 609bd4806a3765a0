"""The group of a new conversation, before anybody else is in it.

The kind of a conversation stands in the group itself, in the extension `mv_group`:

    struct { uint8 version = 1; uint8 kind; uint16 flags = 0; } MvGroup;

so that a server cannot present a circle as a conversation between two.
"""

from __future__ import annotations

from mentalverse_crypto import group
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.codec import u8, u16
from mentalverse_crypto.extensions import Extension, ExtensionType
from mentalverse_crypto.leaf import basic_credential, lifetime_from
from mentalverse_crypto.state import GroupState
from mentalverse_signaling.conversation import ConversationKind

from ..account.device import Device
from ..account.keys import LIFETIME_DAYS
from ..account.suites import capabilities

_KINDS = {
    ConversationKind.DIRECT: 1,
    ConversationKind.CIRCLE: 2,
    ConversationKind.CRISIS: 3,
    ConversationKind.CALL: 4,
    ConversationKind.SIDE: 5,
}


def found(
    device: Device, group_id: bytes, kind: ConversationKind, suite: CipherSuite
) -> GroupState:
    """A group in which this device is alone."""
    return group.create(
        group_id,
        suite,
        device.profile.device_key,
        basic_credential(device.profile.identity.credential),
        lifetime_from(device.now(), LIFETIME_DAYS),
        device.rng,
        extensions=(mv_group(kind),),
        capabilities=capabilities(device.suites),
    )


def mv_group(kind: ConversationKind) -> Extension:
    """The extension that says what a group is for."""
    return Extension(ExtensionType.MV_GROUP, u8(1) + u8(_KINDS[kind]) + u16(0))
