"""Scenarios of the textbooks, and of the design's table, for the simulator.

A textbook's queue has no offers that ring, no rest after a hard case and no caps. So
`pure` takes the shipped policy and switches off, one by one, what would distort it:

- offers: one responder at a time, who accepts at once (`acceptance` 1, no delay), in
  place of fan-out: nobody may be kept by two offers;
- decompression and the caps of A0 and A1: they take responders off the queue;
- the reserve: it leaves somebody free although people wait;
- the place that is kept for who left: they do not come back here;
- the ladder, down to one rung that pages somebody who never comes: pages that nobody
  answers change nothing but take time.

Responders have one slot, so an A0 counts as one conversation and not as two; wrap-up is
part of handling; nobody is relieved. Everything else is the shipped policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import msgspec

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.policy import (
    DEFAULT,
    OfferPlan,
    OfferStage,
    Policy,
    Rung,
    checked,
)
from mentalverse_crisis.scenario import OnCall, Scenario, Team
from mentalverse_crisis.simulate import simulate
from mentalverse_crisis.simulated import Simulated

NEVER = 10_000_000
HANDLING_SECONDS = 1_000.0
TABLE_TARGETS = {Band.A0: 30, Band.A1: 120, Band.A2: 300, Band.A3: 900}
TABLE_MIX = {Band.A0: 5.0, Band.A1: 15.0, Band.A2: 30.0, Band.A3: 50.0}
TABLE_RESPONDERS = 6
TABLE_HANDLING_SECONDS = 2_400.0


def pure(
    targets: Mapping[Band, int] | None = None,
    reserve: int = 0,
    rung: Rung | None = None,
) -> Policy:
    """The shipped policy without what is no part of a textbook's queue."""
    bands = {}
    for band in Band:
        shipped = DEFAULT.band(band)
        bands[band.name] = msgspec.structs.replace(
            shipped,
            accept_seconds=(targets or {}).get(band, shipped.accept_seconds),
            decompress_seconds=0,
            plan=OfferPlan((OfferStage(at_seconds=0, pending=1),), 60),
        )
    return checked(
        msgspec.structs.replace(
            DEFAULT,
            bands=bands,
            ladder=(rung or Rung(at_percent=NEVER, pages=("nobody",)),),
            reserve_for_urgent=reserve,
            urgent_soft_cap=NEVER,
            urgent_hard_cap=NEVER,
            place_kept_seconds=0,
        )
    )


def queue(
    seed: int,
    responders: int,
    load: float,
    arrivals: int,
    mix: Mapping[Band, float] | None = None,
    patience_seconds: float | None = None,
    policy: Policy | None = None,
) -> Simulated:
    """One textbook queue: a load in erlangs, so many arrivals after warming up."""
    per_hour = load / HANDLING_SECONDS * 3600
    shares = mix or {Band.A2: 1.0}
    leaves = {} if patience_seconds is None else dict.fromkeys(shares, patience_seconds)
    scenario = Scenario(
        policy=policy or pure(),
        arrivals_per_hour=per_hour,
        mix=shares,
        handling_seconds=HANDLING_SECONDS,
        patience_seconds=leaves,
        teams=(Team(count=responders, slots=1),),
        hours=arrivals / per_hour,
        warm_up_hours=50 * HANDLING_SECONDS / 3600,
        shift_hours=None,
    )
    return simulate(scenario, Random(seed))


def table_row(
    seed: int,
    occupied: float,
    arrivals: int,
    reserve: int = 0,
    overflow: int = 0,
    on_call: int = 0,
    bands: frozenset[Band] = frozenset(Band),
) -> list[float]:
    """Percent of each class in time: six responders, 40 min, patience 20 min.

    People on call are paged at half the target, or at once if an A0 or A1 finds nobody
    (as the desk does), come 3 min later, and stay 10 min or until they are free. They
    are called for `bands` alone, and take nothing else.
    """
    per_hour = TABLE_RESPONDERS * occupied / TABLE_HANDLING_SECONDS * 3600
    page = Rung(at_percent=50, pages=("tier_1",))
    teams = (
        Team(count=TABLE_RESPONDERS - overflow, slots=1),
        Team(count=overflow, slots=1, takes_overflow=True),
    )
    called = OnCall(
        count=on_call, joins_after_seconds=180, stays_seconds=600, bands=bands
    )
    scenario = Scenario(
        policy=pure(TABLE_TARGETS, reserve, page if on_call else None),
        arrivals_per_hour=per_hour,
        mix=TABLE_MIX,
        handling_seconds=TABLE_HANDLING_SECONDS,
        patience_seconds=dict.fromkeys(TABLE_MIX, 1_200.0),
        teams=tuple(team for team in teams if team.count),
        on_call=(called,) if on_call else (),
        hours=arrivals / per_hour,
        warm_up_hours=10,
        shift_hours=None,
    )
    found = simulate(scenario, Random(seed))
    return [100 * (each.in_time_share or 0) for each in found.bands]
