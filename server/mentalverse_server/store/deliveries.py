"""The way of each event to each endpoint: made, claimed, and noted as it came out.

    not fanned out → a row for each endpoint → claimed by a relay → delivered, or put
    off, or dead, or dropped

A lane is claimed as a whole, by a conditional update that sets its lease: there is no
leader, and what a relay had claimed that died is found again when the lease is over.
Every function here is one step of a transaction; a step that comes late (its row is no
longer the head) changes nothing of the lane.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, case, insert, or_, select, text, update

from ..hooks.delivery.breaker import MAX_PROBED
from ..hooks.delivery.lanes import Lane
from . import endpoints, outbox
from .endpoints import EndpointRow, EndpointState
from .outbox import OutboxRow
from .tables_hooks import deliveries, delivery_lanes

REPLAYS = "replay"
"""The queue of what is sent again; no key is called so, since each has a colon."""
MAX_DUE = MAX_PROBED + 1
"""Lanes that are looked at in one go; one more than were probed in vain."""

_NEXT_PLACE = text(
    "INSERT INTO delivery_lanes "
    "(endpoint, queue, last_place, attempts, on_probation, lease_until_ms) "
    "VALUES (:endpoint, :queue, 1, 0, FALSE, 0) ON CONFLICT (endpoint, queue) "
    "DO UPDATE SET last_place = delivery_lanes.last_place + 1 RETURNING last_place"
)

Hold = Callable[[EndpointRow, OutboxRow], int]
"""Not before when an event may be sent to an endpoint (ms)."""


class DeliveryState(StrEnum):
    """How far an event has come; under way is one whose lane is leased."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    """Given up; kept, to be replayed."""
    DROPPED = "dropped"
    """Not sent: nobody consents to it any more, or there were too many."""


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One event for one endpoint."""

    id: int
    endpoint: str
    event: int
    lane: str
    lane_seq: int
    queue: str
    place: int
    tier: int
    state: DeliveryState
    attempts: int
    """All there were, also those that did not count."""
    last_class: str | None
    queued_at_ms: int
    not_before_ms: int
    ended_at_ms: int | None
    replay: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """What one attempt needs to know."""

    delivery: DeliveryRow
    event: OutboxRow
    endpoint: EndpointRow
    lane: Lane
    lease_until_ms: int


# --- fanning out --------------------------------------------------------------------


def fan_out(connection: Connection, limit: int, now_ms: int, hold: Hold) -> int:
    """Make the deliveries of the oldest events; how many events were looked at."""
    events = outbox.not_fanned(connection, limit)
    targets = endpoints.every(connection) if events else []
    for event in events:
        if not outbox.take(connection, event.seq):
            continue
        for endpoint in targets:
            if _is_for(event, endpoint):
                not_before_ms = hold(endpoint, event)
                _queue(connection, endpoint.id, event, now_ms, not_before_ms)
    return len(events)


def has_unfanned(connection: Connection) -> bool:
    """Whether `fan_out` has anything to do."""
    return bool(outbox.not_fanned(connection, 1))


def _is_for(event: OutboxRow, endpoint: EndpointRow) -> bool:
    if event.endpoint is not None:
        is_on = endpoint.state is not EndpointState.DISABLED
        return event.endpoint == endpoint.id and is_on
    return endpoint.admits(event.type, event.tier, drill=event.drill)


def _queue(
    connection: Connection,
    endpoint: str,
    event: OutboxRow,
    now_ms: int,
    not_before_ms: int,
) -> None:
    place = next_place(connection, endpoint, event.key)
    values = {
        "endpoint": endpoint,
        "event": event.seq,
        "lane": event.key,
        "lane_seq": place,
        "queue": event.key,
        "place": place,
        "tier": event.tier,
        "state": DeliveryState.WAITING.value,
        "attempts": 0,
        "queued_at_ms": now_ms,
        "not_before_ms": not_before_ms,
        "replay": False,
    }
    connection.execute(insert(deliveries).values(values))
    wake_lane(connection, endpoint, event.key, now_ms)


def next_place(connection: Connection, endpoint: str, queue: str) -> int:
    """The next number of a queue, which begins with 1."""
    lane = {"endpoint": endpoint, "queue": queue}
    return int(connection.execute(_NEXT_PLACE, lane).scalar_one())


