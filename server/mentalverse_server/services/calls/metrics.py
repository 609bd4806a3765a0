"""What Prometheus is told of calls; no figure names anybody."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from .rooms import Rooms
from .watch import Watch


class CallMetrics(Collector):
    """Reads the counters when it is asked."""

    def __init__(self, rooms: Rooms, watch: Watch) -> None:
        self._rooms = rooms
        self._watch = watch

    def collect(self) -> Iterator[Metric]:
        """Every figure of calls."""
        rooms, counters = list(self._rooms), self._rooms.counters
        seats = sum(len(room.call.seats) for room in rooms)
        waiting = sum(len(room.call.line) for room in rooms)
        yield GaugeMetricFamily("mentalverse_calls_open", "Calls.", len(rooms))
        yield GaugeMetricFamily("mentalverse_call_seats", "Seats taken.", seats)
        yield GaugeMetricFamily("mentalverse_call_waiting", "People in lines.", waiting)
        for name, text, value in (
            ("started", "Calls that were opened.", counters.started),
            ("ended", "Calls that are over.", counters.ended),
            ("decisions", "Commands decided on.", counters.decisions),
            ("writes", "Decisions written.", counters.writes),
            ("signals", "Sealed signals passed on.", counters.signals),
            ("path_restarts", "Paths made anew.", counters.path_restarts),
            ("effect_defects", "Effects that failed.", counters.effect_defects),
            ("group_changes_lost", "Not followed, for many.", self._watch.lost),
        ):
            yield CounterMetricFamily(f"mentalverse_calls_{name}", text, value)
