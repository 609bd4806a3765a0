"""Whom a guest may ask about: those it shares a conversation with, and who helps it.

`GuestMay.NEAR` of `mentalverse_signaling.guest_rules`, looked up where the answer is
made. Everybody else is unknown to a guest, so it cannot find out who is here.
"""

from __future__ import annotations

from mentalverse_signaling.errors import NotFound
from mentalverse_signaling.ids import AccountId

from ..crisis import person_view
from ..store import cases, guests
from ..store.engine import Connection
from ..transport.connections import Principal


def require_reach(
    connection: Connection, principal: Principal, account: AccountId
) -> None:
    """`NotFound` if a guest asks about an account that is none of its business."""
    if not principal.is_guest or account == principal.account:
        return
    if guests.shares_conversation(connection, principal.account, account):
        return
    if not _helps(connection, principal.account, account):
        raise NotFound("no such account")


def _helps(connection: Connection, person: AccountId, account: AccountId) -> bool:
    """Whether somebody is to be let into the conversation of the person's case."""
    case = cases.newest_of(connection, person)
    if case is None or case.state.is_final:
        return False
    return any(responder == account for responder, _ in person_view.roles(case))
