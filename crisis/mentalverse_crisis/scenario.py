"""What a simulation of the desk takes for granted, as data.

How people behave is here; how the desk behaves is the policy, which is the very object
the server runs. Every field is an assumption, and `assumptions` says it in a sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .acuity import Band
from .desk import CRISIS
from .lint import SPREAD
from .policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Responders who are alike, and whose places are filled during the whole run."""

    count: int
    slots: int = 2
    """Text conversations at a time."""
    takes_overflow: bool = False
    """One A0 more than `slots`."""
    skills: Mapping[str, int] = field(default_factory=lambda: {CRISIS: 3})


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    """People at home who come on duty some time after a page of their tier."""

    count: int
    joins_after_seconds: float
    stays_seconds: float
    """On duty at least so long; then until their last conversation is over."""
    tier: str = "tier_1"
    slots: int = 1
    bands: frozenset[Band] = frozenset(Band)
    """For whose pages they come, and whose offers they take; they decline others."""
    skills: Mapping[str, int] = field(default_factory=lambda: {CRISIS: 3})


@dataclass(frozen=True, slots=True)
class Coming:
    """Somebody asked for help."""

    at_ms: int
    """Since the run begins, its warm-up with it."""
    band: Band


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One load, one staff and one policy."""

    policy: Policy
    arrivals_per_hour: float
    """Above 0; one by one, at random (Poisson)."""
    mix: Mapping[Band, float]
    """In any unit; at least one share is above 0."""
    handling_seconds: float
    """Mean, exponential, from the accept to the end of the wrap-up."""
    patience_seconds: Mapping[Band, float]
    """Mean, exponential; a band that is not here never leaves."""
    teams: tuple[Team, ...]
    on_call: tuple[OnCall, ...] = ()
    hours: float = 24.0
    """That are counted, after those of warming up."""
    warm_up_hours: float = 4.0
    """The desk begins empty, which is better than it is later."""
    acceptance: float = 1.0
    """Share of offers that are accepted if they wait long enough."""
    answer_median_seconds: float = 0.0
    """Log-normal; 0: at once."""
    answer_spread: float = SPREAD
    declines: float = 0.0
    """Of the other offers, the share that is declined; the rest runs out."""
    break_seconds: float = 300.0
    """Until somebody is back whom the desk paused because two offers ran out."""
    shift_hours: float | None = 8.0
    """Then somebody rested takes the place; none: the same people all the time."""
    given: tuple[Coming, ...] | None = None
    """Who comes when, in order, in place of arrivals at random: of real days."""
    slowdown: float = 0.0
    """What each other conversation of the same responder adds to one that begins."""

    @property
    def shares(self) -> Mapping[Band, float]:
        """Of arrivals, by band; bands nobody comes with are left out."""
        whole = sum(self.mix.values())
        return {band: self.mix[band] / whole for band in Band if self.mix.get(band)}


def replayed(
    given: Sequence[Coming], hours: float, warm_up_hours: float, **fields: Any
) -> Scenario:
    """Real arrivals in place of random ones: of the hours that are counted, and of
    those before them, which only fill the desk.

    Args:
        given: at least one, in order of `at_ms`.
        hours: that are counted.
        warm_up_hours: before them.
        fields: everything else of a scenario.
    """
    mix = Counter(one.band for one in given)
    return Scenario(
        arrivals_per_hour=len(given) / (hours + warm_up_hours),
        mix={band: mix[band] for band in Band},
        given=tuple(given),
        hours=hours,
        warm_up_hours=warm_up_hours,
        **fields,
    )


def assumptions(scenario: Scenario) -> list[str]:
    """What has to be so for the figures to hold."""
    return [*_people(scenario), *_responders(scenario), *_left_out(scenario)]


def _people(scenario: Scenario) -> list[str]:
    shares = scenario.shares
    mix = ", ".join(f"{band.name} {100 * share:g} %" for band, share in shares.items())
    leaving = "; ".join(
        f"{band.name} after {scenario.patience_seconds[band] / 60:g} minutes"
        if band in scenario.patience_seconds
        else f"{band.name} never"
        for band in shares
    )
    return [
        f"{len(scenario.given)} people come when they came in these days. Who comes, "
        "and as which band, does not depend on how it goes."
        if scenario.given is not None
        else f"{scenario.arrivals_per_hour:g} people come per hour, one by one and at "
        "random (Poisson), at every hour alike.",
        f"The mix: {mix}. Nobody's band changes, and everybody writes: no calls.",
        f"Who waits leaves, on average (exponential): {leaving}. Who has left does not "
        "come back, and counts as not in time.",
        f"A conversation takes {scenario.handling_seconds / 60:g} minutes on average "
        "(exponential), with its wrap-up, whatever the band. Use what you measure.",
    ]


def _responders(scenario: Scenario) -> list[str]:
    said = [
        f"{team.count} responders with {team.slots} conversations at a time"
        + (", and one A0 more" if team.takes_overflow else "")
        + ("." if team.skills.get(CRISIS) else ", not trained for A0 and A1.")
        for team in scenario.teams
    ]
    said += [
        f"{one.count} people on call ({one.tier}) come "
        f"{one.joins_after_seconds / 60:g} minutes after a page, and stay "
        f"{one.stays_seconds / 60:g} minutes or until their last conversation is over"
        + _for_bands(one)
        for one in scenario.on_call
    ] or ["Nobody comes when the desk pages."]
    if scenario.answer_median_seconds:
        when = (
            f"after {scenario.answer_median_seconds:g} s (median; log-normal, spread "
            f"{scenario.answer_spread:g})"
        )
    else:
        when = "at once"
    said.append(
        f"An offer is accepted with probability {scenario.acceptance:g}, {when}; "
        f"of the others {100 * scenario.declines:g} % are declined and the "
        f"rest runs out. Whom the desk pauses for that is back after "
        f"{scenario.break_seconds / 60:g} minutes."
    )
    said.append(
        f"Each other conversation lengthens one by {100 * scenario.slowdown:g} %."
        if scenario.slowdown
        else "A second conversation does not slow the first."
    )
    said.append(
        f"A rested responder takes over each place after {scenario.shift_hours:g} h."
        if scenario.shift_hours is not None
        else "The same responders stay for the whole run."
    )
    return said


def _for_bands(one: OnCall) -> str:
    if one.bands == frozenset(Band):
        return "."
    named = " and ".join(band.name for band in Band if band in one.bands)
    return f"; they come for {named} alone, and take nothing else."


def _left_out(scenario: Scenario) -> list[str]:
    return [
        "Everybody may take every language and region; nobody knows anybody.",
        "No device fails (leases do not run out), nobody is silent, nothing is handed "
        "over; first words come with the accept.",
        f"Everything else is decided by policy {scenario.policy.revision} through the "
        "same code as on the server.",
        f"{scenario.hours:g} hours are counted, after {scenario.warm_up_hours:g} that "
        "are not. Who still waits then is late if past due, and else not judged.",
    ]
