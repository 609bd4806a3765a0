"""Guests: which accounts are one, when they were last here, and how they go.

A guest is an account without a handle, and a row that says when it was last used. The
row makes the guest: without it the account is like any other.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, exists, insert, or_, select, update

from mentalverse_signaling.ids import AccountId

from .tables import (
    members,
)
from .tables_guests import guests


def day_of(now: datetime) -> datetime:
    """The begin of the day: how exactly it is kept when a guest was here."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def add(connection: Connection, account: AccountId, now: datetime) -> None:
    """Make a stored account a guest."""
    connection.execute(insert(guests).values(account=account, used_at=day_of(now)))


def used_at(connection: Connection, account: AccountId) -> datetime | None:
    """The day a guest was last here; None for an account that is no guest."""
    query = select(guests.c.used_at).where(guests.c.account == account)
    return connection.execute(query).scalar_one_or_none()


def touch(connection: Connection, account: AccountId, now: datetime) -> None:
    """Note that a guest is here."""
    connection.execute(
        update(guests).where(guests.c.account == account).values(used_at=day_of(now))
    )


def shares_conversation(
    connection: Connection, account: AccountId, other: AccountId
) -> bool:
    """Whether both have a place in one conversation."""
    theirs = members.alias()
    query = select(
        exists().where(
            members.c.account == account,
            theirs.c.account == other,
            theirs.c.conversation == members.c.conversation,
        )
    )
    return bool(connection.execute(query).scalar())


# --- how they go ----------------------------------------------------------------


def over(
    connection: Connection,
    kept_since: datetime,
    unused_since: datetime,
    after: str,
    limit: int,
) -> list[AccountId]:
    """Guests whose last day ended before `kept_since`, in the order of their ids.

    Those without a place in any conversation: before `unused_since`.
    """
    is_in_one = exists().where(members.c.account == guests.c.account)
    last_day = guests.c.used_at
    query = (
        select(guests.c.account)
        .where(
            guests.c.account > after,
            or_(
                last_day < day_of(kept_since),
                ~is_in_one & (last_day < day_of(unused_since)),
            ),
        )
        .order_by(guests.c.account)
        .limit(limit)
    )
    return [AccountId(found) for found in connection.execute(query).scalars()]
