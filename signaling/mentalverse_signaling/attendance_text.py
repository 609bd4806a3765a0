"""What a device signs of a call it took part in, and which calls are signed for.

A receipt says for how many minutes a device saw somebody else in the call, and holds
marks: one of each epoch of the call's group that the device was in
(`mentalverse_crypto.attendance`). Members make the same mark of the same epoch and
nobody else can, so that two receipts with a mark in common are of two who were in one
group at one time. A mark names no epoch and they are signed in their own order: the
server learns how many epochs there were, and which receipts belong together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from .call_events import CallRole
from .conversation import ConversationKind
from .ids import AccountId, CallId, DeviceId, SessionId, id_bytes

RECEIPT_LABEL: Final = b"MentalVerse attendance receipt v1"
MARK_BYTES: Final = 32
MAX_MARKS: Final = 64
"""Epochs of one call that are kept, the newest. One lasts 15 minutes at most, so that
four hours have room for 48 changes of members."""
MINUTE_MS: Final = 60_000
UNPLANNED_MINUTES: Final = 5
"""A call that nobody planned is signed for from here on: what is shorter is a wrong
number or somebody who tries their microphone, and evidence of nothing."""

_NO_SESSION: Final = bytes(16)
_ROLES: Final = {role: bytes([number]) for number, role in enumerate(CallRole)}
_SILENT: Final = (ConversationKind.CRISIS, ConversationKind.SIDE)


def whole_minutes(lasted_ms: int) -> int:
    """Minutes as they are signed and counted: to the nearest, so that a second that one
    side saw less of costs nobody a minute."""
    return (lasted_ms + MINUTE_MS // 2) // MINUTE_MS


def leaves_receipts(kind: ConversationKind) -> bool:
    """Whether calls of such a conversation are signed for at all.

    Those of a crisis never: nothing says that there was one. Nor those aside, which
    are a part of the call beside them.
    """
    return kind not in _SILENT


def is_signed_for(
    kind: ConversationKind, session: SessionId | None, minutes: int
) -> bool:
    """Whether a device that saw so many minutes of a call makes a receipt."""
    if not leaves_receipts(kind):
        return False
    return session is not None or minutes >= UNPLANNED_MINUTES


def marked_by(call: CallId, session: SessionId | None) -> bytes:
    """The context of the exporter: the session, or the call that nobody planned."""
    return id_bytes(call if session is None else session)


def receipt_octets(
    call: CallId,
    session: SessionId | None,
    party: tuple[AccountId, DeviceId],
    role: CallRole,
    minutes: int,
    marks: Iterable[bytes],
) -> bytes:
    """What a device signs: label, ids, role, minutes and marks, all of one length.

    label ‖ call[16] ‖ session[16] ‖ account[16] ‖ device[16] ‖ role[1] ‖ minutes[2]
    ‖ SHA-256(the marks, sorted)[32]. No session is 16 octets of zero; the role is its
    place in `CallRole`; minutes are an unsigned integer in network order.
    """
    account, device = party
    planned = _NO_SESSION if session is None else id_bytes(session)
    ids = id_bytes(call) + planned + id_bytes(account) + id_bytes(device)
    seen = hashlib.sha256(b"".join(sorted(marks))).digest()
    return RECEIPT_LABEL + ids + _ROLES[role] + minutes.to_bytes(2) + seen
