"""`crisis replay`: the promises of the desk, recomputed from an exported log."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from .crisis_files import read_policy
from .settings import EXIT_FAILED, EXIT_USAGE, AsJson, fail

if TYPE_CHECKING:
    from mentalverse_crisis.acuity import Band
    from mentalverse_crisis.clocks import Outage
    from mentalverse_crisis.policy import Policy


LogFile = Annotated[Path, typer.Argument(help="JSON lines: one entry a line.")]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help="Time in ISO 8601, or Unix milliseconds; without it the last entry's.",
    ),
]
Bands = Annotated[
    list[str] | None,
    typer.Option("--band", help="Only this band, A0 to A4; may be repeated."),
]
ZoneName = Annotated[
    str, typer.Option("--zone", help="Time zone to show, such as Europe/Vienna.")
]
PolicyFiles = Annotated[
    list[Path] | None,
    typer.Option("--policy", help="A policy besides the shipped; may be repeated."),
]
KnownHead = Annotated[
    str | None,
    typer.Option("--head", help="A hash that the log must have, known from elsewhere."),
]
Outages = Annotated[
    list[str] | None,
    typer.Option("--outage", help="FROM/UNTIL in ISO 8601; may be repeated."),
]


def replay(
    file: LogFile,
    as_of: AsOf = None,
    band: Bands = None,
    zone: ZoneName = "UTC",
    policy: PolicyFiles = None,
    head: KnownHead = None,
    outage: Outages = None,
    intervals: Annotated[
        bool, typer.Option("--intervals", help="Show each half hour of arrivals.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Recompute from the log of the desk how its promises were kept.

    Checks the chain of hashes first, if the log has one: every later figure stands on
    it. Leaves with 1 if it does not hold, or if no desk can have written the log; says
    at which line, and why. Missed promises are no error.

    [bold]Examples[/bold]

    mentalverse crisis replay desk.jsonl

    mentalverse crisis replay desk.jsonl --band A0 --zone Europe/Vienna --intervals

    mentalverse crisis replay desk.jsonl --as-of 2026-11-21T06:00Z --json
    """
    from mentalverse_crisis.audit import GENESIS
    from mentalverse_crisis.sla import arrival

    from .crisis_log import LogError, cases_of, read, verified
    from .crisis_replay_view import Shown, as_object, as_text

    told_in = _zone(zone)
    if head is not None and not re.fullmatch("[0-9a-f]{64}", head):
        fail(f"--head takes 64 hexadecimal digits, like {GENESIS}", EXIT_USAGE)
    until_ms = None if as_of is None else _moment("--as-of", as_of, told_in)
    outages = [_outage(one, told_in) for one in outage or ()]
    bands = _bands(band)
    policies = _policies(policy or [])
    try:
        with file.open("rb") as lines:
            log = read(lines)
        rows = verified(log, head)
        if until_ms is None:
            until_ms = max((entry.at_ms for _, entry in log), default=0)
        cases = cases_of(log, policies, until_ms)
    except OSError as error:
        fail(f"{file}: {error.strerror}", EXIT_USAGE)
    except LogError as error:
        fail(f"{file}: {error}", EXIT_FAILED)
    arrivals = [arrival(case.entries, case.policy, until_ms, outages) for case in cases]
    shown = Shown(
        as_of_ms=until_ms,
        rows=rows,
        bands=bands,
        arrivals=[one for one in arrivals if one.band in bands],
        policies={case.policy.revision: case.policy for case in cases},
        zone=told_in,
        with_intervals=intervals,
    )
    typer.echo(as_object(shown) if as_json else as_text(shown))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        fail(f"--zone: no such time zone: {name}", EXIT_USAGE)


def _moment(option: str, text: str, zone: ZoneInfo) -> int:
    if re.fullmatch(r"\d{1,15}", text):
        return int(text)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        fail(f"{option} takes a time like 2026-11-21T06:00Z, not {text}", EXIT_USAGE)
    at = at if at.tzinfo else at.replace(tzinfo=zone)
    # Whole milliseconds: a float of seconds would be off by one now and then.
    return int(at.replace(microsecond=0).timestamp()) * 1000 + at.microsecond // 1000


def _outage(text: str, zone: ZoneInfo) -> Outage:
    from mentalverse_crisis.clocks import Outage

    begin, _, end = text.partition("/")
    span = Outage(_moment("--outage", begin, zone), _moment("--outage", end, zone))
    if span.from_ms >= span.until_ms:
        fail(f"--outage ends before it begins: {text}", EXIT_USAGE)
    return span


def _bands(names: list[str] | None) -> list[Band]:
    from mentalverse_crisis.acuity import Band

    try:
        chosen = {Band[name.upper()] for name in names or ()}
    except KeyError as error:
        fail(f"--band takes A0 to A4, not {error.args[0]}", EXIT_USAGE)
    return sorted(chosen) or list(Band)


def _policies(files: list[Path]) -> dict[str, Policy]:
    from mentalverse_crisis.policy import DEFAULT

    known = {DEFAULT.revision: DEFAULT}
    for file in files:
        policy = read_policy(file)
        if known.setdefault(policy.revision, policy) != policy:
            fail(f"{file}: another policy is {policy.revision} too", EXIT_USAGE)
    return known
