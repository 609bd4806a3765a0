"""Roles: what an account is here for, by the operator's word.

A role says what somebody may be asked to do and which screens they need. It opens no
conversation and no message: who can read is decided by who is in the group, which is
the members' own affair.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """Every role there is; an account has any number of them."""

    MENTEE = "mentee"
    """Looks for support."""
    MENTOR = "mentor"
    """Accompanies mentees."""
    FACILITATOR = "facilitator"
    """Leads circles."""
    RESPONDER = "responder"
    """Answers people in a crisis."""
    SUPERVISOR = "supervisor"
    """Stands behind the responders."""
    COORDINATOR = "coordinator"
    """Reviews who applies, and who is brought together; always two of them decide."""
    OPERATOR = "operator"
    """Runs the server."""


BADGES: Final = frozenset(
    {Role.MENTOR, Role.FACILITATOR, Role.RESPONDER, Role.SUPERVISOR}
)
"""What others are told of an account: the roles in which somebody offers help.

That somebody looks for support is nobody else's business, and who runs the server
would only be a target.
"""


STAFF: Final = BADGES | {Role.COORDINATOR, Role.OPERATOR}
"""Roles in which somebody acts for others: for what weighs most they use a passkey."""

REACHABLE: Final = frozenset({Role.RESPONDER, Role.SUPERVISOR, Role.OPERATOR})
"""Roles whose holders block nobody, so that a block never stops a request for help."""


def in_order(roles: Iterable[Role]) -> tuple[Role, ...]:
    """The roles once each, in the order in which they are declared."""
    given = frozenset(roles)
    return tuple(role for role in Role if role in given)
