"""How many responders a load needs: Erlang B, C and A.

A load is offered traffic in erlangs: arrivals per second times the mean handling time
in seconds, so the number of responders that would be busy if nobody had to wait.

| Formula  | Who waits                     | For                                       |
|----------|-------------------------------|-------------------------------------------|
| Erlang B | nobody: all busy, and they go | the limit of no patience; a part of A     |
| Erlang C | everybody, for ever           | a quick look; infinite from the load on   |
| Erlang A | until their patience ends     | the default: people in distress do leave  |

Arrivals are Poisson, handling times and patience exponential, responders alike, one
conversation each, first come first served. None of that holds exactly: a plan made here
is where a simulation of the policy itself begins.

Sources: A. K. Erlang 1917 (B, C); C. Palm 1943 and O. Garnett, A. Mandelbaum and
M. Reiman, "Designing a Call Center with Impatient Customers", 2002 (A). B is computed
by its recurrence and A by the density of the wait (`virtual_wait`): the textbook forms
hold factorials, which overflow at a few hundred responders.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass

from .errors import BeyondCapacity
from .virtual_wait import VirtualWait

MAX_RESPONDERS = 10_000
"""A plan above this is a mistake in its inputs."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What comes in, and how long it takes."""

    arrivals_per_second: float
    handling_seconds: float
    """Mean, above 0."""
    patience_seconds: float | None
    """Mean, above 0; none: nobody ever leaves, and Erlang C holds."""

    @property
    def load(self) -> float:
        """In erlangs."""
        return self.arrivals_per_second * self.handling_seconds


@dataclass(frozen=True, slots=True)
class Staffing:
    """How a demand meets a number of responders."""

    waits: float
    """Share of arrivals that find nobody free."""
    abandons: float
    """Share of arrivals that leave before they are answered."""
    mean_wait_seconds: float
    """Until answered or gone, over all arrivals."""
    mean_queue: float
    """People who wait."""
    occupancy: float
    """Share of their time in which responders are busy."""


def erlang_b(responders: int, load: float) -> float:
    """Share of arrivals that find all responders busy, if they do not wait."""
    blocked = 1.0
    for count in range(1, responders + 1):
        blocked = load * blocked / (count + load * blocked)
    return blocked


def erlang_c(responders: int, load: float) -> float:
    """Share of arrivals that wait, if all of them wait for ever.

    Raises:
        BeyondCapacity: the load is as large as the number of responders, or larger: the
            queue would grow without end, and no figure would mean anything.
    """
    if load >= responders:
        raise BeyondCapacity(
            f"{responders} on duty cannot carry a load of {load:.2f}: if nobody "
            "leaves, the queue never ends"
        )
    blocked = erlang_b(responders, load)
    return blocked / (1 - load / responders * (1 - blocked))


def staffed(demand: Demand, responders: int) -> Staffing:
    """The figures of Erlang A, or of Erlang C if nobody leaves.

    Raises:
        BeyondCapacity: see `erlang_c`; with a patience, every load has its figures.
    """
    if demand.patience_seconds is None:
        waits = erlang_c(responders, demand.load)
        mean_wait = waits / _spare_per_second(demand, responders)
        abandons = 0.0
    else:
        line = _line(demand, responders, demand.patience_seconds)
        areas = line.areas()
        waits = _finds_all_busy(demand, responders, line, areas.waiting)
        mean_wait = waits * areas.waited / areas.waiting
        abandons = line.leaving * mean_wait
    return Staffing(
        waits=waits,
        abandons=abandons,
        mean_wait_seconds=mean_wait,
        mean_queue=mean_wait * demand.arrivals_per_second,
        occupancy=min(1.0, demand.load * (1 - abandons) / responders),
    )


def answered_within(demand: Demand, responders: int, seconds: float) -> float:
    """Share of all arrivals that are answered within a time; who leaves is not.

    Raises:
        BeyondCapacity: see `erlang_c`.
    """
    if demand.patience_seconds is None:
        waits = erlang_c(responders, demand.load)
        return 1 - waits * math.exp(-_spare_per_second(demand, responders) * seconds)
    line = _line(demand, responders, demand.patience_seconds)
    whole = line.areas().waiting
    waits = _finds_all_busy(demand, responders, line, whole)
    return 1 - waits + waits * line.areas(seconds).answered / whole


def least_responders(demand: Demand, seconds: float, objective: float) -> int:
    """The fewest, and at least one, who answer this share of arrivals within a time.

    Raises:
        BeyondCapacity: no number up to `MAX_RESPONDERS` does.
    """

    def meets(count: int) -> bool:
        return answered_within(demand, count, seconds) >= objective

    above_load = int(demand.load) + 1
    fewest = above_load if demand.patience_seconds is None else 1
    enough = min(above_load, MAX_RESPONDERS)
    while fewest > MAX_RESPONDERS or not meets(enough):
        if enough == MAX_RESPONDERS:
            raise BeyondCapacity(
                f"no number of responders up to {MAX_RESPONDERS} meets this objective"
            )
        fewest, enough = enough + 1, min(2 * enough, MAX_RESPONDERS)
    return bisect_left(range(enough), True, lo=fewest, key=meets)


def _spare_per_second(demand: Demand, responders: int) -> float:
    """How fast a queue that nobody leaves becomes shorter."""
    return (responders - demand.load) / demand.handling_seconds


def _line(demand: Demand, responders: int, patience_seconds: float) -> VirtualWait:
    return VirtualWait(
        arrivals=demand.arrivals_per_second,
        drain=responders / demand.handling_seconds,
        leaving=1 / patience_seconds,
    )


def _finds_all_busy(
    demand: Demand, responders: int, line: VirtualWait, area: float
) -> float:
    """Share of arrivals that wait, from the area under the density of their wait.

    Let p be the probability that exactly one is free. Then nobody has to wait with
    probability p / B(responders - 1), and the density of a wait is λ p exp(g).
    """
    all_but_one = erlang_b(responders - 1, demand.load)
    busy = demand.arrivals_per_second * all_but_one * area
    return busy / (busy + math.exp(-line.peak))
