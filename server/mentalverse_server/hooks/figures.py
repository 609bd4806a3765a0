"""What Prometheus is told of providers; no figure names anybody."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from .decide import Asking, Outcome
from .policy import Decision

_Key = tuple[Decision, Outcome]


class Figures(Collector):
    """Counts, and reads the rest when it is asked."""

    def __init__(self) -> None:
        self.askings: Mapping[Decision, Asking] = {}
        """Set once they are made."""
        self._questions: Counter[_Key] = Counter()
        self._seconds: defaultdict[_Key, float] = defaultdict(float)
        self.unknown: Counter[Decision] = Counter()
        """Decisions for which nothing was known."""
        self.stale: Counter[Decision] = Counter()
        """Those that rest on what was said before."""

    def note(self, decision: Decision, outcome: Outcome, seconds: float) -> None:
        """One question to one provider."""
        self._questions[decision, outcome] += 1
        self._seconds[decision, outcome] += seconds

    def collect(self) -> Iterator[Metric]:
        """Every figure of providers."""
        asked = SummaryMetricFamily(
            "mentalverse_provider_seconds",
            "Questions to providers.",
            labels=("decision", "outcome"),
        )
        for (decision, outcome), count in list(self._questions.items()):
            seconds = self._seconds[decision, outcome]
            asked.add_metric((decision, outcome), count, seconds)
        yield asked
        for name, text, counts in (
            ("unknown", "Decisions for which nothing was known.", self.unknown),
            ("stale", "Decisions by what was said before.", self.stale),
        ):
            family = CounterMetricFamily(
                f"mentalverse_provider_{name}", text, labels=("decision",)
            )
            for decision in self.askings:
                family.add_metric((decision,), counts[decision])
            yield family
        yield from self._states()

    def _states(self) -> Iterator[Metric]:
        opened = GaugeMetricFamily(
            "mentalverse_breaker_open", "Providers not asked.", labels=("decision",)
        )
        disabled = GaugeMetricFamily(
            "mentalverse_provider_disabled",
            "Providers with more than 100 questions that never ended.",
            labels=("decision",),
        )
        for decision, asking in self.askings.items():
            lines = asking.lines
            opened.add_metric((decision,), sum(li.breaker.is_open for li in lines))
            disabled.add_metric(
                (decision,), sum(li.abandoned.are_too_many for li in lines)
            )
        yield opened
        yield disabled
