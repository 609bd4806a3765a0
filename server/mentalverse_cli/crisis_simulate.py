"""`crisis simulate`: what the desk's own policy makes of a load."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated

import typer

from .crisis_lint import PolicyFile, read_policy
from .settings import EXIT_USAGE, AsJson, fail

if TYPE_CHECKING:
    from mentalverse_crisis.scenario import Scenario
    from mentalverse_crisis.simulated import Simulated

MAX_RESPONDERS = 200
MAX_MINUTES = 7 * 24 * 60.0
MAX_HOURS = 10_000.0
MAX_SEEDS = 100
MAX_ARRIVALS = 1_000.0
MAX_PEOPLE = 2_000_000
"""Arrivals in all runs together; a thousand take about a second."""

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
    _require("the arrivals", arrivals, 0.01, MAX_ARRIVALS)
    _require("--responders", responders, 1, MAX_RESPONDERS)
    _require("--slots", slots, 1, 10)
    _require("--overflow", overflow, 0, responders)
    _require("--on-call", on_call, 0, MAX_RESPONDERS)
    for option, minutes in (
        ("--join-minutes", join_minutes),
        ("--stay-minutes", stay_minutes),
        ("--handling-minutes", handling_minutes),
        ("--patience-minutes", patience_minutes),
    ):
        _require(option, minutes, 0.1, MAX_MINUTES)
    _require("--accepted-share", accepted_share, 1, 100)
    _require("--median-seconds", median_seconds, 0, 3_600)
    _require("--slowdown", slowdown, 0, 1_000)
    _require("--hours", hours, 0.1, MAX_HOURS)
    _require("--seeds", seeds, 1, MAX_SEEDS)
    if arrivals * 2 * hours * seeds > MAX_PEOPLE:
        fail(f"that is more than {MAX_PEOPLE:,} people: fewer hours", EXIT_USAGE)

    from mentalverse_crisis.scenario import OnCall, Scenario, Team
    from mentalverse_crisis.simulated import together

    from .crisis_arrivals import UnusableInput, read_mix
    from .crisis_simulate_plot import as_svg
    from .crisis_simulate_view import as_lines, as_object

    try:
        shares = read_mix(mix)
    except UnusableInput as error:
        fail(str(error), EXIT_USAGE)
    teams = (
        Team(count=responders - overflow, slots=slots),
        Team(count=overflow, slots=slots, takes_overflow=True),
    )
    called = OnCall(
        count=on_call,
        joins_after_seconds=60 * join_minutes,
        stays_seconds=60 * stay_minutes,
    )
    scenario = Scenario(
        policy=read_policy(policy),
        arrivals_per_hour=2 * arrivals,
        mix=shares,
        handling_seconds=60 * handling_minutes,
        patience_seconds=dict.fromkeys(shares, 60 * patience_minutes),
        teams=tuple(team for team in teams if team.count),
        on_call=(called,) if on_call else (),
        hours=hours,
        acceptance=accepted_share / 100,
        answer_median_seconds=median_seconds,
        slowdown=slowdown / 100,
    )
    numbers = range(seed, seed + seeds)
    runs = _run(scenario, numbers)
    if save_plot is not None:
        _write(save_plot, as_svg(together(runs)))
    if as_json:
        typer.echo(json.dumps(as_object(scenario, numbers, runs), indent=2))
        return
    for line in as_lines(scenario, numbers, runs):
        typer.echo(line)


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


def _require(option: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        fail(f"{option} is a number from {low:g} to {high:g}", EXIT_USAGE)
