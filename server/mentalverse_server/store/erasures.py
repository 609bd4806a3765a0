"""That somebody is gone, for whoever outside knew them: told until it is acknowledged.

    deleted → a notice for each endpoint that was told their name, and an event for it
    → 2xx: the notice goes. No 2xx: told again each day, and after a week the operator
    is told as well

With the account everything goes that could make the name again, so both notice and
event have the name itself, which is known to that endpoint alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from mentalverse_signaling.ids import AccountId

from . import outbox
from .endpoints import EndpointState
from .outbox import ACCOUNT_KEY, GONE_KEY, Outgoing
from .tables_consents import endpoint_names, erasure_notices
from .tables_hooks import deliveries, delivery_lanes, endpoints
from .tables_hooks import outbox as outbox_table
from .transaction import Transaction

ERASED = "account.erased"
ERASED_TIER = 1
DAY_MS = 24 * 3_600_000
OVERDUE_DAYS = 7
MAX_TOLD_AGAIN = 1_000
"""In one go; what is still more is told in the next."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """An endpoint that has not said for a week that it forgot somebody."""

    endpoint: str
    names: int
    since_ms: int
    """Of the oldest."""


def tell(transaction: Transaction, account: AccountId, now_ms: int) -> None:
    """Tell every endpoint that knows an account by name; it is about to be deleted."""
    connection = transaction.connection
    query = select(endpoint_names).where(endpoint_names.c.account == account)
    for known in connection.execute(query).all():
        _keep_numbers(connection, known.endpoint, account, known.name)
        values = {
            "endpoint": known.endpoint,
            "name": known.name,
            "since_ms": now_ms,
            "told_ms": now_ms,
        }
        connection.execute(insert(erasure_notices).values(values))
        _add(transaction, known.endpoint, known.name, now_ms)


def acknowledge(connection: Connection, endpoint: str, key: str) -> None:
    """An endpoint has said that it forgot whoever had this lane."""
    name = key.removeprefix(GONE_KEY)
    connection.execute(delete(erasure_notices).where(*_of(endpoint, name)))


def tell_again(transaction: Transaction, now_ms: int) -> int:
    """Tell what was told in vain a day ago; how many."""
    connection, notices = transaction.connection, erasure_notices
    waiting = select(deliveries.c.id).where(
        deliveries.c.endpoint == notices.c.endpoint,
        deliveries.c.lane == GONE_KEY + notices.c.name,
        deliveries.c.state == "waiting",
    )
    unfanned = select(outbox_table.c.seq).where(
        outbox_table.c.key == GONE_KEY + notices.c.name,
        outbox_table.c.fanned.is_(False),
    )
    query = (
        select(notices)
        .join(endpoints, endpoints.c.id == notices.c.endpoint)
        .where(
            endpoints.c.state != EndpointState.DISABLED.value,
            notices.c.told_ms <= now_ms - DAY_MS,
            ~waiting.exists(),
            ~unfanned.exists(),
        )
        .limit(MAX_TOLD_AGAIN)
    )
    rows = connection.execute(query).all()
    for row in rows:
        which = _of(row.endpoint, row.name)
        connection.execute(update(notices).where(*which).values(told_ms=now_ms))
        _add(transaction, row.endpoint, row.name, now_ms)
    return len(rows)


def overdue(connection: Connection, now_ms: int) -> list[Overdue]:
    """The endpoints that have not answered for a week, those of the oldest first."""
    notices = erasure_notices
    oldest = func.min(notices.c.since_ms)
    query = (
        select(notices.c.endpoint, func.count(), oldest)
        .where(notices.c.since_ms <= now_ms - OVERDUE_DAYS * DAY_MS)
        .group_by(notices.c.endpoint)
        .order_by(oldest)
    )
    return [Overdue(*row) for row in connection.execute(query)]


def _add(transaction: Transaction, endpoint: str, name: str, now_ms: int) -> None:
    occasion = f"{ERASED}:{endpoint}:{name}:{now_ms}"
    event = Outgoing(
        evt_id=sha256(occasion.encode()).digest()[:16],
        type=ERASED,
        key=GONE_KEY + name,
        data={"account": GONE_KEY + name},
        tier=ERASED_TIER,
        occurred_at_ms=now_ms,
        endpoint=endpoint,
    )
    outbox.add(transaction, event)


def _keep_numbers(
    connection: Connection, endpoint: str, account: AccountId, name: str
) -> None:
    """Let the lane of what is told count on from the account's own."""
    lanes = delivery_lanes
    connection.execute(
        update(lanes)
        .where(lanes.c.endpoint == endpoint, lanes.c.queue == ACCOUNT_KEY + account)
        .values(
            queue=GONE_KEY + name,
            head=None,
            since_ms=None,
            due_at_ms=None,
            attempts=0,
            on_probation=False,
            lease_until_ms=0,
        )
    )


def _of(endpoint: str, name: str) -> tuple[ColumnElement[bool], ...]:
    notices = erasure_notices
    return (notices.c.endpoint == endpoint, notices.c.name == name)
