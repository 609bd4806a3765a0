"""Accounts and sign-ins: `account.*`, `sign_in.*`. Each about the caller's own."""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.account_events import AccountMe, MyAccount
from mentalverse_signaling.events import (
    AccountFind,
    AccountReauth,
    AccountView,
    Empty,
    SignInList,
    SignInRevoke,
    SignInRevokeAll,
    SignIns,
)

from ..router import Handler
from ..services.identity import Identity
from ..services.people import People
from ..transport.connections import Connection


def handlers(people: People, identity: Identity) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""

    async def find(c: Connection, payload: AccountFind) -> AccountView:
        return await people.find(c.principal, payload.handle)

    async def me(c: Connection, payload: AccountMe) -> MyAccount:
        return await people.me(c.principal)

    async def reauth(c: Connection, payload: AccountReauth) -> Empty:
        c.principal = await identity.reauthenticate(c.principal, payload.token)
        return Empty()

    async def list_(c: Connection, payload: SignInList) -> SignIns:
        return await identity.sign_ins(c.principal)

    async def revoke(c: Connection, payload: SignInRevoke) -> Empty:
        await identity.revoke(c.principal, payload.sign_in)
        return Empty()

    async def revoke_all(c: Connection, payload: SignInRevokeAll) -> Empty:
        await identity.revoke_all(c.principal, keep_this=payload.keep_this)
        return Empty()

    return {
        "account.find": find,
        "account.me": me,
        "account.reauth": reauth,
        "sign_in.list": list_,
        "sign_in.revoke": revoke,
        "sign_in.revoke_all": revoke_all,
    }
