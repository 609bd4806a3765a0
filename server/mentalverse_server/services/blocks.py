"""Blocks: with whom an account begins nothing.

What a block does is looked up where it counts: when a handle is looked for, when
KeyPackages are taken and when a commit adds somebody (`store.blocks`). Who is blocked
is answered as for an account that does not exist, from the same statements.
"""

from __future__ import annotations

from functools import partial

from mentalverse_signaling.block_events import MAX_BLOCKS, Blocks, BlockSet
from mentalverse_signaling.errors import BadRequest, Forbidden, QuotaExceeded
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import REACHABLE

from ..store import blocks, roles
from ..store.engine import Database
from ..store.writer import Transaction, Writer, WriterLane
from ..transport.connections import Principal


class Blocking:
    """Sets and lists an account's blocks."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def set(self, principal: Principal, request: BlockSet) -> None:
        """Block an account or end that; the same again changes nothing.

        Raises `BadRequest` for the caller's own account, `Forbidden` for who has to
        stay reachable, `QuotaExceeded` beyond `MAX_BLOCKS`.
        """
        script = partial(_set, principal.account, request)
        await self._writer.run(script, lane=WriterLane.OTHER)

    async def list(self, principal: Principal) -> Blocks:
        """Every account that the caller's has blocked."""
        found = await self._database.read(blocks.blocked_by, principal.account)
        return Blocks(tuple(found))


def _set(account: AccountId, request: BlockSet, transaction: Transaction) -> None:
    connection, blocked = transaction.connection, request.account
    if blocked == account:
        raise BadRequest("nobody blocks their own account")
    if not request.on:
        blocks.end(connection, account, blocked)
        return
    if not REACHABLE.isdisjoint(roles.roles_of(connection, account)):
        raise Forbidden("who answers calls for help stays reachable for everybody")
    known = blocks.blocked_by(connection, account)
    if blocked in known:
        return
    if len(known) >= MAX_BLOCKS:
        raise QuotaExceeded("this account has blocked as many as it can")
    blocks.begin(connection, account, blocked, transaction.now)
