"""Marks: what members of a group can make of one epoch, and nobody else.

    secret = MLS-Exporter("MentalVerse attendance v1", session[16], 32)
    mark   = HMAC-SHA256(secret, "MentalVerse attendance mark v1" ‖ call[16])

All members make the same mark in the same epoch. A server is shown marks in receipts of
attendance and compares them; the secret never leaves the device.
"""

from . import group
from .ciphersuite import mac
from .exporter import ExporterLabel
from .state import GroupState

SECRET_BYTES = 32
MARK_LABEL = b"MentalVerse attendance mark v1"


def mark(state: GroupState, session: bytes, call: bytes) -> bytes:
    """The mark of the epoch of `state`, 32 octets.

    Args:
        state: The group, of which the caller is a member.
        session: Id of the planned session, or of a call that nobody planned.
        call: Id of the call, 16 octets.
    """
    secret = group.export(state, ExporterLabel.ATTENDANCE, session, SECRET_BYTES)
    return mac(secret, MARK_LABEL + call)
