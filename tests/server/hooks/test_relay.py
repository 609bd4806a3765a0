"""Stored events reach real receivers, each key's in order, whatever these answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest
from sqlalchemy import Connection

from mentalverse_server.hooks.catalogue.purposes import Purpose
from mentalverse_server.hooks.delivery.breaker import MAX_WIDTH
from mentalverse_server.hooks.delivery.schedule import DELAYS_MS, WINDOW_MS
from mentalverse_server.hooks.outward import Answered, Rendered, outcome_of
from mentalverse_server.hooks.relay import (
    RING_AGAIN_SECONDS,
    SEND_SECONDS,
    UPKEEP_SECONDS,
    RelayRules,
)
from mentalverse_server.store import deliveries, delivery_upkeep, endpoints
from mentalverse_server.store.deliveries import Claimed
from mentalverse_server.store.delivery_upkeep import GAP, Selection
from mentalverse_server.store.endpoints import EndpointState
from mentalverse_server.store.engine import Database
from support.hook_receiver import (
    HookReceiver,
    Relaying,
    hook_receiver,
    plain_render,
    relaying,
)
from support.outbox import outgoing

DAY_SECONDS = 86_400.0
Looked = Callable[[Connection], bool]


@pytest.fixture
async def receiver() -> AsyncIterator[HookReceiver]:
    async with hook_receiver() as listening:
        yield listening


@pytest.fixture
async def there(database: Database) -> AsyncIterator[Relaying]:
    async with relaying(database) as running:
        yield running


def counted(state: str, number: int) -> Looked:
    def read(connection: Connection) -> bool:
        found = delivery_upkeep.count_by_endpoint(connection)
        return sum(counts.get(state, 0) for counts in found.values()) >= number

    return read


def is_in(endpoint: str, state: EndpointState) -> Looked:
    def read(connection: Connection) -> bool:
        row = endpoints.get(connection, endpoint)
        return row is not None and row.state is state

    return read


def numbers(receiver: HookReceiver, key: str) -> list[int]:
    return [h.body["key_seq"] for h in receiver.hooks if h.body["key"] == key]


async def test_what_was_committed_arrives_in_the_order_of_its_key(
    there: Relaying, receiver: HookReceiver
) -> None:
    await there.endpoint(receiver.url)
    events = [outgoing(f"session:{number % 3}") for number in range(30)]

    await there.tell(*events)
    await receiver.until_ids(30)

    assert receiver.ids() == {event.evt_id.hex() for event in events}
    for key in ("session:0", "session:1", "session:2"):
        assert numbers(receiver, key) == list(range(1, 11))
    await there.until(counted("delivered", 30))
    assert len(receiver.hooks) == 30


async def test_a_key_that_fails_holds_up_no_other(
    there: Relaying, receiver: HookReceiver
) -> None:
    receiver.status = lambda hook: 500 if hook.body["key"] == "session:bad" else 204
    await there.endpoint(receiver.url)

    await there.tell(outgoing("session:bad"), outgoing("session:bad"))
    await there.tell(*(outgoing(f"session:{number}") for number in range(20)))

    await there.until(counted("delivered", 20))
    assert numbers(receiver, "session:bad") == [1]


async def test_it_is_tried_ten_times_then_the_receiver_hears_of_a_gap(
    there: Relaying, receiver: HookReceiver
) -> None:
    receiver.status = lambda hook: 500 if hook.body["key"] == "session:bad" else 204
    await there.endpoint(receiver.url)
    await there.tell(outgoing("session:bad"), outgoing("session:bad"))

    for attempt in range(1, len(DELAYS_MS)):
        await there.until(attempted(attempt))
        there.pass_seconds(DELAYS_MS[attempt] * 1.1 / 1000)
    await receiver.until(lambda: any(h.body["type"] == GAP for h in receiver.hooks))

    assert len({h.id for h in receiver.hooks[:10]}) == 1
    (gap,) = [hook.body for hook in receiver.hooks if hook.body["type"] == GAP]
    assert gap["data"] == {"key": "session:bad", "from": 1, "to": 1}
    await receiver.until(lambda: 2 in numbers(receiver, "session:bad"))
    assert there.relay.counters.dead["reward"] == 1


def came_more(receiver: HookReceiver, than: int) -> bool:
    return len(receiver.hooks) > than


def attempted(times: int) -> Looked:
    def read(connection: Connection) -> bool:
        row = deliveries.get(connection, 1)
        return row is not None and row.attempts >= times

    return read


async def test_an_endpoint_that_is_down_is_parked_and_comes_back(
    there: Relaying, receiver: HookReceiver
) -> None:
    receiver.status = lambda hook: 503
    to = await there.endpoint(receiver.url)
    await there.tell(*(outgoing(f"session:{number}") for number in range(20)))
    await there.until(is_in(to, EndpointState.PARKED))
    await there.tell(outgoing("session:0"))

    for _ in range(3):
        more = partial(came_more, receiver, len(receiver.hooks))
        there.pass_seconds(30)
        await receiver.until(more)
    assert len(receiver.hooks) <= MAX_WIDTH + 2 + 3
    receiver.status = lambda hook: 204
    there.pass_seconds(30)
    await there.until(is_in(to, EndpointState.ACTIVE))
    for _ in range(4):
        there.pass_seconds(1)
    await there.until(counted("delivered", 21))

    assert numbers(receiver, "session:0")[-1] == 2
    assert there.relay.counters.dead.total() == 0


async def test_an_endpoint_that_is_gone_is_disabled(
    there: Relaying, receiver: HookReceiver
) -> None:
    receiver.status = lambda hook: 410
    to = await there.endpoint(receiver.url)

    await there.tell(outgoing("session:1"), outgoing("session:1"))

    await there.until(is_in(to, EndpointState.DISABLED))
    await there.until(counted("dead", 1))


async def test_after_five_days_parked_it_is_disabled(
    there: Relaying, receiver: HookReceiver
) -> None:
    receiver.status = lambda hook: 503
    to = await there.endpoint(receiver.url)
    await there.tell(*(outgoing(f"session:{number}") for number in range(3)))
    await there.until(is_in(to, EndpointState.PARKED))

    there.pass_seconds(5 * DAY_SECONDS + UPKEEP_SECONDS)

    await there.until(is_in(to, EndpointState.DISABLED))
    await there.until(counted("dead", 3))


async def test_what_is_replayed_has_the_same_id(
    there: Relaying, receiver: HookReceiver
) -> None:
    to = await there.endpoint(receiver.url)
    await there.tell(outgoing("session:1"), outgoing("session:1"))
    await there.until(counted("delivered", 2))

    await there.write(
        lambda each: delivery_upkeep.replay(
            each.connection, to, Selection(), there.relay.now_ms
        )
    )
    there.relay.wake()
    await receiver.until(lambda: len(receiver.hooks) == 4)

    first, again = receiver.hooks[:2], receiver.hooks[2:]
    assert [hook.id for hook in again] == [hook.id for hook in first]
    assert [hook.body["replay"] for hook in again] == [True, True]
    assert numbers(receiver, "session:1") == [1, 2, 1, 2]


async def test_of_a_crisis_nothing_leaves_before_its_window_is_over(
    there: Relaying, receiver: HookReceiver
) -> None:
    await there.endpoint(receiver.url, max_tier=2)
    now_ms = there.relay.now_ms
    crisis = outgoing("case:1", "crisis.opened", tier=2, occurred_at_ms=now_ms)

    await there.tell(crisis, outgoing("session:1"))
    await receiver.until_ids(1)
    there.pass_seconds(WINDOW_MS / 1000 - 1)
    await there.tell(outgoing("session:2"))
    await receiver.until_ids(2)
    assert numbers(receiver, "case:1") == []
    there.pass_seconds(31)
    await receiver.until_ids(3)

    assert numbers(receiver, "case:1") == [1]


async def test_who_rings_others_is_told_at_once(
    there: Relaying, receiver: HookReceiver
) -> None:
    await there.endpoint(receiver.url, max_tier=2, purpose=Purpose.PAGING)
    now_ms = there.relay.now_ms

    await there.tell(outgoing("case:1", "crisis.opened", tier=2, occurred_at_ms=now_ms))
    await receiver.until_ids(1)


@pytest.mark.parametrize("status", [503, 429])
async def test_who_rings_others_is_parked_by_nothing(
    there: Relaying, receiver: HookReceiver, status: int
) -> None:
    """However much failed before, what comes next is tried at once, and all again
    within a minute."""
    receiver.status = lambda hook: status
    to = await there.endpoint(receiver.url, purpose=Purpose.PAGING)
    for number in range(MAX_WIDTH + 4):
        await there.tell(outgoing(f"case:{number}"))
        await receiver.until_ids(number + 1)
    attempts = there.relay.counters.attempts
    await there.until(lambda _: attempts.total() >= MAX_WIDTH + 4)
    there.pass_seconds(6)
    await there.until(lambda _: attempts.total() >= 2 * (MAX_WIDTH + 4))
    assert await there.read(is_in(to, EndpointState.ACTIVE))

    receiver.status = lambda hook: 204
    there.pass_seconds(RING_AGAIN_SECONDS)
    await there.until(counted("delivered", MAX_WIDTH + 4))
    assert await there.read(is_in(to, EndpointState.ACTIVE))


async def test_what_nobody_consents_to_is_dropped_and_nobody_hears_of_it(
    database: Database, receiver: HookReceiver
) -> None:
    """A gap would tell that there was something."""

    async def render(claimed: Claimed, now_ms: int) -> Rendered | None:
        if claimed.event.key == "session:1":
            return None
        return await plain_render(claimed, now_ms)

    async with relaying(database, render=render) as there:
        await there.endpoint(receiver.url)
        await there.tell(outgoing("session:1"))
        await there.until(counted("dropped", 1))
        await there.tell(outgoing("session:2"))
        await receiver.until_ids(1)

    assert [hook.body["key"] for hook in receiver.hooks] == ["session:2"]


async def test_an_event_that_cannot_be_shown_is_given_up_like_any_other(
    database: Database, receiver: HookReceiver
) -> None:
    async def render(claimed: Claimed, now_ms: int) -> Rendered | None:
        raise KeyError("a defect")

    async with relaying(database, render=render) as there:
        await there.endpoint(receiver.url)
        await there.tell(outgoing("session:1"))
        await there.until(attempted(1))

        found = await there.read(lambda each: deliveries.get(each, 1))
    assert found.last_class == "refused"


async def test_what_is_kept_is_bounded(
    database: Database, receiver: HookReceiver
) -> None:
    receiver.status = lambda hook: 503
    async with relaying(database, RelayRules(max_waiting=10)) as there:
        to = await there.endpoint(receiver.url)
        thin = [outgoing("run:1", "match.run_started", tier=0) for _ in range(20)]
        await there.tell(*(outgoing(f"session:{n}") for n in range(5)), *thin)
        await there.until(is_in(to, EndpointState.PARKED))
        await there.until(counted("waiting", 25))
        there.pass_seconds(UPKEEP_SECONDS)
        await there.until(counted("dropped", 15))
        # It counts what was committed, a moment after that.
        await there.until(lambda _: there.relay.counters.dropped >= 15)


async def test_what_was_claimed_by_a_dead_process_is_sent_by_the_next(
    database: Database, receiver: HookReceiver
) -> None:
    async with relaying(database) as there:
        to = await there.endpoint(receiver.url)
        receiver.status = lambda hook: 503
        await there.tell(outgoing("session:1"))
        await there.until(attempted(1))
        now_ms = there.relay.now_ms + 10_000
        await there.write(
            lambda each: deliveries.claim(
                each.connection, to, "session:1", now_ms, now_ms + 60_000
            )
        )
    receiver.status = lambda hook: 204

    async with relaying(database) as there:
        there.pass_seconds(80 if database.dialect == "postgresql" else 10)
        await there.until(counted("delivered", 1))

    assert len(receiver.ids()) == 1


async def test_an_attempt_that_could_outlast_its_lease_is_not_made(
    database: Database, receiver: HookReceiver
) -> None:
    asked = []

    async def render(claimed: Claimed, now_ms: int) -> Rendered | None:
        asked.append(claimed)
        if len(asked) == 1:
            running.clock.advance(60 - SEND_SECONDS + 1)
        return await plain_render(claimed, now_ms)

    async with relaying(database, render=render) as running:
        await running.endpoint(receiver.url)
        await running.tell(outgoing("session:1"))
        await receiver.until_ids(1)

    assert (len(asked), len(receiver.hooks)) == (2, 1)


async def test_an_endpoint_may_ask_for_time(
    there: Relaying, receiver: HookReceiver
) -> None:
    receiver.status = lambda hook: 429
    receiver.retry_after = "3600"
    await there.endpoint(receiver.url)
    await there.tell(outgoing("session:1"))
    await there.until(attempted(1))

    there.pass_seconds(3_500)
    await there.endpoint(receiver.url + "/other")
    await there.tell(outgoing("session:2"))
    await receiver.until_ids(1, "/other")
    assert numbers(receiver, "session:1") == [1]


async def test_the_figures_are_looked_up(
    there: Relaying, receiver: HookReceiver
) -> None:
    receiver.status = lambda hook: 500
    await there.endpoint(receiver.url)
    await there.tell(outgoing("session:1", occurred_at_ms=5), outgoing("session:1"))
    await there.until(attempted(1))
    await there.until(counted("waiting", 2))

    there.pass_seconds(UPKEEP_SECONDS)
    await there.until(lambda each: there.relay.figures.deepest_lane == 2)

    assert there.relay.figures.oldest_ms == 5
    assert there.relay.counters.attempts["reward", "unclear"] >= 1


def test_the_status_says_whose_fault_it_is() -> None:
    said = {
        status: outcome_of(Answered(status)).value
        for status in (None, 200, 204, 302, 400, 404, 410, 429, 500, 503)
    }
    assert said == {
        None: "unreached",
        200: "delivered",
        204: "delivered",
        302: "unclear",
        400: "refused",
        404: "refused",
        410: "gone",
        429: "unreached",
        500: "unclear",
        503: "unclear",
    }
