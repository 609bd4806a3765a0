"""Who may do what in a room: one table of powers and roles.

A power that is not named for a role is refused with `role_required`; nothing else in
this package asks what role somebody has before it obeys. Rooms that nobody leads (two
people, a call in a crisis) have a row of their own.

Leaving, lowering one's own hand, passing, muting oneself, turning a camera off,
withdrawing from a recording and asking for help are nobody's power: they are always
allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from ..call_events import CallRole
from ..errors import RoleRequired


class Power(StrEnum):
    """What can be done to a room or to somebody else in it."""

    ADMIT = "admit"
    HOLD = "hold"
    REMOVE = "remove"
    MUTE = "mute"
    INVITE_UNMUTE = "invite_unmute"
    SET_ROLE = "set_role"
    LOCK = "lock"
    SPOTLIGHT = "spotlight"
    REVOKE_SCREEN = "revoke_screen"
    LOWER_HANDS = "lower_hands"
    STEER_AGENDA = "steer_agenda"
    STEER_PIECE = "steer_piece"
    OPEN_SIDE = "open_side"
    END = "end"
    RECORD = "record"
    """Ask for a recording, and stop it."""
    ATTACH = "attach"
    """Name the group whose keys seal the frames."""


_STAFF: Final = frozenset({CallRole.FACILITATOR, CallRole.CO_FACILITATOR})
_LEADERS: Final = _STAFF | {CallRole.LEADER}

RIGHTS: Final[Mapping[Power, frozenset[CallRole]]] = {
    Power.ADMIT: _STAFF,
    Power.HOLD: _STAFF,
    Power.REMOVE: _STAFF,
    Power.MUTE: _STAFF,
    Power.INVITE_UNMUTE: _STAFF,
    Power.SET_ROLE: _STAFF,
    Power.LOCK: _STAFF,
    Power.SPOTLIGHT: _STAFF,
    Power.REVOKE_SCREEN: _STAFF,
    Power.LOWER_HANDS: _LEADERS,
    Power.STEER_AGENDA: _LEADERS,
    Power.STEER_PIECE: _LEADERS,
    Power.OPEN_SIDE: _STAFF,
    Power.END: frozenset({CallRole.FACILITATOR}),
    Power.RECORD: _STAFF,
    Power.ATTACH: _STAFF,
}
"""In a room that is led."""

PEER_RIGHTS: Final = frozenset({Power.RECORD})
"""What everybody may in a room that nobody leads. Either of two may end their call."""

STAFF_ROLES: Final = _STAFF | {CallRole.OBSERVER}
"""Roles that sit on a staff seat."""

UNTOUCHABLE: Final[Mapping[CallRole, frozenset[CallRole]]] = {
    CallRole.FACILITATOR: frozenset(),
    CallRole.CO_FACILITATOR: frozenset({CallRole.FACILITATOR}),
}
"""Whom each role of staff may not hold, remove, mute hard or give another role.

Whoever leads the room is not put out of it by whoever helps to lead it.
"""


def may(role: CallRole, power: Power, *, is_led: bool, seats: int) -> bool:
    """Whether a role has a power in a room with so many taken seats."""
    if is_led:
        return role in RIGHTS[power]
    return power in PEER_RIGHTS or (power is Power.END and seats <= 2)


def require(role: CallRole, power: Power, *, is_led: bool, seats: int) -> None:
    """Raise `RoleRequired` if a role does not have a power."""
    if not may(role, power, is_led=is_led, seats=seats):
        raise RoleRequired("this needs another role in the room")


def require_over(role: CallRole, other: CallRole) -> None:
    """Raise `RoleRequired` if a role may not act on a seat of the other role."""
    if other in UNTOUCHABLE.get(role, frozenset(CallRole)):
        raise RoleRequired("whoever leads the room is not put out of it")
