"""How long people waited lately, told from the log, and rarely computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import Lock

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.audit import Row
from mentalverse_crisis.policy import DAY_SECONDS, Policy
from mentalverse_crisis.record import What
from mentalverse_crisis.sla import Arrival, Fate, arrival, nearest_rank

from ..store import cases, crisis_log
from ..store.engine import Connection

SPAN_MS = DAY_SECONDS * 1000
FEWEST = 10
"""Answered, before anybody is told how long it takes."""
GOOD_FOR_MS = 30_000
MOST_ROWS = 50_000
"""Of the log that are looked at; on a day with more, its last hours count."""


class Waits:
    """p50 and p90 of those who were answered in the last 24 hours, by band.

    Used by the threads that read. One computes at a time; the others go by what was
    found before.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._computed_ms: int | None = None
        self._found: Mapping[Band, tuple[int, int]] = {}

    def of(
        self, connection: Connection, band: Band, now_ms: int
    ) -> tuple[int, int] | tuple[None, None]:
        """(p50, p90) in milliseconds, from the tap; None: too few to say."""
        at_ms = self._computed_ms
        is_old = at_ms is None or now_ms - at_ms >= GOOD_FOR_MS
        if is_old and self._lock.acquire(blocking=False):
            try:
                self._found = _found(arrivals(connection, now_ms - SPAN_MS, now_ms))
                self._computed_ms = now_ms
            finally:
                self._lock.release()
        return self._found.get(band, (None, None))


def arrivals(connection: Connection, since_ms: int, now_ms: int) -> list[Arrival]:
    """Every case that was opened since then, as the figures see it (`sla`)."""
    by_case: dict[str, list[Row]] = {}
    for row in crisis_log.newest(connection, MOST_ROWS):
        if row.at_ms < since_ms:
            break
        by_case.setdefault(row.case, []).append(row)
    policies: dict[str, Policy] = {}
    found = []
    for rows in by_case.values():
        rows.reverse()
        first = rows[0]
        if first.what is not What.OPENED:
            continue
        if first.policy not in policies:
            policies[first.policy] = cases.policy(connection, first.policy)
        found.append(arrival(rows, policies[first.policy], now_ms))
    return found


def _found(every: Iterable[Arrival]) -> dict[Band, tuple[int, int]]:
    waits: dict[Band, list[int]] = {}
    for one in every:
        if one.fate is Fate.ANSWERED and not one.drill:
            waits.setdefault(one.band, []).append(one.wait_ms)
    found = {}
    for band, times in waits.items():
        p50, p90 = nearest_rank(times, 50), nearest_rank(times, 90)
        if len(times) >= FEWEST and p50 is not None and p90 is not None:
            found[band] = (p50, p90)
    return found
