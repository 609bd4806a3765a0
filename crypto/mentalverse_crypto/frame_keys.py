"""The keys of a call's frames, from the group whose members may be in the call.

    base = MLS-Exporter("MentalVerse media v1", u32(leaf of the sender), 32)
    key  = HKDF-Expand(base, "frame" ‖ slot[1] ‖ conn_nonce[8], 16)

A base belongs to one epoch and one sender, so two devices of an account share none.
The `conn_nonce` is random and drawn by the sender itself whenever it begins to send
without knowing what it sent before. Nobody else may choose it: who could repeat it
would make a sender that starts over use its keys and nonces again. There is no ratchet
inside an epoch; another commit gives other keys.
"""

from . import group
from .ciphersuite import expand
from .codec import u8, u32
from .exporter import ExporterLabel
from .media_slots import Slot
from .state import GroupState

BASE_BYTES = 32
"""Length of what the keys of one sender come from."""
FRAME_KEY_BYTES = 16
"""AES-128."""
CONN_NONCE_BYTES = 8
"""Length of what a sender draws when it starts."""

_LABEL = b"frame"


def sender_base(state: GroupState, leaf: int) -> bytes:
    """What the frame keys of one member come from, in the epoch of `state`.

    Args:
        state: The group, of which the caller is a member.
        leaf: The sender's leaf index: the caller's own to send, another's to receive.

    Returns:
        `BASE_BYTES` octets, a secret.
    """
    return group.export(state, ExporterLabel.MEDIA, u32(leaf), BASE_BYTES)


def frame_key(base: bytes, slot: Slot, conn_nonce: bytes) -> bytes:
    """The AES-128-GCM key of one slot of one start of a sender."""
    return expand(base, _LABEL + u8(slot) + conn_nonce, FRAME_KEY_BYTES)
