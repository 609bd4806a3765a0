"""What `crisis staff` was asked, and the plan of every half hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mentalverse_crisis.errors import BeyondCapacity
from mentalverse_crisis.staffing import Demand
from mentalverse_crisis.staffing_plan import HalfHour, Promise, highest_loads, plan

from .crisis_arrivals import Arrivals, UnusableInput


@dataclass(frozen=True, slots=True)
class Request:
    """What a plan is made for."""

    handling_seconds: float
    patience_seconds: float | None
    """None: nobody leaves."""
    promised: tuple[Promise, ...]
    revision: str
    """Of the policy whose promises they are."""
    shrinkage: float
    """Share of rostered time that is not spent on duty."""
    responders: int | None
    """On duty in every half hour; none: the fewest that are enough."""


@dataclass(frozen=True, slots=True)
class Row:
    """One half hour as it was asked for, and its plan."""

    arrivals: Arrivals
    plan: HalfHour


def planned(half_hours: Sequence[Arrivals], request: Request) -> list[Row]:
    """The plan of each half hour.

    Raises:
        UnusableInput: there is none, because the load outgrows the responders.
    """
    counts = [each.count for each in half_hours]
    loads = highest_loads(counts, request.handling_seconds)
    return [
        Row(each, _plan(each, load, request))
        for each, load in zip(half_hours, loads, strict=True)
    ]


def _plan(arrivals: Arrivals, load: float, request: Request) -> HalfHour:
    demand = Demand(
        load / request.handling_seconds,
        request.handling_seconds,
        request.patience_seconds,
    )
    try:
        return plan(demand, request.promised, request.shrinkage, request.responders)
    except BeyondCapacity as error:
        advice = (
            "look through the arrivals and --handling-minutes"
            if request.responders is None
            else f"give --responders {int(load) + 1} or more, or leave --erlang-c out"
        )
        place = f"{arrivals.start}: " if arrivals.start else ""
        raise UnusableInput(f"{place}{error}; {advice}") from None
