"""How many people to put on duty, half hour by half hour, to keep each promise.

Each half hour is planned by itself, at the highest load it sees. Conversations last
longer than a half hour, so that load is not what its own arrivals make: who came at the
end of a peak is still being talked to after it, and a plan by arrivals alone would send
responders home too early. The load therefore follows its arrivals as the number of
conversations does that all begin at once (O. Jennings, A. Mandelbaum, W. Massey and
W. Whitt, "Server staffing to meet time-varying demand", 1996).

Within a half hour everybody stands in one line, first come first served, and each band
is held against its own target. In what order people are called changes nobody's chance
to find somebody free at once, which is what short targets are kept by.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .acuity import Band
from .policy import Policy
from .staffing import Demand, Staffing, answered_within, least_responders, staffed

INTERVAL_SECONDS = 1_800


@dataclass(frozen=True, slots=True)
class Promise:
    """What one band is promised, and how many of the arrivals are of that band."""

    band: Band
    share: float
    """Of arrivals; above 0."""
    target_seconds: int
    objective: float
    """Share of arrivals to be answered within the target."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a number of responders brings."""

    responders: int
    figures: Staffing
    in_time: Mapping[Band, float]
    """Share of a band's arrivals that are answered within its target."""
    all_in_time: float
    """Share of all arrivals that are answered within the target of their band."""


@dataclass(frozen=True, slots=True)
class HalfHour:
    """One half hour of a plan."""

    demand: Demand
    least: Mapping[Band, int]
    """The fewest responders that keep a band's promise."""
    planned: Outcome
    one_more: Outcome
    rostered: int
    """People on the roster, so that the planned responders are there."""

    @property
    def needed(self) -> int:
        """The fewest responders that keep every band's promise."""
        return max(self.least.values())


def promises(policy: Policy, mix: Mapping[Band, float]) -> tuple[Promise, ...]:
    """What the bands of a mix are promised; a band nobody comes with is left out.

    `mix` is in any unit; at least one share is above 0.
    """
    whole = sum(mix.values())
    return tuple(
        Promise(
            band=band,
            share=mix[band] / whole,
            target_seconds=policy.band(band).accept_seconds,
            objective=policy.band(band).objective_percent / 100,
        )
        for band in Band
        if mix.get(band, 0) > 0
    )


def highest_loads(
    arrivals: Sequence[float], handling_seconds: float
) -> tuple[float, ...]:
    """The most conversations at once in each of these half hours, in erlangs.

    The first is taken as if it had been like this for long.
    """
    remains = math.exp(-INTERVAL_SECONDS / handling_seconds)
    loads: list[float] = []
    now: float | None = None
    for count in arrivals:
        settled = count * handling_seconds / INTERVAL_SECONDS
        before = settled if now is None else now
        now = settled + (before - settled) * remains
        loads.append(max(before, now))
    return tuple(loads)


def rostered(responders: int, shrinkage: float) -> int:
    """People to roster if this share of their time, below 1, is not spent on duty."""
    return math.ceil(responders / (1 - shrinkage) - 1e-9)


def outcome(demand: Demand, promised: Sequence[Promise], responders: int) -> Outcome:
    """What a number of responders brings.

    Raises:
        BeyondCapacity: nobody ever leaves, and the load is as large as the number of
            responders.
    """
    in_time = {
        each.band: answered_within(demand, responders, each.target_seconds)
        for each in promised
    }
    return Outcome(
        responders=responders,
        figures=staffed(demand, responders),
        in_time=in_time,
        all_in_time=sum(each.share * in_time[each.band] for each in promised),
    )


def plan(
    demand: Demand,
    promised: Sequence[Promise],
    shrinkage: float = 0.0,
    responders: int | None = None,
) -> HalfHour:
    """One half hour: with the fewest responders that keep every promise, or with these.

    Raises:
        BeyondCapacity: no number of responders keeps a promise; or nobody ever leaves,
            and the load is as large as the given number of responders.
    """
    least = {
        each.band: least_responders(demand, each.target_seconds, each.objective)
        for each in promised
    }
    on_duty = max(least.values()) if responders is None else responders
    return HalfHour(
        demand=demand,
        least=least,
        planned=outcome(demand, promised, on_duty),
        one_more=outcome(demand, promised, on_duty + 1),
        rostered=rostered(on_duty, shrinkage),
    )
