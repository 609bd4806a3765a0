"""Who has blocked whom, and what of an account that keeps from a caller.

Every question is one statement, whose answer is the same for an account that blocks
the caller and for one that does not exist: neither the answer nor the work tells them
apart. The blocks of somebody who has to stay reachable wait while they have that role.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, or_, select
from sqlalchemy.exc import IntegrityError

from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.ids import AccountId, DeviceId
from mentalverse_signaling.roles import REACHABLE

from .accounts import AccountRow
from .tables import accounts, devices, group_devices, members
from .tables_freezing import freezes
from .tables_identity import account_roles, blocks

_REACHABLE = sorted(REACHABLE)


def begin(
    connection: Connection, account: AccountId, blocked: AccountId, now: datetime
) -> None:
    """Store a block; one that is there already stays."""
    try:
        with connection.begin_nested():
            connection.execute(
                insert(blocks).values(account=account, blocked=blocked, at=now)
            )
    except IntegrityError:
        pass


def end(connection: Connection, account: AccountId, blocked: AccountId) -> None:
    """Forget a block; none is fine."""
    connection.execute(
        delete(blocks).where(blocks.c.account == account, blocks.c.blocked == blocked)
    )


def blocked_by(connection: Connection, account: AccountId) -> list[AccountId]:
    """The accounts that this one has blocked, in id order."""
    query = select(blocks.c.blocked).where(blocks.c.account == account)
    found = connection.execute(query.order_by(blocks.c.blocked)).scalars()
    return [AccountId(blocked) for blocked in found]


def findable(
    connection: Connection, handle: str, caller: AccountId
) -> AccountRow | None:
    """The account with this handle, if the caller may know of it."""
    row = connection.execute(
        select(accounts).where(accounts.c.handle == handle, *_is_open_to(caller))
    ).one_or_none()
    return None if row is None else AccountRow(**row._mapping)


def gives_keys(connection: Connection, account: AccountId, caller: Leaf) -> bool:
    """Whether the caller may take KeyPackages of this account's devices.

    Also against a block for a conversation that both are in and that cannot go on
    otherwise.
    """
    is_enabled, is_unblocked = _is_open_to(caller[0])
    query = select(accounts.c.id).where(
        accounts.c.id == account, is_enabled, or_(is_unblocked, _is_owed(caller[1]))
    )
    return connection.execute(query).first() is not None


def hidden_among(
    connection: Connection, asked: Collection[AccountId], caller: AccountId
) -> frozenset[AccountId]:
    """Those of these accounts that the caller must not add to a conversation."""
    if not asked:
        return frozenset()
    _, is_unblocked = _is_open_to(caller)
    query = select(accounts.c.id).where(accounts.c.id.in_(asked), ~is_unblocked)
    return frozenset(connection.execute(query).scalars())


def _is_open_to(caller: AccountId) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """An account is not disabled; it has not blocked the caller."""
    is_blocking = exists().where(
        blocks.c.account == accounts.c.id, blocks.c.blocked == caller
    )
    has_to_be_reached = exists().where(
        account_roles.c.account == accounts.c.id, account_roles.c.role.in_(_REACHABLE)
    )
    return accounts.c.disabled_at.is_(None), or_(~is_blocking, has_to_be_reached)


def _is_owed(caller: DeviceId) -> ColumnElement[bool]:
    """A conversation of both is frozen, or holds only revoked devices of the account.

    Then somebody has to add the account's devices again, and it may be the caller's
    turn. They come back to where they have been, which no block forbids.
    """
    own = group_devices.alias("own")
    shared = own.c.conversation
    is_frozen = exists().where(
        freezes.c.conversation == shared, freezes.c.recreated_at.is_(None)
    )
    has_device = exists().where(
        group_devices.c.conversation == shared,
        group_devices.c.account == members.c.account,
        group_devices.c.left_seq.is_(None),
        devices.c.id == group_devices.c.device,
        devices.c.revoked_at.is_(None),
    )
    return exists().where(
        own.c.device == caller,
        own.c.left_seq.is_(None),
        members.c.conversation == shared,
        members.c.account == accounts.c.id,
        or_(is_frozen, ~has_device),
    )
