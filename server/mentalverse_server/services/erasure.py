"""Deleting an account: what goes at once, and what follows.

    row of the account, and all that only it needs → its places, by the other members'
    commits → its device lists, once no group has a device of it

The first step is one transaction, so an account is there or it is not. Everything after
it is found from the tables by the housekeeping, whoever died meanwhile.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import structlog

from mentalverse_signaling.ids import AccountId, ConversationId

from ..auth.tokens import token_hash
from ..clock import to_millis
from ..store import (
    accounts,
    credentials,
    delivery_upkeep,
    departed,
    erasures,
    personal,
    retired_names,
    sign_ins,
)
from ..store.conversations import mark_leaving
from ..store.engine import Database
from ..store.facts import AccountErased, LeaveAsked, SignInEnded
from ..store.writer import Transaction, Writer, WriterLane
from . import bundle_parts, match_news

FILES_KEPT_FOR = timedelta(days=30)
"""Sent files, for whoever wants to report them; as after deleting one of them."""

log = structlog.get_logger()


def erase(transaction: Transaction, account: AccountId) -> None:
    """Delete an account; one that does not exist is fine."""
    connection, now = transaction.connection, transaction.now
    row = accounts.account(connection, account)
    if row is None:
        return
    for conversation in departed.conversations_of(connection, account):
        if mark_leaving(connection, conversation, account):
            transaction.publish(LeaveAsked(conversation, account))
    for ended in sign_ins.end_sign_ins_of_account(connection, account, now):
        transaction.publish(SignInEnded(ended.id, ended.device, "revoked"))
    departed.revoke_devices(connection, account, now)
    departed.release_blobs(connection, account, now, now + FILES_KEPT_FOR)
    retired_names.retire(connection, account, row.handle, now)
    match_news.leave(transaction, account)
    credentials.revoke_all(connection, account)
    now_ms = to_millis(now)
    delivery_upkeep.note_missing(transaction, account, now_ms)
    erasures.tell(transaction, account, now_ms)
    personal.forget(connection, account)
    transaction.publish(AccountErased(account))


class Departed:
    """A step of housekeeping: what is left of those who have gone."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def was_deleted(self, token: str) -> bool:
        """Whether a token was of an account that has been deleted since."""
        return await self._database.read(departed.was_deleted, token_hash(token))

    async def prune(self) -> None:
        """Forget what nobody needs any more, in small steps.

        What to forget is looked for beside the writer: who is gone stays gone.
        """

        def step(transaction: Transaction) -> datetime:
            departed.prune(transaction.connection, transaction.now)
            retired_names.prune(transaction.connection, transaction.now)
            return transaction.now

        now = await self._writer.run(step, lane=WriterLane.OTHER)
        read, run = self._database.read, self._writer.run
        while (empty := await read(departed.empty_conversation, now)) is not None:
            await run(partial(_drop_some, empty), lane=WriterLane.OTHER)
        while (over := await run(_over_call_group, lane=WriterLane.OTHER)) is not None:
            await run(partial(_drop_some, over), lane=WriterLane.OTHER)
        while gone := await read(departed.left_behind):
            await run(partial(_forget_devices, gone), lane=WriterLane.OTHER)


def _over_call_group(transaction: Transaction) -> ConversationId | None:
    return departed.over_call_group(transaction.connection, transaction.now)


def _drop_some(conversation: ConversationId, transaction: Transaction) -> None:
    """A part of a conversation that nobody needs; the last one takes it whole."""
    connection = transaction.connection
    let_go = partial(bundle_parts.let_go, transaction)
    if not departed.drop_rows(connection, conversation, let_go):
        departed.drop_conversation(connection, conversation)
        log.info("conversation.forgotten", conversation=conversation)


def _forget_devices(gone: list[AccountId], transaction: Transaction) -> None:
    departed.forget_devices(transaction.connection, gone)
