"""Whether the endpoint itself is at fault, and how it is come back to.

A failed attempt blames either one event (the endpoint refuses that body) or the
endpoint (it is down). Taking the second for the first uses up the attempts of every
event that happens to wait; taking the first for the second lets one bad event stop all
others.

| State | Moves when | To |
|---|---|---|
| closed | attempts on three keys failed and none succeeded between | open |
| closed | five failed in a row on two keys, or on one without an answer | open |
| open | any attempt succeeds | closed, one lane wide |
| closed, just resumed | each second | twice as wide, up to eight |

An endpoint that answers one key with an error again and again is at fault about that
key, as far as anybody can tell: alone it opens nothing.

Invariants: while open, at most one attempt is under way, and none counts against its
event. The attempts that opened it are given back (`Breaker.blamed`).

An open breaker probes every 30 seconds: often enough that recovery is found at once
beside an outage of minutes, and two requests a minute are no load for a service that is
trying to come up. It widens in steps for the same reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .schedule import MAX_RETRY_AFTER_MS

PROBE_EVERY_MS = 30_000
WIDEN_EVERY_MS = 1_000
MAX_WIDTH = 8
"""Lanes under way to one endpoint at once."""
KEYS_TO_OPEN = 3
FAULTS_TO_OPEN = 5
MAX_PROBED = 64
"""Keys that are remembered as probed, so that one bad key is not probed for ever."""


@dataclass(frozen=True, slots=True)
class Blame:
    """What failed on one key since the last success."""

    key: str
    attempts: int
    reached: bool
    """Whether the endpoint answered any of them."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """Of one endpoint; a value, replaced by each of its methods. Times in ms."""

    opened_at_ms: int | None = None
    """Since when it is open; None: closed."""
    resumed_at_ms: int | None = None
    """When it was closed last; None: it was never open."""
    next_probe_at_ms: int = 0
    blamed: tuple[Blame, ...] = ()
    """Attempts without a success between, by key."""
    probed: tuple[str, ...] = ()
    """Whom this outage was probed with."""

    @property
    def is_open(self) -> bool:
        """Whether all lanes are parked."""
        return self.opened_at_ms is not None

    def width(self, now_ms: int) -> int:
        """How many lanes may be under way; 0 while open."""
        if self.is_open:
            return 0
        if self.resumed_at_ms is None:
            return MAX_WIDTH
        steps = max(0, now_ms - self.resumed_at_ms) // WIDEN_EVERY_MS
        return 1 << steps if steps < MAX_WIDTH.bit_length() else MAX_WIDTH

    def widens_at_ms(self, now_ms: int) -> int | None:
        """When it will let more lanes through; None: not by waiting."""
        if self.resumed_at_ms is None or self.width(now_ms) in (0, MAX_WIDTH):
            return None
        passed = (now_ms - self.resumed_at_ms) // WIDEN_EVERY_MS
        return self.resumed_at_ms + (passed + 1) * WIDEN_EVERY_MS

    def succeeded(self, now_ms: int) -> Breaker:
        """An attempt succeeded: nothing is held against the endpoint."""
        if self.is_open:
            return Breaker(resumed_at_ms=now_ms)
        return replace(self, blamed=()) if self.blamed else self

    def failed(
        self, key: str, now_ms: int, *, reached: bool, retry_after_ms: int = 0
    ) -> Breaker:
        """An attempt failed in a way that may be the endpoint's fault."""
        if self.is_open:
            return self._later(now_ms + min(retry_after_ms, MAX_RETRY_AFTER_MS))
        blamed = _blame(self.blamed, key, reached=reached)
        if not _is_enough(blamed):
            return replace(self, blamed=blamed)
        opened = replace(self, opened_at_ms=now_ms, blamed=blamed, probed=())
        return opened._later(
            now_ms + max(PROBE_EVERY_MS, min(retry_after_ms, MAX_RETRY_AFTER_MS))
        )

    def probing(self, key: str, now_ms: int) -> Breaker:
        """One attempt sets out, to see whether the endpoint is back."""
        probed = (*(each for each in self.probed if each != key), key)
        return replace(
            self, next_probe_at_ms=now_ms + PROBE_EVERY_MS, probed=probed[-MAX_PROBED:]
        )

    def _later(self, probe_at_ms: int) -> Breaker:
        return replace(self, next_probe_at_ms=max(self.next_probe_at_ms, probe_at_ms))


def parked(since_ms: int, now_ms: int) -> Breaker:
    """As it was found after a restart: open, and to be probed at once."""
    return Breaker(opened_at_ms=since_ms, next_probe_at_ms=now_ms)


def _blame(blamed: tuple[Blame, ...], key: str, *, reached: bool) -> tuple[Blame, ...]:
    before = next((each for each in blamed if each.key == key), Blame(key, 0, False))
    others = tuple(each for each in blamed if each.key != key)
    return (*others, Blame(key, before.attempts + 1, before.reached or reached))


def _is_enough(blamed: tuple[Blame, ...]) -> bool:
    if len(blamed) >= KEYS_TO_OPEN:
        return True
    if sum(each.attempts for each in blamed) < FAULTS_TO_OPEN:
        return False
    return len(blamed) > 1 or not blamed[0].reached
