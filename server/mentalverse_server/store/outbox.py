"""Events for endpoints outside, stored in the transaction of what they tell of.

`add` is the one way in. What it stores is told if the transaction commits, and cannot
be told if it does not: there is no moment at which one is true and the other is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import (
    Connection,
    Row,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from mentalverse_signaling.ids import AccountId

from .tables_hooks import deliveries, key_heads, outbox, outbox_subjects
from .tables_rewards import reward_inbox
from .transaction import Transaction

MAX_DATA_BYTES = 16 * 1024
"""Of one event; with the envelope it stays below the 20 kB that a body may have."""
ACCOUNT_KEY = "account:"
GONE_KEY = "gone:"
"""Of whoever is deleted, at one endpoint: their name there stands for them."""
HEARD_BY_REWARDS = frozenset(
    {
        "credential.issued",
        "credential.revoked",
        "duty.ended",
        "feedback.submitted",
        "goal.completed",
        "goal.progressed",
        "goal.set",
        "relationship.graduated",
        "relationship.phase_changed",
        "session.attended",
        "session.no_show",
        "training.assessment_passed",
    }
)
"""Types that the rules of rewards are asked about. None is of a crisis."""

_NEXT_OF_KEY = text(
    "INSERT INTO key_heads (key, last_seq) VALUES (:key, 1) ON CONFLICT (key) "
    "DO UPDATE SET last_seq = key_heads.last_seq + 1 RETURNING last_seq"
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event as the service says it that knows of it."""

    evt_id: bytes
    """16 random octets."""
    type: str
    key: str
    """What it is in order with: `session:ID`, `case:ID`, `account:ID`, …"""
    data: msgspec.Struct | Mapping[str, object]
    """With our own ids; the relay makes pseudonyms of them."""
    tier: int
    occurred_at_ms: int
    subjects: tuple[AccountId, ...] = ()
    """Whom it is about: it goes with their account."""
    schema: int = 1
    policy_rev: str | None = None
    drill: bool = False
    endpoint: str | None = None
    """For this endpoint alone."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A stored event."""

    seq: int
    evt_id: bytes
    type: str
    key: str
    key_seq: int
    tier: int
    schema: int
    data: dict[str, object]
    occurred_at_ms: int
    policy_rev: str | None
    drill: bool
    endpoint: str | None


@dataclass(frozen=True, slots=True)
class OutboxAdded:
    """A fact for the relay: something is to be told."""


def add(transaction: Transaction, outgoing: Outgoing) -> int:
    """Store an event; its `seq`. The relay hears of it after COMMIT.

    Raises:
        ValueError: a defect of the caller: an id of another size, or more data than an
            event may have.
    """
    data = msgspec.json.encode(outgoing.data)
    if len(outgoing.evt_id) != 16 or len(data) > MAX_DATA_BYTES:
        raise ValueError("an event has an id of 16 octets and at most 16 KiB")
    connection = transaction.connection
    key = {"key": outgoing.key}
    values = {
        "evt_id": outgoing.evt_id.hex(),
        "type": outgoing.type,
        "key": outgoing.key,
        "key_seq": connection.execute(_NEXT_OF_KEY, key).scalar_one(),
        "tier": outgoing.tier,
        "schema": outgoing.schema,
        "data": data.decode(),
        "occurred_at_ms": outgoing.occurred_at_ms,
        "policy_rev": outgoing.policy_rev,
        "drill": outgoing.drill,
        "endpoint": outgoing.endpoint,
        "fanned": False,
    }
    added = connection.execute(insert(outbox).values(values))
    seq = int(added.inserted_primary_key[0]) if added.inserted_primary_key else 0
    subjects = set(outgoing.subjects)
    if outgoing.key.startswith(ACCOUNT_KEY):
        subjects.add(AccountId(outgoing.key.removeprefix(ACCOUNT_KEY)))
    if subjects:
        rows = [{"event": seq, "account": account} for account in sorted(subjects)]
        connection.execute(insert(outbox_subjects), rows)
    if outgoing.type in HEARD_BY_REWARDS and outgoing.endpoint is None:
        connection.execute(insert(reward_inbox).values(event=seq, tries=0))
    transaction.publish(OutboxAdded())
    return seq


