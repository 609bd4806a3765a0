"""What is not kept for ever, each in steps small enough for the writer's queue."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from mentalverse_signaling.ids import ConversationId

from .tables import (
    conversations,
    idempotency,
    key_packages,
    sign_in_challenges,
    sign_ins,
    welcomes,
)
from .tables_recovery import rejoins

IDEMPOTENCY_DAYS = 30
WELCOME_DAYS = 30
SIGN_IN_DAYS = 30
REJOIN_DAYS = 1
CONVERSATIONS_PER_STEP = 100


def prune_idempotency(
    connection: Connection, now: datetime, after: ConversationId | None = None
) -> ConversationId | None:
    """Forget old idempotency keys of the next 100 conversations.

    Returns the last one visited, to go on from, or None at the end. By
    conversation, because an index on time would cost every message a write.
    """
    query = select(conversations.c.id).order_by(conversations.c.id)
    if after is not None:
        query = query.where(conversations.c.id > after)
    visited = connection.execute(query.limit(CONVERSATIONS_PER_STEP)).scalars().all()
    if visited:
        connection.execute(
            delete(idempotency).where(
                idempotency.c.conversation.in_(visited),
                idempotency.c.at < now - timedelta(days=IDEMPOTENCY_DAYS),
            )
        )
    if len(visited) < CONVERSATIONS_PER_STEP:
        return None
    return ConversationId(visited[-1])


def prune_queues(connection: Connection, now: datetime) -> None:
    """Forget Welcomes nobody fetched, used keys, old challenges and sign-ins."""
    connection.execute(
        delete(welcomes).where(
            welcomes.c.created_at < now - timedelta(days=WELCOME_DAYS)
        )
    )
    connection.execute(
        delete(sign_in_challenges).where(sign_in_challenges.c.expires_at < now)
    )
    connection.execute(
        delete(rejoins).where(rejoins.c.at < now - timedelta(days=REJOIN_DAYS))
    )
    # A package that was given out is remembered until nobody would accept it
    # again: dropped earlier, it could be uploaded and given out a second time.
    connection.execute(delete(key_packages).where(key_packages.c.not_after < now))
    connection.execute(
        delete(sign_ins).where(
            sign_ins.c.expires_at < now - timedelta(days=SIGN_IN_DAYS)
        )
    )
