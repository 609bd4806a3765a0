"""Who is told of what: endpoints outside, as the operator has named them.

| State | What it gets | Left by |
|---|---|---|
| active | all it asked for | failing as a whole: parked. 410: disabled |
| parked | probes; the rest waits | success: active. Five days: disabled |
| disabled | nothing, and nothing new waits | the operator alone: active |
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from ..hooks.catalogue.purposes import Purpose
from .tables_hooks import deliveries, delivery_lanes, endpoints

EVERYTHING = "*"


class EndpointState(StrEnum):
    """Whether anything is sent there."""

    ACTIVE = "active"
    PARKED = "parked"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """An endpoint."""

    id: str
    """32 hexadecimal digits."""
    url: str
    purpose: Purpose
    """What its owner may use the events for; what members consent to."""
    types: tuple[str, ...]
    """Event types: `session.ended`, all of a family (`session.*`), or `*`."""
    max_tier: int
    signing_key: str
    created_at_ms: int
    drills: bool = False
    """Whether it is told of drills."""
    previous_key: str | None = None
    """Signs beside the other until `previous_until_ms`."""
    previous_until_ms: int | None = None
    state: EndpointState = EndpointState.ACTIVE
    reason: str | None = None
    parked_since_ms: int | None = None
    public_only: bool = False
    """What the settings allow of one's own network is not for this one."""

    def admits(self, type_: str, tier: int, *, drill: bool) -> bool:
        """Whether it is told of such an event."""
        if self.state is EndpointState.DISABLED or tier > self.max_tier:
            return False
        if drill and not self.drills:
            return False
        family = type_.rpartition(".")[0] + ".*"
        return not {type_, family, EVERYTHING}.isdisjoint(self.types)


def add(connection: Connection, endpoint: EndpointRow) -> None:
    """Store a new one."""
    connection.execute(insert(endpoints).values(_values(endpoint)))


def put(connection: Connection, endpoint: EndpointRow) -> None:
    """Store it as it is now."""
    connection.execute(
        update(endpoints).where(endpoints.c.id == endpoint.id).values(_values(endpoint))
    )


def get(connection: Connection, endpoint: str) -> EndpointRow | None:
    """The endpoint of this id."""
    query = select(endpoints).where(endpoints.c.id == endpoint)
    row = connection.execute(query).one_or_none()
    return None if row is None else _endpoint(row)


def every(connection: Connection) -> list[EndpointRow]:
    """All of them, in the order in which they were added."""
    query = select(endpoints).order_by(endpoints.c.created_at_ms, endpoints.c.id)
    return [_endpoint(row) for row in connection.execute(query)]


def enable(connection: Connection, endpoint: str) -> None:
    """Tell it of what happens from now on. What is dead can be replayed."""
    _move(connection, endpoint, set(EndpointState), EndpointState.ACTIVE)


def park(connection: Connection, endpoint: str, since_ms: int) -> None:
    """Send it nothing but probes, if it is active."""
    active = {EndpointState.ACTIVE}
    _move(connection, endpoint, active, EndpointState.PARKED, parked_since_ms=since_ms)


def resume(connection: Connection, endpoint: str) -> None:
    """It is back, if it was parked."""
    parked = {EndpointState.PARKED}
    _move(connection, endpoint, parked, EndpointState.ACTIVE)


def disable(connection: Connection, endpoint: str, reason: str) -> None:
    """Send it nothing more; `delivery_upkeep.disable` sees to what waits."""
    every_state = set(EndpointState)
    _move(connection, endpoint, every_state, EndpointState.DISABLED, reason=reason)


def remove(connection: Connection, endpoint: str) -> None:
    """Forget it, with all that was to be sent to it."""
    for table in (deliveries, delivery_lanes):
        connection.execute(delete(table).where(table.c.endpoint == endpoint))
    connection.execute(delete(endpoints).where(endpoints.c.id == endpoint))


def _move(
    connection: Connection,
    endpoint: str,
    before: set[EndpointState],
    after: EndpointState,
    *,
    reason: str | None = None,
    parked_since_ms: int | None = None,
) -> None:
    connection.execute(
        update(endpoints)
        .where(endpoints.c.id == endpoint, endpoints.c.state.in_(sorted(before)))
        .values(state=after.value, reason=reason, parked_since_ms=parked_since_ms)
    )


def _values(endpoint: EndpointRow) -> dict[str, Any]:
    types = msgspec.json.encode(endpoint.types).decode()
    closed = {"purpose": endpoint.purpose.value, "state": endpoint.state.value}
    return asdict(endpoint) | closed | {"types": types}


def _endpoint(row: Row[Any]) -> EndpointRow:
    whole = EndpointRow(**row._mapping)
    return replace(
        whole,
        types=tuple(msgspec.json.decode(row.types)),
        purpose=Purpose(whole.purpose),
        state=EndpointState(whole.state),
    )
