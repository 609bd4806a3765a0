"""Events and endpoints for the tests of what is told outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection

from mentalverse_server.hooks.catalogue.purposes import Purpose
from mentalverse_server.store import deliveries, endpoints, outbox
from mentalverse_server.store.deliveries import Claimed, DeliveryRow, DeliveryState
from mentalverse_server.store.endpoints import EndpointRow
from mentalverse_server.store.engine import Database
from mentalverse_server.store.outbox import Outgoing
from mentalverse_server.store.transaction import Transaction

from .stored import ids

T = TypeVar("T")

LEASE_MS = 60_000


def outgoing(key: str, type_: str = "session.ended", **fields: Any) -> Outgoing:
    """An event of a key, at once."""
    whole: dict[str, Any] = {
        "tier": 1,
        "occurred_at_ms": 0,
        "data": {"planned_min": 50},
    } | fields
    return Outgoing(evt_id=bytes.fromhex(ids()), type=type_, key=key, **whole)


def endpoint(**fields: Any) -> EndpointRow:
    """An endpoint that gets everything of tier 0 and 1."""
    whole: dict[str, Any] = {
        "id": ids(),
        "url": "https://hooks.example/in",
        "purpose": Purpose.REWARD,
        "types": ("*",),
        "max_tier": 1,
        "signing_key": "one",
        "created_at_ms": 0,
    } | fields
    return EndpointRow(**whole)


class Told:
    """A database with endpoints, and a time of its own in milliseconds."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now_ms = 0

    def run(self, script: Callable[[Transaction], T]) -> T:
        """A script as the writer runs it, at the time that it is."""
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=self.now_ms)
        return self.database.write(lambda each: script(Transaction(each, moment)))

    def endpoint(self, **fields: Any) -> str:
        """A new endpoint's id."""
        row = endpoint(**fields)
        self.database.write(endpoints.add, row)
        return row.id

    def add(self, key: str, type_: str = "session.ended", **fields: Any) -> Outgoing:
        """A stored event."""
        event = outgoing(key, type_, **fields)
        self.run(lambda each: outbox.add(each, event))
        return event

    def fan_out(self) -> int:
        """Make the deliveries of what is stored."""
        return self.database.write(
            deliveries.fan_out, 100, self.now_ms, lambda to, event: event.occurred_at_ms
        )

    def claim(self, endpoint: str, queue: str) -> Claimed | None:
        """The first event of a queue, if it is free."""
        until_ms = self.now_ms + LEASE_MS
        return self.database.write(
            deliveries.claim, endpoint, queue, self.now_ms, until_ms
        )

    def end(self, claimed: Claimed, state: DeliveryState) -> None:
        """It came out so."""
        self.database.write(deliveries.end, claimed, state, "said", self.now_ms)

    def put_off(self, claimed: Claimed, due_at_ms: int, *, counts: bool) -> None:
        """It failed, and is due again then."""
        self.database.write(
            deliveries.put_off, claimed, due_at_ms, "unreached", counts=counts
        )

    def deliver(self, endpoint: str, queue: str) -> DeliveryRow:
        """Send the first event of a queue."""
        claimed = self.claim(endpoint, queue)
        assert claimed is not None
        self.end(claimed, DeliveryState.DELIVERED)
        return claimed.delivery

    def due(self, endpoint: str) -> list[str]:
        """The queues that have something due and nothing under way."""

        def read(connection: Connection) -> list[str]:
            found = deliveries.heads(connection, endpoint, self.now_ms, is_open=False)
            return sorted(e.key for e in found if e.due_at_ms <= self.now_ms)

        return self.database.write(read)
