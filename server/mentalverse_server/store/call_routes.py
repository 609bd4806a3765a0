"""Who wishes for direct connections in the calls of a conversation."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from mentalverse_signaling.ids import AccountId, ConversationId

from .tables_calls import call_direct_wishes as wishes


def wish(
    connection: Connection, conversation: ConversationId, account: AccountId, at_ms: int
) -> None:
    """Store a wish; one that is there already stays."""
    try:
        with connection.begin_nested():
            connection.execute(
                insert(wishes).values(
                    conversation=conversation, account=account, at_ms=at_ms
                )
            )
    except IntegrityError:
        pass


def take_back(
    connection: Connection, conversation: ConversationId, account: AccountId
) -> None:
    """Forget a wish; none is fine."""
    connection.execute(
        delete(wishes).where(
            wishes.c.conversation == conversation, wishes.c.account == account
        )
    )


def wishing(
    connection: Connection, conversation: ConversationId
) -> frozenset[AccountId]:
    """The accounts that wish for it."""
    query = select(wishes.c.account).where(wishes.c.conversation == conversation)
    return frozenset(
        AccountId(account) for account in connection.execute(query).scalars()
    )
