"""What whoever runs the server does to endpoints, each as a step of one transaction.

The command line takes them beside the server (`webhooks`), an operator's page through
it (`services.webhooks`). A key is a file and on the disk before the row that names it;
where the transaction then fails, the file is one that nothing names.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import msgspec

from mentalverse_signaling.ids import new_id

from ..store import delivery_upkeep, endpoints, outbox
from ..store.deliveries import DeliveryRow, DeliveryState
from ..store.endpoints import EVERYTHING, EndpointRow
from ..store.engine import Connection
from ..store.outbox import OutboxRow
from .addresses import HostPort, UrlRefused, read_url
from .catalogue.fields import Tier
from .catalogue.purposes import Purpose
from .catalogue.registry import EVENTS
from .endpoint_keys import EndpointKeys
from .outward import Rendered
from .privacy import Names
from .signing import PrivateKey, Secret, SigningKey, new_secret

ROTATION_DAYS = 7
"""For so long a key that was changed signs beside its successor."""
DAY_MS = 24 * 3_600_000
TEST_TYPE = "webhook.test"
REASON = "operator"
"""Why an endpoint is disabled."""
PURPOSES = tuple(each for each in Purpose if each is not Purpose.PAGING)
"""Those that an endpoint can have; whoever is on call stands in the settings."""

Rng = Callable[[int], bytes]


class EndpointRefused(ValueError):
    """What an endpoint cannot be; in a sentence that repeats nothing."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An endpoint, and how many of its events are in which state."""

    endpoint: EndpointRow
    counts: dict[str, int]
    oldest_ms: int | None = None
    """When the oldest happened that waits."""

    def count(self, state: DeliveryState) -> int:
        """How many are in this state."""
        return self.counts.get(state.value, 0)


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


def listed(connection: Connection) -> list[Listed]:
    """Every endpoint, in the order in which they were added."""
    counts = delivery_upkeep.count_by_endpoint(connection)
    oldest = delivery_upkeep.oldest_by_endpoint(connection)
    return [
        Listed(row, counts.get(row.id, {}), oldest.get(row.id))
        for row in endpoints.every(connection)
    ]


def dead(
    connection: Connection, endpoint: str, limit: int
) -> list[tuple[DeliveryRow, OutboxRow]]:
    """What was given up of an endpoint, the oldest first."""
    rows = delivery_upkeep.dead(connection, endpoint, limit)
    found = [(row, outbox.get(connection, row.event)) for row in rows]
    return [(row, event) for row, event in found if event is not None]


def new_endpoint(
    wanted: Wanted, rng: Rng, now_ms: int, private: Collection[HostPort] | None
) -> EndpointRow:
    """The row of an endpoint, not stored yet. Raises `EndpointRefused`.

    `private` is what the settings allow of one's own network; None: nothing, now and
    later.
    """
    try:
        target = read_url(wanted.url, private or ())
    except UrlRefused as error:
        raise EndpointRefused(f"its address cannot be called: {error}") from None
    endpoint = new_id(rng)
    return EndpointRow(
        id=endpoint,
        url=target.url,
        purpose=_purpose(wanted.purpose),
        types=_types(wanted.types),
        max_tier=_tier(wanted.max_tier),
        signing_key=f"{endpoint}-1",
        created_at_ms=now_ms,
        drills=wanted.drills,
        public_only=private is None,
    )


def add(
    connection: Connection,
    keys: EndpointKeys,
    row: EndpointRow,
    rng: Rng,
    *,
    shared_secret: bool,
) -> Keyed:
    """Tell it of what happens from now on."""
    key = _fresh(keys, row.signing_key, rng, shared=shared_secret)
    keys.names_key(row.id, rng)
    endpoints.add(connection, row)
    return Keyed(row, verifies(key))


def rotate(
    connection: Connection,
    keys: EndpointKeys,
    before: EndpointRow,
    rng: Rng,
    now_ms: int,
) -> Keyed:
    """Sign with a fresh key of the same sort, the one before for a week beside it.

    After COMMIT the one before that can be forgotten (`before.previous_key`).
    """
    shared = isinstance(keys.get(before.signing_key), Secret)
    number = int(before.signing_key.rpartition("-")[2]) + 1
    after = replace(
        before,
        signing_key=f"{before.id}-{number}",
        previous_key=before.signing_key,
        previous_until_ms=now_ms + ROTATION_DAYS * DAY_MS,
    )
    key = _fresh(keys, after.signing_key, rng, shared=shared)
    endpoints.put(connection, after)
    return Keyed(after, verifies(key))


def verifies(key: SigningKey) -> str:
    """What a receiver verifies with."""
    return key.public.text if isinstance(key, PrivateKey) else key.text


def test_message(
    keys: EndpointKeys, endpoint: EndpointRow, rng: Rng, now_ms: int
) -> Rendered:
    """What tells of nothing."""
    message = Names(keys.names_key(endpoint.id, rng)).of_event(rng(16))
    moment = datetime.fromtimestamp(now_ms // 1000, UTC)
    body = {
        "type": TEST_TYPE,
        "timestamp": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "data": {},
        "id": message,
    }
    return Rendered(message, msgspec.json.encode(body))


def _purpose(name: str) -> Purpose:
    if name not in PURPOSES:
        raise EndpointRefused(
            f"a purpose is one of: {', '.join(PURPOSES)}. "
            "Whoever is on call stands in crisis.on_call"
        )
    return Purpose(name)


def _types(names: Sequence[str]) -> tuple[str, ...]:
    families = {f"{each.rpartition('.')[0]}.*" for each in EVENTS}
    if not {*EVENTS, *families, EVERYTHING}.issuperset(names):
        raise EndpointRefused("no event has this name: see webhook types")
    return tuple(dict.fromkeys(names))


def _tier(tier: int) -> int:
    if tier not in {each.value for each in Tier}:
        raise EndpointRefused("a tier is 0, 1 or 2")
    return tier


def _fresh(keys: EndpointKeys, name: str, rng: Rng, *, shared: bool) -> SigningKey:
    return keys.put(name, new_secret(rng)) if shared else keys.make(name, rng)
