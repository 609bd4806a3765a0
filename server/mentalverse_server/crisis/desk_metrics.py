"""Numbers of the desk for Prometheus. Labels are closed sets, and never an id.

They are counted from decisions, so they begin at 0 with each process; what a process
knows of cases from before it is only what the desk says. The promises themselves are
judged from the log (`figures`, `promise_counts`). Drills and canaries are left
out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import Case, CaseState
from mentalverse_crisis.clocks import BEGINS, REMINDS
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.desk import Desk, Duty
from mentalverse_crisis.record import Entry, What
from mentalverse_crisis.routing import Room

from ..desk_timers import LATENESS_MS, TimerCounters
from ..store import crisis_log
from ..store.engine import Connection, Database
from .glance import Glance
from .promise_counts import PromiseCounts

PREFIX = "mentalverse_crisis_"
OFFER_SECONDS = (2, 5, 15, 60, 300)
ACCEPT_SECONDS = (15, 20, 30, 120, 600, 1_800)
REPLY_SECONDS = (30, 60, 180, 720, 2_100)
RESCUE_SECONDS = (20, 30, 45, 60, 120, 300)
"""Bounds of buckets: what the bands are promised, and the grace of a lost device."""


class Times:
    """How long something took, by band."""

    def __init__(self, bounds_seconds: Sequence[int]) -> None:
        self._bounds = bounds_seconds
        self._counts = {band: [0] * (len(bounds_seconds) + 1) for band in Band}
        self._sums = dict.fromkeys(Band, 0.0)

    def add(self, band: Band, took_ms: int) -> None:
        """Count one."""
        seconds = max(took_ms, 0) / 1000
        self._counts[band][bisect_left(self._bounds, seconds)] += 1
        self._sums[band] += seconds

    def metric(self, name: str, help: str) -> Metric:
        """As a histogram."""
        family = HistogramMetricFamily(PREFIX + name, help, labels=("band",))
        for band in Band:
            buckets = _buckets(self._bounds, self._counts[band])
            family.add_metric((band.name,), buckets, self._sums[band])
        return family


class DeskMetrics(Collector):
    """Listens to decisions, and is read when Prometheus asks."""

    def __init__(
        self, timers: TimerCounters, database: Database, glance: Glance
    ) -> None:
        self._timers = timers
        self._database = database
        self._glance = glance
        self._desk: Desk | None = None
        self._seeks_again: dict[str, int] = {}
        """Cases whose holder was lost, with the moment from which they are sought."""
        self._had_words: set[str] = set()
        """Open cases in which somebody answered already."""
        self._promises = PromiseCounts()
        self.coalesced = 0
        self.opened: Counter[str] = Counter()
        self.offers: Counter[str] = Counter()
        self.gaps: Counter[str] = Counter()
        self.escalations: Counter[str] = Counter()
        self.follow_ups: Counter[str] = Counter()
        self.offer_times = Times(OFFER_SECONDS)
        self.accept_times = Times(ACCEPT_SECONDS)
        self.reply_times = Times(REPLY_SECONDS)
        self.rescue_times = Times(RESCUE_SECONDS)

    async def start(self) -> None:
        """Know the desk as it is by now."""
        self._desk = await self._database.read_for_help(self._begin)
        for case in self._desk.cases.values():
            if case.is_rescue:
                self._seeks_again[case.id] = case.seeking_since_ms
            if case.state is CaseState.ACTIVE:
                self._had_words.add(case.id)

    def _begin(self, connection: Connection) -> Desk:
        desk = self._glance.of(connection)
        for case in desk.cases.values():
            entries = crisis_log.of_case(connection, case.id)
            self._promises.follow(entries, desk.policies)
        return desk

    # --- decisions ---

    def record(self, connection: Connection, decision: Decision, now_ms: int) -> None:
        """Nothing: numbers begin anew with each process."""

    def carry_out(self, decision: Decision) -> None:
        """Count what happened."""
        self._desk = decision.desk
        self._promises.follow(decision.entries, decision.desk.policies)
        has_opened = any(entry.what is What.OPENED for entry in decision.entries)
        self.coalesced += decision.opened is not None and not has_opened
        for entry in decision.entries:
            case = decision.cases.get(entry.case)
            if case is not None and not entry.drill:
                self._count(entry, case)

    def _count(self, entry: Entry, case: Case) -> None:
        waited_ms = entry.at_ms - case.tapped_at_ms
        match entry.what:
            case What.OPENED:
                self.opened[case.band.name] += 1
            case What.OFFERED if entry.offer == f"{case.id}.1":
                self.offer_times.add(case.band, waited_ms)
            case What.OFFER_ENDED:
                self.offers[entry.outcome] += 1
            case What.ACCEPTED:
                self._accepted(entry, case)
            case What.REPLIED if case.id not in self._had_words:
                self._had_words.add(case.id)
                self.reply_times.add(case.band, waited_ms)
            case What.GAP_STARTED:
                self.gaps[entry.side] += 1
            case What.RESCUE:
                self._seeks_again[case.id] = entry.at_ms
            case What.ESCALATED:
                self.escalations[str(entry.level)] += 1
            case What.FOLLOW_UP if entry.outcome not in (BEGINS, REMINDS):
                self.follow_ups[entry.outcome] += 1
        if entry.what in (What.ENDED, What.LEFT, What.CLOSED):
            self._seeks_again.pop(case.id, None)
            self._had_words.discard(case.id)

    def _accepted(self, entry: Entry, case: Case) -> None:
        since_ms = self._seeks_again.pop(case.id, None)
        if since_ms is not None:
            self.rescue_times.add(case.band, entry.at_ms - since_ms)
        elif case.id not in self._had_words:
            self.accept_times.add(case.band, entry.at_ms - case.tapped_at_ms)

    # --- what Prometheus is told ---

    def collect(self) -> Iterable[Metric]:
        """Read every number once."""
        yield _counter("cases_opened", "Requests for help.", "band", self.opened)
        yield _counter("offers", "Offers that ended.", "outcome", self.offers)
        yield _counter("gaps", "Devices that were gone.", "side", self.gaps)
        yield _counter("escalations", "Rungs that fired.", "level", self.escalations)
        yield _counter(
            "followups", "Attempts to follow up.", "outcome", self.follow_ups
        )
        sla = CounterMetricFamily(
            PREFIX + "sla", "Promises.", labels=("band", "clock", "outcome")
        )
        for labels, count in sorted(self._promises.counts.items()):
            sla.add_metric(labels, count)
        yield sla
        yield CounterMetricFamily(
            PREFIX + "coalesced",
            "Requests that were one more of the same case.",
            value=self.coalesced,
        )
        yield self.offer_times.metric("offer_seconds", "From the tap to an offer.")
        yield self.accept_times.metric("accept_seconds", "From the tap to an accept.")
        yield self.reply_times.metric("first_reply_seconds", "To the first words.")
        yield self.rescue_times.metric(
            "rescue_seconds", "From the search to a rescuer."
        )
        yield from self._of_timers()
        if self._desk is not None:
            yield from _of_desk(self._desk)

    def _of_timers(self) -> Iterator[Metric]:
        lateness = HistogramMetricFamily(
            PREFIX + "timer_lateness_seconds", "How late what was due took effect."
        )
        bounds = [bound / 1000 for bound in LATENESS_MS]
        lateness.add_metric((), _buckets(bounds, self._timers.late), None)
        yield lateness
        yield _gauge(
            "clock_skew_seconds",
            "How far the wall clock is off.",
            self._timers.clock_jumped_ms / 1000,
        )


def _of_desk(desk: Desk) -> Iterator[Metric]:
    real = [one for one in desk.cases.values() if not one.drill]
    open_cases = GaugeMetricFamily(
        PREFIX + "open_cases", "Waiting, or with somebody.", labels=("band",)
    )
    for band in Band:
        of_band = [one for one in real if one.band is band and not one.state.is_final]
        open_cases.add_metric((band.name,), len(of_band))
    yield open_cases
    team = [one for one in desk.responders.values() if not one.is_robot]
    responders = GaugeMetricFamily(
        PREFIX + "responders", "Who is there.", labels=("duty",)
    )
    for duty in Duty:
        responders.add_metric((duty.value,), sum(one.duty is duty for one in team))
    yield responders
    policy = desk.policies[desk.policy]
    room = Room(desk.responders.values(), desk.cases.values(), policy)
    yield _gauge(
        "a0a1_capacity_left", "A0 that could be taken at once.", room.urgent_left()
    )
    yield _gauge(
        "overrides_unconfirmed",
        "Released, and nobody has said that help reached the person.",
        sum(
            one.released_at_ms is not None and one.confirmed_at_ms is None
            for one in desk.overrides.values()
        ),
    )


def _counter(name: str, help: str, label: str, counts: Counter[str]) -> Metric:
    family = CounterMetricFamily(PREFIX + name, help, labels=(label,))
    for value, count in sorted(counts.items()):
        family.add_metric((value,), count)
    return family


def _gauge(name: str, help: str, value: float) -> Metric:
    return GaugeMetricFamily(PREFIX + name, help, value=value)


def _buckets(bounds: Sequence[float], counts: Sequence[int]) -> list[tuple[str, float]]:
    """Cumulative, as Prometheus has them; the last is everything."""
    names = [*(f"{bound:g}" for bound in bounds), "+Inf"]
    return list(zip(names, accumulate(counts), strict=True))
