"""`crisis rota`: who means to be on duty when, as a file that others write, too."""

from __future__ import annotations

import csv
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from .crisis_lint import merged, now_ms
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
    from mentalverse_server.crisis.rota_beside import Line, Span

COLUMNS = ["handle", "start", "end"]
MAX_FILE_BYTES = 4 * 1024 * 1024
MAX_DAYS = 35

rota_app = typer.Typer(
    name="rota", help="Who means to be on duty when.", no_args_is_help=True
)

ZoneName = Annotated[
    str,
    typer.Option("--zone", help="Time zone of times, such as Europe/Vienna."),
]
From = Annotated[
    str | None,
    typer.Option("--from", help="From this time on.", show_default="now"),
]
Days = Annotated[int, typer.Option(help="For so many days.", min=1, max=MAX_DAYS)]


@rota_app.command("show")
def show(
    begin: From = None,
    days: Days = 7,
    zone: ZoneName = "UTC",
    as_json: AsJson = False,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Print who is planned, and when nobody is. Exit 1 if there is such an hour.

    [bold]Examples[/bold]

    mentalverse crisis rota show --zone Europe/Vienna

    mentalverse crisis rota show --from 2026-03-02 --days 14
    """
    told_in = _zone(zone)
    found = _span(begin, days, told_in, config, data)
    if as_json:
        typer.echo(json.dumps(_as_object(found, told_in), indent=2))
    else:
        _print(found, told_in)
    if found.gaps:
        raise typer.Exit(1)


@rota_app.command("export")
def export(
    begin: From = None,
    days: Days = MAX_DAYS,
    zone: ZoneName = "UTC",
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Print the shifts as CSV, in the form that `import` takes.

    [bold]Examples[/bold]

    mentalverse crisis rota export --zone Europe/Vienna > rota.csv
    """
    told_in = _zone(zone)
    found = _span(begin, days, told_in, config, data)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in found.shifts:
        times = (_at(moment, told_in) for moment in (one.start_ms, one.end_ms))
        row = (one.handle, *(at.isoformat(timespec="minutes") for at in times))
        writer.writerow(row)


@rota_app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV with handle, start and end.")],
    zone: ZoneName = "UTC",
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Plan every shift of a file, or none; those that are there stay one.

    The first line is handle,start,end. Times are like 2026-03-02T22:00, in the time
    zone that is given, or with an offset of their own: 2026-03-02T22:00+01:00.

    [bold]Examples[/bold]

    mentalverse crisis rota import march.csv --zone Europe/Vienna
    """
    lines = _lines(file, _zone(zone))
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.crisis import rota_beside

    with one_line_errors():
        taken = rota_beside.take(loaded.config, lines)
    typer.echo(f"{taken.added} planned, {taken.known} there already")


@rota_app.command("clear")
def clear(
    begin: Annotated[str, typer.Option("--from", help="From this time on.")],
    until: Annotated[str, typer.Option("--until", help="Before this time.")],
    zone: ZoneName = "UTC",
    yes: Annotated[bool, typer.Option("--yes", help="Do it.")] = False,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Take back every shift that begins within a span of time.

    [bold]Examples[/bold]

    mentalverse crisis rota clear --from 2026-03-01 --until 2026-04-01 --yes
    """
    told_in = _zone(zone)
    start_ms, end_ms = (
        _moment("--from", begin, told_in),
        _moment("--until", until, told_in),
    )
    if not yes:
        fail("this takes back every shift of that time; say --yes", EXIT_USAGE)
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.crisis import rota_beside

    with one_line_errors():
        removed = rota_beside.clear(loaded.config, start_ms, end_ms)
    typer.echo(f"{removed} taken back")


def _span(
    begin: str | None,
    days: int,
    zone: ZoneInfo,
    config: Path | None,
    data: Path | None,
) -> Span:
    start_ms = now_ms() if begin is None else _moment("--from", begin, zone)
    # Days of the calendar: one in which clocks are put forward has 23 hours.
    end_ms = _millis(_at(start_ms, zone) + timedelta(days=days))
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.crisis import rota_beside

    with one_line_errors():
        return rota_beside.span(loaded.config, start_ms, end_ms)


def _lines(file: Path, zone: ZoneInfo) -> list[Line]:
    from mentalverse_server.crisis.rota_beside import Line

    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            fail(f"{file} is larger than {MAX_FILE_BYTES} bytes", EXIT_USAGE)
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = [[cell.strip() for cell in row] for row in csv.reader(opened)]
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}", EXIT_USAGE)
    except (ValueError, csv.Error) as error:
        fail(f"{file}: {error}", EXIT_USAGE)
    if not rows or rows[0] != COLUMNS:
        fail(f"{file}: the first line is {','.join(COLUMNS)}", EXIT_USAGE)
    found = []
    for number, row in enumerate(rows[1:], 2):
        if not any(row):
            continue
        if len(row) != len(COLUMNS):
            fail(f"{file}: line {number}: handle, start and end", EXIT_USAGE)
        start_ms, end_ms = (_moment(f"line {number}:", at, zone) for at in row[1:])
        found.append(Line(number, row[0], start_ms, end_ms))
    return found


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        fail(f"--zone: no such time zone: {name}", EXIT_USAGE)


def _moment(where: str, text: str, zone: ZoneInfo) -> int:
    """A moment; a local time that is there twice or never ends the command."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        fail(f"{where} a time is like 2026-03-02T22:00, not {text}", EXIT_USAGE)
    if at.tzinfo is not None:
        return _millis(at)
    local = at.replace(tzinfo=zone)
    back = local.astimezone(UTC).astimezone(zone)
    if back.replace(tzinfo=None) != at:
        fail(f"{where} clocks are put forward over {text}: there is none", EXIT_USAGE)
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        fail(
            f"{where} clocks are put back over {text}: write it with its offset,"
            f" as {local.isoformat(timespec='minutes')}",
            EXIT_USAGE,
        )
    return _millis(local)


def _millis(at: datetime) -> int:
    return int(at.timestamp()) * 1000


def _at(moment_ms: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(moment_ms / 1000, UTC).astimezone(zone)


def _shown(moment_ms: int, zone: ZoneInfo) -> str:
    return f"{_at(moment_ms, zone):%a %d %b %H:%M}"


def _print(found: Span, zone: ZoneInfo) -> None:
    for one in found.shifts:
        span = f"{_shown(one.start_ms, zone)} to {_shown(one.end_ms, zone)}"
        typer.echo(f"{span}  {one_line(one.handle)}")
    for language, is_urgent, start_ms, end_ms in merged(found.gaps):
        who = "nobody trained for A0 and A1" if is_urgent else "nobody"
        of = f" who speaks {one_line(language)}" if language else ""
        span = f"{_shown(start_ms, zone)} to {_shown(end_ms, zone)}"
        typer.echo(f"{span}  {who}{of}")
    if not found.is_planned:
        typer.echo("nobody is planned")


def _as_object(found: Span, zone: ZoneInfo) -> dict[str, object]:
    return {
        "is_planned": found.is_planned,
        "shifts": [
            {
                "handle": one.handle,
                "start": _at(one.start_ms, zone).isoformat(),
                "end": _at(one.end_ms, zone).isoformat(),
            }
            for one in found.shifts
        ],
        "uncovered": [
            {
                "language": language,
                "missing": "crisis" if is_urgent else "anybody",
                "start": _at(start_ms, zone).isoformat(),
                "end": _at(end_ms, zone).isoformat(),
            }
            for language, is_urgent, start_ms, end_ms in merged(found.gaps)
        ],
    }
