"""Who is told of events: an operator's commands beside the server.

They open the database and the keys themselves, like those of `operator`: whoever may
read both acts as the operator. A running server tells an endpoint that was added of
what happens from then on, and signs with a changed key from the next attempt on.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from mentalverse_signaling.webhook_events import WebhookAct

from .clock import Clock, SystemClock, to_millis
from .config import Config
from .errors import StartupError
from .hooks import endpoint_steps
from .hooks.egress import Egress, Reply, tls_context
from .hooks.endpoint_keys import EndpointKeys
from .hooks.endpoint_steps import (
    REASON,
    EndpointRefused,
    Keyed,
    Listed,
    Wanted,
    new_endpoint,
    test_message,
)
from .hooks.outward import Rendered
from .hooks.signed_send import SignedSend
from .links import own_hosts
from .operator import beside_the_server
from .store import delivery_upkeep, endpoints, erasures, webhook_acts
from .store.deliveries import DeliveryRow
from .store.delivery_upkeep import Selection
from .store.endpoints import EndpointRow, EndpointState
from .store.engine import Connection
from .store.erasures import Overdue
from .store.outbox import OutboxRow
from .store.transaction import Transaction
from .store.webhook_acts import Act

LEAST_PREFIX_CHARS = 4


def listed(config: Config) -> list[Listed]:
    """Every endpoint, in the order in which they were added."""
    with beside_the_server(config) as database:
        return database.write(endpoint_steps.listed)


def add(config: Config, wanted: Wanted, clock: Clock | None = None) -> Keyed:
    """Tell a new endpoint of what happens from now on.

    Raises `StartupError` for what an endpoint cannot be.
    """
    now_ms, rng = _now_ms(clock), secrets.token_bytes
    try:
        row = new_endpoint(wanted, rng, now_ms, config.hooks.private)
    except EndpointRefused as error:
        raise StartupError(f"{wanted.url}: {error}") from None

    def script(connection: Connection) -> Keyed:
        shared = wanted.shared_secret
        keys = _keys(config)
        keyed = endpoint_steps.add(connection, keys, row, rng, shared_secret=shared)
        _note(connection, WebhookAct.ADD, row, now_ms)
        return keyed

    with beside_the_server(config) as database:
        return database.write(script)


def rotate(config: Config, which: str, clock: Clock | None = None) -> Keyed:
    """Sign with a fresh key of the same sort; the one before signs for a week more."""
    now_ms, rng, keys = _now_ms(clock), secrets.token_bytes, _keys(config)
    with _endpoint(config, which) as (connection, before):
        keyed = endpoint_steps.rotate(connection, keys, before, rng, now_ms)
        _note(connection, WebhookAct.ROTATE, before, now_ms)
    if before.previous_key is not None:
        keys.forget(before.previous_key)
    return keyed


def test(config: Config, which: str, clock: Clock | None = None) -> Reply:
    """Send an endpoint a signed request that tells of nothing; what it said."""
    clock = clock or SystemClock()
    now_ms = _now_ms(clock)
    with _endpoint(config, which) as (connection, endpoint):
        _note(connection, WebhookAct.TEST, endpoint, now_ms)
    rendered = test_message(_keys(config), endpoint, secrets.token_bytes, now_ms)
    return asyncio.run(_sent(config, endpoint, rendered, clock))


def dead(
    config: Config, which: str, limit: int = 50
) -> list[tuple[DeliveryRow, OutboxRow]]:
    """What was given up of an endpoint, the oldest first."""
    with _endpoint(config, which) as (connection, endpoint):
        return endpoint_steps.dead(connection, endpoint.id, limit)


def unforgotten(config: Config, clock: Clock | None = None) -> list[Overdue]:
    """Who has not said for a week that they forgot somebody who is gone."""
    with beside_the_server(config) as database:
        return database.write(erasures.overdue, _now_ms(clock))


def replay(
    config: Config, which: str, chosen: Selection, clock: Clock | None = None
) -> int:
    """Send again what was delivered or given up, under the same ids; how many."""
    now_ms = _now_ms(clock)
    with _endpoint(config, which) as (connection, endpoint):
        if endpoint.state is EndpointState.DISABLED:
            raise StartupError("it is disabled: enable it first")
        _note(connection, WebhookAct.REPLAY, endpoint, now_ms)
        return delivery_upkeep.replay(connection, endpoint.id, chosen, now_ms)


def disable(config: Config, which: str, clock: Clock | None = None) -> int:
    """Send an endpoint nothing more; how many events that waited are dead now."""
    now = (clock or SystemClock()).now()
    with _endpoint(config, which) as (connection, endpoint):
        _note(connection, WebhookAct.DISABLE, endpoint, to_millis(now))
        return delivery_upkeep.disable(
            Transaction(connection, now),
            endpoint.id,
            REASON,
            secrets.token_bytes(16),
            to_millis(now),
        )


def enable(config: Config, which: str, clock: Clock | None = None) -> None:
    """Tell an endpoint again of what happens from now on."""
    with _endpoint(config, which) as (connection, endpoint):
        _note(connection, WebhookAct.ENABLE, endpoint, _now_ms(clock))
        endpoints.enable(connection, endpoint.id)


async def _sent(
    config: Config, endpoint: EndpointRow, rendered: Rendered, clock: Clock
) -> Reply:
    try:
        tls = tls_context(config.hooks.ca_file)
    except OSError as error:
        raise StartupError(f"hooks.ca_file: {error}") from None
    egress = Egress(private=config.hooks.private, own=own_hosts(config), tls=tls)
    try:
        send = SignedSend(egress, _keys(config), clock)
        return await send.reply(endpoint, rendered)
    finally:
        await egress.close()


@contextmanager
def _endpoint(config: Config, which: str) -> Iterator[tuple[Connection, EndpointRow]]:
    """The endpoint whose id begins so, in one transaction."""
    with (
        beside_the_server(config) as database,
        database.connect_writer() as connection,
        connection.begin(),
    ):
        rows = endpoints.every(connection)
        found = [row for row in rows if row.id.startswith(which)]
        if len(which) < LEAST_PREFIX_CHARS or len(found) != 1:
            several = "several endpoints" if len(found) > 1 else "no endpoint"
            raise StartupError(
                f"{several} with an id that begins with {which!r}: see webhook list"
            )
        yield connection, found[0]


def _note(
    connection: Connection, act: WebhookAct, endpoint: EndpointRow, now_ms: int
) -> None:
    webhook_acts.add(connection, Act(now_ms, act, endpoint.id))


def _keys(config: Config) -> EndpointKeys:
    return EndpointKeys(config.server.data_dir)


def _now_ms(clock: Clock | None) -> int:
    return to_millis((clock or SystemClock()).now())