def wake_lane(connection: Connection, endpoint: str, queue: str, now_ms: int) -> None:
    """If nothing is at the head of a queue, put its first row there."""
    lanes = delivery_lanes
    values = _head_of(connection, endpoint, queue, now_ms)
    connection.execute(
        update(lanes)
        .where(
            lanes.c.endpoint == endpoint,
            lanes.c.queue == queue,
            lanes.c.head.is_(None),
        )
        .values(attempts=0, **values)
    )


# --- looking and claiming -----------------------------------------------------------


def heads(
    connection: Connection, endpoint: str, now_ms: int, *, is_open: bool
) -> list[Lane]:
    """Lanes with something to send and nothing under way: those `lanes.pick` needs.

    The oldest that are due, the one that is due next, and while the breaker is open
    (`is_open`) the oldest that nothing speaks against.
    """
    lanes = delivery_lanes
    free = select(lanes).where(
        lanes.c.endpoint == endpoint,
        lanes.c.due_at_ms.is_not(None),
        lanes.c.lease_until_ms <= now_ms,
    )
    oldest = (lanes.c.since_ms, lanes.c.queue)
    due = free.where(lanes.c.due_at_ms <= now_ms).order_by(*oldest).limit(MAX_DUE)
    later = free.where(lanes.c.due_at_ms > now_ms).order_by(lanes.c.due_at_ms).limit(1)
    queries = [due, later]
    if is_open:
        trusted = free.where(
            lanes.c.attempts == 0,
            lanes.c.on_probation.is_(False),
            lanes.c.queue != REPLAYS,
            lanes.c.due_at_ms <= now_ms,
        )
        queries.append(trusted.order_by(*oldest).limit(MAX_DUE))
    found = {row.queue: _lane(row) for q in queries for row in connection.execute(q)}
    return list(found.values())


def next_lease_ms(connection: Connection, endpoint: str, now_ms: int) -> int | None:
    """When the first lease of a lane of this endpoint is over; None: there is none."""
    lanes = delivery_lanes
    query = select(lanes.c.lease_until_ms).where(
        lanes.c.endpoint == endpoint,
        lanes.c.due_at_ms.is_not(None),
        lanes.c.lease_until_ms > now_ms,
    )
    found: int | None = connection.execute(
        query.order_by(lanes.c.lease_until_ms).limit(1)
    ).scalar()
    return found


def release_all(connection: Connection) -> None:
    """Take back every lease: whoever held one is known to be gone."""
    lanes = delivery_lanes
    connection.execute(
        update(lanes).where(lanes.c.lease_until_ms > 0).values(lease_until_ms=0)
    )


def claim(
    connection: Connection,
    endpoint: str,
    queue: str,
    now_ms: int,
    lease_until_ms: int,
) -> Claimed | None:
    """Take a lane until then; None: another has, or nothing waits there any more."""
    lanes = delivery_lanes
    taken = connection.execute(
        update(lanes)
        .where(
            lanes.c.endpoint == endpoint,
            lanes.c.queue == queue,
            lanes.c.due_at_ms.is_not(None),
            lanes.c.lease_until_ms <= now_ms,
        )
        .values(lease_until_ms=lease_until_ms)
        .returning(lanes)
    ).one_or_none()
    if taken is None:
        return None
    delivery = get(connection, taken.head)
    event = None if delivery is None else outbox.get(connection, delivery.event)
    target = endpoints.get(connection, endpoint)
    is_waiting = delivery is not None and delivery.state is DeliveryState.WAITING
    if delivery is None or event is None or not is_waiting:
        # Gone with the account that it was about.
        _advance(connection, endpoint, queue, taken.head, now_ms)
        return None
    if target is None or target.state is EndpointState.DISABLED:
        _advance(connection, endpoint, queue, taken.head, now_ms)
        return None
    return Claimed(delivery, event, target, _lane(taken), lease_until_ms)


# --- what came of it ----------------------------------------------------------------


