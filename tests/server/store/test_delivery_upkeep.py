"""What is given up, dropped, replayed and forgotten, and what is told of it."""

from __future__ import annotations

from itertools import count

import pytest

from mentalverse_server.store import (
    deliveries,
    delivery_upkeep,
    endpoints,
    outbox,
)
from mentalverse_server.store.deliveries import REPLAYS, DeliveryRow, DeliveryState
from mentalverse_server.store.delivery_upkeep import DAY_MS, GAP, Selection
from mentalverse_server.store.endpoints import EndpointState
from mentalverse_server.store.engine import Database
from mentalverse_server.store.outbox import OutboxRow
from support.outbox import Told, endpoint
from support.stored import ids

_numbers = count(1)


def new_id() -> bytes:
    return next(_numbers).to_bytes(16, "big")


@pytest.fixture
def told(database: Database) -> Told:
    return Told(database)


def gaps(told: Told) -> list[OutboxRow]:
    rows = told.database.write(outbox.not_fanned, 1_000)
    return [row for row in rows if row.type == GAP]


def note_gap(told: Told, row: DeliveryRow, upto: int) -> None:
    told.run(
        lambda each: delivery_upkeep.note_gap(each, row, upto, new_id(), told.now_ms)
    )


def trim(told: Told, to: str, most: int) -> int:
    return told.run(
        lambda each: delivery_upkeep.trim(each, to, most, told.now_ms, new_id)
    )


def replay(told: Told, to: str, which: Selection) -> int:
    return told.database.write(delivery_upkeep.replay, to, which, told.now_ms)


def test_an_endpoint_is_stored_as_it_is(told: Told) -> None:
    row = endpoint(types=("session.*", "duty.ended"), previous_key="old", drills=True)
    told.database.write(endpoints.add, row)

    assert told.database.write(endpoints.get, row.id) == row
    assert told.database.write(endpoints.every) == [row]


def test_a_gap_is_told_to_its_endpoint_alone(told: Told) -> None:
    to, other, ada = told.endpoint(types=("session.ended",)), told.endpoint(), ids()
    told.add("session:1", subjects=(ada,))
    told.fan_out()
    claimed = told.claim(to, "session:1")
    assert claimed is not None
    note_gap(told, claimed.delivery, 3)

    (gap,) = gaps(told)
    assert gap.data == {"key": "session:1", "from": 1, "to": 3}
    assert told.database.write(outbox.subjects_of, gap.seq) == (ada,)
    told.fan_out()
    assert f"endpoint:{to}" in told.due(to)
    assert told.due(other) == ["session:1"]


def test_of_a_notice_there_is_no_notice(told: Told) -> None:
    to = told.endpoint()
    told.add(f"endpoint:{to}", GAP, endpoint=to)
    told.fan_out()
    claimed = told.claim(to, f"endpoint:{to}")
    assert claimed is not None

    note_gap(told, claimed.delivery, 1)

    assert gaps(told) == []


def test_what_waits_at_a_disabled_endpoint_is_dead(told: Told) -> None:
    to, other = told.endpoint(), told.endpoint()
    for number in range(3):
        told.add(f"session:{number}")
    told.fan_out()
    under_way = told.claim(to, "session:0")
    assert under_way is not None

    def disable() -> int:
        return told.run(
            lambda each: delivery_upkeep.disable(each, to, "gone", new_id(), 0)
        )

    assert (disable(), disable()) == (3, 0)

    assert told.due(to) == []
    assert len(told.database.write(delivery_upkeep.dead, to, 10)) == 3
    row = told.database.write(endpoints.get, to)
    assert row is not None
    assert (row.state, row.reason) == (EndpointState.DISABLED, "gone")
    told.fan_out()
    assert f"endpoint:{to}" in told.due(other), "others hear that it is off"


def test_after_it_is_enabled_it_gets_what_is_new_and_what_is_replayed(
    told: Told,
) -> None:
    to = told.endpoint()
    told.add("session:1")
    told.fan_out()
    told.run(lambda each: delivery_upkeep.disable(each, to, "parked", new_id(), 0))
    told.add("session:1")
    told.fan_out()
    told.database.write(endpoints.enable, to)
    told.add("session:1")
    told.fan_out()

    assert replay(told, to, Selection()) == 1
    assert told.deliver(to, "session:1").lane_seq == 2
    again = told.deliver(to, REPLAYS)
    assert (again.lane_seq, again.lane, again.replay) == (1, "session:1", True)


