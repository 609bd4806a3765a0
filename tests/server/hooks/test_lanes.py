"""Order, and who is held up by whom: an outage and a key that always fails."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest

from mentalverse_server.hooks.delivery.breaker import (
    KEYS_TO_OPEN,
    MAX_WIDTH,
    PROBE_EVERY_MS,
    Breaker,
    parked,
)
from mentalverse_server.hooks.delivery.lanes import (
    Lane,
    Outcome,
    Settled,
    next_change_ms,
    pick,
    settle,
)
from support.delivery_clock import Call, DeliveryClock, Event, History, events_at_random

EVENTS, KEYS = 2_000, 50
POISON = "session:7"
HOUR_MS = 3_600_000
OUTAGE_MS = 900_000
CALL_MS = 200


@dataclass(frozen=True, slots=True)
class Receiver:
    """Answers after `CALL_MS`, but not while it is down, and never well to `poison`."""

    down_from_ms: int | None = None
    down_call: Call = Call(Outcome.UNREACHED, CALL_MS)
    poison: str | None = None

    def __call__(self, event: Event, now_ms: int) -> Call:
        down_from_ms = self.down_from_ms
        if down_from_ms is not None and 0 <= now_ms - down_from_ms < OUTAGE_MS:
            return self.down_call
        if event.key == self.poison:
            return Call(Outcome.UNCLEAR, CALL_MS)
        return Call(Outcome.DELIVERED, CALL_MS)


WAYS_TO_BE_DOWN = [
    Call(Outcome.UNREACHED, 10),
    Call(Outcome.UNREACHED, 15_000),
    Call(Outcome.UNCLEAR, CALL_MS),
]


def run(seed: int, receiver: Receiver) -> tuple[list[Event], History]:
    events = list(events_at_random(seed, EVENTS, KEYS, 2 * HOUR_MS))
    return events, DeliveryClock(events, receiver, seed).run()


def percentile(delays: list[int], share: float) -> int:
    return sorted(delays)[int(len(delays) * share)]


@pytest.mark.parametrize("seed", range(100))
def test_an_outage_beside_a_poison_key(seed: int) -> None:
    rng = random.Random(seed)
    receiver = Receiver(
        down_from_ms=rng.randrange(2 * HOUR_MS - OUTAGE_MS),
        down_call=rng.choice(WAYS_TO_BE_DOWN),
        poison=POISON,
    )

    events, history = run(seed, receiver)

    poisoned = {event for event in events if event.key == POISON}
    delays = list(history.delay_ms.values())
    assert history.out_of_order() == 0
    assert set(history.delay_ms) == set(events) - poisoned
    assert history.dead == sorted(poisoned, key=lambda event: event.number)
    assert percentile(delays, 0.5) <= 1_000
    assert percentile(delays, 0.99) <= OUTAGE_MS + PROBE_EVERY_MS
    assert history.widest <= MAX_WIDTH


@pytest.mark.parametrize("seed", range(100))
def test_a_poison_key_delays_no_other(seed: int) -> None:
    _, healthy = run(seed, Receiver())
    _, beside = run(seed, Receiver(poison=POISON))

    others = {
        each: late for each, late in healthy.delay_ms.items() if each.key != POISON
    }
    assert beside.delay_ms == others


def test_no_attempt_counts_while_the_endpoint_is_down() -> None:
    down = Receiver(down_from_ms=0, down_call=Call(Outcome.UNREACHED, 10))
    events = [Event(f"session:{number}", 1, number) for number in range(20)]
    clock = DeliveryClock(events, down, seed=1)

    history = clock.run()

    assert set(history.delay_ms) == set(events)
    probes = OUTAGE_MS // PROBE_EVERY_MS
    before_it_opened = MAX_WIDTH + KEYS_TO_OPEN - 1
    assert sum(history.attempts.values()) <= probes + before_it_opened + len(events)
    assert max(history.delay_ms.values()) < OUTAGE_MS + PROBE_EVERY_MS + 4_000


def test_what_opened_the_breaker_is_given_back() -> None:
    breaker = Breaker()
    for key in ("session:1", "session:1", "session:2"):
        breaker = breaker.failed(key, 0, reached=True)

    verdict = settle(Lane("session:3", 0, 0), Outcome.UNREACHED, breaker, 50)

    assert verdict.settled is Settled.HELD
    assert verdict.breaker.is_open
    assert dict(verdict.given_back) == {"session:1": 2, "session:2": 1}


@pytest.mark.parametrize(
    ("keys", "outcome", "opens"),
    [
        ("12", Outcome.UNREACHED, False),
        ("123", Outcome.UNREACHED, True),
        ("123", Outcome.UNCLEAR, True),
        ("123", Outcome.REFUSED, False),
        ("1111", Outcome.UNREACHED, False),
        ("11111", Outcome.UNREACHED, True),
        ("11111", Outcome.UNCLEAR, False),
        ("11112", Outcome.UNCLEAR, True),
        ("1" * 40, Outcome.UNCLEAR, False),
    ],
)
def test_what_opens_the_breaker(keys: str, outcome: Outcome, opens: bool) -> None:
    breaker = Breaker()
    for key in keys:
        breaker = settle(Lane(key, 0, 0), outcome, breaker, 0).breaker

    assert breaker.is_open is opens


def test_a_success_between_clears_the_endpoint() -> None:
    breaker = Breaker()
    for key in "12x34x56x":
        outcome = Outcome.DELIVERED if key == "x" else Outcome.UNREACHED
        breaker = settle(Lane(key, 0, 0), outcome, breaker, 0).breaker

    assert breaker == Breaker()


def test_it_resumes_one_two_four_eight_wide() -> None:
    breaker = parked(0, 0).succeeded(10_000)

    widths = [breaker.width(10_000 + each) for each in (0, 999, 1_000, 2_000, 3_000)]

    assert widths == [1, 1, 2, 4, 8]
    assert breaker.width(10**9) == MAX_WIDTH
    assert parked(0, 10_000).width(10_000) == 0
    assert breaker.widens_at_ms(11_500) == 12_000
    assert breaker.widens_at_ms(13_000) is None
    assert parked(0, 0).widens_at_ms(0) is None


def test_an_endpoint_may_ask_to_be_left_alone_for_longer() -> None:
    hour = HOUR_MS
    opened = Breaker()
    for key in "123":
        opened = opened.failed(key, 0, reached=True, retry_after_ms=hour)

    assert opened.next_probe_at_ms == hour
    again = opened.failed("1", hour, reached=True, retry_after_ms=2 * hour)
    assert again.next_probe_at_ms == 3 * hour


def test_a_probe_is_the_oldest_that_nothing_speaks_against() -> None:
    breaker = parked(0, 100)
    lanes = [
        Lane("retried", 1, 0, attempts=1),
        Lane("suspect", 2, 0, on_probation=True),
        Lane("replays", 3, 0, replays=True),
        Lane("second", 5, 0),
        Lane("first", 4, 0),
    ]

    assert [lane.key for lane in pick(lanes, 0, breaker, 100)] == ["first"]
    assert pick(lanes, 0, breaker, 99) == []
    assert pick(lanes, 1, breaker, 100) == []
    after = breaker.probing("first", 100)
    assert after.next_probe_at_ms == 100 + PROBE_EVERY_MS
    assert [lane.key for lane in pick(lanes, 0, after, 30_100)] == ["second"]


def test_with_nothing_better_a_probe_is_one_that_is_due() -> None:
    breaker = parked(0, 0)
    lanes = [Lane("later", 1, 900, attempts=3), Lane("sooner", 2, 500, attempts=3)]

    assert pick(lanes, 0, breaker, 499) == []
    assert next_change_ms(lanes, 0, breaker, 0) == 500
    assert [lane.key for lane in pick(lanes, 0, breaker, 500)] == ["sooner"]
    assert next_change_ms(lanes, 1, breaker, 0) is None


def test_replays_wait_for_what_is_live() -> None:
    replay = Lane("replay", 0, 0, replays=True)

    assert pick([replay, Lane("live", 5, 5)], 0, Breaker(), 5) == [Lane("live", 5, 5)]
    assert pick([replay], 1, Breaker(), 5) == []
    assert pick([replay], 0, Breaker(), 5) == [replay]


def test_more_lanes_are_let_through_by_waiting() -> None:
    breaker = parked(0, 0).succeeded(0)
    lanes = [Lane("1", 0, 0), Lane("2", 0, 7_000)]

    assert next_change_ms(lanes, 1, breaker, 0) == 1_000
    assert next_change_ms(lanes[1:], 1, breaker, 0) == 7_000
    assert next_change_ms([], 1, breaker, 0) is None


def test_an_endpoint_that_is_gone_is_no_breakers_business() -> None:
    verdict = settle(Lane("1", 0, 0), Outcome.GONE, Breaker(), 0)

    assert (verdict.settled, verdict.breaker) == (Settled.GONE, Breaker())


def test_a_probed_key_is_not_probed_for_ever() -> None:
    poison = [Lane("old", 0, 0), Lane("new", 9, 0)]
    breaker, probed = parked(0, 0), []
    for turn in range(4):
        now_ms = turn * PROBE_EVERY_MS
        (lane,) = pick(poison, 0, breaker, now_ms)
        probed.append(lane.key)
        breaker = breaker.probing(lane.key, now_ms)
        breaker = settle(lane, Outcome.UNCLEAR, breaker, now_ms).breaker

    assert probed == ["old", "new", "old", "new"]