def end(
    connection: Connection,
    claimed: Claimed,
    state: DeliveryState,
    last_class: str,
    now_ms: int,
) -> None:
    """It is delivered, dead or dropped: the lane goes on with the next."""
    row = claimed.delivery
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id == row.id)
        .values(
            state=state.value,
            attempts=row.attempts + (state is not DeliveryState.DROPPED),
            last_class=last_class,
            ended_at_ms=now_ms,
        )
    )
    on_probation = state is DeliveryState.DEAD
    if state is DeliveryState.DROPPED:
        on_probation = claimed.lane.on_probation
    _advance(
        connection, row.endpoint, row.queue, row.id, now_ms, on_probation=on_probation
    )


def put_off(
    connection: Connection,
    claimed: Claimed,
    due_at_ms: int,
    last_class: str,
    *,
    counts: bool,
) -> None:
    """It is tried again then; `counts`: the attempt is one of those it has."""
    row, lanes = claimed.delivery, delivery_lanes
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id == row.id)
        .values(attempts=row.attempts + 1, last_class=last_class)
    )
    connection.execute(
        update(lanes)
        .where(
            lanes.c.endpoint == row.endpoint,
            lanes.c.queue == row.queue,
            lanes.c.head == row.id,
        )
        .values(
            attempts=lanes.c.attempts + int(counts),
            due_at_ms=due_at_ms,
            lease_until_ms=0,
        )
    )


def release(connection: Connection, claimed: Claimed, due_at_ms: int) -> None:
    """Give a lane back of which nothing was sent."""
    row, lanes = claimed.delivery, delivery_lanes
    connection.execute(
        update(lanes)
        .where(
            lanes.c.endpoint == row.endpoint,
            lanes.c.queue == row.queue,
            lanes.c.lease_until_ms == claimed.lease_until_ms,
        )
        .values(due_at_ms=due_at_ms, lease_until_ms=0)
    )


def give_back(
    connection: Connection, endpoint: str, queue: str, attempts: int, now_ms: int
) -> None:
    """Take attempts off the first row of a lane, which is due at once."""
    lanes = delivery_lanes
    left = case((lanes.c.attempts > attempts, lanes.c.attempts - attempts), else_=0)
    connection.execute(
        update(lanes)
        .where(
            lanes.c.endpoint == endpoint,
            lanes.c.queue == queue,
            lanes.c.due_at_ms.is_not(None),
        )
        .values(attempts=left, due_at_ms=now_ms)
    )


def get(connection: Connection, delivery: int) -> DeliveryRow | None:
    """The delivery of this id."""
    query = select(deliveries).where(deliveries.c.id == delivery)
    row = connection.execute(query).one_or_none()
    return None if row is None else row_of(row)


def row_of(row: Row[Any]) -> DeliveryRow:
    """A delivery from a row that has its columns."""
    values = dict(row._mapping) | {"state": DeliveryState(row.state)}
    return DeliveryRow(**values)


def _advance(
    connection: Connection,
    endpoint: str,
    queue: str,
    ended: int,
    now_ms: int,
    *,
    on_probation: bool | None = None,
) -> None:
    lanes = delivery_lanes
    values = _head_of(connection, endpoint, queue, now_ms)
    if on_probation is not None:
        values["on_probation"] = on_probation
    connection.execute(
        update(lanes)
        .where(
            lanes.c.endpoint == endpoint,
            lanes.c.queue == queue,
            or_(lanes.c.head == ended, lanes.c.head.is_(None)),
        )
        .values(attempts=0, lease_until_ms=0, **values)
    )


def _head_of(
    connection: Connection, endpoint: str, queue: str, now_ms: int
) -> dict[str, Any]:
    """Which row of a queue is next, and when: columns of its lane."""
    query = (
        select(deliveries)
        .where(
            deliveries.c.endpoint == endpoint,
            deliveries.c.queue == queue,
            deliveries.c.state == DeliveryState.WAITING.value,
        )
        .order_by(deliveries.c.place)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return {"head": None, "since_ms": None, "due_at_ms": None}
    return {
        "head": row.id,
        "since_ms": max(row.queued_at_ms, row.not_before_ms),
        "due_at_ms": max(now_ms, row.not_before_ms),
    }


def _lane(row: Row[Any]) -> Lane:
    return Lane(
        key=row.queue,
        since_ms=row.since_ms,
        due_at_ms=row.due_at_ms,
        attempts=row.attempts,
        on_probation=row.on_probation,
        replays=row.queue == REPLAYS,
    )
