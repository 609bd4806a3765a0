"""Accounts by the name they are known by, and what an account sees of itself."""

from __future__ import annotations

from mentalverse_signaling.account_events import MyAccount
from mentalverse_signaling.errors import NotFound, Unauthorised
from mentalverse_signaling.events import AccountView
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import BADGES, Role

from ..clock import to_millis
from ..store import accounts, blocks, roles, sign_ins
from ..store.accounts import AccountRow
from ..store.engine import Connection, Database
from ..transport.connections import Principal
from .proofs import FRESH_FOR


class People:
    """The directory of handles."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, principal: Principal, handle: str) -> AccountView:
        """The account with this handle.

        `NotFound` if there is none, if it is disabled or has blocked the caller.
        """
        row, held = await self._database.read(_by_handle, handle, principal.account)
        shown = tuple(role for role in held if role in BADGES)
        return AccountView(row.id, row.handle, row.account_pub, shown)

    async def me(self, principal: Principal) -> MyAccount:
        """The caller's own account."""
        row, held = await self._database.read(_by_id, principal.account)
        sign_in = await self._database.read(sign_ins.sign_in, principal.sign_in)
        verified_at = None if sign_in is None else sign_in.verified_at
        return MyAccount(
            account=row.id,
            device=principal.device,
            handle=row.handle,
            roles=held,
            created_at=to_millis(row.created_at),
            verified_until=None
            if verified_at is None
            else to_millis(verified_at + FRESH_FOR),
        )


def _by_handle(
    connection: Connection, handle: str, caller: AccountId
) -> tuple[AccountRow, tuple[Role, ...]]:
    row = blocks.findable(connection, handle, caller)
    if row is None:
        raise NotFound("no such account")
    return row, roles.roles_of(connection, row.id)


def _by_id(
    connection: Connection, account: AccountId
) -> tuple[AccountRow, tuple[Role, ...]]:
    row = accounts.account(connection, account)
    if row is None:
        raise Unauthorised("the account is gone")
    return row, roles.roles_of(connection, row.id)
