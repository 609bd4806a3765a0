"""What may be sent to an endpoint now, and what an attempt has come to.

A lane holds the events of one key for one endpoint, in order, and one of them is under
way at most: that is the whole promise of order. Lanes know nothing of each other, so an
event that cannot be delivered holds up those behind it and nobody else.

| Outcome of an attempt | While closed | While open |
|---|---|---|
| delivered | the next event; probation ends | the same, and the breaker closes |
| unreached, unclear | again by the schedule, or dead | held: no attempt is counted |
| refused | again by the schedule, or dead | the same |
| gone | the endpoint is disabled | the same |

Replays are one lane of their own, which sets out when nothing live is due or under way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from .breaker import Breaker
from .schedule import retry_delay_ms


class Outcome(Enum):
    """What an attempt came to, seen from here."""

    DELIVERED = "delivered"
    """2xx."""
    UNREACHED = "unreached"
    """No connection, no name, no TLS, no answer in time, or 429."""
    UNCLEAR = "unclear"
    """5xx, or 3xx, which is never followed: the event's fault or the endpoint's."""
    REFUSED = "refused"
    """Any other 4xx: it is there, and will not have this event."""
    GONE = "gone"
    """410: it wants no more."""


class Settled(Enum):
    """What becomes of the event."""

    DONE = "done"
    RETRY = "retry"
    HELD = "held"
    """As if it had not been tried."""
    DEAD = "dead"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane as its first undelivered event has it. Times in ms."""

    key: str
    since_ms: int
    """Since when that event waits."""
    due_at_ms: int
    attempts: int = 0
    """Failed ones that count."""
    on_probation: bool = False
    """The event before it was given up."""
    replays: bool = False

    @property
    def tells_of_endpoint(self) -> bool:
        """Nothing speaks against its event, so that failing would be the endpoint's."""
        return not (self.attempts or self.on_probation or self.replays)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from one attempt."""

    settled: Settled
    breaker: Breaker
    due_at_ms: int | None = None
    """When it is tried again; None unless `RETRY` or `HELD`."""
    given_back: tuple[tuple[str, int], ...] = ()
    """Keys and how many attempts are taken off their first events, due at once: what
    they failed on was the endpoint."""


def pick(
    lanes: Iterable[Lane], under_way: int, breaker: Breaker, now_ms: int
) -> list[Lane]:
    """The lanes to send the first event of, in order.

    `lanes` are those that have one and none under way. While the breaker is open, that
    is one at most, to be announced by `Breaker.probing`.
    """
    if breaker.is_open:
        return _probe(lanes, under_way, breaker, now_ms)
    due = [each for each in lanes if each.due_at_ms <= now_ms]
    live = sorted((each for each in due if not each.replays), key=_age)
    room = max(0, breaker.width(now_ms) - under_way)
    if live or under_way:
        return live[:room]
    return due[: min(1, room)]


def _probe(
    lanes: Iterable[Lane], under_way: int, breaker: Breaker, now_ms: int
) -> list[Lane]:
    if under_way or now_ms < breaker.next_probe_at_ms:
        return []
    waiting = list(lanes)
    trusted = [each for each in waiting if each.tells_of_endpoint]
    due = trusted or [each for each in waiting if each.due_at_ms <= now_ms]
    turn = {key: number for number, key in enumerate(breaker.probed, 1)}
    return sorted(due, key=lambda lane: (turn.get(lane.key, 0), *_age(lane)))[:1]


def settle(
    lane: Lane,
    outcome: Outcome,
    breaker: Breaker,
    now_ms: int,
    *,
    jitter_bp: int = 0,
    retry_after_ms: int = 0,
) -> Verdict:
    """What becomes of the first event of `lane`, and of the endpoint."""
    if outcome is Outcome.DELIVERED:
        return Verdict(Settled.DONE, breaker.succeeded(now_ms))
    if outcome is Outcome.GONE:
        return Verdict(Settled.GONE, breaker)
    after = breaker
    if outcome is not Outcome.REFUSED:
        after = breaker.failed(
            lane.key,
            now_ms,
            reached=outcome is Outcome.UNCLEAR,
            retry_after_ms=retry_after_ms,
        )
        if after.is_open:
            given_back = () if breaker.is_open else _given_back(breaker)
            return Verdict(Settled.HELD, after, now_ms, given_back)
    delay = retry_delay_ms(
        lane.attempts + 1,
        on_probation=lane.on_probation,
        jitter_bp=jitter_bp,
        retry_after_ms=retry_after_ms,
    )
    if delay is None:
        return Verdict(Settled.DEAD, after)
    return Verdict(Settled.RETRY, after, now_ms + delay)


def next_change_ms(
    lanes: Sequence[Lane], under_way: int, breaker: Breaker, now_ms: int
) -> int | None:
    """When `pick` may have something by waiting alone; None: only by something new.

    Of the lanes that are left when `pick` was done.
    """
    if breaker.is_open:
        if under_way or not lanes:
            return None
        if any(each.tells_of_endpoint for each in lanes):
            return breaker.next_probe_at_ms
        return max(breaker.next_probe_at_ms, min(each.due_at_ms for each in lanes))
    times = [each.due_at_ms for each in lanes if each.due_at_ms > now_ms]
    widens_at_ms = breaker.widens_at_ms(now_ms)
    if len(times) < len(lanes) and widens_at_ms is not None:
        times.append(widens_at_ms)
    return min(times, default=None)


def _given_back(breaker: Breaker) -> tuple[tuple[str, int], ...]:
    return tuple((each.key, each.attempts) for each in breaker.blamed)


def _age(lane: Lane) -> tuple[int, str]:
    return lane.since_ms, lane.key
