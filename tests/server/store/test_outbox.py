"""Events are stored with what they tell of, and each key's in one order."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Connection

from mentalverse_server.store import deliveries, endpoints, outbox, personal
from mentalverse_server.store.deliveries import DeliveryState
from mentalverse_server.store.engine import Database
from mentalverse_server.store.outbox import MAX_DATA_BYTES, OutboxAdded
from mentalverse_server.store.transaction import Transaction
from support.outbox import LEASE_MS, Told, outgoing
from support.stored import NOW, ids


@pytest.fixture
def told(database: Database) -> Told:
    return Told(database)


def test_an_event_is_stored_or_not_with_its_transaction(told: Told) -> None:
    def fails(connection: Connection) -> None:
        outbox.add(Transaction(connection, NOW), outgoing("session:1"))
        raise InterruptedError

    with pytest.raises(InterruptedError):
        told.database.write(fails)
    assert told.database.write(outbox.not_fanned, 10) == []
    assert told.database.write(outbox.last_of_key, "session:1") == 0

    event = told.add("session:1", data={"kind": "standard"})
    (row,) = told.database.write(outbox.not_fanned, 10)
    assert (row.evt_id, row.data) == (event.evt_id, {"kind": "standard"})


def test_the_relay_hears_of_it_after_commit(told: Told) -> None:
    def script(transaction: Transaction) -> list[object]:
        outbox.add(transaction, outgoing("session:1"))
        return transaction.facts

    assert told.run(script) == [OutboxAdded()]


def test_each_key_is_numbered_by_itself(told: Told) -> None:
    for key in ("session:1", "session:2", "session:1"):
        told.add(key)

    rows = told.database.write(outbox.not_fanned, 10)
    assert [(r.key, r.key_seq) for r in rows] == [
        ("session:1", 1),
        ("session:2", 1),
        ("session:1", 2),
    ]


def test_two_who_write_to_one_key_do_not_meet(told: Told) -> None:
    """Whoever comes second waits for the commit of the first."""

    def write(times: int) -> None:
        for _ in range(times):
            told.add("session:1")

    threads = [threading.Thread(target=write, args=(20,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    rows = told.database.write(outbox.not_fanned, 100)
    assert [row.key_seq for row in rows] == list(range(1, 41))


@pytest.mark.parametrize(
    "fields", [{"evt_id": b"short"}, {"data": {"much": "x" * MAX_DATA_BYTES}}]
)
def test_what_no_event_may_be_is_refused(told: Told, fields: dict[str, object]) -> None:
    whole = {"evt_id": bytes(16), "data": {}} | fields
    event = outbox.Outgoing(type="t.t", key="k:1", tier=0, occurred_at_ms=0, **whole)  # type: ignore[arg-type]

    with pytest.raises(ValueError, match="16 octets"):
        told.run(lambda each: outbox.add(each, event))


def test_an_event_of_an_account_is_about_it(told: Told) -> None:
    ada, ben = ids(), ids()
    told.add(f"account:{ada}", subjects=(ben,))

    (row,) = told.database.write(outbox.not_fanned, 1)
    about = told.database.write(outbox.subjects_of, row.seq)
    assert sorted(about) == sorted([ada, ben])


def test_it_goes_to_those_who_may_have_it(told: Told) -> None:
    everything = told.endpoint()
    family = told.endpoint(types=("session.*",))
    one = told.endpoint(types=("duty.started",))
    thin = told.endpoint(max_tier=0)
    drills = told.endpoint(drills=True)
    off = told.endpoint(state=endpoints.EndpointState.DISABLED)

    told.add("session:1", "session.ended")
    told.add("shift:1", "duty.started")
    told.add("run:1", "match.run_started", tier=0)
    told.add("session:2", "session.ended", drill=True)
    told.add("case:1", "crisis.opened", tier=2)
    told.fan_out()

    due = {each: told.due(each) for each in (everything, family, one, thin, off)}
    assert due == {
        everything: ["run:1", "session:1", "shift:1"],
        family: ["session:1"],
        one: ["shift:1"],
        thin: ["run:1"],
        off: [],
    }
    assert "session:2" in told.due(drills)


def test_lanes_are_numbered_by_what_the_endpoint_gets(told: Told) -> None:
    """Else it would take every event that it did not ask for as lost."""
    only = told.endpoint(types=("session.ended",))
    for type_ in ("session.started", "session.ended", "session.ended"):
        told.add("session:1", type_)
    told.fan_out()

    numbers = [told.deliver(only, "session:1").lane_seq for _ in range(2)]

    assert numbers == [1, 2]
    assert told.claim(only, "session:1") is None


def test_two_relays_fan_an_event_out_once(told: Told) -> None:
    to = told.endpoint()
    told.add("session:1")

    (row,) = told.database.write(outbox.not_fanned, 1)
    assert told.database.write(outbox.take, row.seq)
    assert not told.database.write(outbox.take, row.seq)
    told.fan_out()
    assert told.due(to) == []


def test_a_lane_is_claimed_by_one_until_its_lease_is_over(told: Told) -> None:
    to = told.endpoint()
    told.add("session:1")
    told.add("session:2")
    told.fan_out()

    first = told.claim(to, "session:1")
    assert first is not None
    assert told.claim(to, "session:1") is None
    assert told.due(to) == ["session:2"]

    told.now_ms += LEASE_MS
    again = told.claim(to, "session:1")
    assert again is not None
    assert again.delivery.id == first.delivery.id


def test_the_next_of_a_lane_waits_for_the_one_before(told: Told) -> None:
    to = told.endpoint()
    events = [told.add("session:1") for _ in range(3)]
    told.fan_out()

    for event in events:
        claimed = told.claim(to, "session:1")
        assert claimed is not None
        assert claimed.event.evt_id == event.evt_id
        told.end(claimed, DeliveryState.DELIVERED)


def test_what_is_put_off_is_due_then(told: Told) -> None:
    to = told.endpoint()
    told.add("session:1")
    told.fan_out()
    for counts in (True, False):
        claimed = told.claim(to, "session:1")
        assert claimed is not None
        told.put_off(claimed, told.now_ms + 5_000, counts=counts)
        assert told.due(to) == []
        told.now_ms += 5_000

    claimed = told.claim(to, "session:1")
    assert claimed is not None
    assert (claimed.lane.attempts, claimed.delivery.attempts) == (1, 2)


def test_attempts_are_given_back(told: Told) -> None:
    to = told.endpoint()
    told.add("session:1")
    told.fan_out()
    claimed = told.claim(to, "session:1")
    assert claimed is not None
    told.put_off(claimed, 9_000, counts=True)

    told.database.write(deliveries.give_back, to, "session:1", 3, told.now_ms)

    again = told.claim(to, "session:1")
    assert again is not None
    assert again.lane.attempts == 0


def test_behind_a_dead_letter_a_lane_is_on_probation(told: Told) -> None:
    to = told.endpoint()
    for _ in range(3):
        told.add("session:1")
    told.fan_out()

    seen = []
    for state in (DeliveryState.DEAD, DeliveryState.DELIVERED, DeliveryState.DELIVERED):
        claimed = told.claim(to, "session:1")
        assert claimed is not None
        seen.append(claimed.lane.on_probation)
        told.end(claimed, state)

    assert seen == [False, True, False]


def test_a_result_that_comes_too_late_moves_no_lane(told: Told) -> None:
    """The lease was over, and another has delivered it and begun the next."""
    to = told.endpoint()
    told.add("session:1")
    told.add("session:1")
    told.fan_out()
    slow = told.claim(to, "session:1")
    told.now_ms += LEASE_MS
    told.deliver(to, "session:1")
    second = told.claim(to, "session:1")
    assert slow is not None
    assert second is not None

    told.end(slow, DeliveryState.DELIVERED)
    told.end(second, DeliveryState.DELIVERED)

    assert told.claim(to, "session:1") is None
    assert second.delivery.lane_seq == 2


def test_leases_of_a_process_that_is_gone_are_taken_back(told: Told) -> None:
    to = told.endpoint()
    told.add("session:1")
    told.fan_out()
    told.claim(to, "session:1")

    told.database.write(deliveries.release_all)

    assert told.due(to) == ["session:1"]


def test_what_is_held_for_its_window_is_not_due_before(told: Told) -> None:
    to = told.endpoint(max_tier=2)
    told.add("case:1", "crisis.opened", tier=2)
    told.database.write(deliveries.fan_out, 10, 0, lambda to, event: 300_000)

    assert told.due(to) == []
    told.now_ms = 300_000
    assert told.due(to) == ["case:1"]


def test_what_an_erased_account_was_in_holds_nobody_up(told: Told) -> None:
    to, ada = told.endpoint(), ids()
    told.add("session:1", subjects=(ada,))
    told.add("session:1")
    told.fan_out()

    told.database.write(personal.forget, ada)

    assert told.claim(to, "session:1") is None, "the event is gone"
    claimed = told.claim(to, "session:1")
    assert claimed is not None
    assert claimed.delivery.lane_seq == 2