def is_known(connection: Connection, evt_id: bytes) -> bool:
    """Whether there is an event of this id."""
    query = select(outbox.c.seq).where(outbox.c.evt_id == evt_id.hex())
    return connection.execute(query).first() is not None


def not_fanned(connection: Connection, limit: int) -> list[OutboxRow]:
    """Events whose deliveries are not made yet, the oldest first.

    Of one key, none is seen before the one that comes before it: see `key_heads`.
    """
    query = (
        select(outbox).where(outbox.c.fanned.is_(False)).order_by(outbox.c.seq)
    ).limit(limit)
    return [row_of(each) for each in connection.execute(query)]


def after(connection: Connection, seq: int, limit: int) -> list[OutboxRow]:
    """Events behind a place, in the order in which they were stored."""
    query = select(outbox).where(outbox.c.seq > seq).order_by(outbox.c.seq)
    return [row_of(each) for each in connection.execute(query.limit(limit))]


def take(connection: Connection, seq: int) -> bool:
    """Mark an event as fanned out; False if another has done so."""
    changed = connection.execute(
        update(outbox)
        .where(outbox.c.seq == seq, outbox.c.fanned.is_(False))
        .values(fanned=True)
    )
    return changed.rowcount == 1


def get(connection: Connection, seq: int) -> OutboxRow | None:
    """The event, if it is still there."""
    row = connection.execute(select(outbox).where(outbox.c.seq == seq)).one_or_none()
    return None if row is None else row_of(row)


def subjects_of(connection: Connection, seq: int) -> tuple[AccountId, ...]:
    """Whom an event is about."""
    query = select(outbox_subjects.c.account).where(outbox_subjects.c.event == seq)
    return tuple(AccountId(each) for each in connection.execute(query).scalars())


def oldest_unfanned_ms(connection: Connection) -> int | None:
    """Since when the oldest event waits for its deliveries to be made."""
    query = select(func.min(outbox.c.occurred_at_ms)).where(outbox.c.fanned.is_(False))
    found: int | None = connection.execute(query).scalar()
    return found


def prune(connection: Connection, before_ms: int, tier_2_before_ms: int) -> None:
    """Delete events of which nothing is to be delivered or replayed any more."""
    old = or_(
        outbox.c.occurred_at_ms < before_ms,
        (outbox.c.tier >= 2) & (outbox.c.occurred_at_ms < tier_2_before_ms),
    )
    wanted = select(deliveries.c.event).where(deliveries.c.event == outbox.c.seq)
    which = outbox.c.fanned.is_(True) & old & ~wanted.exists()
    of_those = outbox_subjects.c.event.in_(select(outbox.c.seq).where(which))
    connection.execute(delete(outbox_subjects).where(of_those))
    connection.execute(delete(outbox).where(which))


def last_of_key(connection: Connection, key: str) -> int:
    """The number of the last event of a key; 0: there was none."""
    query = select(key_heads.c.last_seq).where(key_heads.c.key == key)
    return int(connection.execute(query).scalar() or 0)


def row_of(row: Row[Any]) -> OutboxRow:
    """An event from a row that has its columns."""
    return OutboxRow(
        seq=row.seq,
        evt_id=bytes.fromhex(row.evt_id),
        type=row.type,
        key=row.key,
        key_seq=row.key_seq,
        tier=row.tier,
        schema=row.schema,
        data=msgspec.json.decode(row.data),
        occurred_at_ms=row.occurred_at_ms,
        policy_rev=row.policy_rev,
        drill=row.drill,
        endpoint=row.endpoint,
    )
