"""`crisis simulate`: what the desk's own policy makes of a load."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .crisis_files import read_policy
from .crisis_lint import PolicyFile
from .settings import EXIT_USAGE, AsJson, fail

if TYPE_CHECKING:
    from mentalverse_crisis.acuity import Band
    from mentalverse_crisis.scenario import OnCall, Scenario, Team
    from mentalverse_crisis.simulated import Simulated

_MINUTES = (0.1, 7 * 24 * 60.0)
LIMITS = {
    "arrivals": (0.01, 1_000.0),
    "responders": (1, 200),
    "slots": (1, 10),
    "on_call": (0, 200),
    "join_minutes": _MINUTES,
    "stay_minutes": _MINUTES,
    "handling_minutes": _MINUTES,
    "patience_minutes": _MINUTES,
    "accepted_share": (1, 100),
    "median_seconds": (0, 3_600),
    "slowdown": (0, 1_000),
    "hours": (0.1, 10_000.0),
    "seeds": (1, 100),
}
"""The least and the most of each."""
MAX_PEOPLE = 2_000_000
"""Arrivals in all runs together; a thousand take about half a second."""

Arrivals = Annotated[float, typer.Argument(help="People per half hour.")]
Responders = Annotated[int, typer.Option(help="On duty at any time.")]
Slots = Annotated[int, typer.Option(help="Conversations of one responder at a time.")]
Overflow = Annotated[
    int, typer.Option(help="How many of them take one A0 more, by their own consent.")
]
OnCallCount = Annotated[
    int, typer.Option("--on-call", help="People at home who come when they are paged.")
]
JoinMinutes = Annotated[float, typer.Option(help="How long they take to come.")]
StayMinutes = Annotated[float, typer.Option(help="How long they stay at least.")]
HandlingMinutes = Annotated[
    float, typer.Option(help="How long one conversation takes, with what is after it.")
]
PatienceMinutes = Annotated[
    float, typer.Option(help="How long people wait on average before they leave.")
]
Mix = Annotated[
    str, typer.Option(help="Percent of arrivals in each band, A0/A1/A2/A3/A4.")
]
AcceptedShare = Annotated[float, typer.Option(help="Percent of offers accepted.")]
MedianSeconds = Annotated[
    float, typer.Option(help="After how long half of those are; 0: at once.")
]
Slowdown = Annotated[
    float, typer.Option(help="Percent that another conversation adds to one.")
]
Hours = Annotated[float, typer.Option(help="Counted hours of each run.")]
Seeds = Annotated[
    int, typer.Option(help="Runs; the spread between them shows how sure this is.")
]
FirstSeed = Annotated[
    int, typer.Option("--seed", help="Of the first run; the others count on from it.")
]
PlotFile = Annotated[
    Path | None, typer.Option("--save-plot", help="Write the waits as an SVG picture.")
]


def simulate(
    arrivals: Arrivals,
    responders: Responders,
    slots: Slots = 2,
    overflow: Overflow = 0,
    on_call: OnCallCount = 0,
    join_minutes: JoinMinutes = 3.0,
    stay_minutes: StayMinutes = 60.0,
    handling_minutes: HandlingMinutes = 40.0,
    patience_minutes: PatienceMinutes = 20.0,
    mix: Mix = "5/15/30/25/25",
    accepted_share: AcceptedShare = 75.0,
    median_seconds: MedianSeconds = 6.0,
    slowdown: Slowdown = 0.0,
    hours: Hours = 168.0,
    seeds: Seeds = 8,
    seed: FirstSeed = 1,
    policy: PolicyFile = None,
    save_plot: PlotFile = None,
    as_json: AsJson = False,
) -> None:
    """Run the desk's own rules under a load, and say how its promises are kept.

    The very code that decides on the server, with reserves, offers, overflow and
    paging; people are invented. The same seeds give the same figures. What is taken
    for granted is listed each time.

    [bold]Examples[/bold]

    mentalverse crisis simulate 4 --responders 8

    mentalverse crisis simulate 4 --responders 6 --overflow 2 --on-call 2

    mentalverse crisis simulate 12 --responders 20 --policy policy.json --json

    mentalverse crisis simulate 4 --responders 8 --save-plot waits.svg
    """
    _require_all(locals())
    _require("--overflow", overflow, 0, responders)
    if arrivals * 2 * hours * seeds > MAX_PEOPLE:
        fail(f"that is more than {MAX_PEOPLE:,} people: fewer hours", EXIT_USAGE)

    from mentalverse_crisis.policy import DEFAULT
    from mentalverse_crisis.scenario import Scenario

    shares = _shares(mix)
    scenario = Scenario(
        policy=DEFAULT if policy is None else read_policy(policy),
        arrivals_per_hour=2 * arrivals,
        mix=shares,
        handling_seconds=60 * handling_minutes,
        patience_seconds=dict.fromkeys(shares, 60 * patience_minutes),
        teams=_teams(responders, slots, overflow),
        on_call=_on_call(on_call, join_minutes, stay_minutes),
        hours=hours,
        acceptance=accepted_share / 100,
        answer_median_seconds=median_seconds,
        slowdown=slowdown / 100,
    )
    _print(scenario, range(seed, seed + seeds), save_plot, as_json=as_json)


def _print(
    scenario: Scenario, seeds: range, save_plot: Path | None, *, as_json: bool
) -> None:
    from mentalverse_crisis.simulated import together

    from .crisis_simulate_plot import as_svg
    from .crisis_simulate_view import as_lines, as_object

    runs = _run(scenario, seeds)
    if save_plot is not None:
        _write(save_plot, as_svg(together(runs)))
    if as_json:
        typer.echo(json.dumps(as_object(scenario, seeds, runs), indent=2))
        return
    for line in as_lines(scenario, seeds, runs):
        typer.echo(line)


def _shares(mix: str) -> dict[Band, float]:
    from .crisis_arrivals import UnusableInput, read_mix

    try:
        return read_mix(mix)
    except UnusableInput as error:
        fail(str(error), EXIT_USAGE)


def _teams(responders: int, slots: int, overflow: int) -> tuple[Team, ...]:
    from mentalverse_crisis.scenario import Team

    teams = (
        Team(count=responders - overflow, slots=slots),
        Team(count=overflow, slots=slots, takes_overflow=True),
    )
    return tuple(team for team in teams if team.count)


def _on_call(
    count: int, join_minutes: float, stay_minutes: float
) -> tuple[OnCall, ...]:
    from mentalverse_crisis.scenario import OnCall

    called = OnCall(
        count=count,
        joins_after_seconds=60 * join_minutes,
        stays_seconds=60 * stay_minutes,
    )
    return (called,) if count else ()


def _run(scenario: Scenario, seeds: range) -> list[Simulated]:
    from mentalverse_crisis.simulate import simulate as run

    from .backup_view import Bar

    with Bar("percent simulated") as bar:
        found = []
        for number, seed in enumerate(seeds):

            def told(share: float, done: int = number) -> None:
                bar.update(round(100 * (done + share)), 100 * len(seeds))

            # A simulation has to be repeated exactly; nothing here is secret.
            found.append(run(scenario, Random(seed), told))  # noqa: S311
    return found


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}")


def _require_all(given: Mapping[str, Any]) -> None:
    """Hold the options, by the names of their parameters, against `LIMITS`."""
    for name, (low, high) in LIMITS.items():
        is_option = name != "arrivals"
        option = "--" + name.replace("_", "-") if is_option else "the arrivals"
        _require(option, given[name], low, high)


def _require(option: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        fail(f"{option} is a number from {low:g} to {high:g}", EXIT_USAGE)
