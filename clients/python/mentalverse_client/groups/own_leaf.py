"""This device's leaf: how long its keys last, and whose credential it shows.

A leaf gets fresh keys with every commit of its device. Who learned them reads until
then, so a device that commits nothing else does so about once a week, each at another
time.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from mentalverse_crypto.commit import NewIdentity
from mentalverse_crypto.leaf import basic_credential
from mentalverse_crypto.state import GroupState
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.ids import ConversationId, id_bytes

from ..account.profile import Profile

KEYS_LAST = timedelta(days=7)
KEYS_LAST_SPREAD = 0.25
"""How much longer or shorter the keys of one leaf last than those of another."""


def keys_last_ms(own: Leaf, conversation: ConversationId) -> int:
    """How long the keys of a leaf last: the same in one place, spread over all."""
    place = sha256(id_bytes(own[1]) + id_bytes(conversation)).digest()
    between = int.from_bytes(place[:4]) / 2**31 - 1
    return int(KEYS_LAST.total_seconds() * 1000 * (1 + between * KEYS_LAST_SPREAD))


def own_credential(state: GroupState) -> bytes:
    """What this device's leaf shows as its credential."""
    leaf = state.tree.leaf(state.own_leaf)
    return b"" if leaf is None else leaf.credential.identity


def renewed_identity(profile: Profile, state: GroupState) -> NewIdentity | None:
    """The later credential to commit to, if the leaf shows an earlier one."""
    credential = profile.identity.credential
    if own_credential(state) == credential:
        return None
    return NewIdentity(basic_credential(credential), profile.device_key)
