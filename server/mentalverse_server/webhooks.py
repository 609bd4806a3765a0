"""Who is told of events: an operator's commands beside the server.

They open the database and the keys themselves, like those of `operator`: whoever may
read both acts as the operator. A running server tells an endpoint that was added of
what happens from then on, and signs with a changed key from the next attempt on.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

import msgspec

from mentalverse_signaling.ids import new_id

from .clock import Clock, SystemClock, to_millis
from .config import Config
from .errors import StartupError
from .hooks.addresses import UrlRefused, read_url
from .hooks.catalogue.fields import Tier
from .hooks.catalogue.purposes import Purpose
from .hooks.catalogue.registry import EVENTS
from .hooks.egress import Egress, Reply, tls_context
from .hooks.endpoint_keys import EndpointKeys
from .hooks.outward import Rendered
from .hooks.privacy import Names
from .hooks.signed_send import SignedSend
from .hooks.signing import PrivateKey, Secret, SigningKey, new_secret
from .operator import beside_the_server
from .store import delivery_upkeep, endpoints, erasures, outbox
from .store.deliveries import DeliveryRow
from .store.delivery_upkeep import Selection
from .store.endpoints import EVERYTHING, EndpointRow, EndpointState
from .store.engine import Connection
from .store.erasures import Overdue
from .store.outbox import OutboxRow
from .store.transaction import Transaction

ROTATION_DAYS = 7
"""For so long a key that was changed signs beside its successor."""
LEAST_PREFIX_CHARS = 4
DAY_MS = 24 * 3_600_000
TEST_TYPE = "webhook.test"
REASON = "operator"


@dataclass(frozen=True, slots=True)
class Listed:
    """An endpoint, and how many of its events are in which state."""

    endpoint: EndpointRow
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Keyed:
    """An endpoint, and what its receiver verifies with."""

    endpoint: EndpointRow
    verifies: str
    """`whpk_…`, or `whsec_…`: the latter is secret."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A new endpoint, as the operator says it."""

    url: str
    purpose: str
    types: Sequence[str] = (EVERYTHING,)
    max_tier: int = Tier.MEMBER.value
    drills: bool = False
    shared_secret: bool = False
    """For receivers that verify `v1` alone."""


def listed(config: Config) -> list[Listed]:
    """Every endpoint, in the order in which they were added."""
    with beside_the_server(config) as database:
        rows = database.write(endpoints.every)
        counts = database.write(delivery_upkeep.count_by_endpoint)
    return [Listed(row, counts.get(row.id, {})) for row in rows]


def add(config: Config, wanted: Wanted, clock: Clock | None = None) -> Keyed:
    """Tell a new endpoint of what happens from now on.

    Raises `StartupError` for what an endpoint cannot be.
    """
    try:
        target = read_url(wanted.url, config.hooks.private)
    except UrlRefused as error:
        raise StartupError(f"{wanted.url} cannot be called: {error}") from None
    endpoint = new_id(secrets.token_bytes)
    row = EndpointRow(
        id=endpoint,
        url=target.url,
        purpose=_purpose(wanted.purpose),
        types=_types(wanted.types),
        max_tier=_tier(wanted.max_tier),
        signing_key=f"{endpoint}-1",
        created_at_ms=_now_ms(clock),
        drills=wanted.drills,
    )
    with beside_the_server(config) as database:
        keys = _keys(config)
        key = _fresh(keys, row.signing_key, shared=wanted.shared_secret)
        keys.names_key(endpoint, secrets.token_bytes)
        database.write(partial(endpoints.add, endpoint=row))
    return Keyed(row, _verifies(key))


