"""What other promises would have made of the last days.

Two questions, and they are not the same. `past`: had people waited just as long, how
many would have been in time by the new promises? It needs no assumption, and says
nothing of how people would have been asked. `twin`: the same arrivals meet both
policies in the simulator, which is the code of the desk, with the same people; both
are judged by the new promises. It says what the new rules do, as far as its assumptions
hold.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from .acuity import Band
from .chance import Chance
from .lint import Answering
from .measured import answering, handling_seconds, patience_seconds
from .policy import Policy
from .record import Entry
from .scenario import Coming, Scenario, Team, assumptions, replayed
from .simulate import simulate
from .simulated import Simulated, together
from .sla import Arrival, Fate, arrival

HANDLING_SECONDS = 40 * 60.0
PATIENCE_SECONDS = 20 * 60.0
"""As long as too little is known."""
WARM_UP_HOURS = 4
"""Of real arrivals before the days that are counted: a desk does not begin empty."""
TAIL_HOURS = 2
"""After the last arrival, in which nobody new comes and who waits is answered."""
HOUR_MS = 3_600_000
MOST_RUNS = 5
PEOPLE_OF_ALL_RUNS = 3_000
"""Arrivals that are worth another seed, under each policy."""


class Past(msgspec.Struct, frozen=True):
    """One band's cases of the last days."""

    band: Band
    judged: int
    """Under the policy of each: answered, left, or late."""
    in_time: int
    in_time_here: int
    """Of these, by the other promises, with the same waits."""


class Lived(msgspec.Struct, frozen=True):
    """What the log says of some days."""

    past: tuple[Past, ...]
    coming: tuple[Coming, ...]
    """Also of the hours of warming up."""
    answering: Answering | None
    handling_seconds: float | None
    patience_seconds: float | None


class Twin(msgspec.Struct, frozen=True):
    """One band of the simulation; shares by the other promises, 0 to 1."""

    band: Band
    arrivals: int
    in_time: float
    """Under the policy in force."""
    in_time_here: float
    wait_p90_ms: int
    """Of the answered; 0: nobody was."""
    wait_p90_ms_here: int


def lived(
    cases: Iterable[Sequence[Entry]],
    policies: Mapping[str, Policy],
    other: Policy,
    since_ms: int,
    now_ms: int,
    people: int,
) -> Lived:
    """Some days by their log.

    Args:
        cases: every entry of each case that was opened since the warm-up began.
        policies: by revision; every one that one of them opened under.
        other: the promises to hold them against.
        since_ms: when the days begin that are counted.
        now_ms: when they end.
        people: who may be asked at the same time.
    """
    real = [one for one in cases if not one[0].drill]
    begin_ms = since_ms - WARM_UP_HOURS * HOUR_MS
    arrivals = [arrival(one, policies[one[0].policy], now_ms) for one in real]
    counted = [
        (then, arrival(entries, other, now_ms))
        for entries, then in zip(real, arrivals, strict=True)
        if then.arrived_ms >= since_ms
    ]
    coming = sorted(
        (Coming(one.arrived_ms - begin_ms, one.band) for one in arrivals),
        key=lambda one: one.at_ms,
    )
    return Lived(
        past=tuple(_past(band, counted) for band in Band),
        coming=tuple(one for one in coming if one.at_ms >= 0),
        answering=answering((entry for one in real for entry in one), people),
        handling_seconds=handling_seconds(real),
        patience_seconds=patience_seconds(arrivals),
    )


def _past(band: Band, pairs: Iterable[tuple[Arrival, Arrival]]) -> Past:
    judged = [
        (then, here) for then, here in pairs if then.band is band and _is_judged(then)
    ]
    return Past(
        band=band,
        judged=len(judged),
        in_time=sum(_is_in_time(then) for then, _ in judged),
        in_time_here=sum(_is_in_time(here) for _, here in judged),
    )


def _is_judged(one: Arrival) -> bool:
    return one.is_late or one.fate in (Fate.ANSWERED, Fate.ABANDONED)


def _is_in_time(one: Arrival) -> bool:
    return one.fate is Fate.ANSWERED and not one.is_late


def scenario(of: Lived, policy: Policy, people: int, days: int) -> Scenario:
    """The same arrivals under a policy, with so many responders on duty all the time.

    What the log says too little of is as the linter and the calculator take it.
    """
    answers = of.answering or Answering()
    patience = of.patience_seconds or PATIENCE_SECONDS
    return replayed(
        of.coming,
        hours=days * 24 + TAIL_HOURS,
        warm_up_hours=WARM_UP_HOURS,
        policy=policy,
        handling_seconds=of.handling_seconds or HANDLING_SECONDS,
        patience_seconds=dict.fromkeys(Band, patience),
        teams=(Team(count=people),),
        acceptance=answers.accepted_share,
        answer_median_seconds=answers.median_seconds,
        declines=0.5,
    )


def twin(
    of: Lived,
    in_force: Policy,
    other: Policy,
    people: int,
    days: int,
    chance: Callable[[int], Chance],
) -> tuple[Twin, ...]:
    """Both policies with the same arrivals, judged by the other one's promises.

    Args:
        of: at least one arrival.
        in_force: what cases open under now.
        other: what they might open under.
        people: on duty at any time.
        days: that are counted.
        chance: a source of random numbers for each seed.
    """
    seeds = range(min(MOST_RUNS, max(1, PEOPLE_OF_ALL_RUNS // len(of.coming))))

    def run(policy: Policy) -> Simulated:
        made = scenario(of, policy, people, days)
        return together([simulate(made, chance(seed)) for seed in seeds])

    now, here = run(in_force), run(other)
    return tuple(
        _twin(band, now, here, other.accept_ms(band), len(seeds))
        for band in (each.band for each in now.bands)
    )


def _twin(
    band: Band, now: Simulated, here: Simulated, target_ms: int, runs: int
) -> Twin:
    (share, p90), (share_here, p90_here) = (
        _served(one, band, target_ms) for one in (now, here)
    )
    return Twin(
        band=band,
        arrivals=now.band(band).arrivals // runs,
        in_time=share,
        in_time_here=share_here,
        wait_p90_ms=p90,
        wait_p90_ms_here=p90_here,
    )


def _served(of: Simulated, band: Band, target_ms: int) -> tuple[float, int]:
    """The share within a target, of all who came, and the wait of nine in ten."""
    found = of.band(band)
    in_time = bisect_right(found.waits_ms, target_ms)
    p90 = found.wait_seconds(90)
    share = in_time / found.arrivals if found.arrivals else 0.0
    return share, 0 if p90 is None else round(p90 * 1000)


def taken_for_granted(of: Lived, policy: Policy, people: int, days: int) -> list[str]:
    """What has to be so for `twin` to hold, and which of it was measured."""
    unknown = [
        name
        for name, value in (
            ("how offers are answered", of.answering),
            ("how long conversations take", of.handling_seconds),
            ("how long people wait before they leave", of.patience_seconds),
        )
        if value is None
    ]
    said = assumptions(scenario(of, policy, people, days))
    if unknown:
        said.append(
            f"Too little is known yet, so a default stands for: {', '.join(unknown)}."
        )
    return [
        *said,
        "Both policies are held against the promises of the one that is tried.",
    ]
