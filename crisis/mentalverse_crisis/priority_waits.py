"""Mean waits when some go strictly before others, first come first served within each.

Nobody's conversation is broken off for somebody more urgent (non-preemptive), and all
take equally long on average. Whoever is called next, the number of people in the system
stays the same, and with it the share that waits at all; order only hands the waiting
from one to another. So the first k classes together wait as if they were alone in a
line that moves whenever a responder becomes free, and each class is what the first k
have more than the first k - 1. If nobody leaves that is A. Cobham, "Priority assignment
in waiting line problems", 1954.

A check for a simulation of the desk: no figure of the plan is made of this, because A2
to A4 are ordered by due time and because a mean says nothing of a target.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from .staffing import Demand, staffed
from .virtual_wait import VirtualWait


def mean_waits(
    arrivals_per_second: Sequence[float],
    handling_seconds: float,
    patience_seconds: float | None,
    responders: int,
) -> tuple[float, ...]:
    """Seconds until answered or gone, by class; the first is called first.

    Each class has arrivals above 0.

    Raises:
        BeyondCapacity: nobody ever leaves, and the load is as large as the number of
            responders.
    """
    demand = Demand(sum(arrivals_per_second), handling_seconds, patience_seconds)
    waits = staffed(demand, responders).waits
    drain = responders / handling_seconds

    def queue(arrivals: float) -> float:
        """People of the first classes who wait, while all responders are busy."""
        if patience_seconds is None:
            return arrivals / (drain - arrivals)
        areas = VirtualWait(arrivals, drain, 1 / patience_seconds).areas()
        return arrivals * areas.waited / areas.waiting

    together = [queue(upto) for upto in accumulate(arrivals_per_second, initial=0.0)]
    return tuple(
        waits * (with_it - before) / arrivals
        for arrivals, (before, with_it) in zip(
            arrivals_per_second, pairwise(together), strict=True
        )
    )