def rotate(config: Config, which: str, clock: Clock | None = None) -> Keyed:
    """Sign with a fresh key of the same sort; the one before signs for a week more."""
    now_ms = _now_ms(clock)
    with _endpoint(config, which) as (connection, before):
        keys = _keys(config)
        shared = isinstance(keys.get(before.signing_key), Secret)
        number = int(before.signing_key.rpartition("-")[2]) + 1
        after = replace(
            before,
            signing_key=f"{before.id}-{number}",
            previous_key=before.signing_key,
            previous_until_ms=now_ms + ROTATION_DAYS * DAY_MS,
        )
        key = _fresh(keys, after.signing_key, shared=shared)
        endpoints.put(connection, after)
    if before.previous_key is not None:
        keys.forget(before.previous_key)
    return Keyed(after, _verifies(key))


def test(config: Config, which: str, clock: Clock | None = None) -> Reply:
    """Send an endpoint a signed request that tells of nothing; what it said."""
    with _endpoint(config, which) as (_, endpoint):
        pass
    clock = clock or SystemClock()
    key = _keys(config).names_key(endpoint.id, secrets.token_bytes)
    seconds = _now_ms(clock) // 1000
    message = Names(key).of_event(secrets.token_bytes(16))
    body = {
        "type": TEST_TYPE,
        "timestamp": f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "data": {},
        "id": message,
    }
    rendered = Rendered(message, msgspec.json.encode(body))
    return asyncio.run(_sent(config, endpoint, rendered, clock))


def dead(
    config: Config, which: str, limit: int = 50
) -> list[tuple[DeliveryRow, OutboxRow]]:
    """What was given up of an endpoint, the oldest first."""
    with _endpoint(config, which) as (connection, endpoint):
        rows = delivery_upkeep.dead(connection, endpoint.id, limit)
        found = [(row, outbox.get(connection, row.event)) for row in rows]
    return [(row, event) for row, event in found if event is not None]


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
        return delivery_upkeep.replay(connection, endpoint.id, chosen, now_ms)


def disable(config: Config, which: str, clock: Clock | None = None) -> int:
    """Send an endpoint nothing more; how many events that waited are dead now."""
    now = (clock or SystemClock()).now()
    with _endpoint(config, which) as (connection, endpoint):
        return delivery_upkeep.disable(
            Transaction(connection, now),
            endpoint.id,
            REASON,
            secrets.token_bytes(16),
            to_millis(now),
        )


def enable(config: Config, which: str) -> None:
    """Tell an endpoint again of what happens from now on."""
    with _endpoint(config, which) as (connection, endpoint):
        endpoints.enable(connection, endpoint.id)


async def _sent(
    config: Config, endpoint: EndpointRow, rendered: Rendered, clock: Clock
) -> Reply:
    try:
        tls = tls_context(config.hooks.ca_file)
    except OSError as error:
        raise StartupError(f"hooks.ca_file: {error}") from None
    egress = Egress(private=config.hooks.private, tls=tls)
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


def _purpose(name: str) -> Purpose:
    known = [each.value for each in Purpose if each is not Purpose.PAGING]
    if name not in known:
        raise StartupError(
            f"a purpose is one of: {', '.join(known)}. "
            "Whoever is on call stands in crisis.on_call"
        )
    return Purpose(name)


def _types(names: Sequence[str]) -> tuple[str, ...]:
    families = {f"{each.rpartition('.')[0]}.*" for each in EVENTS}
    for name in names:
        if name not in {*EVENTS, *families, EVERYTHING}:
            raise StartupError(f"there is no event {name}: see webhook types")
    return tuple(dict.fromkeys(names))


def _tier(tier: int) -> int:
    if tier not in {each.value for each in Tier}:
        raise StartupError("a tier is 0, 1 or 2")
    return tier


def _keys(config: Config) -> EndpointKeys:
    return EndpointKeys(config.server.data_dir)


def _fresh(keys: EndpointKeys, name: str, *, shared: bool) -> SigningKey:
    make: Callable[[int], bytes] = secrets.token_bytes
    return keys.put(name, new_secret(make)) if shared else keys.make(name, make)


def _verifies(key: SigningKey) -> str:
    return key.public.text if isinstance(key, PrivateKey) else key.text


def _now_ms(clock: Clock | None) -> int:
    return to_millis((clock or SystemClock()).now())
