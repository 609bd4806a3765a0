"""Events on their way to one endpoint, on a clock that only ever jumps.

What the relay does with rows and sockets is done here with values, by the same rules.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from mentalverse_server.hooks.delivery.breaker import Breaker
from mentalverse_server.hooks.delivery.lanes import (
    Lane,
    Outcome,
    Settled,
    Verdict,
    next_change_ms,
    pick,
    settle,
)
from mentalverse_server.hooks.delivery.schedule import JITTER_BP


@dataclass(frozen=True, slots=True)
class Event:
    """One event of one key, numbered in its lane."""

    key: str
    number: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Call:
    """What the endpoint makes of an attempt."""

    outcome: Outcome
    takes_ms: int


Endpoint = Callable[[Event, int], Call]


@dataclass(slots=True)
class History:
    """What came of it."""

    delay_ms: dict[Event, int] = field(default_factory=dict)
    """From the event to the end of the attempt that delivered it."""
    received: list[Event] = field(default_factory=list)
    """As the endpoint took them."""
    dead: list[Event] = field(default_factory=list)
    attempts: Counter[Event] = field(default_factory=Counter)
    widest: int = 0

    def out_of_order(self) -> int:
        """How many the endpoint took after a later one of the same lane."""
        last: dict[str, int] = {}
        wrong = 0
        for event in self.received:
            wrong += event.number <= last.get(event.key, 0)
            last[event.key] = max(event.number, last.get(event.key, 0))
        return wrong


class DeliveryClock:
    """Sends all `events` to `endpoint`; `run` until nothing is left to do."""

    def __init__(self, events: list[Event], endpoint: Endpoint, seed: int) -> None:
        self.history = History()
        self.breaker = Breaker()
        self._endpoint = endpoint
        self._rng = random.Random(seed)
        self._queues: dict[str, deque[Event]] = {}
        self._lanes: dict[str, Lane] = {}
        """Those with something to send and nothing under way."""
        self._probation: set[str] = set()
        self._under_way: dict[str, Lane] = {}
        self._numbers = count()
        self._todo = [
            (each.at_ms, next(self._numbers), self._arrives(each)) for each in events
        ]
        heapq.heapify(self._todo)

    def run(self) -> History:
        """Until every event is delivered or dead."""
        now_ms = 0
        while self._todo or self._lanes:
            woken = next_change_ms(
                list(self._lanes.values()), len(self._under_way), self.breaker, now_ms
            )
            times = [self._todo[0][0]] if self._todo else []
            if woken is not None:
                times.append(woken)
            assert times, "something waits, and nothing would ever send it"
            now_ms = max(now_ms, min(times))
            while self._todo and self._todo[0][0] <= now_ms:
                heapq.heappop(self._todo)[2](now_ms)
            self._send(now_ms)
        return self.history

    def _send(self, now_ms: int) -> None:
        lanes = self._lanes.values()
        for lane in pick(lanes, len(self._under_way), self.breaker, now_ms):
            if self.breaker.is_open:
                self.breaker = self.breaker.probing(lane.key, now_ms)
            del self._lanes[lane.key]
            self._under_way[lane.key] = lane
            event = self._queues[lane.key][0]
            call = self._endpoint(event, now_ms)
            self.history.attempts[event] += 1
            if call.outcome is Outcome.DELIVERED:
                self.history.received.append(event)
            ends = (now_ms + call.takes_ms, next(self._numbers))
            heapq.heappush(self._todo, (*ends, self._ends(lane, event, call.outcome)))
        self.history.widest = max(self.history.widest, len(self._under_way))

    def _arrives(self, event: Event) -> Callable[[int], None]:
        def arrive(now_ms: int) -> None:
            queue = self._queues.setdefault(event.key, deque())
            queue.append(event)
            if len(queue) == 1:
                self._head(event.key, now_ms)

        return arrive

    def _ends(
        self, lane: Lane, event: Event, outcome: Outcome
    ) -> Callable[[int], None]:
        def end(now_ms: int) -> None:
            jitter = self._rng.randint(-JITTER_BP, JITTER_BP)
            verdict = settle(lane, outcome, self.breaker, now_ms, jitter_bp=jitter)
            del self._under_way[lane.key]
            self.breaker = verdict.breaker
            self._put_back(lane, event, verdict, now_ms)
            for key, attempts in verdict.given_back:
                if key in self._lanes:
                    self._lanes[key] = replace(
                        self._lanes[key],
                        attempts=max(0, self._lanes[key].attempts - attempts),
                        due_at_ms=now_ms,
                    )

        return end

    def _put_back(
        self, lane: Lane, event: Event, verdict: Verdict, now_ms: int
    ) -> None:
        if verdict.due_at_ms is not None:
            counted = verdict.settled is Settled.RETRY
            self._lanes[lane.key] = replace(
                lane, attempts=lane.attempts + counted, due_at_ms=verdict.due_at_ms
            )
            return
        if verdict.settled is Settled.DEAD:
            self.history.dead.append(event)
            self._probation.add(lane.key)
        else:
            self.history.delay_ms[event] = now_ms - event.at_ms
            self._probation.discard(lane.key)
        self._queues[lane.key].popleft()
        if self._queues[lane.key]:
            self._head(lane.key, now_ms)

    def _head(self, key: str, now_ms: int) -> None:
        self._lanes[key] = Lane(
            key=key,
            since_ms=self._queues[key][0].at_ms,
            due_at_ms=now_ms,
            on_probation=key in self._probation,
        )


def events_at_random(
    seed: int, number: int, keys: int, within_ms: int
) -> Iterator[Event]:
    """So many events of so many keys, at times anywhere within, in order."""
    rng = random.Random(seed)
    numbers: Counter[str] = Counter()
    for at_ms in sorted(rng.randrange(within_ms) for _ in range(number)):
        key = f"session:{rng.randrange(keys)}"
        numbers[key] += 1
        yield Event(key, numbers[key], at_ms)
