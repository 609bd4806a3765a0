"""`crisis resources`: the numbers of helplines, and who has tried them.

The list ships with the product. Who tried which line and when stands in a file of the
operator's, `line-checks.json` in the data folder, unless `--file` names another.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .printable import one_line
from .settings import (
    EXIT_USAGE,
    AsJson,
    ConfigFile,
    DataFolder,
    fail,
    load,
    one_line_errors,
)

if TYPE_CHECKING:
    from mentalverse_crisis.resources import Directory, Line

resources_app = typer.Typer(
    name="resources",
    help="Numbers of helplines: list, check, verify.",
    no_args_is_help=True,
)

MAX_NAME_CHARS = 200

ListFile = Annotated[
    Path | None,
    typer.Option("--lines", help="A list of lines; without it the one that ships."),
]
ChecksFile = Annotated[
    Path | None,
    typer.Option(
        "--file", help="Who checked what; without it line-checks.json of the data."
    ),
]
CountryArgument = Annotated[
    str, typer.Argument(help="Two letters of ISO 3166-1, such as DE.")
]


@resources_app.command("list")
def list_lines(
    country: Annotated[str | None, typer.Argument(help="One country.")] = None,
    as_json: AsJson = False,
    lines: ListFile = None,
    file: ChecksFile = None,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Print the lines of all countries, or of one, and how far each is to be relied on.

    [bold]Examples[/bold]

    mentalverse crisis resources list

    mentalverse crisis resources list DE --json
    """
    directory = _directory(lines, _checks_file(file, config, data))
    chosen = directory.lines if country is None else _of(directory, country)
    if as_json:
        typer.echo(json.dumps([_as_object(line) for line in chosen], indent=2))
        return
    for line in chosen:
        numbers = ", ".join(f"{n.channel.value} {n.value}" for n in line.numbers)
        typer.echo(f"{one_line(line.label)}  {one_line(numbers)}  {_state(line)}")


@resources_app.command("check")
def check(
    lines: ListFile = None,
    file: ChecksFile = None,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Print every line that needs somebody to try it. Exit 1 if one is not shown.

    Not shown are lines that nobody has tried for a year. Exit 2 if the list or the file
    of checks cannot be read: entry and field are named.

    [bold]Example[/bold]

    mentalverse crisis resources check
    """
    directory = _directory(lines, _checks_file(file, config, data))
    from mentalverse_crisis.resources import Freshness, freshness

    today = _today()
    states = [freshness(line, today) for line in directory.lines]
    for line, state in zip(directory.lines, states, strict=True):
        if state is not Freshness.FRESH:
            typer.echo(f"{one_line(line.label)}: {_state(line)}")
    expired = states.count(Freshness.EXPIRED)
    typer.echo(
        f"{len(states)} lines: {states.count(Freshness.FRESH)} checked, "
        f"{states.count(Freshness.AGEING)} to check again soon, "
        f"{states.count(Freshness.UNVERIFIED)} never checked, {expired} not shown"
    )
    if expired:
        fail("some lines are not shown any more: try them, then `verify` them")


@resources_app.command("verify")
def verify(
    country: CountryArgument,
    by: Annotated[str, typer.Option("--by", help="Who has tried the numbers.")],
    on: Annotated[
        datetime | None,
        typer.Option(
            "--on", formats=["%Y-%m-%d"], help="The day; without it today (UTC)."
        ),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option("--line", help="Only the line of this name; may be repeated."),
    ] = None,
    lines: ListFile = None,
    file: ChecksFile = None,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Record that somebody has tried the lines of a country, or some of them.

    The page of help says so after the server's next start.

    [bold]Example[/bold]

    mentalverse crisis resources verify DE --by "YOUR NAME" --line TelefonSeelsorge
    """
    from mentalverse_crisis.resources import add_checks
    from mentalverse_server import line_checks

    place = _checks_file(file, config, data)
    chosen = _named(_of(_directory(lines, place), country), name)
    today = _today()
    day = today if on is None else on.date()
    if day > today:
        fail(f"{day} is still to come", EXIT_USAGE)
    by = by.strip()
    if not by.isprintable() or not 0 < len(by) <= MAX_NAME_CHARS:
        fail(f"--by is a name of 1 to {MAX_NAME_CHARS} characters", EXIT_USAGE)
    with one_line_errors():
        line_checks.write(place, add_checks(line_checks.read(place), chosen, by, day))
    for line in chosen:
        typer.echo(f"{one_line(line.label)}: checked by {by} on {day}")


def _checks_file(file: Path | None, config: Path | None, data: Path | None) -> Path:
    if file is not None:
        return file
    from mentalverse_server.line_checks import FILE

    return load(config, server_data_dir=data).config.server.data_dir / FILE


def _directory(lines: Path | None, checks: Path) -> Directory:
    """The list, with what the operator's people have checked."""
    from mentalverse_crisis.errors import MalformedEntry
    from mentalverse_crisis.resources import SHIPPED, read, with_checks
    from mentalverse_server import line_checks
    from mentalverse_server.owner_files import read_file

    shipped = files("mentalverse_crisis").joinpath(SHIPPED)
    with one_line_errors():
        document = shipped.read_bytes() if lines is None else read_file(lines)
        checked = line_checks.read(checks)
    try:
        return with_checks(read(document), checked)
    except MalformedEntry as error:
        fail(f"{lines or SHIPPED}: {error}", EXIT_USAGE)


def _of(directory: Directory, country: str) -> tuple[Line, ...]:
    found = directory.of(country.upper())
    if not found:
        fail(f"the list has no lines for {one_line(country)}", EXIT_USAGE)
    return found


def _named(lines: tuple[Line, ...], names: list[str] | None) -> tuple[Line, ...]:
    if not names:
        return lines
    unknown = set(names) - {line.name for line in lines}
    if unknown:
        known = ", ".join(line.name for line in lines)
        fail(f"no line {sorted(unknown)[0]!r} there; there are: {known}", EXIT_USAGE)
    return tuple(line for line in lines if line.name in names)


def _state(line: Line) -> str:
    from mentalverse_crisis.resources import Freshness, freshness

    state = freshness(line, _today())
    by = f"{line.verified_on} by {one_line(line.verified_by or '')}"
    last = line.verified_on or f"its last day, {line.expires_on}"
    return {
        Freshness.UNVERIFIED: "not checked yet: check before relying",
        Freshness.FRESH: f"checked on {by}",
        Freshness.AGEING: f"checked on {by}: check again soon",
        Freshness.EXPIRED: f"not shown: nobody has checked it since {last}",
    }[state]


def _as_object(line: Line) -> dict[str, object]:
    import msgspec

    from mentalverse_crisis.resources import freshness

    record: dict[str, object] = msgspec.to_builtins(line)
    return record | {"freshness": freshness(line, _today()).value}


def _today() -> date:
    from mentalverse_server.clock import SystemClock

    return SystemClock().now().date()
