"""Numbers of what watches over the desk. Labels are closed sets, and never an id."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from .canary import Canary
from .overdue import Overdue
from .pages.sending import PageCounters
from .spool import Spool

PREFIX = "mentalverse_crisis_"


class WatchMetrics(Collector):
    """Reads every number when Prometheus asks."""

    def __init__(
        self, pages: PageCounters, spool: Spool, canary: Canary, overdue: Overdue
    ) -> None:
        self._overdue = overdue
        self._pages = pages
        self._spool = spool
        self._canary = canary

    def collect(self) -> Iterable[Metric]:
        """Read every number once."""
        pages = CounterMetricFamily(
            PREFIX + "pages", "Attempts to page.", labels=("adapter", "outcome")
        )
        for labels, count in list(self._pages.attempts.items()):
            pages.add_metric(labels, count)
        yield pages
        yield CounterMetricFamily(
            PREFIX + "pages_after_ack",
            "Pages that began after they were cancelled: has to stay 0.",
            value=self._pages.after_ack,
        )
        yield GaugeMetricFamily(
            PREFIX + "spool_pending",
            "Requests for help that wait for the database.",
            value=self._spool.pending,
        )
        yield GaugeMetricFamily(
            PREFIX + "followups_overdue",
            "People whom somebody was to ask how they are by now.",
            value=self._overdue.count,
        )
        counters = self._spool.counters
        spool = CounterMetricFamily(
            PREFIX + "spool",
            "Requests while the database was away.",
            labels=["outcome"],
        )
        for outcome in ("kept", "taken", "failures", "unreadable"):
            spool.add_metric([outcome], getattr(counters, outcome))
        yield spool
        canary = CounterMetricFamily(
            PREFIX + "canary", "How the desk's own trials went.", labels=["outcome"]
        )
        canary.add_metric(["succeeded"], self._canary.counters.succeeded)
        canary.add_metric(["missed"], self._canary.counters.missed)
        yield canary
        yield GaugeMetricFamily(
            PREFIX + "canary_alarm",
            "1 while nobody knows that the desk works.",
            value=self._canary.is_alarmed,
        )