def test_a_replay_has_what_was_asked_for_and_in_order(told: Told) -> None:
    to = told.endpoint()
    first = told.add("session:1", occurred_at_ms=10)
    told.add("session:1", "session.started", occurred_at_ms=20)
    told.add("session:2", occurred_at_ms=30)
    told.add("session:3", occurred_at_ms=40)
    told.fan_out()
    for key in ("session:1", "session:1", "session:2"):
        told.deliver(to, key)

    assert replay(told, to, Selection(event=first.evt_id)) == 1
    assert told.deliver(to, REPLAYS).lane == "session:1"
    assert replay(told, to, Selection(type="session.started")) == 1
    assert told.deliver(to, REPLAYS).lane_seq == 2
    assert replay(told, to, Selection(key="session:2")) == 1
    assert told.deliver(to, REPLAYS).lane == "session:2"
    assert replay(told, to, Selection(since_ms=20, until_ms=41)) == 2
    sent = [told.deliver(to, REPLAYS) for _ in range(2)]
    assert [row.lane for row in sent] == ["session:1", "session:2"]
    assert replay(told, to, Selection(key="session:3")) == 0, "it waits anyway"


def test_too_many_that_wait_are_dropped_lowest_tier_first(told: Told) -> None:
    to = told.endpoint()
    told.add("session:1", tier=1)
    for _ in range(4):
        told.add("run:1", "match.run_started", tier=0)
    told.add("run:2", "match.run_started", tier=0)
    told.fan_out()

    assert trim(told, to, 3) == 3
    assert trim(told, to, 3) == 0

    (gap,) = gaps(told)
    assert gap.data == {"key": "run:1", "from": 1, "to": 3}
    assert told.deliver(to, "run:1").lane_seq == 4
    assert told.deliver(to, "session:1").lane_seq == 1


def test_what_is_under_way_is_not_dropped(told: Told) -> None:
    to = told.endpoint()
    for _ in range(3):
        told.add("run:1", "match.run_started", tier=0)
    told.fan_out()
    claimed = told.claim(to, "run:1")
    assert claimed is not None

    assert trim(told, to, 1) == 2

    told.end(claimed, DeliveryState.DELIVERED)
    assert told.claim(to, "run:1") is None


def test_it_is_kept_as_long_as_it_can_be_replayed(told: Told) -> None:
    to = told.endpoint(max_tier=2)
    told.add("session:1", subjects=(ids(),))
    told.add("case:1", "crisis.opened", tier=2)
    told.add("session:2")
    told.fan_out()
    for key in ("session:1", "case:1"):
        told.deliver(to, key)

    def kept(after_days: int) -> list[bool]:
        now_ms = told.now_ms + after_days * DAY_MS + 1
        told.database.write(delivery_upkeep.prune, now_ms, 30, 7)
        rows = [told.database.write(outbox.get, seq) for seq in (1, 2, 3)]
        return [row is not None for row in rows]

    assert kept(6) == [True, True, True]
    assert kept(7) == [True, False, True]
    assert kept(30) == [False, False, True]
    assert told.database.write(outbox.subjects_of, 1) == ()
    assert told.deliver(to, "session:2").lane_seq == 1


def test_an_event_that_nobody_gets_is_forgotten_too(told: Told) -> None:
    told.add("session:1")
    told.fan_out()

    told.database.write(delivery_upkeep.prune, 31 * DAY_MS, 30, 7)

    assert told.database.write(outbox.get, 1) is None
    assert told.database.write(outbox.last_of_key, "session:1") == 1


def test_the_figures(told: Told) -> None:
    to = told.endpoint()
    told.endpoint(state=EndpointState.PARKED, types=("none.none",))
    assert told.database.write(delivery_upkeep.figures).oldest_ms is None
    for at_ms in (500, 600, 700):
        told.add("session:1", occurred_at_ms=at_ms)
    assert told.database.write(delivery_upkeep.figures).oldest_ms == 500
    told.fan_out()
    claimed = told.claim(to, "session:1")
    assert claimed is not None
    told.end(claimed, DeliveryState.DEAD)

    figures = told.database.write(delivery_upkeep.figures)

    assert (figures.oldest_ms, figures.deepest_lane) == (600, 2)
    assert (figures.parked, figures.dead) == (1, 1)
    counts = told.database.write(delivery_upkeep.count_by_endpoint)
    assert counts == {to: {"waiting": 2, "dead": 1}}


def test_a_removed_endpoint_leaves_nothing(told: Told) -> None:
    to = told.endpoint()
    told.add("session:1")
    told.fan_out()

    told.database.write(endpoints.remove, to)

    assert told.database.write(endpoints.every) == []
    assert told.database.write(delivery_upkeep.count_by_endpoint) == {}
    assert told.database.write(deliveries.get, 1) is None
