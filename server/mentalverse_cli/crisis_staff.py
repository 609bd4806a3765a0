"""`crisis staff`: how many responders each half hour needs."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from .settings import EXIT_USAGE, AsJson, fail

DEFAULT_PATIENCE_MINUTES = 20.0
MAX_MINUTES = 7 * 24 * 60.0
MAX_ABSENT_PERCENT = 95.0


Arrivals = Annotated[
    str,
    typer.Argument(
        help="People per half hour: a number, or a CSV file that begins with the line "
        "start,arrivals and has one line for each half hour."
    ),
]
HandlingMinutes = Annotated[
    float, typer.Option(help="How long one conversation takes, with what is after it.")
]
PatienceMinutes = Annotated[
    float | None,
    typer.Option(
        help="How long people wait on average before they leave.",
        show_default=f"{DEFAULT_PATIENCE_MINUTES:g}",
    ),
]
Mix = Annotated[
    str, typer.Option(help="Percent of arrivals in each band, A0/A1/A2/A3/A4.")
]
Shrinkage = Annotated[
    float, typer.Option(help="Percent of rostered time that is not spent on duty.")
]
Responders = Annotated[
    int | None,
    typer.Option(help="Show what so many on duty bring, instead of the fewest."),
]
ErlangC = Annotated[
    bool, typer.Option("--erlang-c", help="A quick look that takes nobody to leave.")
]


def staff(
    arrivals: Arrivals,
    handling_minutes: HandlingMinutes = 40.0,
    patience_minutes: PatienceMinutes = None,
    mix: Mix = "5/15/30/25/25",
    shrinkage: Shrinkage = 0.0,
    responders: Responders = None,
    erlang_c: ErlangC = False,
    as_json: AsJson = False,
) -> None:
    """Say how many responders each half hour needs to keep what each band is promised.

    By a formula (Erlang A), with what one more responder would bring and a list of what
    is taken for granted. The targets of A0 and A1 are so short that somebody has to be
    free already: mostly it is they who decide how many are needed.

    [bold]Examples[/bold]

    mentalverse crisis staff 12

    mentalverse crisis staff 12 --responders 20 --handling-minutes 45

    mentalverse crisis staff saturday.csv --shrinkage 30

    mentalverse crisis staff saturday.csv --mix 10/20/30/20/20 --json
    """
    if erlang_c and patience_minutes is not None:
        fail("with --erlang-c nobody leaves: leave --patience-minutes out", EXIT_USAGE)
    if patience_minutes is None:
        patience_minutes = DEFAULT_PATIENCE_MINUTES
    _require("--handling-minutes", handling_minutes, 0.1, MAX_MINUTES)
    _require("--patience-minutes", patience_minutes, 0.1, MAX_MINUTES)
    _require("--shrinkage", shrinkage, 0, MAX_ABSENT_PERCENT)
    from mentalverse_crisis.policy import DEFAULT
    from mentalverse_crisis.staffing import MAX_RESPONDERS
    from mentalverse_crisis.staffing_plan import promises

    from .crisis_arrivals import UnusableInput, read_arrivals, read_mix
    from .crisis_staff_plan import Request, planned
    from .crisis_staff_view import as_lines, as_object

    if responders is not None:
        _require("--responders", responders, 1, MAX_RESPONDERS)
    try:
        request = Request(
            handling_seconds=60 * handling_minutes,
            patience_seconds=None if erlang_c else 60 * patience_minutes,
            promised=promises(DEFAULT, read_mix(mix)),
            revision=DEFAULT.revision,
            shrinkage=shrinkage / 100,
            responders=responders,
        )
        rows = planned(read_arrivals(arrivals), request)
    except UnusableInput as error:
        fail(str(error), EXIT_USAGE)
    if as_json:
        typer.echo(json.dumps(as_object(rows, request), indent=2))
        return
    for line in as_lines(rows, request):
        typer.echo(line)


def _require(option: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        fail(f"{option} is a number from {low:g} to {high:g}", EXIT_USAGE)
