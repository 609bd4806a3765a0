"""How the last 24 hours went, from the log: read once, and then what was added.

Only rows that came since are read again, and only cases that changed or still wait are
judged again, so a board that is looked at every few seconds costs what happened in
between. Drills and canaries are in none of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.audit import Row
from mentalverse_crisis.clocks import Cause, Outcome
from mentalverse_crisis.errors import BeyondCapacity
from mentalverse_crisis.measured import handling_seconds
from mentalverse_crisis.policy import DAY_SECONDS, Policy
from mentalverse_crisis.record import Entry, What
from mentalverse_crisis.sla import INTERVAL_MS, Arrival, Fate, arrival
from mentalverse_crisis.staffing import Demand, least_responders
from mentalverse_crisis.staffing_plan import promises

from ..store import cases, crisis_canaries, crisis_log
from ..store.engine import Connection

SPAN_MS = DAY_SECONDS * 1000
MOST_ROWS = 200_000
"""Of the log that are read at the start; on a day with more, its last hours count."""
ROWS_AT_ONCE = 1_000
FEWEST_ARRIVALS = 5
"""Within a half hour, before anybody is told how many responders they need."""
PATIENCE_SECONDS = 20 * 60
"""For the calculator: how long somebody waits on average before they leave."""


@dataclass(slots=True)
class _Known:
    """One case of these hours."""

    entries: list[Entry]
    judged: Arrival | None = None
    """None: something happened since it was judged."""


@dataclass(slots=True)
class Recent:
    """Used by one thread at a time."""

    canary_at_ms: int | None = None
    """When a robot last took a case that the desk opened to try itself."""
    _cases: dict[str, _Known] = field(default_factory=dict)
    _next_seq: int | None = None
    _policies: dict[str, Policy] = field(default_factory=dict)

    def arrivals(self, connection: Connection, now_ms: int) -> list[Arrival]:
        """Everybody who came within the span, as of now."""
        since_ms = now_ms - SPAN_MS
        self.canary_at_ms = crisis_canaries.accepted_ms(connection)
        for entry in self._new(connection, since_ms):
            self._take(entry)
        for case, known in list(self._cases.items()):
            if known.entries[0].at_ms < since_ms:
                del self._cases[case]
        return [self._judge(connection, one, now_ms) for one in self._cases.values()]

    def handling_seconds(self) -> float | None:
        """How long a case keeps its responder on average; None: too few to say."""
        return handling_seconds(known.entries for known in self._cases.values())

    def _new(self, connection: Connection, since_ms: int) -> list[Entry]:
        if self._next_seq is not None:
            return list(self._added(connection, self._next_seq))
        newest = crisis_log.newest(connection, MOST_ROWS)
        entries = []
        for row in takewhile(lambda row: row.at_ms >= since_ms, newest):
            self._next_seq = self._next_seq or row.seq + 1
            entries.append(_entry(row))
        entries.reverse()
        return entries

    def _added(self, connection: Connection, begin: int) -> Iterator[Entry]:
        while page := crisis_log.page(connection, begin, ROWS_AT_ONCE):
            begin = self._next_seq = page[-1].seq + 1
            yield from map(_entry, page)

    def _take(self, entry: Entry) -> None:
        if entry.drill:
            return
        if entry.what is What.OPENED:
            self._cases[entry.case] = _Known([entry])
        elif entry.case in self._cases:
            known = self._cases[entry.case]
            known.entries.append(entry)
            known.judged = None

    def _judge(self, connection: Connection, known: _Known, now_ms: int) -> Arrival:
        if known.judged is None or _has_passed(known.judged, now_ms):
            revision = known.entries[0].policy
            if revision not in self._policies:
                self._policies[revision] = cases.policy(connection, revision)
            known.judged = arrival(known.entries, self._policies[revision], now_ms)
        return known.judged


def _has_passed(judged: Arrival, now_ms: int) -> bool:
    """Whether time alone has changed what was judged: somebody waits, or a promise that
    still ran then is broken by now."""
    return judged.fate is Fate.WAITING or any(
        clock.outcome is Outcome.EXCLUDED
        and clock.cause is Cause.WAITING
        and clock.due_ms <= now_ms
        for clock in judged.clocks
    )


def _entry(row: Row) -> Entry:
    """What happened, without the row's place in the chain, which is most of it."""
    return Entry(**{name: getattr(row, name) for name in Entry.__struct_fields__})


def staff_needed(
    recent: Recent, arrivals: Iterable[Arrival], policy: Policy, now_ms: int
) -> int | None:
    """The fewest who keep every promise if it goes on as in the last half hour.

    By Erlang A, with the bands and the handling time of the whole span; None: too few
    came, or had been talked with, to say.
    """
    every = list(arrivals)
    came = sum(one.arrived_ms >= now_ms - INTERVAL_MS for one in every)
    handling_seconds = recent.handling_seconds()
    if came < FEWEST_ARRIVALS or handling_seconds is None:
        return None
    demand = Demand(came / (INTERVAL_MS / 1000), handling_seconds, PATIENCE_SECONDS)
    mix = {band: sum(one.band is band for one in every) for band in Band}
    try:
        return max(
            least_responders(demand, each.target_seconds, each.objective)
            for each in promises(policy, mix)
        )
    except BeyondCapacity:
        return None
