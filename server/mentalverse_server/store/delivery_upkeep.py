"""Deliveries as the operator sees them: given up, dropped, replayed and counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update

from mentalverse_signaling.ids import AccountId

from . import consents, endpoints, outbox
from .deliveries import REPLAYS, Claimed, DeliveryRow, DeliveryState, next_place, row_of
from .deliveries import wake_lane as _wake_lane
from .endpoints import EndpointState
from .outbox import Outgoing
from .tables_hooks import deliveries, delivery_lanes
from .tables_hooks import endpoints as endpoint_table
from .tables_hooks import outbox as outbox_table
from .tables_hooks import outbox_subjects as subject_table
from .transaction import Transaction

GAP = "delivery.gap"
DISABLED = "endpoint.disabled"
ENDPOINT_KEY = "endpoint:"
DAY_MS = 24 * 3_600_000
MAX_REPLAYED = 10_000
MAX_DROPPED = 1_000
"""In one go; what is still more is dropped in the next."""

EventIds = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Selection:
    """What is to be replayed; what is None selects nothing away. Times in ms."""

    event: bytes | None = None
    key: str | None = None
    type: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    state: DeliveryState | None = None
    """None: delivered, or given up."""


@dataclass(frozen=True, slots=True)
class Figures:
    """For the metrics."""

    oldest_ms: int | None = None
    """When the oldest occurred that is not delivered; None: nothing waits."""
    parked: int = 0
    disabled: int = 0
    deepest_lane: int = 0
    dead: int = 0
    """Kept, and not replayed yet."""


def is_missed(connection: Connection, claimed: Claimed) -> bool:
    """Whether an endpoint would wait for an event that nobody consents to.

    It was on its way when somebody withdrew, in a lane that the endpoint knows. Of any
    other it never hears that there was one: that would tell of whoever did not agree.
    """
    row, event = claimed.delivery, claimed.event
    about = outbox.subjects_of(connection, row.event)
    purpose, since_ms = claimed.endpoint.purpose.value, event.occurred_at_ms
    if not consents.who_withdrew(connection, about, purpose, since_ms):
        return False
    known = select(deliveries.c.id).where(
        deliveries.c.endpoint == row.endpoint,
        deliveries.c.lane == row.lane,
        deliveries.c.attempts > 0,
    )
    return connection.execute(known.limit(1)).first() is not None


def note_gap(
    transaction: Transaction,
    row: DeliveryRow,
    upto: int,
    evt_id: bytes,
    now_ms: int,
    *,
    withdrawn: bool = False,
    without: str | None = None,
) -> None:
    """Tell an endpoint that it does not get a lane's events from `row` to `upto`.

    Once this can be told, the receiver need not wait for them. Of the notices
    themselves there is no notice. `withdrawn`: somebody agreed no more. `without`: an
    account that is not to be asked, nor to take it along when it is deleted.
    """
    if row.lane.startswith(ENDPOINT_KEY) or row.replay:
        return
    data: dict[str, object] = {"key": row.lane, "from": row.lane_seq, "to": upto}
    if withdrawn:
        data["withdrawn"] = True
    connection = transaction.connection
    missing, about = (
        outbox.get(connection, row.event),
        outbox.subjects_of(connection, row.event),
    )
    gap = Outgoing(
        evt_id=evt_id,
        type=GAP,
        key=ENDPOINT_KEY + row.endpoint,
        data=data,
        tier=row.tier,
        occurred_at_ms=now_ms,
        subjects=tuple(each for each in about if each != without),
        drill=missing is not None and missing.drill,
        endpoint=row.endpoint,
    )
    outbox.add(transaction, gap)


def disable(
    transaction: Transaction, endpoint: str, reason: str, evt_id: bytes, now_ms: int
) -> int:
    """Send an endpoint nothing more: what waits is dead. How many; 0 if it was off."""
    connection = transaction.connection
    before = endpoints.get(connection, endpoint)
    if before is None or before.state is EndpointState.DISABLED:
        return 0
    endpoints.disable(connection, endpoint, reason)
    changed = connection.execute(
        update(deliveries)
        .where(*_waiting(endpoint))
        .values(state=DeliveryState.DEAD.value, last_class=reason, ended_at_ms=now_ms)
    )
    lanes = delivery_lanes
    connection.execute(
        update(lanes)
        .where(lanes.c.endpoint == endpoint)
        .values(head=None, since_ms=None, due_at_ms=None, lease_until_ms=0)
    )
    told = Outgoing(
        evt_id=evt_id,
        type=DISABLED,
        key=ENDPOINT_KEY + endpoint,
        data={"reason": reason},
        tier=0,
        occurred_at_ms=now_ms,
    )
    outbox.add(transaction, told)
    return changed.rowcount


def note_missing(transaction: Transaction, account: AccountId, now_ms: int) -> None:
    """Tell endpoints of what waits about an account and others: it goes with it."""
    connection = transaction.connection
    of_account = select(subject_table.c.event).where(subject_table.c.account == account)
    query = select(deliveries).where(
        deliveries.c.event.in_(of_account),
        deliveries.c.state == DeliveryState.WAITING.value,
        deliveries.c.lane != f"{outbox.ACCOUNT_KEY}{account}",
    )
    rows = [row_of(row) for row in connection.execute(query.limit(MAX_DROPPED))]
    for endpoint in sorted({row.endpoint for row in rows}):
        of_endpoint = [row for row in rows if row.endpoint == endpoint]
        for first, upto in _ranges(of_endpoint):
            others = set(outbox.subjects_of(connection, first.event)) - {account}
            if others:
                occasion = f"{GAP}:{endpoint}:{first.event}:{upto}"
                evt_id = sha256(occasion.encode()).digest()[:16]
                note_gap(transaction, first, upto, evt_id, now_ms, without=account)


def trim(
    transaction: Transaction,
    endpoint: str,
    max_waiting: int,
    now_ms: int,
    new_id: EventIds,
) -> int:
    """Drop what is more than may wait, of the lowest tier first; how many."""
    connection = transaction.connection
    few = (
        select(deliveries.c.id)
        .where(*_waiting(endpoint))
        .limit(max_waiting + MAX_DROPPED)
    )
    count = select(func.count()).select_from(few.subquery())
    excess = int(connection.execute(count).scalar_one()) - max_waiting
    if excess <= 0:
        return 0
    leased = select(delivery_lanes.c.head).where(
        delivery_lanes.c.endpoint == endpoint, delivery_lanes.c.lease_until_ms > now_ms
    )
    busy = set(connection.execute(leased).scalars())
    query = (
        select(deliveries)
        .where(*_waiting(endpoint))
        .order_by(deliveries.c.tier, deliveries.c.id)
        .limit(excess + len(busy))
    )
    free = [row_of(row) for row in connection.execute(query) if row.id not in busy]
    rows = free[:excess]
    for row in rows:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id == row.id)
            .values(
                state=DeliveryState.DROPPED.value,
                last_class="too_many",
                ended_at_ms=now_ms,
            )
        )
    for queue in {row.queue for row in rows}:
        _forget_head(connection, endpoint, queue, {row.id for row in rows})
        _wake_lane(connection, endpoint, queue, now_ms)
    for first, upto in _ranges(rows):
        note_gap(transaction, first, upto, new_id(), now_ms)
    return len(rows)


def replay(connection: Connection, endpoint: str, which: Selection, now_ms: int) -> int:
    """Queue events again that were delivered or given up; how many.

    In the order in which they were, and behind what is live.
    """
    ended = (DeliveryState.DELIVERED, DeliveryState.DEAD)
    states = [each for each in ended if which.state in (None, each)]
    query = (
        select(deliveries)
        .join(outbox_table, outbox_table.c.seq == deliveries.c.event)
        .where(
            deliveries.c.endpoint == endpoint,
            deliveries.c.state.in_(states),
            *_selected(which),
        )
        .order_by(deliveries.c.id)
        .limit(MAX_REPLAYED)
    )
    rows = [row_of(row) for row in connection.execute(query)]
    for row in rows:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id == row.id)
            .values(
                state=DeliveryState.WAITING.value,
                queue=REPLAYS,
                place=next_place(connection, endpoint, REPLAYS),
                queued_at_ms=now_ms,
                not_before_ms=now_ms,
                ended_at_ms=None,
                replay=True,
            )
        )
    if rows:
        _wake_lane(connection, endpoint, REPLAYS, now_ms)
    return len(rows)


def dead(connection: Connection, endpoint: str, limit: int) -> list[DeliveryRow]:
    """What was given up, the oldest first."""
    query = (
        select(deliveries)
        .where(
            deliveries.c.endpoint == endpoint,
            deliveries.c.state == DeliveryState.DEAD.value,
        )
        .order_by(deliveries.c.id)
        .limit(limit)
    )
    return [row_of(row) for row in connection.execute(query)]


def prune(connection: Connection, now_ms: int, days: int, tier_2_days: int) -> None:
    """Forget what ended so long ago, and the events that nobody waits for."""
    before_ms, tier_2_before_ms = now_ms - days * DAY_MS, now_ms - tier_2_days * DAY_MS
    connection.execute(
        delete(deliveries).where(
            or_(
                deliveries.c.ended_at_ms < before_ms,
                (deliveries.c.tier >= 2)
                & (deliveries.c.ended_at_ms < tier_2_before_ms),
            )
        )
    )
    outbox.prune(connection, before_ms, tier_2_before_ms)


def figures(connection: Connection) -> Figures:
    """What the metrics show, in a few look-ups by index."""
    lanes = delivery_lanes
    oldest = select(func.min(outbox_table.c.occurred_at_ms)).where(
        outbox_table.c.seq == deliveries.c.event,
        deliveries.c.id == lanes.c.head,
    )
    waits = connection.execute(oldest).scalar()
    times = [waits, outbox.oldest_unfanned_ms(connection)]
    known = [each for each in times if each is not None]
    depth = select(func.max(lanes.c.last_place - deliveries.c.place + 1)).where(
        deliveries.c.id == lanes.c.head
    )
    states = select(endpoint_table.c.state, func.count()).group_by(
        endpoint_table.c.state
    )
    counted = {state: number for state, number in connection.execute(states)}
    letters = select(func.count()).where(deliveries.c.state == DeliveryState.DEAD.value)
    return Figures(
        oldest_ms=min(known, default=None),
        parked=counted.get(EndpointState.PARKED.value, 0),
        disabled=counted.get(EndpointState.DISABLED.value, 0),
        deepest_lane=int(connection.execute(depth).scalar() or 0),
        dead=int(connection.execute(letters).scalar_one()),
    )


def _waiting(endpoint: str) -> tuple[ColumnElement[bool], ...]:
    return (
        deliveries.c.endpoint == endpoint,
        deliveries.c.state == DeliveryState.WAITING.value,
    )


def _selected(which: Selection) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if which.event is not None:
        wanted.append(outbox_table.c.evt_id == which.event.hex())
    if which.key is not None:
        wanted.append(outbox_table.c.key == which.key)
    if which.type is not None:
        wanted.append(outbox_table.c.type == which.type)
    if which.since_ms is not None:
        wanted.append(outbox_table.c.occurred_at_ms >= which.since_ms)
    if which.until_ms is not None:
        wanted.append(outbox_table.c.occurred_at_ms < which.until_ms)
    return wanted


def _forget_head(
    connection: Connection, endpoint: str, queue: str, dropped: set[int]
) -> None:
    lanes = delivery_lanes
    of_lane = (lanes.c.endpoint == endpoint, lanes.c.queue == queue)
    head = connection.execute(select(lanes.c.head).where(*of_lane)).scalar()
    if head in dropped:
        connection.execute(update(lanes).where(*of_lane).values(head=None))


def _ranges(rows: list[DeliveryRow]) -> list[tuple[DeliveryRow, int]]:
    """The first of each run of one lane without a gap, and the number of its last."""
    found: list[tuple[DeliveryRow, int]] = []
    for row in sorted(rows, key=lambda row: (row.lane, row.lane_seq)):
        if found:
            first, upto = found[-1]
            if (first.lane, upto + 1) == (row.lane, row.lane_seq):
                found[-1] = (first, row.lane_seq)
                continue
        found.append((row, row.lane_seq))
    return found


def count_by_endpoint(connection: Connection) -> dict[str, dict[str, int]]:
    """How many deliveries of each endpoint are in each state."""
    query: Any = select(
        deliveries.c.endpoint, deliveries.c.state, func.count()
    ).group_by(deliveries.c.endpoint, deliveries.c.state)
    counts: dict[str, dict[str, int]] = {}
    for endpoint, state, number in connection.execute(query):
        counts.setdefault(endpoint, {})[state] = number
    return counts


def oldest_by_endpoint(connection: Connection) -> dict[str, int]:
    """When the oldest happened that waits (ms), of each endpoint where something does.

    What is first of its lane is its oldest.
    """
    lanes = delivery_lanes
    query = (
        select(lanes.c.endpoint, func.min(outbox_table.c.occurred_at_ms))
        .join(deliveries, deliveries.c.id == lanes.c.head)
        .join(outbox_table, outbox_table.c.seq == deliveries.c.event)
        .group_by(lanes.c.endpoint)
    )
    return {endpoint: oldest for endpoint, oldest in connection.execute(query)}
