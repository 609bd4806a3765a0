"""The figures of a simulation, and how sure they are.

Shares in time are F3, as in `sla`: everybody who left counts against us. Who still
waits at the end is late if past due, and otherwise not judged.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import merge

from .acuity import Band
from .sla import nearest_rank

_STUDENT = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
"""Student's t, 97.5 %, from 1 degree of freedom; the last is near enough above 30."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BandFigures:
    """What became of one band's arrivals."""

    band: Band
    target_seconds: int
    objective: float
    arrivals: int
    in_time: int
    """Answered within the target."""
    abandoned: int
    late: int
    """Still waiting, past due."""
    excluded: int
    """Still waiting, not due yet."""
    offers: int
    waits_ms: tuple[int, ...]
    """Of the answered, shortest first."""
    waited_ms: int
    """By all together, however it ended."""

    @property
    def answered(self) -> int:
        """By a responder."""
        return len(self.waits_ms)

    @property
    def in_time_share(self) -> float | None:
        """F3; none without anybody to judge."""
        judged = self.arrivals - self.excluded
        return self.in_time / judged if judged else None

    @property
    def abandoned_share(self) -> float | None:
        """Of all arrivals; none without any."""
        return self.abandoned / self.arrivals if self.arrivals else None

    @property
    def mean_wait_seconds(self) -> float | None:
        """Until answered or gone, over all arrivals."""
        return self.waited_ms / 1000 / self.arrivals if self.arrivals else None

    @property
    def offers_per_case(self) -> float | None:
        """People rung for one arrival."""
        return self.offers / self.arrivals if self.arrivals else None

    def wait_seconds(self, percent: int) -> float | None:
        """A percentile of the answered, nearest rank."""
        wait_ms = nearest_rank(self.waits_ms, percent)
        return None if wait_ms is None else wait_ms / 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """One run, or several taken together."""

    bands: tuple[BandFigures, ...]
    seconds: float
    """That were counted."""
    on_duty_seconds: float
    """By all responders together."""
    busy_seconds: float
    """Of these, with a conversation."""
    waiting_seconds: float
    """By all who waited together: an integral over time, not over people."""
    all_busy_seconds: float
    """In which every responder on duty had a conversation."""
    found_all_busy: int
    """Arrivals that came upon that."""
    pages: int

    @property
    def arrivals(self) -> int:
        """Of all bands."""
        return sum(each.arrivals for each in self.bands)

    @property
    def offers(self) -> int:
        """That rang at somebody."""
        return sum(each.offers for each in self.bands)

    @property
    def occupancy(self) -> float:
        """Share of the time on duty with a conversation."""
        return self.busy_seconds / self.on_duty_seconds if self.on_duty_seconds else 0.0

    @property
    def mean_queue(self) -> float:
        """People who wait, over time."""
        return self.waiting_seconds / self.seconds

    @property
    def mean_wait_seconds(self) -> float:
        """Until answered or gone, over all arrivals."""
        waited_ms = sum(each.waited_ms for each in self.bands)
        return waited_ms / 1000 / self.arrivals if self.arrivals else 0.0

    @property
    def rings_per_duty_hour(self) -> float:
        """Offers that ring at one responder in an hour on duty."""
        hours = self.on_duty_seconds / 3600
        return self.offers / hours if hours else 0.0

    def band(self, band: Band) -> BandFigures:
        """Of one band of the mix."""
        return next(each for each in self.bands if each.band is band)


def together(runs: Sequence[Simulated]) -> Simulated:
    """Several runs of one scenario as if they were one."""
    return Simulated(
        bands=tuple(
            map(_band_together, zip(*(run.bands for run in runs), strict=True))
        ),
        seconds=sum(run.seconds for run in runs),
        on_duty_seconds=sum(run.on_duty_seconds for run in runs),
        busy_seconds=sum(run.busy_seconds for run in runs),
        waiting_seconds=sum(run.waiting_seconds for run in runs),
        all_busy_seconds=sum(run.all_busy_seconds for run in runs),
        found_all_busy=sum(run.found_all_busy for run in runs),
        pages=sum(run.pages for run in runs),
    )


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The mean, and half of its 95 % confidence interval; each value is of one seed.

    Of a single value, nothing is known of its spread: infinite.
    """
    mean = math.fsum(values) / len(values)
    if len(values) < 2:
        return mean, math.inf
    freedom = len(values) - 1
    spread = math.sqrt(math.fsum((one - mean) ** 2 for one in values) / freedom)
    student = _STUDENT[min(freedom, len(_STUDENT)) - 1]
    return mean, student * spread / math.sqrt(len(values))


def _band_together(parts: Sequence[BandFigures]) -> BandFigures:
    return BandFigures(
        band=parts[0].band,
        target_seconds=parts[0].target_seconds,
        objective=parts[0].objective,
        arrivals=sum(part.arrivals for part in parts),
        in_time=sum(part.in_time for part in parts),
        abandoned=sum(part.abandoned for part in parts),
        late=sum(part.late for part in parts),
        excluded=sum(part.excluded for part in parts),
        offers=sum(part.offers for part in parts),
        waits_ms=tuple(merge(*(part.waits_ms for part in parts))),
        waited_ms=sum(part.waited_ms for part in parts),
    )
