"""What Prometheus is told of what leaves; no figure names anybody."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from .relay import Relay


class RelayMetrics(Collector):
    """Reads the counters when it is asked; what takes a query is up to 30 s old."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    def collect(self) -> Iterator[Metric]:
        """Every figure of deliveries."""
        counters, figures = self._relay.counters, self._relay.figures
        attempts = CounterMetricFamily(
            "mentalverse_deliveries", "Attempts.", labels=("purpose", "outcome")
        )
        for (purpose, outcome), number in sorted(counters.attempts.items()):
            attempts.add_metric((purpose, outcome), number)
        yield attempts
        dead = CounterMetricFamily(
            "mentalverse_dead", "Given up after all attempts.", labels=("purpose",)
        )
        for purpose, number in sorted(counters.dead.items()):
            dead.add_metric((purpose,), number)
        yield dead
        yield CounterMetricFamily(
            "mentalverse_deliveries_dropped", "Never sent.", counters.dropped
        )
        oldest_ms = figures.oldest_ms
        waits = 0 if oldest_ms is None else max(0, self._relay.now_ms - oldest_ms)
        for name, text, value in (
            ("outbox_oldest_seconds", "Age of what waits longest.", waits / 1000),
            ("endpoints_parked", "Endpoints that are down.", figures.parked),
            ("endpoints_disabled", "Endpoints that are off.", figures.disabled),
            ("lane_depth_max", "Events in the longest lane.", figures.deepest_lane),
            ("dead_letters", "Given up and kept.", figures.dead),
        ):
            yield GaugeMetricFamily(f"mentalverse_{name}", text, value)
